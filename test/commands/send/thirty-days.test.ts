import { describe, expect, test } from 'vitest';

import type { StoredSequence } from '../../../src/core/model.ts';
import { SmtpTestServer } from '../../helpers/smtp-server.ts';
import { sequenceDefinition, stepDefinition } from '../../helpers/definitions.ts';
import { DAY_MS, HOUR_MS, liveDesk, MINUTE_MS, type SendDesk } from './send-desk.ts';

const DAYS = 30;
/** Monday, 2 February 2026, midnight UTC. */
const START = Date.UTC(2026, 1, 2);
const AT_ONCE = stepDefinition('open', { timing: { kind: 'after', delay: { unit: 'elapsed', ms: 0 } } });
/** Morning hours at which the machine goes down, by day: right after the approvals of nine o'clock, and at other times. */
const REBOOTS: ReadonlyMap<number, number> = new Map([
  [3, 9],
  [8, 14],
  [13, 9],
  [20, 2],
  [24, 9],
]);
/** The day on which it stays down for two days. */
const OUTAGE_DAY = 16;

/** A month of one workspace, with the timers of the architecture, an operator who comes at nine, and what went wrong. */
class Month {
  readonly bench: SendDesk;
  readonly sequences: readonly StoredSequence[];
  readonly wrong: string[] = [];
  /** Approved before the last reboot and not yet decided about again. */
  doubtful = new Set<string>();
  held = 0;
  private readonly sentBefore = new Set<string>();
  private leads = 0;

  constructor(bench: SendDesk, sequences: readonly StoredSequence[]) {
    this.bench = bench;
    this.sequences = sequences;
  }

  ids(state: string): string[] {
    return this.bench.rows(`SELECT id FROM messages WHERE state = '${state}'`).map(({ id }) => String(id));
  }

  /** New people every day, half of them into the sequence that approves itself. */
  arrive(): void {
    for (const sequence of this.sequences) {
      this.leads += 1;
      this.bench.enroll(this.bench.lead(`lead${String(this.leads)}`), sequence);
    }
  }

  reboot(): void {
    this.doubtful = new Set(this.ids('approved'));
    this.bench.machine.reboot();
  }

  /** What the timers fire in an hour. */
  async hour(): Promise<void> {
    const { bench } = this;
    bench.clock.advance(3 * MINUTE_MS);
    await bench.run(['drip']);
    bench.clock.advance(2 * MINUTE_MS);
    await this.send();
    bench.clock.advance(15 * MINUTE_MS);
    await bench.run(['confirm']);
  }

  async send(): Promise<void> {
    await this.bench.run(['send']);
    const boot = this.bench.machine.bootId();
    for (const id of this.ids('sent')) {
      if (this.sentBefore.has(id)) continue;
      this.sentBefore.add(id);
      if (this.doubtful.has(id)) this.wrong.push(`${id} left though it was approved before the reboot`);
      if (this.bench.of(id).approvedBootId !== boot) this.wrong.push(`${id} was approved on another boot`);
    }
    // From the first run after a reboot on, what was approved before it is held, and stays so.
    for (const id of this.doubtful) {
      const state = this.bench.stateOf(id);
      if (state !== 'held' && state !== 'expired') this.wrong.push(`${id} is ${state} after the reboot`);
    }
  }

  /** Nine o'clock: confirms what the jobs only previewed, releases what was held since yesterday, approves what waits. */
  async work(): Promise<void> {
    const { bench } = this;
    await bench.run(['confirm', '--yes']);
    const held = this.ids('held');
    if (held.length > 0) {
      this.held += held.length;
      await bench.run(['review', 'release', '--all', '--count', String(held.length)]);
      for (const id of held) this.doubtful.delete(id);
    }
    const waiting = this.ids('pending_approval');
    if (waiting.length > 0)
      await bench.run(['review', 'approve', '--all', '--count', String(waiting.length)]);
  }
}

async function month(): Promise<{ month: Month; server: SmtpTestServer }> {
  const server = await SmtpTestServer.start();
  const limits = [
    'undo_minutes = 15',
    'drafts_per_day = 20',
    'drafts_per_run_drip = 20',
    'blast_radius_floor = 20',
  ];
  const bench = await liveDesk(server.port, { limits }, START);
  const own = bench.apply(sequenceDefinition('own', [AT_ONCE, 'later'], { approve: 'auto' }));
  return { month: new Month(bench, [bench.sequence, own]), server };
}

describe('thirty days of the real commands, with reboots and two days off', () => {
  test('A5: approvals from before a reboot end in held and leave only after release; approvals after it leave', async () => {
    const { month: run, server } = await month();
    const { bench } = run;
    for (let day = 0; day < DAYS; day += 1) {
      run.arrive();
      for (const hour of [1, 5, 8, 9, 10, 11, 12, 14, 16, 18, 21]) {
        bench.clock.set(START + day * DAY_MS + hour * HOUR_MS);
        if (hour === 9) await run.work();
        if (REBOOTS.get(day) === hour || (day === OUTAGE_DAY && hour === 9)) run.reboot();
        if (isOff(day, hour)) continue;
        await run.hour();
      }
    }
    expect(run.wrong).toEqual([]);
    expect(run.held).toBeGreaterThan(5);
    const counts = [...new Set(server.allTaken().map(({ raw }) => raw.toString('latin1')))].length;
    expect(counts).toBe(server.totalTaken);
    expect(server.totalTaken).toBe(run.ids('sent').length);
    expect(server.totalTaken).toBeGreaterThan(80);
    // Nobody was lost on the way: all that is not sent is young.
    const open = ['approved', 'held', 'pending_approval', 'sending', 'uncertain'].flatMap((state) =>
      run.ids(state),
    );
    expect(open.length).toBeLessThan(25);
  }, 240_000);
});

/** Two days without power: from ten o'clock on. */
function isOff(day: number, hour: number): boolean {
  const since = (day - OUTAGE_DAY) * 24 + hour;
  return since >= 9 && since < 9 + 46;
}
