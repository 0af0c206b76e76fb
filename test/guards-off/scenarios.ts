import { approveAndSend, bringPeople, passQuietly, startUp, TWO_SEQUENCES } from '../sim/living.ts';
import { DAY_MS, HOUR_MS } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import { World, type WorldOptions } from '../sim/world.ts';

/** A morning on which one guard, and no other, keeps a promise. */
export interface Scenario {
  /** The guard, by the name under which a build leaves it out. */
  readonly guard: string;
  /** Guards that must be off as well, since each of them alone would still keep the promise. */
  readonly alsoOff?: readonly string[];
  /** The promise of the witness that nothing keeps once the guard is gone. */
  readonly promise: string;
  readonly options?: Partial<WorldOptions>;
  readonly happens: (world: World) => Promise<void>;
}

/** Tuesday, 17 February 2026, 09:03 UTC. */
export const TUESDAY = Date.UTC(2026, 1, 17, 9, 3);

const NOBODY_EXCLUDED = 'B3 B6 nobody who must not be written to';

export const SCENARIOS: readonly Scenario[] = [
  {
    guard: 'suppressed',
    promise: NOBODY_EXCLUDED,
    async happens(world) {
      await bringPeople(world, 2);
      world.tamper(
        `INSERT INTO suppressions (email_key, reason, added_at) VALUES ('person0@firm0.example', 'bounced', 0)`,
      );
      await drip(world);
    },
  },
  {
    guard: 'bail',
    promise: NOBODY_EXCLUDED,
    async happens(world) {
      await bringPeople(world, 2);
      world.tamper(`UPDATE leads SET opted_out = 1 WHERE email_key = 'person0@firm0.example'`);
      await drip(world);
    },
  },
  {
    guard: 'lead',
    promise: NOBODY_EXCLUDED,
    async happens(world) {
      await bringPeople(world, 2);
      await world.run(['leads', 'set', 'person0@firm0.example', 'hold_until=2026-03-02']);
      await drip(world);
    },
  },
  {
    guard: 'attribution',
    promise: 'B8 attribution',
    async happens(world) {
      await bringPeople(world, 2);
      world.tamper(`UPDATE leads SET attribution = 'mismatch' WHERE email_key = 'person0@firm0.example'`);
      await drip(world);
    },
  },
  {
    guard: 'reservation',
    promise: 'A7 one message per lead waits',
    options: {
      sequences: {
        ...TWO_SEQUENCES,
        ...sequence('tips', {
          head: 'status = "active"',
          trigger: 'source = ["form:*"]\nallow_parallel = true',
          steps: [['tip', 'after = "1d"']],
        }),
      },
    },
    async happens(world) {
      await bringPeople(world, 1);
      await drip(world);
      // The welcome waits for a person; its sequence is paused, and a day later the other sequence's step falls due.
      await pauseWebsiteLead(world);
      world.clock.advance(26 * HOUR_MS);
      await drip(world);
    },
  },
  {
    guard: 'watermark',
    promise: 'A2 watermark',
    options: {
      sequences: sequence('website-lead', {
        head: 'status = "active"',
        trigger: 'source = ["form:*"]',
        steps: [
          ['welcome', 'after = "0d"'],
          ['details', 'after = "2h"'],
        ],
      }),
    },
    async happens(world) {
      await bringPeople(world, 1);
      await drip(world);
      await approveAndSend(world);
      world.clock.advance(3 * HOUR_MS);
      await drip(world);
    },
  },
  {
    guard: 'due',
    promise: 'B9 paused sequences',
    async happens(world) {
      await bringPeople(world, 1);
      await pauseWebsiteLead(world);
      await drip(world);
    },
  },
  {
    guard: 'hours',
    promise: 'A11 C3 the lead’s hours and windows',
    async happens(world) {
      await bringPeople(world, 1);
      // Due this morning, and the first run comes in the evening.
      world.clock.advance(9 * HOUR_MS);
      await drip(world);
    },
  },
  {
    guard: 'late',
    promise: 'A16 late steps',
    options: {
      sequences: sequence('website-lead', {
        head: 'status = "active"\nlate = "skip"',
        trigger: 'source = ["form:*"]',
        steps: [
          ['welcome', 'after = "1d"'],
          ['details', 'after = "90d"'],
        ],
      }),
    },
    async happens(world) {
      await bringPeople(world, 1);
      world.clock.advance(21 * DAY_MS);
      await drip(world);
      await world.run(['confirm', '--yes']);
    },
  },
  {
    guard: 'cap',
    promise: 'A6 cap per run',
    async happens(world) {
      await bringPeople(world, 8);
      await drip(world);
    },
  },
  {
    guard: 'blast_radius',
    promise: 'A8 blast radius',
    options: {
      env: { HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '30', HEADGATE_LIMITS__DRAFTS_PER_DAY: '40' },
      rules: { draftsPerRun: { drip: 30, nurture: 5 }, draftsPerDay: 40 },
    },
    async happens(world) {
      await bringPeople(world, 15);
      await drip(world);
    },
  },
  {
    guard: 'weekday',
    promise: 'A11 operator’s weekdays and holidays',
    options: { rules: { operatorZone: 'America/Los_Angeles' } },
    async happens(world) {
      await bringPeople(world, 1, 'Asia/Tokyo');
      world.clock.set(Date.UTC(2026, 1, 20, 23));
      for (const job of ['drip', 'nurture']) await world.run([job, '--force']);
      // Monday 10:00 in Tokyo, Sunday 17:00 in Los Angeles.
      await passQuietly(world, Date.UTC(2026, 1, 23, 1));
      await drip(world);
    },
  },
  {
    guard: 'wake',
    promise: 'A4 A5 A14 A15 no draft in doubt',
    async happens(world) {
      await bringPeople(world, 1);
      world.machine.reboot();
      await drip(world);
    },
  },
  {
    guard: 'pause',
    promise: 'A10 pause',
    async happens(world) {
      await bringPeople(world, 1);
      await world.run(['pause', '--reason', 'wait']);
      await drip(world);
    },
  },
  {
    guard: 'one_step',
    // Without one-step alone the second step meets the watermark that the first one has just set.
    alsoOff: ['watermark'],
    promise: 'A1 one step per lead and run',
    async happens(world) {
      await bringPeople(world, 1);
      world.clock.advance(21 * DAY_MS);
      await world.run(['drip', '--force']);
    },
  },
  {
    guard: 'undo',
    promise: 'D2 D7 only what a person approved, after the undo, before it expires',
    options: { env: { HEADGATE_LIMITS__UNDO_MINUTES: '15' } },
    async happens(world) {
      await bringPeople(world, 1);
      await drip(world);
      await approveAndSend(world);
    },
  },
  {
    guard: 'sender_cap',
    promise: 'D6 no sender above its cap',
    options: {
      rules: {
        senders: {
          'tom@mail.example.com': { dailyCap: 2 },
          'mia@mail.example.com': { dailyCap: 30, rampStart: 1, rampStep: 1 },
        },
      },
    },
    async happens(world) {
      await bringPeople(world, 5);
      await drip(world);
      await approveAndSend(world);
    },
  },
];

/** Plays one scenario in a world of its own and tells which promises were broken, each once. */
export async function play(scenario: Scenario): Promise<readonly string[]> {
  const world = await World.create({ now: TUESDAY, sequences: TWO_SEQUENCES, ...scenario.options });
  try {
    await startUp(world);
    await scenario.happens(world);
    return [...new Set(world.broken.map(({ promise }) => promise))];
  } finally {
    world.remove();
  }
}

async function drip(world: World): Promise<void> {
  await world.run(['drip'], { isTimer: true });
}

async function pauseWebsiteLead(world: World): Promise<void> {
  const path = 'website-lead/sequence.toml';
  world.writeSequences({ [path]: world.read(`sequences/${path}`).replace('"active"', '"paused"') });
  await world.run(['sequences', 'apply', '--yes']);
}
