import { describe, expect, test } from 'vitest';

import { messageById, moveMessage } from '../../../src/store/messages.ts';
import { pageSite, type PageSite } from './page-site.ts';

const LIVE =
  'timezone = "UTC"\n[limits]\nundo_minutes = 15\n[hours]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nstart = "00:00"\nend = "24:00"\n';
const MINUTE_MS = 60_000;

async function signedIn(): Promise<PageSite> {
  const site = await pageSite({ toml: LIVE });
  await site.signIn();
  return site;
}

/** Posts a form of the page at a path, follows where it leads, and returns what is told there. */
async function act(
  site: PageSite,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<{ readonly at: string; readonly told: string }> {
  const reply = await site.ask(path, { form });
  expect(reply.status, reply.text).toBe(303);
  const location = reply.headers.location ?? '';
  const { told } = await site.look(location);
  return { at: location.split('?')[0] ?? '', told };
}

async function actOn(
  site: PageSite,
  id: string,
  verb: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly at: string; readonly told: string }> {
  const { bind } = await site.look(`/m/${id}`);
  return act(site, `/m/${id}/${verb}`, { ...bind, ...more });
}

describe('D5: deciding in the browser does what headgate review does', () => {
  test('approve goes on to the next draft; the timeline names who and where; undo takes it back', async () => {
    const site = await signedIn();
    const [first, second] = [site.draft(), site.draft()];
    expect(await actOn(site, first, 'approve')).toEqual({
      at: `/m/${second}`,
      told: 'Approved Lead1: it goes to the outbox with the next send.',
    });
    expect(site.message(first)).toMatchObject({ state: 'approved', approvedBy: 'tom' });
    expect(site.story(first).at(-1)).toBe('approved by tom in the browser, unchanged');
    expect(await actOn(site, first, 'undo')).toEqual({ at: `/m/${first}`, told: 'Taken back Lead1.' });
    expect(site.message(first)).toMatchObject({ state: 'pending_approval', approvedAt: null });
  });

  test('the text changed since it was shown: refused, nothing is approved, and the new text is shown', async () => {
    const site = await signedIn();
    const id = site.draft();
    const { bind } = await site.look(`/m/${id}`);
    await site.run(['review', 'edit', id, '--subject', 'Another subject']);
    expect(await act(site, `/m/${id}/approve`, bind)).toEqual({
      at: `/m/${id}`,
      told: 'Not approved. Lead1: the text changed since you read it. Here it is as it is now',
    });
    expect(site.message(id).state).toBe('pending_approval');
    expect((await site.look(`/m/${id}`)).reply.text).toContain('Another subject');
  });

  test('a form without the hash that it was made with, or with the beginning of one, decides nothing', async () => {
    const site = await signedIn();
    const id = site.draft();
    const { bind } = await site.look(`/m/${id}`);
    for (const hash of ['', bind['hash']!.slice(0, 8), `${bind['hash']!}0`, '%']) {
      const { bind: fresh } = await site.look(`/m/${id}`);
      const { told } = await act(site, `/m/${id}/approve`, { ...fresh, hash });
      expect(told).toContain('too old');
    }
    const reply = await site.ask(`/m/${id}/approve`, {
      form: { hash: bind['hash']!, state: 'pending_approval' },
    });
    expect(reply.status).toBe(400);
    expect(site.message(id).state).toBe('pending_approval');
  });

  test('the same form twice acts once, also after its act was taken back', async () => {
    const site = await signedIn();
    const id = site.draft();
    const { bind } = await site.look(`/m/${id}`);
    const one = await site.ask(`/m/${id}/approve`, { form: bind });
    const other = await site.ask(`/m/${id}/approve`, { form: bind });
    expect(other.headers.location).toBe(one.headers.location);
    expect(site.story(id).filter((line) => line.startsWith('approved'))).toHaveLength(1);
    await actOn(site, id, 'undo');
    await site.ask(`/m/${id}/approve`, { form: bind });
    expect(site.message(id).state).toBe('pending_approval');
  });

  test('two tabs: what one has done, the other is told, and does not do over it', async () => {
    const site = await signedIn();
    const id = site.draft();
    const [left, right] = [await site.look(`/m/${id}`), await site.look(`/m/${id}`)];
    await act(site, `/m/${id}/hold`, { ...left.bind, until: '', reason: 'trade fair' });
    const { told } = await act(site, `/m/${id}/approve`, right.bind);
    expect(told).toContain('Not approved. Lead1: somebody was faster: it is held');
    expect(site.message(id)).toMatchObject({ state: 'held', note: 'trade fair' });
  });

  test('hold until a time, and release; a time that is over is refused with nothing held', async () => {
    const site = await signedIn();
    const id = site.draft();
    expect((await actOn(site, id, 'hold', { until: '2020-01-01' })).told).toBe(
      'Not held: the time is over already.',
    );
    expect(site.message(id).state).toBe('pending_approval');
    expect((await actOn(site, id, 'hold', { until: '6h', reason: 'they\nare away' })).told).toBe(
      'Held Lead1.',
    );
    expect(site.message(id)).toMatchObject({
      state: 'held',
      holdCause: 'operator',
      heldUntil: site.clock.now() + 6 * 60 * MINUTE_MS,
      note: 'they are away',
    });
    expect((await actOn(site, id, 'release')).told).toBe('Released Lead1.');
    expect(site.message(id).state).toBe('pending_approval');
  });

  test.each([
    ['skip', 'rejected'],
    ['redraft', 'discarded'],
    ['stop', 'rejected'],
  ])('reject and %s', async (then, state) => {
    const site = await signedIn();
    const id = site.draft();
    expect((await actOn(site, id, 'reject', { then, reason: 'met in person' })).told).toBe('Rejected Lead1.');
    expect(site.message(id)).toMatchObject({ state, note: 'met in person' });
    expect(site.enrollment(id)['status']).toBe(then === 'stop' ? 'cancelled' : 'active');
  });

  test('an uncertain mail is settled by a person, and by nothing else', async () => {
    const site = await signedIn();
    const id = site.draft({ state: 'uncertain' });
    const { bind } = await site.look(`/m/${id}`);
    expect((await act(site, `/m/${id}/approve`, bind)).told).toContain('Not approved');
    expect((await actOn(site, id, 'settle', { outcome: 'sent' })).told).toBe('Settled Lead1.');
    expect(site.message(id).state).toBe('sent');
  });

  test('D7: after the undo is over only what this browser approved is taken back, and only until it is claimed', async () => {
    const site = await signedIn();
    const [own, others] = [site.draft(), site.draft()];
    await actOn(site, own, 'approve');
    await site.run(['review', 'approve', others]);
    site.clock.advance(16 * MINUTE_MS);
    expect((await actOn(site, others, 'undo')).told).toContain('the time to undo is over');
    expect((await actOn(site, own, 'undo')).told).toBe('Taken back Lead1.');
    await actOn(site, own, 'approve');
    const { bind } = await site.look(`/m/${own}`);
    site.database.write(() =>
      moveMessage(site.database, messageById(site.database, own)!, {
        to: 'sending',
        change: { claimed_at: site.clock.now(), attempts: 1 },
      }),
    );
    expect((await act(site, `/m/${own}/undo`, bind)).told).toContain('it is being sent');
  });

  test('what is not there, not a verb, or not a form of ours does nothing', async () => {
    const site = await signedIn();
    const id = site.draft();
    const { bind } = await site.look(`/m/${id}`);
    for (const path of [
      '/m/m-nothing/launch',
      `/m/${id}/sending`,
      `/m/${id}/approve/twice`,
      '/plans/p-x/confirm',
    ])
      expect((await site.ask(path, { form: bind })).status, path).toBe(404);
    expect((await act(site, '/m/m-nothing/approve', bind)).told).toBe('There is no such message.');
    expect((await act(site, `/m/${id}/reject`, { ...bind, then: 'whatever' })).told).toBe(
      'Nothing was asked for.',
    );
    expect(site.message(id).state).toBe('pending_approval');
  });
});

describe('u: one thing after another is taken back, and only what the page names', () => {
  const undoOf = (text: string): Record<string, string> => ({
    act: /name="act" value="([^"]+)"/.exec(text)?.[1] ?? '',
    nonce: /name="nonce" value="([^"]+)"/.exec(text)?.[1] ?? '',
  });

  test('approve, hold and edit, in the order in which they were done', async () => {
    const site = await signedIn();
    const [approved, held, edited] = [site.draft(), site.draft(), site.draft()];
    await actOn(site, approved, 'approve');
    await actOn(site, held, 'hold', { until: '' });
    const { bind } = await site.look(`/m/${edited}/edit`);
    await site.ask(`/m/${edited}/edit`, {
      form: { ...bind, subject: 'New', preheader: '', body: 'New words' },
    });
    expect(site.message(edited).subject).toBe('New');
    const told: string[] = [];
    for (let times = 0; times < 3; times += 1) {
      const { reply } = await site.look('/');
      told.push((await act(site, '/undo', undoOf(reply.text))).told);
    }
    expect(told).toEqual(['Edited Lead3.', 'Released Lead2.', 'Taken back Lead1.']);
    for (const id of [approved, held, edited]) expect(site.message(id).state).toBe('pending_approval');
    expect(site.message(edited)).toMatchObject({ subject: 'Subject 3' });
    expect((await site.look('/')).reply.text).not.toContain('action="/undo"');
  });

  test('another tab’s act is not taken back by an older page', async () => {
    const site = await signedIn();
    const [first, second] = [site.draft(), site.draft()];
    await actOn(site, first, 'approve');
    const { reply } = await site.look('/');
    await actOn(site, second, 'approve');
    expect((await act(site, '/undo', undoOf(reply.text))).at).toBe(`/m/${first}`);
    expect([site.message(first).state, site.message(second).state]).toEqual(['pending_approval', 'approved']);
  });

  test('a hold that is somebody else’s by now stays', async () => {
    const site = await signedIn();
    const id = site.draft();
    await actOn(site, id, 'hold', { until: '' });
    const { reply } = await site.look('/');
    await site.run(['review', 'hold', id, '--reason', 'they asked for it']);
    expect((await act(site, '/undo', undoOf(reply.text))).told).toContain('another hold than yours');
    expect(site.message(id)).toMatchObject({ state: 'held', note: 'they asked for it' });
  });

  test('a page releases the hold that it showed, and none that came after it', async () => {
    const site = await signedIn();
    const id = site.draft();
    await actOn(site, id, 'hold', { until: '' });
    const { bind } = await site.look(`/m/${id}`);
    await site.run(['review', 'hold', id, '--reason', 'they asked for it']);
    expect((await act(site, `/m/${id}/release`, bind)).told).toContain('it is another hold by now');
    expect(site.message(id)).toMatchObject({ state: 'held', note: 'they asked for it' });
    await actOn(site, id, 'release');
    expect(site.message(id).state).toBe('pending_approval');
  });

  test('somebody else who is signed in cannot take it back', async () => {
    const site = await signedIn();
    const id = site.draft();
    await actOn(site, id, 'approve');
    const { reply } = await site.look('/');
    await site.signIn();
    expect((await act(site, '/undo', undoOf(reply.text))).told).toContain('cannot be taken back');
    expect(site.message(id).state).toBe('approved');
  });
});

describe('D5: editing', () => {
  async function edit(site: PageSite, id: string, words: Readonly<Record<string, string>>) {
    const { bind } = await site.look(`/m/${id}/edit`);
    return site.ask(`/m/${id}/edit`, { form: { ...bind, preheader: '', ...words } });
  }

  test('new words take an approval back; browsers’ line ends are kept as ours', async () => {
    const site = await signedIn();
    const id = site.draft();
    await actOn(site, id, 'approve');
    const reply = await edit(site, id, { subject: 'Better', body: 'Hi,\r\n\r\nshorter.' });
    expect(reply.status).toBe(303);
    expect(site.message(id)).toMatchObject({
      state: 'pending_approval',
      subject: 'Better',
      bodyMarkdown: 'Hi,\n\nshorter.',
      approvedAt: null,
    });
  });

  test('the same words change nothing, and an approval stays', async () => {
    const site = await signedIn();
    const id = site.draft();
    await actOn(site, id, 'approve');
    const { subject, bodyMarkdown } = site.message(id);
    await edit(site, id, { subject: subject!, body: bodyMarkdown! });
    expect(site.message(id).state).toBe('approved');
  });

  test.each([
    [{ subject: '', body: 'Hi' }, 'the subject is empty'],
    [{ subject: 'Hi', body: '   ' }, 'the text is empty'],
    [{ subject: 'Hi\r\nBcc: x@y.z', body: 'Hi' }, 'the subject has more than one line'],
    [{ subject: 'Hi {{ name }}', body: 'Hi' }, 'would be sent as it stands'],
  ])('%j is not kept, and nothing that was typed is lost', async (words, why) => {
    const site = await signedIn();
    const id = site.draft();
    const reply = await edit(site, id, words);
    expect(reply.status).toBe(422);
    expect(reply.text.replaceAll('&quot;', '"')).toContain(why);
    expect(reply.text).toContain(words.body);
    expect(site.message(id).subject).toBe('Subject 1');
  });

  test('the text changed while somebody typed: both are shown, nothing is overwritten', async () => {
    const site = await signedIn();
    const id = site.draft();
    const { bind } = await site.look(`/m/${id}/edit`);
    await site.run(['review', 'edit', id, '--subject', 'From the terminal']);
    const form = { ...bind, subject: 'From the browser', preheader: '', body: 'Typed for an hour' };
    const reply = await site.ask(`/m/${id}/edit`, { form });
    expect(reply.status).toBe(409);
    expect(reply.text).toContain('From the terminal');
    expect(reply.text).toContain('Typed for an hour');
    expect(site.message(id).subject).toBe('From the terminal');
  });

  test('what has left or ended has no form', async () => {
    const site = await signedIn();
    const id = site.draft({ state: 'sent' });
    expect((await site.ask(`/m/${id}/edit`)).status).toBe(404);
  });
});

describe('A8: many at once, by number', () => {
  const fieldsOf = (text: string): Record<string, string> => ({
    nonce: /name="nonce" value="([^"]+)"/.exec(text)?.[1] ?? '',
    seen: /name="seen" value="([^"]+)"/.exec(text)?.[1] ?? '',
  });

  test('approve all asks for the number, and is of what was shown and nothing else', async () => {
    const site = await signedIn();
    const ids = [site.draft(), site.draft(), site.draft()];
    const states = (): readonly string[] => ids.map((id) => site.message(id).state);
    const wrong = fieldsOf((await site.look('/')).reply.text);
    expect((await act(site, '/approve-all', { ...wrong, count: '2' })).told).toBe(
      'Nothing was approved: you typed 2, and there are 3.',
    );
    const old = fieldsOf((await site.look('/')).reply.text);
    ids.push(site.draft());
    expect((await act(site, '/approve-all', { ...old, count: '4' })).told).toContain('has changed');
    expect(new Set(states())).toEqual(new Set(['pending_approval']));
    const right = fieldsOf((await site.look('/')).reply.text);
    expect((await act(site, '/approve-all', { ...right, count: ' 4 ' })).told).toContain('Approved 4 mails');
    expect(new Set(states())).toEqual(new Set(['approved']));
  });

  test('a batch is released or discarded as one, by number', async () => {
    const site = await signedIn();
    const ids = [1, 2, 3].map(() =>
      site.draft({ state: 'held', holdCause: 'blast_radius', runId: 'r-batch' }),
    );
    const page = await site.look('/runs/r-batch');
    expect(page.reply.text).toContain('3 mails held as one');
    const fields = fieldsOf(page.reply.text);
    expect((await act(site, '/runs/r-batch/release', { ...fields, count: '' })).told).toContain(
      'you typed no number',
    );
    const again = fieldsOf((await site.look('/runs/r-batch')).reply.text);
    expect((await act(site, '/runs/r-batch/release', { ...again, count: '3' })).told).toBe(
      'Released 3 mails.',
    );
    expect(ids.map((id) => site.message(id).state)).toEqual(Array(3).fill('pending_approval'));
    expect((await site.ask('/runs/r-batch')).status).toBe(404);
  });

  test('one of a batch cannot be rejected by itself; its page leads to the batch', async () => {
    const site = await signedIn();
    const id = site.draft({ state: 'held', holdCause: 'blast_radius', runId: 'r-batch' });
    const { reply, bind } = await site.look(`/m/${id}`);
    expect(reply.text).toContain('href="/runs/r-batch"');
    expect(reply.text).not.toContain(`/m/${id}/reject`);
    expect((await act(site, `/m/${id}/reject`, { ...bind, then: 'skip' })).told).toContain(
      'held with its whole batch',
    );
  });
});

describe('what stands around', () => {
  test('A10: paused is said on every page, with its reason; deciding still works', async () => {
    const site = await signedIn();
    const id = site.draft();
    await site.run(['pause', '--reason', 'wrong <price>']);
    for (const path of ['/', '/status', '/leads/l-lead1', `/m/${id}/edit`, '/keys'])
      expect((await site.look(path)).reply.text, path).toMatch(
        /Paused<\/strong>\s+Wrong &lt;price&gt;\. Nothing is drafted/,
      );
    expect((await actOn(site, id, 'approve')).told).toContain('Approved Lead1');
  });

  test('a lead’s story, with what each mail became', async () => {
    const site = await signedIn();
    const id = site.draft();
    await actOn(site, id, 'approve');
    const { reply } = await site.look('/leads/l-lead1');
    expect(reply.status).toBe(200);
    expect(reply.text).toContain('lead1@example.test');
    expect(reply.text).toContain('by tom in the browser, unchanged');
    expect((await site.ask('/leads/l-nobody')).status).toBe(404);
  });

  test('A5: a saved preview is vetoed by the command itself, once', async () => {
    const site = await signedIn();
    await site.run(['drip']);
    const { reply } = await site.look('/status');
    const plan = /action="\/plans\/(p-[a-z2-7]+)\/veto"/.exec(reply.text)?.[1] ?? '';
    const nonce = /name="nonce" value="([^"]+)"/.exec(reply.text)?.[1] ?? '';
    expect((await act(site, `/plans/${plan}/veto`, { nonce })).told).toContain(`Vetoed ${plan}`);
    const state = await site.run(['status', '--json']);
    expect((state.json() as { items: { guards: { vetoed: string[] } }[] }).items[0]!.guards.vetoed).toEqual([
      'drip',
    ]);
  });

  test('a state that cannot be opened is said with what to do, and nothing of the program is shown', async () => {
    const site = await signedIn();
    site.database.close();
    const { rmSync } = await import('node:fs');
    rmSync(site.file);
    const { reply } = await site.look('/');
    expect(reply.status).toBe(503);
    expect(reply.text).toContain('headgate restore');
  });
});

describe('hardening 130: rubbish', () => {
  test('is answered with a refusal, changes nothing and ends nothing', async () => {
    const site = await signedIn();
    const id = site.draft();
    const { bind } = await site.look(`/m/${id}`);
    const texts = [
      '',
      '\0',
      '%',
      '../..',
      'ÿþ',
      '{{x}}',
      'x'.repeat(100_000),
      "'; DROP TABLE messages; --",
      '\u202e',
    ];
    const statuses = new Set<number>();
    for (const text of texts) {
      for (const verb of ['approve', 'hold', 'reject', 'settle', 'edit']) {
        const form = {
          ...bind,
          state: text,
          hash: text,
          until: text,
          then: text,
          outcome: text,
          subject: text,
          body: text,
        };
        statuses.add((await site.ask(`/m/${id}/${verb}`, { form })).status);
      }
      for (const path of [
        '/approve-all',
        '/undo',
        '/runs/r-x/release',
        `/m/${encodeURIComponent(text).slice(0, 2_000)}/hold`,
      ])
        statuses.add(
          (await site.ask(path, { form: { nonce: bind['nonce']!, count: text, seen: text, act: text } }))
            .status,
        );
      statuses.add((await site.ask(`/m/${id}?told=${encodeURIComponent(text).slice(0, 2_000)}`)).status);
    }
    statuses.add((await site.ask(`/m/${id}/edit`, { body: 'x'.repeat(1_600_000), method: 'POST' })).status);
    expect([...statuses].filter((status) => status >= 500)).toEqual([]);
    expect(site.said()).not.toContain('could not be answered');
    expect(site.message(id)).toMatchObject({ state: 'pending_approval', subject: 'Subject 1' });
  });
});

describe('hardening 42: names and words of strangers', () => {
  const HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>';

  test('are text on every page and in the frame of the mail', async () => {
    const site = await signedIn();
    const id = site.draft({
      subject: HOSTILE,
      bodyMarkdown: `${HOSTILE}\n\n[x](javascript:alert(3)) <style>*{}</style>`,
    });
    site.database.write(() => {
      site.database
        .prepare('UPDATE leads SET first_name = ?, last_name = ?, company = ?, notes = ?')
        .run(HOSTILE, '\u202etxet', HOSTILE, HOSTILE);
    });
    for (const path of [
      '/',
      `/m/${id}`,
      `/m/${id}?as=text`,
      `/m/${id}/mail`,
      `/m/${id}/edit`,
      '/leads/l-lead1',
    ]) {
      const { text, status } = (await site.look(path)).reply;
      expect(status, path).toBe(200);
      expect(text, path).not.toMatch(/<script>alert|<img src=x|javascript:alert\(3\)"|<style>\*/);
      expect(text, path).not.toContain('\u202e');
    }
  });

  test('an odd query is no part of any page', async () => {
    const site = await signedIn();
    site.draft();
    const { text } = await site.ask(
      `/?told=${encodeURIComponent(HOSTILE)}&as=${encodeURIComponent(HOSTILE)}`,
    );
    expect(text).not.toContain('alert(1)');
  });
});
