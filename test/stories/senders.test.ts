import { expect, it } from 'vitest';

import { approveAndSend, startUp } from '../sim/living.ts';
import { DAY_MS, HOUR_MS, wallAt } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

/** Thursday, 1 January 2026, 09:03 UTC. */
const NEW_YEAR = Date.UTC(2026, 0, 1, 9, 3);
const DAYS = 60;
const LEADS = 420;

const CAPS = { 'tom@mail.example.com': 30, 'mia@mail.example.com': 50 } as const;
const SENDERS = Object.fromEntries(
  Object.entries(CAPS).map(([address, dailyCap]) => [address, { dailyCap, rampStart: 10, rampStep: 5 }]),
);

/** Wide enough that nothing but the senders' caps is in the way. */
const WIDE = {
  env: {
    HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '200',
    HEADGATE_LIMITS__DRAFTS_PER_DAY: '90',
    HEADGATE_LIMITS__SENDS_PER_RUN: '200',
    HEADGATE_LIMITS__SENDS_PER_DAY: '400',
    HEADGATE_LIMITS__BLAST_RADIUS_FLOOR: '200',
  },
  rules: {
    draftsPerRun: { drip: 200, nurture: 5 },
    draftsPerDay: 90,
    sendsPerRun: 200,
    sendsPerDay: 400,
    blastRadiusFloor: 200,
    senders: SENDERS,
  },
};

const FOUR_STEPS = sequence('website-lead', {
  head: 'status = "active"\napprove = "auto"',
  trigger: 'source = ["form:*"]',
  steps: [
    ['welcome', 'after = "0d"'],
    ['case-study', 'after = "2d"'],
    ['free-resource', 'after = "3d"'],
    ['last-touch', 'after = "5d"'],
  ],
});

interface Sent {
  readonly sender: string;
  readonly lead: number;
  readonly day: string;
}

/** What left, in order, by the address that the kept bytes were made for. */
function sentMails(world: World): readonly Sent[] {
  const rows = world.rows(
    `SELECT lower(o.sender) AS sender, m.lead_row_id AS lead, m.claimed_at AS at
     FROM messages m JOIN outgoing_mail o ON o.message_row_id = m.row_id WHERE m.state = 'sent' ORDER BY m.claimed_at, m.row_id`,
  );
  return rows.map(({ sender, lead, at }) => ({
    sender: String(sender),
    lead: Number(lead),
    day: wallAt(Number(at), 'UTC').isoDate,
  }));
}

/** How many mails each sender sent on each of its days, in the order of the days. */
function byDay(mails: readonly Sent[], sender: string): readonly number[] {
  const counts = new Map<string, number>();
  for (const mail of mails) if (mail.sender === sender) counts.set(mail.day, (counts.get(mail.day) ?? 0) + 1);
  return [...counts.values()];
}

function importLeads(world: World): Promise<unknown> {
  const rows = Array.from({ length: LEADS }, (_, index) => `p${index}@firm${index}.example,UTC,form:contact`);
  world.write('people.csv', ['email,timezone,source', ...rows, ''].join('\n'));
  return world.run(['leads', 'import', 'people.csv', '--yes']);
}

it(
  'D6: two senders with caps of 30 and 50, warmed up from 10 by 5, over 60 days: never above, and leads keep their sender',
  { timeout: 240_000 },
  async () => {
    const world = await storyWorld({ now: NEW_YEAR, sequences: FOUR_STEPS, ...WIDE });
    await startUp(world);
    await importLeads(world);
    for (let day = 0; day < DAYS; day += 1) {
      world.clock.set(NEW_YEAR + day * DAY_MS);
      await world.run(['drip'], { isTimer: true });
      // The first time a person looks; from then on the sequence approves itself (A5).
      if (day === 0) await approveAndSend(world);
      for (const hours of [0, 5]) {
        world.clock.set(NEW_YEAR + day * DAY_MS + hours * HOUR_MS);
        await world.run(['send'], { isTimer: true });
      }
    }

    // The witness has judged every command: no sender above its cap of the day, no lead with two senders.
    expect(world.broken).toEqual([]);
    const mails = sentMails(world);
    expect(mails.length).toBe(LEADS * 4);
    for (const [sender, cap] of Object.entries(CAPS)) {
      const days = byDay(mails, sender);
      days.forEach((count, index) => expect(count).toBeLessThanOrEqual(Math.min(cap, 10 + 5 * index)));
      // The caps were what held it back, and it used them up.
      expect(days.slice(0, 4)).toEqual([10, 15, 20, 25]);
      expect(Math.max(...days)).toBe(cap);
    }
    const senderOf = new Map<number, string>();
    for (const { lead, sender } of mails) {
      expect(senderOf.get(lead) ?? sender).toBe(sender);
      senderOf.set(lead, sender);
    }
  },
);
