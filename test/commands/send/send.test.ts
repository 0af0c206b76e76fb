import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { readJob } from '../../../src/store/jobs.ts';
import { acquireLock } from '../../../src/store/locks.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, outboxText, sendDesk, verdicts } from './send-desk.ts';

describe('send, into the outbox', () => {
  test('D8: an approved message becomes one .eml file, and its lead goes on to the next step', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    const document = await bench.send();
    expect(document).toMatchObject({
      run: { mode: 'live', live: false },
      counts: { evaluated: 1, sent: 1 },
      items: [{ id, action: 'send', outcome: 'sent' }],
      next: ['headgate outbox list'],
      exit: { code: 0 },
    });
    expect(bench.outbox()).toEqual([id]);
    expect(outboxText(bench, id)).toMatch(new RegExp(`^Message-ID: <${id}@mail\\.example\\.com>\\r$`, 'm'));
    expect(bench.of(id)).toMatchObject({ state: 'sent', dry: true, attempts: 1, sentAt: bench.clock.now() });
    expect(bench.attempts(id)).toEqual(['claimed 1', 'accepted 1']);
    expect((await bench.json(['leads', 'show', 'ann@ann.example'])).items).toMatchObject([
      { enrollments: [{ step: 'case-study' }] },
    ]);
  });

  test('A15: the journal knows of the claim and of what became of it', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    await bench.send();
    expect(bench.journal()).toMatchObject([
      { messageId: id, attempt: 1, event: 'claimed', recipient: 'ann@ann.example', stepId: 'hello' },
      { messageId: id, attempt: 1, event: 'accepted' },
    ]);
  });

  test('D1: sent once, however often send runs', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    for (let run = 0; run < 3; run += 1) await bench.send();
    expect(bench.outbox()).toEqual([id]);
    expect(bench.attempts(id)).toEqual(['claimed 1', 'accepted 1']);
  });

  test('A9: nothing to send is a quiet 0, or 20 when asked, and a checkpoint', async () => {
    const bench = sendDesk();
    expect((await bench.send()).exit.code).toBe(0);
    expect(readJob(bench.database, 'send').checkpointAt).toBe(bench.clock.now());
    expect((await bench.send('--detailed-exit-code')).exit).toMatchObject({ code: 20, name: 'NOTHING_DUE' });
  });

  test('A9: a run narrowed by --only or --limit writes no checkpoint', async () => {
    const bench = sendDesk();
    const [first, second] = bench.approveMany(2);
    await bench.send('--only', first!);
    expect(bench.outbox()).toEqual([first]);
    await bench.send('--limit', '1');
    expect(new Set(bench.outbox())).toEqual(new Set([first, second]));
    expect(readJob(bench.database, 'send').checkpointAt).toBeNull();
  });

  test('F3: a preview shows what would leave and what would not, and changes no message', async () => {
    const bench = sendDesk({ limits: ['undo_minutes = 15'] });
    const ready = bench.approve('ann');
    const early = bench.approve('eve', { leaves_at: bench.clock.now() + 5 * MINUTE_MS });
    const document = await bench.send('--preview', '--detailed-exit-code');
    expect(document.exit).toMatchObject({ code: 21, name: 'WOULD_ACT' });
    expect(verdicts(document)).toEqual({ [ready]: 'send', [early]: 'undo' });
    expect([bench.stateOf(ready), bench.stateOf(early)]).toEqual(['approved', 'approved']);
    expect(bench.outbox()).toEqual([]);
  });

  test('A12: a second send that runs at the same time ends 75 and says who holds the lock', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    const holder = { pid: 1, startedAt: bench.clock.now(), command: 'send', hostName: 'vps-1' };
    const lock = acquireLock({ directory: join(bench.directory, 'locks'), job: 'send', holder });
    expect((await bench.run(['send'])).code).toBe(75);
    expect(bench.stateOf(id)).toBe('approved');
    if (lock.kind === 'held') lock.release();
  });

  test('A6: longest approved leave first, whoever they are', async () => {
    const bench = sendDesk({ limits: ['sends_per_run = 2'] });
    await bench.send();
    const late = bench.approve('ann', { approved_at: bench.clock.now() });
    const early = bench.approve('bob', { approved_at: bench.clock.now() - 2 * HOUR_MS });
    const middle = bench.approve('eve', { approved_at: bench.clock.now() - HOUR_MS });
    expect(verdicts(await bench.send())).toEqual({ [early]: 'sent', [middle]: 'sent', [late]: 'cap_run' });
  });

  test('hardening 90: a limit that is no number is refused', async () => {
    expect((await sendDesk().run(['send', '--limit', 'many'])).code).toBe(64);
  });

  test('hardening 89: a limit above the cap is a misunderstanding, and nothing is sent', async () => {
    const bench = sendDesk({ limits: ['sends_per_run = 2'] });
    bench.approveMany(3);
    expect((await bench.run(['send', '--limit', '3'])).code).toBe(64);
    expect(bench.outbox()).toEqual([]);
  });

  test('hardening 90: an id that is no approved message is said, and nothing else is sent', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    expect((await bench.run(['send', '--only', 'm-nowhere'])).code).toBe(64);
    expect(bench.stateOf(id)).toBe('approved');
  });
});

describe('send, at the door', () => {
  test('D7: nothing leaves within the undo, and an undo always wins', async () => {
    const bench = sendDesk({ limits: ['undo_minutes = 15'] });
    const enrollment = bench.enroll(bench.lead('ann'), bench.sequence);
    const id = bench.message(enrollment, 'pending_approval');
    await bench.run(['review', 'approve', id]);
    for (const minutes of [0, 5, 9]) {
      bench.clock.advance(minutes * MINUTE_MS);
      expect(verdicts(await bench.send())).toEqual({ [id]: 'undo' });
    }
    expect((await bench.run(['review', 'undo', id])).code).toBe(0);
    bench.clock.advance(HOUR_MS);
    expect((await bench.send()).items).toEqual([]);
    expect(bench.stateOf(id)).toBe('pending_approval');
  });

  test('D7: when the quarter of an hour is over it leaves', async () => {
    const bench = sendDesk({ limits: ['undo_minutes = 15'] });
    const id = bench.message(bench.enroll(bench.lead('ann'), bench.sequence), 'pending_approval');
    await bench.run(['review', 'approve', id]);
    bench.clock.advance(15 * MINUTE_MS);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    expect((await bench.run(['review', 'undo', id])).code).not.toBe(0);
  });

  test('A2: two approved messages of one lead leave a day apart, not in one run', async () => {
    const bench = sendDesk();
    const lead = bench.lead('ann');
    const other = bench.apply({ ...bench.sequence, id: 'other' });
    const change = { approved_boot_id: bench.machine.bootId() };
    const first = bench.message(bench.enroll(lead, bench.sequence), 'approved', change);
    const second = bench.message(bench.enroll(lead, other), 'approved', change);
    expect(verdicts(await bench.send())).toEqual({ [first]: 'sent', [second]: 'watermark' });
    bench.clock.advance(DAY_MS - 1);
    expect(verdicts(await bench.send())).toEqual({ [second]: 'watermark' });
    bench.clock.advance(1);
    expect(verdicts(await bench.send())).toEqual({ [second]: 'sent' });
  });

  test('D2: an approved message that waited too long ends as expired, and its step is due again', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    bench.clock.advance(DAY_MS);
    await bench.send('--only', bench.approve('bob'));
    bench.clock.advance(6 * DAY_MS + 1);
    await bench.send();
    expect(bench.stateOf(id)).toBe('expired');
    expect(bench.outbox()).not.toContain(id);
    await bench.run(['drip', '--force']);
    expect(bench.of(id)).toMatchObject({ state: 'pending_approval', revision: 2 });
  });

  test('D9: who is not on the allowlist is skipped, and the enrollment ends as recipient_not_in_allowlist', async () => {
    const bench = sendDesk({ mail: ['allowlist = ["ann@ann.example"]'] });
    const [ann, bob] = [bench.approve('ann'), bench.approve('bob')];
    expect(verdicts(await bench.send())).toEqual({ [ann]: 'sent', [bob]: 'allowlist' });
    expect(bench.stateOf(bob)).toBe('skipped');
    expect((await bench.json(['leads', 'show', 'bob@bob.example'])).items).toMatchObject([
      { enrollments: [{ status: 'cancelled', cancel_reason: 'recipient_not_in_allowlist' }] },
    ]);
    expect(bench.outbox()).toEqual([ann]);
  });

  test('B9: a message of a paused sequence waits', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    bench.pauseSequence('paused');
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sequence_paused' });
    bench.pauseSequence('active');
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
  });

  test.each([
    ['opted_out=true', 'cancelled'],
    ['do_not_contact=true', 'cancelled'],
    ['stage=customer', 'cancelled'],
    ['status=unqualified', 'cancelled'],
  ])('B6: a lead set to %s between approval and send gets nothing', async (change, state) => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    expect((await bench.run(['leads', 'set', 'ann@ann.example', change])).code).toBe(0);
    await bench.send();
    expect([bench.stateOf(id), bench.outbox()]).toEqual([state, []]);
  });

  test('A11: outside the lead’s hours it waits for their morning', async () => {
    const hours = ['weekdays = [1, 2, 3, 4, 5, 6, 7]', 'start = "09:00"', 'end = "17:00"'];
    const bench = sendDesk({ hours }, Date.UTC(2026, 1, 18, 20));
    const id = bench.approve('ann');
    const document = await bench.send();
    expect(document.items).toMatchObject([{ id, reason: 'hours', retry_after: '2026-02-19T09:00:00Z' }]);
    bench.clock.set(Date.UTC(2026, 1, 19, 9));
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
  });

  test('A11: on a weekend and on a holiday of the operator nothing leaves, and the checkpoint is written', async () => {
    const saturday = Date.UTC(2026, 1, 21, 10);
    const bench = sendDesk(
      { hours: ['weekdays = [1, 2, 3, 4, 5]', 'start = "00:00"', 'end = "24:00"'] },
      saturday,
    );
    const id = bench.approve('ann');
    const document = await bench.send();
    expect(document).toMatchObject({ run: { mode: 'quiet', reason: 'weekend' }, exit: { code: 0 } });
    expect(bench.stateOf(id)).toBe('approved');
    expect(readJob(bench.database, 'send').checkpointAt).toBe(saturday);
  });
});

describe('send, its caps', () => {
  test('A6: a run sends at most sends_per_run, a day at most sends_per_day', async () => {
    const bench = sendDesk({ limits: ['sends_per_run = 3', 'sends_per_day = 5'] });
    bench.approveMany(8);
    expect((await bench.send()).counts).toMatchObject({ sent: 3, cap_run: 5 });
    expect((await bench.send()).counts).toMatchObject({ sent: 2, cap_day: 3 });
    expect((await bench.send()).counts).toMatchObject({ cap_day: 3 });
    expect(bench.outbox()).toHaveLength(5);
  });

  test('A6: midnight alone frees nothing: the last 24 hours count too', async () => {
    const late = Date.UTC(2026, 1, 18, 23, 30);
    const bench = sendDesk({ limits: ['sends_per_day = 2'] }, late);
    bench.approveMany(4);
    expect((await bench.send()).counts).toMatchObject({ sent: 2 });
    bench.clock.advance(HOUR_MS);
    expect((await bench.send()).counts).toMatchObject({ cap_day: 2 });
    bench.clock.set(late + DAY_MS);
    expect((await bench.send()).counts).toMatchObject({ sent: 2 });
  });

  test('A6: of a backlog of thousands a thousand are named, the rest are counted, and whoever may leave does', async () => {
    const bench = sendDesk({ limits: ['sends_per_run = 2'] });
    await bench.send();
    const leaves_at = bench.clock.now() + MINUTE_MS;
    const approved_at = bench.clock.now() - MINUTE_MS;
    const ids = bench.database.write(() => {
      for (let lead = 0; lead < 1_005; lead += 1)
        bench.approve(`early${String(lead)}`, { approved_at, leaves_at });
      return bench.approveMany(4);
    });
    const document = await bench.send();
    expect(document.counts).toMatchObject({ evaluated: 1_009, sent: 2, undo: 1_005, cap_run: 2 });
    expect(document.items).toHaveLength(1_002);
    expect(bench.outbox().toSorted()).toEqual(ids.slice(0, 2).toSorted());
  });

  test('A6: 0 means none', async () => {
    const bench = sendDesk({ limits: ['sends_per_day = 0'] });
    bench.approveMany(2);
    expect((await bench.send()).counts).toMatchObject({ cap_day: 2 });
    expect(bench.outbox()).toEqual([]);
  });

  test('hardening 1.3: four runs one after another send no more than the day allows', async () => {
    const bench = sendDesk({ limits: ['sends_per_run = 5', 'sends_per_day = 7'] });
    bench.approveMany(12);
    for (let run = 0; run < 4; run += 1) await bench.send();
    expect(bench.outbox()).toHaveLength(7);
  });
});

describe('send, its blast radius', () => {
  const wide = { limits: ['sends_per_run = 100', 'sends_per_day = 100'] };

  test('A8: above 3 x the floor the whole batch is held, the operator told, and nothing leaves', async () => {
    const bench = sendDesk(wide);
    const ids = bench.approveMany(13);
    const document = await bench.send();
    expect(document.exit).toMatchObject({ code: 31, name: 'HELD' });
    expect(verdicts(document)).toEqual(Object.fromEntries(ids.map((id) => [id, 'blast_radius'])));
    expect(document['guards']).toMatchObject({ blast_radius: { ok: false, demand: 13, limit: 12 } });
    expect(new Set(ids.map(bench.stateOf))).toEqual(new Set(['held']));
    expect(bench.of(ids[0]!).holdCause).toBe('blast_radius');
    expect([bench.outbox(), bench.notices()]).toEqual([[], ['held']]);
    expect(readJob(bench.database, 'send').checkpointAt).toBe(bench.clock.now());
  });

  test('A13: a person reads which messages were held, and why', async () => {
    const bench = sendDesk(wide);
    const [first] = bench.approveMany(13);
    const { stdout } = await bench.run(['send']);
    expect(stdout).toContain('13 approved messages not sent now');
    expect(stdout).toContain(`${first!}  blast_radius: held with its whole batch`);
    expect(stdout).toMatch(/Volume +13 could leave . 7-day average 0\.0 a day . hold line 12\.0/);
  });

  test('A8, F3: a preview shows the demand before the caps, as the run then does', async () => {
    const bench = sendDesk({ limits: ['sends_per_run = 2'] });
    bench.approveMany(13);
    const preview = await bench.send('--preview');
    expect(preview).toMatchObject({
      counts: { evaluated: 13, demand: 13, would_send: 2, cap_run: 11 },
      guards: { blast_radius: { demand: 13 }, cap: { used: 2 } },
    });
    expect((await bench.run(['send', '--preview'])).stdout).toMatch(
      /Volume +would send 2 of 13 that could leave/,
    );
    expect((await bench.run(['send'])).stdout).toMatch(/Volume +sent 2 of 13 that could leave/);
  });

  test('A8: exactly on the line it leaves', async () => {
    const bench = sendDesk(wide);
    bench.approveMany(12);
    expect((await bench.send()).counts).toMatchObject({ sent: 12 });
  });

  test('A8: while the batch waits for its decision send makes nothing more, and ends 0 with the reason', async () => {
    const bench = sendDesk(wide);
    bench.approveMany(13);
    await bench.send();
    const later = bench.approve('later');
    expect(await bench.send()).toMatchObject({ run: { reason: 'hold_open' }, exit: { code: 0 } });
    expect(bench.stateOf(later)).toBe('approved');
  });

  test('A8: what a person released is not judged again, and leaves room for the others', async () => {
    const bench = sendDesk(wide);
    const ids = bench.approveMany(13);
    const run = String((await bench.send()).run['id']);
    expect((await bench.run(['review', 'release', '--run', run])).code).toBe(0);
    const more = bench.approveMany(3, 'more');
    expect((await bench.send()).counts).toMatchObject({ sent: 16 });
    expect(new Set([...ids, ...more].map(bench.stateOf))).toEqual(new Set(['sent']));
  });

  test('A8: a discarded batch is gone, and its steps are due again', async () => {
    const bench = sendDesk(wide);
    const ids = bench.approveMany(13);
    const run = String((await bench.send()).run['id']);
    await bench.run(['review', 'discard', '--run', run]);
    await bench.send();
    expect([bench.outbox(), bench.stateOf(ids[0]!)]).toEqual([[], 'discarded']);
  });

  test('A8: what would leave but for the caps is counted, and told once a day when it is above the line', async () => {
    const bench = sendDesk({ limits: ['sends_per_run = 2'] });
    bench.approveMany(13);
    expect((await bench.send()).counts).toMatchObject({ sent: 2, demand: 13 });
    bench.clock.advance(HOUR_MS);
    expect((await bench.send()).counts).toMatchObject({ sent: 2, demand: 11 });
    expect(bench.notices()).toEqual(['demand']);
    bench.clock.advance(DAY_MS);
    bench.approveMany(9, 'more');
    await bench.send();
    expect(bench.notices()).toEqual(['demand', 'demand']);
  });

  test('A8: the line follows the mean of the days on which send worked', async () => {
    const bench = sendDesk(wide);
    for (let day = 0; day < 3; day += 1) {
      bench.approveMany(8, `day${String(day)}x`);
      expect((await bench.send()).counts).toMatchObject({ sent: 8 });
      bench.clock.advance(DAY_MS);
    }
    bench.approveMany(24, 'busy');
    expect((await bench.send()).counts).toMatchObject({ sent: 24 });
    bench.clock.advance(DAY_MS);
    bench.approveMany(37, 'flood');
    expect((await bench.send()).exit.code).toBe(31);
  });
});

describe('send, told to stop', () => {
  test('A10: while STOP is there it ends 34 and sends nothing, approved drafts included', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    await bench.run(['pause', '--reason', 'something is off']);
    expect((await bench.run(['send'])).code).toBe(34);
    expect([bench.stateOf(id), bench.outbox()]).toEqual(['approved', []]);
    await bench.run(['resume', '--yes']);
    await bench.send();
    expect(bench.stateOf(id)).toBe('sent');
  });

  test('A10: a STOP made with touch stops as well', async () => {
    const bench = sendDesk();
    bench.approve('ann');
    writeFileSync(join(bench.directory, 'STOP'), '');
    expect((await bench.run(['send'])).code).toBe(34);
    expect(bench.outbox()).toEqual([]);
  });
});
