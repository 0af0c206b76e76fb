import { describe, expect, test } from 'vitest';

import { saveSequences } from '../../../src/store/sequences.ts';
import { json } from '../../servers/provider-server.ts';
import { error, ResendServer } from '../../servers/resend.ts';
import { StreamServer } from '../../servers/stream.ts';
import { MailgunServer } from '../../servers/mailgun.ts';
import { providerDesk, providerLines, useKey } from './provider-desk.ts';
import { HOUR_MS, MINUTE_MS, verdicts, type SendDesk } from './send-desk.ts';
import type { ProviderServer } from '../../servers/provider-server.ts';

const LOST = { kind: 'reset after the body', acts: true } as const;
const NEVER_ARRIVED = { kind: 'reset after the body', acts: false } as const;

/** A message whose every try in one run was lost, the first of which the provider took, or did not. */
async function inDoubt(
  fault: typeof LOST | typeof NEVER_ARRIVED = LOST,
  config: Parameters<typeof providerDesk>[2] = {},
): Promise<{ server: ResendServer; bench: SendDesk; id: string }> {
  const server = await ResendServer.start();
  const bench = await providerDesk('resend', server, config);
  const id = bench.approve('ann');
  server.failBy(() => fault);
  expect(await bench.send()).toMatchObject({ counts: { uncertain: 1 }, exit: { code: 32 } });
  server.fail();
  return { server, bench, id };
}

describe('D1: a message in doubt over a provider that remembers keys', () => {
  test.each([
    ['was taken', LOST, 1],
    ['never arrived', NEVER_ARRIVED, 0],
  ] as const)(
    'is asked about again by the next send; it %s, and is delivered once',
    async (_, fault, before) => {
      const { server, bench, id } = await inDoubt(fault);
      expect([bench.stateOf(id), server.timesTaken(id)]).toEqual(['uncertain', before]);
      const bodies = server.requests.map(({ request }) => request.body.toString());
      bench.clock.advance(HOUR_MS);
      expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
      expect([bench.stateOf(id), server.timesTaken(id)]).toEqual(['sent', 1]);
      expect(new Set([...bodies, server.requests.at(-1)!.request.body.toString()]).size).toBe(1);
      expect(bench.attempts(id)).toEqual(['claimed 1', 'unknown 1', 'claimed 2', 'accepted 2']);
      expect(bench.journal().map(({ event }) => event)).toEqual([
        'claimed',
        'unknown',
        'claimed',
        'accepted',
      ]);
      expect(bench.notices()).toEqual([]);
    },
  );

  test('the ids that events and replies will name are kept, and the enrollment goes on', async () => {
    const { server, bench, id } = await inDoubt();
    await bench.send();
    expect(
      bench.row('SELECT provider_id FROM outgoing_mail WHERE message_row_id = ?', bench.of(id).rowId),
    ).toEqual({
      provider_id: server.mails[0]!.id,
    });
    expect((await bench.json(['leads', 'show', 'ann@ann.example'])).items).toMatchObject([
      { enrollments: [{ step: 'case-study' }] },
    ]);
  });

  test('once its key may be forgotten it is never asked about again, and only then the operator is told', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED);
    const asked = server.requests.length;
    bench.clock.advance(22 * HOUR_MS);
    await bench.send();
    await bench.send();
    expect([bench.stateOf(id), server.requests.length, server.timesTaken(id)]).toEqual([
      'uncertain',
      asked,
      0,
    ]);
    expect(bench.notices()).toEqual(['uncertain']);
  });

  test('a doubt that is asked about again and again keeps its first moment: the key does not live longer for it', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED);
    server.failBy(() => NEVER_ARRIVED);
    for (const hours of [8, 8]) {
      bench.clock.advance(hours * HOUR_MS);
      await bench.send();
    }
    const asked = server.requests.length;
    expect(asked).toBe(9);
    bench.clock.advance(7 * HOUR_MS);
    await bench.send();
    expect([server.requests.length, bench.stateOf(id)]).toEqual([asked, 'uncertain']);
  });

  test('another key is another account, which remembers nothing: not asked', async () => {
    const { server, bench, id } = await inDoubt();
    const asked = server.requests.length;
    useKey(bench, 're_another_account');
    await bench.send();
    expect([bench.stateOf(id), server.requests.length]).toEqual(['uncertain', asked]);
  });

  test('A15: after a restore nobody is asked: what a person has decided since, this state does not know', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED);
    const copy = String((await bench.json(['backup'])).items[0]!['file']);
    expect((await bench.run(['review', 'settle', id, 'not-sent'])).code).toBe(0);
    expect((await bench.run(['review', 'reject', id])).code).toBe(0);
    const asked = server.requests.length;
    expect((await bench.away(() => bench.run(['restore', copy, '--yes']))).code).toBe(0);
    expect(bench.stateOf(id)).toBe('uncertain');
    expect((await bench.run(['adopt', '--yes'])).code).toBe(0);
    await bench.send();
    expect((await bench.send()).run).toMatchObject({ mode: 'live' });
    expect([server.requests.length, server.timesTaken(id), bench.stateOf(id)]).toEqual([
      asked,
      0,
      'uncertain',
    ]);
    expect(bench.notices()).toContain('uncertain');
  });

  test('D7: a question that is answered "wait" is not asked again before', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED);
    const wait = error(429, 'rate_limit_exceeded', 'slow down', { 'retry-after': '600' });
    server.fail(NEVER_ARRIVED, { kind: 'answer', answer: wait, acts: false });
    await bench.send();
    const asked = server.requests.length;
    server.fail();
    bench.clock.advance(9 * MINUTE_MS);
    expect((await bench.send()).run).toMatchObject({ reason: 'retry_wait' });
    expect([server.requests.length, bench.stateOf(id)]).toEqual([asked, 'uncertain']);
    bench.clock.advance(2 * MINUTE_MS);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
  });

  test('F3: the preview names what would be asked about, and asks nobody', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED, { limits: ['sends_per_run = 2'] });
    const [eve, fay] = [bench.approve('eve'), bench.approve('fay')];
    const asked = server.requests.length;
    const preview = await bench.send('--preview', '--detailed-exit-code');
    expect(verdicts(preview)).toEqual({ [id]: 'ask', [eve]: 'send', [fay]: 'cap_run' });
    expect(preview).toMatchObject({ counts: { would_ask: 1, would_send: 1 }, exit: { name: 'WOULD_ACT' } });
    expect(server.requests.length).toBe(asked);
    expect((await bench.run(['send', '--preview'])).stdout).toMatch(/would ask whether it left/);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent', [eve]: 'sent', [fay]: 'cap_run' });
  });

  test('F3, D7: while the provider has asked for quiet the preview sends nothing, as the run does', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED);
    const wait = error(429, 'rate_limit_exceeded', 'slow down', { 'retry-after': '600' });
    server.fail({ kind: 'answer', answer: wait, acts: false });
    await bench.send();
    server.fail();
    const eve = bench.approve('eve');
    const preview = await bench.send('--preview');
    expect(verdicts(preview)).toEqual({ [eve]: 'retry_wait' });
    expect(preview.counts).toMatchObject({ would_send: 0 });
    expect(bench.stateOf(id)).toBe('uncertain');
  });

  test('D6: another identity of the stream API is another mailbox, and is asked about nothing', async () => {
    const server = await StreamServer.start();
    const bench = await providerDesk('stream', server);
    const id = bench.approve('ann');
    server.failBy(() => LOST);
    await bench.send();
    server.fail();
    server.identities.add('eve.ledd@inbox.example');
    const lines = providerLines('stream', server.url).map((line) => line.replace('tom.ledd', 'eve.ledd'));
    bench.configure({ isLive: true, mail: lines });
    const asked = server.requests.length;
    await bench.send();
    expect([bench.stateOf(id), server.requests.length]).toEqual(['uncertain', asked]);
  });

  test('another transport remembers nothing either', async () => {
    const { server, bench, id } = await inDoubt();
    const asked = server.requests.length;
    bench.configure({ isLive: true, smtpPort: 9 });
    await bench.send();
    expect([bench.stateOf(id), server.requests.length]).toEqual(['uncertain', asked]);
    expect(bench.notices()).toEqual(['uncertain']);
  });

  test('A6: it is counted once, on the day on which it last may have left', async () => {
    const { bench, id } = await inDoubt(NEVER_ARRIVED, { limits: ['sends_per_day = 1'] });
    const bob = bench.approve('bob');
    expect(verdicts(await bench.send())).toMatchObject({ [id]: 'sent', [bob]: 'cap_day' });
    const counted = `SELECT count(*) AS n FROM messages WHERE claimed_at IS NOT NULL`;
    expect(bench.row(counted)).toEqual({ n: 1 });
  });

  test('A6: a new day has to have room for it, and then it counts there', async () => {
    const server = await ResendServer.start();
    const bench = await providerDesk('resend', server, { limits: ['sends_per_day = 1'] });
    bench.clock.advance(14 * HOUR_MS);
    const id = bench.approve('ann');
    server.failBy(() => NEVER_ARRIVED);
    await bench.send();
    server.fail();
    bench.clock.advance(10 * HOUR_MS);
    const bob = bench.approve('bob');
    expect(verdicts(await bench.send())).toMatchObject({ [id]: 'sent', [bob]: 'cap_day' });
    expect(bench.of(id).claimedAt).toBe(bench.clock.now());
  });

  test('A6: a run asks and sends no more than its cap together', async () => {
    const { bench, id } = await inDoubt(LOST, { limits: ['sends_per_run = 1'] });
    const bob = bench.approve('bob');
    expect(verdicts(await bench.send())).toMatchObject({ [id]: 'sent', [bob]: 'cap_run' });
  });

  test('A6: one that may not be asked about now does not stand before the others', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED, { limits: ['sends_per_run = 1'] });
    await bench.json(['leads', 'set', 'ann@ann.example', 'opted_out=true']);
    bench.clock.advance(MINUTE_MS);
    const bob = bench.approve('bob');
    server.failBy(() => NEVER_ARRIVED);
    await bench.send();
    server.fail();
    expect(verdicts(await bench.send())).toEqual({ [bob]: 'sent' });
    expect(bench.stateOf(id)).toBe('uncertain');
  });

  test('D2: who opted out meanwhile is not asked about: if it has not left, it shall not', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED);
    await bench.json(['leads', 'set', 'ann@ann.example', 'opted_out=true']);
    await bench.send();
    expect(server.timesTaken(id)).toBe(0);
    expect(bench.stateOf(id)).toBe('uncertain');
  });

  test('C5: whose step was removed meanwhile is not asked about: if it has not left, it shall not', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED);
    const [first, ...others] = bench.sequence.steps;
    const removed = [{ ...first!, deletedAt: bench.clock.now() }, ...others];
    bench.database.write(() => saveSequences(bench.database, [{ ...bench.sequence, steps: removed }]));
    const asked = server.requests.length;
    await bench.send();
    expect([bench.stateOf(id), server.requests.length]).toEqual(['uncertain', asked]);
  });

  test('a state that cannot be read right before the body ends the run with its error, not as one more doubt', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED);
    let isWhole = true;
    server.failBy(() => {
      if (isWhole)
        bench.database.write(() => bench.database.prepare('ALTER TABLE suppressions RENAME TO lost').run());
      isWhole = false;
      return NEVER_ARRIVED;
    });
    expect((await bench.send()).exit).toMatchObject({ code: 70 });
    expect([bench.stateOf(id), server.timesTaken(id)]).toEqual(['uncertain', 0]);
  });

  test('A10: a stop before the question leaves it in doubt, not approved', async () => {
    const { server, bench, id } = await inDoubt();
    bench.stop();
    expect((await bench.send()).exit.code).toBe(34);
    expect([bench.stateOf(id), server.timesTaken(id)]).toEqual(['uncertain', 1]);
  });

  test('hours are asked again too', async () => {
    const hours = ['weekdays = [1, 2, 3, 4, 5, 6, 7]', 'start = "09:00"', 'end = "17:00"'];
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED, { hours });
    bench.clock.advance(9 * HOUR_MS);
    await bench.send();
    expect([bench.stateOf(id), server.timesTaken(id)]).toEqual(['uncertain', 0]);
  });

  test('a no to the question says nothing of the first try: still in doubt, its words kept', async () => {
    const { server, bench, id } = await inDoubt();
    server.fail({ kind: 'answer', answer: error(422, 'validation_error', 'odd'), acts: false });
    expect(verdicts(await bench.send())).toEqual({ [id]: 'uncertain' });
    expect(bench.of(id)).toMatchObject({ state: 'uncertain', lastError: '422 validation_error: odd' });
    await bench.send();
    expect([bench.stateOf(id), server.timesTaken(id)]).toEqual(['sent', 1]);
  });

  test('D4: a key that was revoked ends the run at the first question', async () => {
    const server = await ResendServer.start();
    const bench = await providerDesk('resend', server, { isPaced: true });
    const ids = [bench.approve('ann'), bench.approve('bob')];
    server.failBy(() => LOST);
    await bench.send();
    const asked = server.requests.length;
    server.failBy(() => ({ kind: 'answer', answer: error(401, 'restricted_api_key', 'no'), acts: false }));
    const cid = bench.approve('cid');
    expect((await bench.send()).exit).toMatchObject({ code: 69 });
    expect(server.requests.length).toBe(asked + 1);
    expect([...ids, cid].map(bench.stateOf)).toEqual(['uncertain', 'uncertain', 'approved']);
  });

  test('a narrowed run does what it was asked for and no more', async () => {
    const { server, bench, id } = await inDoubt();
    const asked = server.requests.length;
    await bench.send('--limit', '1');
    expect([bench.stateOf(id), server.requests.length]).toEqual(['uncertain', asked]);
  });

  test('D11: settled by hand as not sent it is approved again, with the same bytes and the same key', async () => {
    const { server, bench, id } = await inDoubt(NEVER_ARRIVED);
    await bench.run(['review', 'settle', id, 'not-sent']);
    await bench.send();
    expect([bench.stateOf(id), server.timesTaken(id)]).toEqual(['sent', 1]);
  });

  test('D1: used again after a person said not sent, its key lives from the first use on', async () => {
    const { server, bench, id } = await inDoubt(LOST);
    bench.clock.advance(20 * HOUR_MS);
    await bench.run(['review', 'settle', id, 'not-sent']);
    server.failBy(() => NEVER_ARRIVED);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'uncertain' });
    server.fail();
    const asked = server.requests.length;
    bench.clock.advance(5 * HOUR_MS);
    await bench.send();
    expect([bench.stateOf(id), server.requests.length, server.timesTaken(id)]).toEqual([
      'uncertain',
      asked,
      1,
    ]);
    expect(bench.notices()).toEqual(['uncertain']);
  });

  test('D1: an attempt that surely did not leave used no key', async () => {
    const server = await ResendServer.start();
    const bench = await providerDesk('resend', server);
    const id = bench.approve('ann');
    server.failBy(() => ({ kind: 'answer', answer: error(429, 'rate_limit_exceeded', 'slow'), acts: false }));
    await bench.send();
    expect(bench.of(id)).toMatchObject({ state: 'approved', keyUsedAt: null });
    bench.clock.advance(21 * HOUR_MS);
    server.failBy(() => NEVER_ARRIVED);
    await bench.send();
    server.fail();
    bench.clock.advance(3 * HOUR_MS);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
  });

  test('A15: what a killed run left in the middle is asked about by the next one', async () => {
    const server = await StreamServer.start();
    const bench = await providerDesk('stream', server);
    const id = bench.approve('ann');
    server.failBy(() => ({ kind: 'silence', acts: true }));
    await bench.send();
    // As a run leaves it that asked again and was killed while it waited for the answer.
    bench.database.write(() => {
      bench.database.prepare(`UPDATE messages SET state = 'sending', attempts = 2`).run();
      const columns = 'message_row_id, event, at, operator_day, run_id, transport, account';
      const claimAgain = `INSERT INTO attempts (attempt, ${columns}) SELECT 2, ${columns} FROM attempts WHERE event = 'claimed'`;
      bench.database.prepare(claimAgain).run();
    });
    server.fail();
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    expect(server.timesTaken(id)).toBe(1);
  });
});

describe('D1: over a provider without keys', () => {
  test('a message in doubt stays so, the operator is told at once, and nothing is posted again', async () => {
    const server = await MailgunServer.start();
    const bench = await providerDesk('mailgun', server);
    const id = bench.approve('ann');
    server.fail(LOST);
    await bench.send();
    for (let run = 0; run < 3; run += 1) {
      bench.clock.advance(HOUR_MS);
      await bench.send();
    }
    expect([bench.stateOf(id), server.requests.length, server.timesTaken(id)]).toEqual(['uncertain', 1, 1]);
    expect(bench.notices()).toEqual(['uncertain']);
  });
});

describe('D7: a provider that wants to be left alone', () => {
  const tooMuch = json(429, { name: 'rate_limit_exceeded', message: 'slow down' }, { 'retry-after': '3600' });

  async function sentAway(
    provider: 'resend' | 'mailgun',
  ): Promise<{ server: ProviderServer; bench: SendDesk; id: string }> {
    const server = provider === 'resend' ? await ResendServer.start() : await MailgunServer.start();
    const bench = await providerDesk(provider, server);
    const id = bench.approve('ann');
    server.fail({ kind: 'answer', answer: tooMuch, acts: false });
    expect((await bench.send()).exit).toMatchObject({ code: 75 });
    return { server, bench, id };
  }

  test.each(['resend', 'mailgun'] as const)(
    '%s is left alone for as long, by every run, and then served',
    async (provider) => {
      const { server, bench, id } = await sentAway(provider);
      bench.clock.advance(59 * MINUTE_MS);
      const document = await bench.send();
      expect(document).toMatchObject({ run: { reason: 'retry_wait' }, exit: { code: 0 } });
      expect([bench.stateOf(id), server.requests.length]).toEqual(['approved', 1]);
      bench.clock.advance(MINUTE_MS);
      expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    },
  );

  test('D6: a full day of the stream API is over at midnight', async () => {
    const server = await StreamServer.start();
    const bench = await providerDesk('stream', server);
    server.room = 1;
    const [ann, bob] = [bench.approve('ann'), bench.approve('bob')];
    await bench.send();
    expect([bench.stateOf(ann), bench.stateOf(bob)].sort()).toEqual(['approved', 'sent']);
    server.room = 5;
    bench.clock.advance(HOUR_MS);
    expect((await bench.send()).run).toMatchObject({ reason: 'retry_wait' });
    bench.clock.advance(15 * HOUR_MS);
    await bench.send();
    expect([bench.stateOf(ann), bench.stateOf(bob)]).toEqual(['sent', 'sent']);
  });
});

describe('D8: through the stream API', () => {
  test('D6: the next mail of an enrollment goes into the conversation of the first', async () => {
    const server = await StreamServer.start();
    const bench = await providerDesk('stream', server);
    bench.approve('ann');
    await bench.send();
    const row = bench.row('SELECT conversation_id, provider_id FROM outgoing_mail');
    expect(row).toEqual({ conversation_id: 'conv_1', provider_id: 'pend_1' });
  });
});
