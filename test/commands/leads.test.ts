import { describe, expect, test } from 'vitest';

import type { Trigger } from '../../src/core/model.ts';
import { leadByRowId } from '../../src/store/leads.ts';
import { NO_TRIGGER, sequenceDefinition, stepDefinition } from '../helpers/definitions.ts';
import { DAY_MS, desk, HOUR_MS, welcome, type Desk } from './desk.ts';

const FROM_WEB: Trigger = { ...NO_TRIGGER, sources: ['web'] };

const OFFICE_HOURS = `timezone = "UTC"

[web]
token_secret = { file = "secret" }
`;

function enrolledDesk(config?: string): Desk & { readonly ann: number } {
  const bench = desk(config === undefined ? {} : { config });
  const sequence = bench.apply(welcome({ trigger: FROM_WEB }));
  const ann = bench.lead('ann', { company: 'Kestrel', lastName: 'Nair' });
  bench.enroll(ann, sequence);
  return { ...bench, ann };
}

describe('leads list and show', () => {
  test('F4: the list has every key of the contract', async () => {
    const bench = enrolledDesk();
    const [item] = (await bench.json(['leads', 'list'])).items;
    expect(item).toMatchObject({
      id: bench.leadId(bench.ann),
      email: 'ann@ann.example',
      first_name: 'ann',
      last_name: 'Nair',
      company: 'Kestrel',
      stage: 'new',
      status: 'new',
      tz: 'UTC',
      tz_rule: 'operator',
      suppressed: null,
      attribution: null,
    });
    expect(item!['enrollments']).toMatchObject([
      {
        sequence: 'welcome',
        status: 'pending',
        step: 'hello',
        next_due_at: '2026-02-18T09:00:00Z',
        cancel_reason: null,
        match_reason: 'pattern_exact',
      },
    ]);
  });

  test('F4: filters narrow it, a wrong word is named, and a cut list says that it was cut', async () => {
    const bench = enrolledDesk();
    bench.lead('bob', { status: 'working' });
    bench.lead('eve', { status: 'working' });
    const emails = async (...words: string[]): Promise<unknown[]> =>
      (await bench.json(['leads', 'list', ...words])).items.map((item) => item['email']);
    expect(await emails('--sequence', 'welcome')).toEqual(['ann@ann.example']);
    expect(await emails('--status', 'Working')).toEqual(['bob@bob.example', 'eve@eve.example']);
    expect(await bench.json(['leads', 'list', '--limit', '2'])).toMatchObject({ more: true });
    expect(await bench.json(['leads', 'list', '--limit', '3'])).toMatchObject({ more: false });
    const wrong = await bench.run(['leads', 'list', '--status', 'workin']);
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain('--status working');
  });

  test('cli.md 1: in a pipe a line is tabs, addresses and ISO times, without a header', async () => {
    const bench = enrolledDesk();
    const { stdout } = await bench.run(['leads', 'list']);
    expect(stdout).toBe(
      `${bench.leadId(bench.ann)}\tann@ann.example\tKestrel\tnew\tnew\twelcome › hello\t2026-02-18T09:00:00Z\n`,
    );
  });

  test('F4: one lead is found by id, by the beginning of its id, and by address in any case', async () => {
    const bench = enrolledDesk();
    const id = bench.leadId(bench.ann);
    for (const word of [id, id.slice(0, 9), 'Ann@ann.EXAMPLE']) {
      expect((await bench.json(['leads', 'show', word])).items, word).toMatchObject([{ id }]);
    }
  });

  test('F4: an id that two leads could be names both; an unknown one is 64', async () => {
    const bench = enrolledDesk();
    bench.database.write(() =>
      bench.database.prepare(`UPDATE leads SET id = 'l-aaaab' WHERE row_id = 1`).run(),
    );
    const other = bench.lead('bob');
    bench.database.write(() =>
      bench.database.prepare(`UPDATE leads SET id = 'l-aaaac' WHERE row_id = ?`).run(other),
    );
    const ambiguous = await bench.run(['leads', 'show', 'l-aaaa']);
    expect(ambiguous.code).toBe(64);
    expect(ambiguous.stderr).toContain('l-aaaab');
    expect(ambiguous.stderr).toContain('l-aaaac');
    expect((await bench.json(['leads', 'show', 'l-zzzz'])).exit).toMatchObject({ code: 64, name: 'USAGE' });
  });

  test('F4: the story has its timeline, oldest first, and the messages with their states', async () => {
    const bench = enrolledDesk();
    await bench.run(['drip', '--force']);
    bench.clock.advance(HOUR_MS);
    await bench.run(['leads', 'stop', 'ann@ann.example', '--reason', 'met in person']);
    const [item] = (await bench.json(['leads', 'show', 'ann@ann.example'])).items;
    expect(item!['timeline']).toMatchObject([
      { at: '2026-02-18T09:00:00Z', kind: 'drafted' },
      { at: '2026-02-18T10:00:00Z', kind: 'cancelled', text: 'enrollment cancelled: met in person' },
    ]);
    expect(item!['messages']).toMatchObject([{ state: 'cancelled', step: 'hello' }]);
  });

  test('F4: the screen fits 80 columns and draws how far the lead has come', async () => {
    const bench = enrolledDesk();
    await bench.run(['drip', '--force']);
    const { stdout } = await bench.run(['leads', 'show', 'ann@ann.example'], {
      stdoutIsTty: true,
      columns: 80,
    });
    expect(stdout).toContain('◌───○───○');
    expect(stdout).toContain('step 1 of 3, draft waiting');
    expect(stdout).toContain('headgate review m-');
    const plain = await bench.run(['leads', 'show', 'ann@ann.example', '--ascii', '--no-color'], {
      stdoutIsTty: true,
      columns: 80,
    });
    expect(plain.stdout).toContain('?---o---o');
    for (const line of plain.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

describe('leads why', () => {
  test('A13: it asks every guard in order, says what it looked at, and never writes', async () => {
    const bench = enrolledDesk();
    await bench.run(['drip', '--force']);
    const before = bench.row('SELECT write_counter FROM state_header');
    const [item] = (await bench.json(['leads', 'why', 'ann@ann.example'])).items;
    const guards = item!['guards'] as {
      name: string;
      verdict: string;
      reason: string | null;
      until: string | null;
    }[];
    expect([...new Set(guards.map(({ name }) => name))]).toEqual([
      'run',
      'suppressed',
      'bail',
      'lead',
      'attribution',
      'reservation',
      'watermark',
      'due',
      'hours',
      'late',
      'copy',
    ]);
    for (const guard of guards)
      expect(Object.keys(guard)).toEqual(expect.arrayContaining(['facts', 'until', 'reason']));
    expect(item).toMatchObject({ verdict: 'skip', reasons: ['waiting', 'watermark'] });
    expect(guards.find(({ name }) => name === 'watermark')).toMatchObject({ until: '2026-02-19T09:00:00Z' });
    expect(bench.row('SELECT write_counter FROM state_header')).toEqual(before);
  });

  test('A17: what it calls free is what the run drafts', async () => {
    const bench = enrolledDesk();
    await bench.run(['drip', '--force']);
    bench.clock.advance(HOUR_MS);
    bench.enroll(bench.lead('bob'), bench.apply(sequenceDefinition('other', ['one'])));
    const why = await bench.json(['leads', 'why', 'bob@bob.example']);
    expect(why.items).toMatchObject([{ verdict: 'allow', reasons: [] }]);
    const run = await bench.json(['drip']);
    expect(run.items.filter((item) => item['action'] === 'draft')).toMatchObject([
      { lead: { email: 'bob@bob.example' } },
    ]);
  });

  test('A6: it says when others before it in the queue will take the cap', async () => {
    const bench = enrolledDesk();
    await bench.run(['drip', '--force']);
    bench.clock.advance(HOUR_MS);
    const sequence = bench.apply(sequenceDefinition('other', ['one']));
    const earlier = { enrolledAt: bench.clock.now() - DAY_MS };
    for (let index = 0; index < 5; index += 1) bench.enroll(bench.lead(`before${index}`), sequence, earlier);
    bench.enroll(bench.lead('last'), sequence);
    expect((await bench.json(['leads', 'why', 'last@last.example'])).items).toMatchObject([
      { reasons: ['cap_run'] },
    ]);
  });

  test('A10, A4: a pause and a doubt of the run are reasons too', async () => {
    const bench = enrolledDesk();
    await bench.run(['pause', '--reason', 'fair']);
    expect((await bench.json(['leads', 'why', 'ann@ann.example'])).items).toMatchObject([
      { reasons: ['paused', 'no_checkpoint'] },
    ]);
  });

  test('A11: outside hours it says when the next opening is, and on a weekend that the run rests', async () => {
    const bench = enrolledDesk(OFFICE_HOURS);
    await bench.run(['drip', '--force']);
    bench.clock.set(Date.UTC(2026, 1, 18, 19));
    const evening = (await bench.json(['leads', 'why', 'ann@ann.example'])).items[0]!;
    expect(evening['reasons']).toContain('hours');
    bench.clock.set(Date.UTC(2026, 1, 21, 10));
    const saturday = (await bench.json(['leads', 'why', 'ann@ann.example'])).items[0]!;
    expect(saturday['reasons']).toEqual(expect.arrayContaining(['weekend', 'lead_weekday']));
  });

  test('D3: a field that the words need and the lead has not is found before any run', async () => {
    const bench = desk();
    const copy = { ...stepDefinition('hello').copy, bodyMarkdown: 'Hello {{ region }}\n' };
    const sequence = bench.apply(sequenceDefinition('welcome', [stepDefinition('hello', { copy })]));
    bench.enroll(bench.lead('ann'), sequence);
    expect((await bench.json(['leads', 'why', 'ann@ann.example'])).items[0]!['reasons']).toContain(
      'template',
    );
  });

  test('B3: a lead that is nowhere under way hears why it does not match', async () => {
    const bench = enrolledDesk();
    bench.lead('bob', { source: 'fair' });
    bench.lead('eve', { optedOut: true });
    bench.lead('tom');
    const match = async (name: string): Promise<unknown> =>
      (await bench.json(['leads', 'why', `${name}@${name}.example`]))['match'];
    expect(await match('bob')).toMatchObject({ verdict: 'no_match' });
    expect(await match('eve')).toMatchObject({ verdict: 'opted_out_at_match_time' });
    expect(await match('tom')).toMatchObject({ verdict: 'matched' });
    expect(await match('ann')).toBeNull();
  });

  test('B7: the follow-up that nurture would make is judged like any step', async () => {
    const bench = desk();
    bench.apply(sequenceDefinition('check-in', ['first'], { kind: 'nurture' }));
    bench.lead('bob', { lastContactAt: bench.clock.now() - DAY_MS });
    const { items, follow_up: followUp } = await bench.json(['leads', 'why', 'bob@bob.example']);
    expect(followUp).toBe(true);
    expect(items).toMatchObject([{ job: 'nurture', sequence: 'check-in', step: 'first', enrollment: null }]);
    expect(items[0]!['reasons']).toEqual(['no_checkpoint', 'not_due']);
  });

  test('A13: the screen ends with one sentence', async () => {
    const bench = enrolledDesk();
    const { stdout } = await bench.run(['leads', 'why', 'ann@ann.example'], {
      stdoutIsTty: true,
      columns: 80,
    });
    expect(stdout).toContain('So not now: no_checkpoint');
  });
});

describe('leads set', () => {
  test.each([
    ['opted_out=yes', 'opted_out'],
    ['do_not_contact=1', 'dnc'],
    ['spam=true', 'spam'],
    ['stage=Customer', 'stage_customer'],
    ['stage=disqualified', 'stage_disqualified'],
    ['status=UNQUALIFIED', 'status_unqualified'],
  ])('B6: %s cancels with %s and withdraws the draft in the same breath', async (word, reason) => {
    const bench = enrolledDesk();
    await bench.run(['drip', '--force']);
    const { items } = await bench.json(['leads', 'set', 'ann@ann.example', word]);
    expect(items).toMatchObject([
      { cancelled: 1, enrollments: [{ status: 'cancelled', cancel_reason: reason }] },
    ]);
    expect(bench.row('SELECT state FROM messages')).toEqual({ state: 'cancelled' });
    expect(bench.row('SELECT nurture_due_at FROM leads')).toEqual({ nurture_due_at: null });
  });

  test('B6: setting an opt-out back enrolls nobody', async () => {
    const bench = enrolledDesk();
    await bench.run(['leads', 'set', 'ann@ann.example', 'opted_out=yes']);
    const { items } = await bench.json(['leads', 'set', 'ann@ann.example', 'opted_out=no']);
    expect(items).toMatchObject([{ enrolled: {}, enrollments: [{ status: 'cancelled' }] }]);
  });

  test('B6: moving to working, contacted, qualified or nurture keeps the drip running', async () => {
    const bench = enrolledDesk();
    for (const status of ['working', 'contacted', 'qualified', 'nurture']) {
      const { items } = await bench.json(['leads', 'set', 'ann@ann.example', `status=${status}`]);
      expect(items, status).toMatchObject([{ status, cancelled: 0, enrollments: [{ status: 'pending' }] }]);
    }
  });

  test('C4: another zone moves what is due into the hours of that zone', async () => {
    const bench = enrolledDesk(OFFICE_HOURS);
    const { items } = await bench.json(['leads', 'set', 'ann@ann.example', 'timezone=Asia/Tokyo']);
    expect(items).toMatchObject([
      {
        tz: 'Asia/Tokyo',
        tz_rule: 'explicit',
        rescheduled: 1,
        enrollments: [{ next_due_at: '2026-02-19T00:00:00Z' }],
      },
    ]);
  });

  test('C4: a country gives the zone where none is explicit', async () => {
    const bench = enrolledDesk();
    expect((await bench.json(['leads', 'set', 'ann@ann.example', 'country=de'])).items).toMatchObject([
      { tz: 'Europe/Berlin', tz_rule: 'country' },
    ]);
  });

  test('C6: what was asked for now keeps its time when the zone changes', async () => {
    const bench = enrolledDesk(OFFICE_HOURS);
    await bench.run(['leads', 'due', 'ann@ann.example']);
    const { items } = await bench.json(['leads', 'set', 'ann@ann.example', 'timezone=Asia/Tokyo']);
    expect(items).toMatchObject([{ rescheduled: 0, enrollments: [{ next_due_at: '2026-02-18T09:00:00Z' }] }]);
  });

  test('B3: another source is matched again, now', async () => {
    const bench = desk();
    bench.apply(welcome({ trigger: FROM_WEB }));
    bench.lead('bob', { source: 'fair' });
    const { items } = await bench.json(['leads', 'set', 'bob@bob.example', 'source=web']);
    expect(items).toMatchObject([{ enrolled: { welcome: 1 }, enrollments: [{ sequence: 'welcome' }] }]);
  });

  test('E1: what an operator set is newer than any file of before', async () => {
    const bench = enrolledDesk();
    await bench.run(['leads', 'set', 'ann@ann.example', 'stage=proposal']);
    expect(leadByRowId(bench.database, bench.ann)).toMatchObject({
      updatedAt: bench.clock.now(),
      stage: 'proposal',
    });
  });

  test('a hold keeps every engine away until its date, and is told in the story', async () => {
    const bench = enrolledDesk();
    await bench.run(['leads', 'set', 'ann@ann.example', 'hold_until=2026-03-02', 'hold_note=at a fair']);
    await bench.run(['drip', '--force']);
    expect(bench.row('SELECT count(*) AS count FROM messages')).toEqual({ count: 0 });
    const [item] = (await bench.json(['leads', 'show', 'ann@ann.example'])).items;
    expect(item).toMatchObject({ held_until: '2026-03-02T00:00:00Z', hold_note: 'at a fair' });
    expect(JSON.stringify(item!['timeline'])).toContain('at a fair');
    await bench.run(['leads', 'set', 'ann@ann.example', 'hold_until=']);
    expect((await bench.json(['drip', '--force']))['counts']).toMatchObject({ drafted: 1 });
  });

  test('a wrong value is 64 with the nearest right one, and nothing was done', async () => {
    const bench = enrolledDesk();
    const result = await bench.run(['leads', 'set', 'ann@ann.example', 'stage=custmer', 'company=New']);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('did you mean customer?');
    expect(leadByRowId(bench.database, bench.ann)).toMatchObject({ stage: 'new', company: 'Kestrel' });
  });

  test('E7: the same value again changes nothing and leaves no line', async () => {
    const bench = enrolledDesk();
    const { items } = await bench.json(['leads', 'set', 'ann@ann.example', 'company=Kestrel']);
    expect(items).toMatchObject([{ changed: [] }]);
    expect(leadByRowId(bench.database, bench.ann)!.updatedAt).toBeNull();
    expect((await bench.json(['leads', 'show', 'ann@ann.example'])).items).toMatchObject([{ timeline: [] }]);
  });
});

describe('leads stop', () => {
  test('B6: it cancels everything the lead is in, with the reason, and withdraws unsent drafts', async () => {
    const bench = enrolledDesk();
    bench.enroll(bench.ann, bench.apply(sequenceDefinition('second', ['one'])));
    await bench.run(['drip', '--force']);
    const { items } = await bench.json(['leads', 'stop', 'ann@ann.example', '--reason', 'met in person']);
    expect(items).toMatchObject([{ reason: 'met in person', leaving: [] }]);
    expect(items[0]!['cancelled']).toHaveLength(2);
    expect(bench.row(`SELECT count(*) AS count FROM messages WHERE state <> 'cancelled'`)).toEqual({
      count: 0,
    });
  });

  test('B6: without a reason it is manual, and --sequence leaves the others running', async () => {
    const bench = enrolledDesk();
    bench.enroll(bench.ann, bench.apply(sequenceDefinition('second', ['one'])));
    const { items } = await bench.json(['leads', 'stop', 'ann@ann.example', '--sequence', 'second']);
    expect(items).toMatchObject([
      {
        reason: 'manual',
        enrollments: [
          { sequence: 'welcome', status: 'pending' },
          { sequence: 'second', status: 'cancelled', cancel_reason: 'manual' },
        ],
      },
    ]);
  });

  test('B6: what was sent is never touched, what is being sent is left to its sender and named', async () => {
    const bench = enrolledDesk();
    const enrollment = bench.row('SELECT row_id FROM enrollments')['row_id'] as number;
    const message = bench.message(enrollment, 'sending');
    const { items } = await bench.json(['leads', 'stop', 'ann@ann.example']);
    expect(items).toMatchObject([{ leaving: [message] }]);
    expect(bench.row('SELECT state FROM messages')).toEqual({ state: 'sending' });
  });

  test('a sequence that the lead is not in is 64; nothing to stop is 0', async () => {
    const bench = enrolledDesk();
    expect((await bench.run(['leads', 'stop', 'ann@ann.example', '--sequence', 'nope'])).code).toBe(64);
    await bench.run(['leads', 'stop', 'ann@ann.example']);
    expect(await bench.json(['leads', 'stop', 'ann@ann.example'])).toMatchObject({
      items: [{ cancelled: [], reason: null }],
      exit: { code: 0 },
    });
  });
});

describe('leads due', () => {
  test('C6: a step of next month is drafted by the next run', async () => {
    const bench = desk();
    const sequence = bench.apply(welcome());
    bench.enroll(bench.lead('ann'), sequence, { dueAt: bench.clock.now() + 30 * DAY_MS });
    await bench.run(['drip', '--force']);
    const due = await bench.json(['leads', 'due', 'ann@ann.example']);
    expect(due.items).toMatchObject([
      { sequence: 'welcome', step: 'hello', verdict: 'allow', held_back: [] },
    ]);
    expect((await bench.json(['drip']))['counts']).toMatchObject({ drafted: 1 });
  });

  test('C6: every guard still holds, and it says which', async () => {
    const bench = enrolledDesk(OFFICE_HOURS);
    await bench.run(['leads', 'set', 'ann@ann.example', 'timezone=Asia/Tokyo']);
    const { items } = await bench.json(['leads', 'due', 'ann@ann.example']);
    expect(items).toMatchObject([
      { held_back: [{ reason: 'no_checkpoint' }, { reason: 'hours', until: '2026-02-19T00:00:00Z' }] },
    ]);
    expect((await bench.json(['drip', '--force']))['counts']).not.toMatchObject({ drafted: 1 });
  });

  test('C6: only a pending or active enrollment has a step to hurry', async () => {
    const bench = enrolledDesk();
    await bench.run(['leads', 'stop', 'ann@ann.example']);
    expect((await bench.run(['leads', 'due', 'ann@ann.example'])).code).toBe(64);
  });

  test('A1: of several sequences one must be named', async () => {
    const bench = enrolledDesk();
    bench.enroll(bench.ann, bench.apply(sequenceDefinition('second', ['one'])));
    const refused = await bench.run(['leads', 'due', 'ann@ann.example']);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('--sequence welcome');
    expect((await bench.run(['leads', 'due', 'ann@ann.example', '--sequence', 'second'])).code).toBe(0);
  });
});
