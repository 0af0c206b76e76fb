import { describe, expect, it } from 'vitest';

import { approveAndSend, bringPeople, draftCount, newestBackup, startUp } from '../sim/living.ts';
import { DAY_MS, HOUR_MS } from '../sim/rules.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9, 3);

/** A morning like any other, with eight people due: the next drip would draft five. */
async function ordinaryMorning(): Promise<World> {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await world.run(['backup']);
  world.clock.advance(HOUR_MS);
  await bringPeople(world, 8);
  await world.run(['send'], { isTimer: true });
  return world;
}

interface Trouble {
  readonly name: string;
  readonly happens: (world: World) => void | Promise<void>;
  readonly doubt: string;
}

/** What may have happened to a machine or its state while nobody looked. */
const TROUBLES: readonly Trouble[] = [
  { name: '40 hours without a run', happens: (world) => world.clock.advance(40 * HOUR_MS), doubt: 'gap' },
  {
    name: 'a backup copied over the state',
    happens: (world) => world.copyIntoPlace(newestBackup(world)),
    doubt: 'restored',
  },
  {
    name: 'a clone of the disk on another instance',
    happens: (world) => world.machine.become({ instanceIdHash: 'instance-2' }),
    doubt: 'machine',
  },
  {
    name: 'a clone of the disk behind another network card',
    happens: (world) => world.machine.become({ macHash: 'mac-2' }),
    doubt: 'machine',
  },
  {
    name: 'the files moved to another machine',
    happens: (world) => world.machine.become({ machineIdHash: 'machine-2', hostName: 'vps-2' }),
    doubt: 'machine',
  },
  { name: 'a clock that went back a day', happens: (world) => world.clock.advance(-DAY_MS), doubt: 'clock' },
  {
    name: 'a clock two years ahead',
    happens: (world) => world.clock.advance(730 * DAY_MS),
    doubt: 'clock',
  },
];

describe.each(TROUBLES)('$name', ({ happens, doubt }) => {
  it.each([false, true])(
    'A4, A5, A14, A15: nothing is drafted, and no timer confirms it (with a boot on top: %s)',
    async (isReboot) => {
      const world = await ordinaryMorning();
      await happens(world);
      if (isReboot) world.machine.reboot();
      const before = draftCount(world);

      const drip = await world.run(['drip', '--json'], { isTimer: true });
      const nurture = await world.run(['nurture'], { isTimer: true });
      world.clock.advance(11 * 60_000);
      await world.run(['confirm'], { isTimer: true });
      await world.run(['drip'], { isTimer: true });

      expect([drip.code, nurture.code]).toEqual([30, 30]);
      expect(drip.stdout).toContain(`"reason":"${doubt}"`);
      expect(draftCount(world)).toBe(before);
      expect(world.broken).toEqual([]);
    },
  );
});

describe.each(TROUBLES.filter(({ doubt }) => doubt !== 'gap'))('$name', ({ happens }) => {
  it('A20: neither --force nor a person’s confirm lifts it', async () => {
    const world = await ordinaryMorning();
    await happens(world);
    await world.run(['drip'], { isTimer: true });
    const before = draftCount(world);

    const forced = await world.run(['drip', '--force']);
    const confirmed = await world.run(['confirm', '--yes']);

    expect([forced.code, confirmed.code]).toEqual([30, 30]);
    expect(draftCount(world)).toBe(before);
    expect(world.broken).toEqual([]);
  });
});

describe('a plain reboot', () => {
  it('A5: the first run previews; ten minutes later the timer drafts exactly that, and the boot is settled', async () => {
    const world = await ordinaryMorning();
    world.machine.reboot();

    const first = await world.run(['drip'], { isTimer: true });
    world.clock.advance(9 * 60_000);
    await world.run(['confirm'], { isTimer: true });
    const tooEarly = draftCount(world);
    world.clock.advance(2 * 60_000);
    await world.run(['confirm'], { isTimer: true });

    expect([first.code, tooEarly, draftCount(world)]).toEqual([30, 0, 5]);
    const [plan] =
      world.rows(`SELECT count(*) AS n FROM plan_items i JOIN messages m ON m.plan_id = i.plan_id AND m.lead_row_id = i.lead_row_id
      AND m.step_row_id = i.step_row_id AND m.text_hash = i.text_hash`);
    expect(plan?.['n']).toBe(5);
    world.clock.advance(HOUR_MS);
    expect((await world.run(['drip'], { isTimer: true })).code).toBe(0);
    expect(draftCount(world)).toBe(8);
    expect(world.broken).toEqual([]);
  });

  it('A5: an empty plan settles the boot too', async () => {
    const world = await storyWorld({ now: TUESDAY });
    await startUp(world);
    world.machine.reboot();
    await world.run(['drip'], { isTimer: true });
    world.clock.advance(11 * 60_000);
    await world.run(['confirm'], { isTimer: true });
    expect((await world.run(['drip'], { isTimer: true })).code).toBe(0);
  });

  it('A5: after a veto no timer confirms it, until a person does', async () => {
    const world = await ordinaryMorning();
    world.machine.reboot();
    await world.run(['drip'], { isTimer: true });
    await world.run(['confirm', '--veto']);
    world.clock.advance(11 * 60_000);
    await world.run(['confirm'], { isTimer: true });
    expect(draftCount(world)).toBe(0);
    expect((await world.run(['drip'], { isTimer: true })).code).toBe(30);

    await world.run(['confirm', '--yes']);

    expect(draftCount(world)).toBe(5);
    expect(world.broken).toEqual([]);
  });

  it('A10: while everything is stopped the timer confirms nothing', async () => {
    const world = await ordinaryMorning();
    world.machine.reboot();
    await world.run(['drip'], { isTimer: true });
    await world.run(['pause', '--reason', 'wait']);
    world.clock.advance(11 * 60_000);
    expect((await world.run(['confirm'], { isTimer: true })).code).toBe(34);
    expect(draftCount(world)).toBe(0);
  });

  it('architecture, send’s doubts: what was approved before the boot waits for one release by a person', async () => {
    const world = await ordinaryMorning();
    await world.run(['drip'], { isTimer: true });
    const ids = world
      .rows(`SELECT id FROM messages WHERE state = 'pending_approval'`)
      .map(({ id }) => String(id));
    await world.run(['review', 'approve', ...ids]);
    world.machine.reboot();

    expect((await world.run(['send'], { isTimer: true })).code).toBe(30);
    expect(world.mails()).toEqual([]);
    await world.run(['review', 'release', ...ids]);
    await world.run(['send'], { isTimer: true });

    expect(world.mails()).toHaveLength(5);
    expect(world.broken).toEqual([]);
  });
});

describe('timers that fire twice', () => {
  it.each([false, true])(
    'A12: one works, the other ends 75, and no lead gets two (on a fresh boot: %s)',
    async (isReboot) => {
      const world = await ordinaryMorning();
      if (isReboot) world.machine.reboot();

      const runs = await Promise.all([
        world.run(['drip'], { isTimer: true }),
        world.run(['drip'], { isTimer: true }),
        world.run(['nurture'], { isTimer: true }),
      ]);

      expect(runs.map(({ code }) => code)).toEqual(isReboot ? [30, 75, 30] : [0, 75, 0]);
      expect(draftCount(world)).toBe(isReboot ? 0 : 5);
      expect(world.broken).toEqual([]);
    },
  );

  it('A2, A6: two runs right after each other make one day’s drafts, one per lead', async () => {
    const world = await ordinaryMorning();
    for (const _ of [1, 2, 3]) await world.run(['drip'], { isTimer: true });
    await approveAndSend(world);
    for (const _ of [1, 2]) await world.run(['drip'], { isTimer: true });
    const [row] = world.rows(
      'SELECT count(*) AS drafts, count(DISTINCT lead_row_id) AS leads FROM draft_log',
    );
    expect(row).toEqual({ drafts: 8, leads: 8 });
    expect(world.broken).toEqual([]);
  });
});
