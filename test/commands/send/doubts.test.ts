import { describe, expect, test } from 'vitest';

import { readHeader } from '../../../src/store/header.ts';
import { readJob } from '../../../src/store/jobs.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, sendDesk, verdicts, type SendDesk } from './send-desk.ts';

/** A desk whose send has worked here before, so that only what the test does is new. */
async function usedDesk(): Promise<SendDesk> {
  const bench = sendDesk();
  bench.approve('first');
  await bench.send();
  return bench;
}

const releaseAll = (bench: SendDesk, count: number): ReturnType<SendDesk['run']> =>
  bench.run(['review', 'release', '--all', '--count', String(count)]);

describe('send, in its first run', () => {
  test('A4: a state that never sent lets a first approval simply go out', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    expect(await bench.send()).toMatchObject({ counts: { sent: 1 }, exit: { code: 0 } });
    expect(bench.stateOf(id)).toBe('sent');
  });

  test('A5: but not one that was approved on another boot: it may be an image whose first mail has left', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    bench.machine.reboot();
    expect((await bench.send()).exit.code).toBe(30);
    expect([bench.stateOf(id), bench.outbox()]).toEqual(['held', []]);
    await releaseAll(bench, 1);
    await bench.send();
    expect(bench.stateOf(id)).toBe('sent');
  });
});

describe('send, after a reboot', () => {
  test('A5: what was approved before it is held, what was approved after it stays approved', async () => {
    const bench = await usedDesk();
    const before = bench.approve('ann');
    bench.machine.reboot();
    const after = bench.approve('bob');
    const document = await bench.send();
    expect(document).toMatchObject({
      run: { mode: 'preview', reason: 'first_boot' },
      counts: { held: 1 },
      items: [
        {
          action: 'hold_back',
          id: before,
          sequence: 'welcome',
          step: 'hello',
          reason: 'doubt',
          retry_after: null,
        },
      ],
      exit: { code: 30, name: 'COLD_START' },
    });
    expect(document.items).toHaveLength(1);
    expect([bench.stateOf(before), bench.stateOf(after)]).toEqual(['held', 'approved']);
    expect(bench.of(before)).toMatchObject({ holdCause: 'doubt', heldFrom: 'approved' });
    expect(bench.outbox()).toHaveLength(1);
  });

  test('A9: that 30 writes its checkpoint: the next run goes on with what was approved since', async () => {
    const bench = await usedDesk();
    const before = bench.approve('ann');
    bench.machine.reboot();
    await bench.send();
    expect(readJob(bench.database, 'send')).toMatchObject({
      checkpointAt: bench.clock.now(),
      checkpointBootId: 'boot-2',
    });
    const after = bench.approve('bob');
    expect(verdicts(await bench.send())).toEqual({ [after]: 'sent' });
    expect(bench.stateOf(before)).toBe('held');
  });

  test('A5: one release is the way on, however many runs there were in between', async () => {
    const bench = await usedDesk();
    const id = bench.approve('ann');
    bench.machine.reboot();
    for (let run = 0; run < 3; run += 1) {
      await bench.send();
      bench.clock.advance(10 * MINUTE_MS);
    }
    expect(bench.stateOf(id)).toBe('held');
    expect((await releaseAll(bench, 1)).code).toBe(0);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
  });

  test('F1: the operator is told once, and no sequence approves itself until a person has acted', async () => {
    const bench = await usedDesk();
    bench.approve('ann');
    bench.machine.reboot();
    await bench.send();
    await bench.send();
    expect(bench.notices()).toEqual(['doubt']);
    expect(readHeader(bench.database).personNeededSinceAt).not.toBeNull();
    await releaseAll(bench, 1);
    expect(readHeader(bench.database).personNeededSinceAt).toBeNull();
  });

  test('A5: with nothing approved before it, it is a run like any other', async () => {
    const bench = await usedDesk();
    bench.machine.reboot();
    const after = bench.approve('bob');
    expect(verdicts(await bench.send())).toEqual({ [after]: 'sent' });
    expect(readJob(bench.database, 'send').checkpointBootId).toBe('boot-2');
  });

  test('A5: a mail that a killed run left in between is doubted like the rest', async () => {
    const bench = await usedDesk();
    const id = bench.approve('ann');
    claimAndDie(bench, id);
    bench.machine.reboot();
    expect((await bench.send()).exit.code).toBe(30);
    expect([bench.stateOf(id), bench.outbox().includes(id)]).toEqual(['held', false]);
  });

  test('A5: ten thousand and one approvals are held to the last', async () => {
    const bench = await usedDesk();
    const id = bench.approve('ann');
    manyLike(bench, id, 10_000);
    bench.machine.reboot();
    expect((await bench.send()).counts).toMatchObject({ held: 10_001 });
    expect(bench.row(`SELECT count(*) AS count FROM messages WHERE state = 'approved'`)).toEqual({
      count: 0,
    });
  });
});

describe('send, after a silence', () => {
  test('A4: after more than 36 hours everything approved before the run is held', async () => {
    const bench = await usedDesk();
    const old = bench.approve('ann');
    bench.clock.advance(36 * HOUR_MS + 1);
    const recent = bench.approve('bob');
    expect(await bench.send()).toMatchObject({ run: { reason: 'gap' }, counts: { held: 2 } });
    expect([bench.stateOf(old), bench.stateOf(recent)]).toEqual(['held', 'held']);
    await releaseAll(bench, 2);
    expect((await bench.send()).counts).toMatchObject({ sent: 2 });
  });

  test('A4: exactly 36 hours are no doubt', async () => {
    const bench = await usedDesk();
    const id = bench.approve('ann');
    bench.clock.advance(36 * HOUR_MS);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
  });
});

describe('send, with a state that is not its own', () => {
  async function moved(): Promise<{ bench: SendDesk; id: string }> {
    const bench = await usedDesk();
    const id = bench.approve('ann');
    bench.machine.become({ machineIdHash: 'machine-2' });
    return { bench, id };
  }

  async function turnedBack(): Promise<{ bench: SendDesk; id: string }> {
    const bench = await usedDesk();
    const id = bench.approve('ann');
    bench.stampFile.write({ ...bench.stampFile.read()!, writeCounter: 10_000 });
    return { bench, id };
  }

  describe.each([
    ['machine', moved],
    ['restored', turnedBack],
  ])('A15: %s', (reason, make) => {
    test('nothing leaves by itself, run after run, reboots included', async () => {
      const { bench, id } = await make();
      for (let run = 0; run < 5; run += 1) {
        const document = await bench.send();
        expect(document).toMatchObject({ run: { reason }, exit: { code: 30 }, next: ['headgate adopt'] });
        bench.clock.advance(HOUR_MS);
        if (run === 2) bench.machine.reboot();
      }
      expect([bench.stateOf(id), bench.outbox().includes(id)]).toEqual(['held', false]);
      expect(readJob(bench.database, 'send').checkpointBootId).toBe('boot-1');
    });

    test('a release is refused before adopt, and enough after it', async () => {
      const { bench, id } = await make();
      await bench.send();
      expect((await releaseAll(bench, 1)).code).not.toBe(0);
      expect(bench.stateOf(id)).toBe('held');
      expect((await bench.run(['adopt', '--yes'])).code).toBe(0);
      expect((await releaseAll(bench, 1)).code).toBe(0);
      expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    });

    test('what was approved when it was adopted is held by the adoption itself', async () => {
      const { bench, id } = await make();
      await bench.run(['adopt', '--yes']);
      expect(bench.stateOf(id)).toBe('held');
      bench.clock.advance(MINUTE_MS);
      const since = bench.approve('bob');
      expect(verdicts(await bench.send())).toEqual({ [since]: 'sent' });
      expect(bench.stateOf(id)).toBe('held');
    });
  });
});

describe('send, with a wrong clock', () => {
  test('A14: a clock that went back sends nothing, holds nothing, and is over when it is right again', async () => {
    const bench = await usedDesk();
    const id = bench.approve('ann');
    const right = bench.clock.now();
    bench.clock.set(right - 3 * MINUTE_MS);
    expect(await bench.send()).toMatchObject({ run: { reason: 'clock' }, exit: { code: 30 } });
    expect(bench.stateOf(id)).toBe('approved');
    bench.clock.set(right + MINUTE_MS);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
  });

  test('A14: a clock a year ahead sends nothing', async () => {
    const bench = await usedDesk();
    bench.approve('ann');
    bench.clock.advance(366 * DAY_MS);
    expect((await bench.send()).exit.code).toBe(30);
    expect(bench.outbox()).toHaveLength(1);
  });
});

/** What a SIGKILL between the claim and the delivery leaves behind. */
function claimAndDie(bench: SendDesk, id: string): void {
  const { database: db } = bench;
  db.write(() => {
    db.prepare(`UPDATE messages SET state = 'sending', claimed_at = ?, attempts = 1 WHERE id = ?`).run(
      bench.clock.now(),
      id,
    );
    db.prepare(
      `INSERT INTO attempts (message_row_id, attempt, event, at, operator_day, run_id, transport)
       VALUES (?, 1, 'claimed', ?, '2026-02-18', 'r-killed', 'outbox')`,
    ).run(bench.of(id).rowId, bench.clock.now());
  });
}

/** So many more approved messages, as rows alone: nothing but their number matters. */
function manyLike(bench: SendDesk, id: string, count: number): void {
  const { database: db } = bench;
  const numbers = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)';
  db.write(() => {
    db.prepare(
      `${numbers} INSERT INTO enrollments (id, lead_row_id, sequence_row_id, kind, status, enrolled_at, anchor_at, ended_at)
       SELECT 'e-' || i, lead_row_id, sequence_row_id, kind, 'completed', enrolled_at, anchor_at, 1
       FROM n, (SELECT * FROM enrollments WHERE row_id = ?)`,
    ).run(count, bench.of(id).enrollmentRowId);
    db.prepare(
      `${numbers} INSERT INTO messages (id, enrollment_row_id, step_row_id, lead_row_id, job, state, run_id, subject,
         body_markdown, text_hash, reserved_at, drafted_at, approved_at, approved_boot_id)
       SELECT 'm-' || i, (SELECT row_id FROM enrollments WHERE id = 'e-' || i), step_row_id, lead_row_id, job, state, run_id,
         subject, body_markdown, text_hash, reserved_at, drafted_at, approved_at, approved_boot_id
       FROM n, (SELECT * FROM messages WHERE row_id = ?)`,
    ).run(count, bench.of(id).rowId);
  });
}
