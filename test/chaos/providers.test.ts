import { describe, expect, test } from 'vitest';

import { FAULTS, SLOW_FAULTS } from '../servers/provider-faults.ts';
import type { ProviderFault } from '../servers/provider-server.ts';
import { SeededRandom } from '../helpers/fakes.ts';
import { providerDesk, PROVIDERS, startServer, type Provider } from '../commands/send/provider-desk.ts';
import { HOUR_MS, type SendDesk } from '../commands/send/send-desk.ts';

/** `npm run test:chaos` sends as many as are promised; `npm test` a share of them by the same seeded plan. */
const IS_WHOLE = process.env['HEADGATE_CHAOS'] === 'whole';
const MESSAGES = IS_WHOLE ? 2_000 : 200;
const FAULT_SHARE = 0.08;
/** Of a second question about a mail: troubles come together, and some doubts must outlive their run. */
const REPEATED_FAULT_SHARE = 0.5;
const SEED = 20_260_218;

function seededFault(random: SeededRandom, nth: number): ProviderFault | null {
  if (random.fraction() >= (nth === 0 ? FAULT_SHARE : REPEATED_FAULT_SHARE)) return null;
  const faults = random.fraction() < 0.04 ? SLOW_FAULTS : FAULTS;
  return faults[Math.floor(random.fraction() * faults.length)] ?? null;
}

function statesOf(bench: SendDesk): Readonly<Record<string, number>> {
  const rows = bench.rows('SELECT state, count(*) AS n FROM messages GROUP BY state ORDER BY state');
  return Object.fromEntries(rows.map((row) => [String(row['state']), Number(row['n'])]));
}

describe.each(PROVIDERS)('D1, hardening 146: %s, with every fault on demand', (provider: Provider) => {
  test(
    `${String(MESSAGES)} sends: nothing is accepted twice, nothing is lost unlisted`,
    async () => {
      const server = await startServer(provider);
      const limits = ['sends_per_run = 10000', 'sends_per_day = 10000', 'blast_radius_floor = 10000'];
      const bench = await providerDesk(provider, server, { limits });
      const ids = bench.approveMany(MESSAGES);
      const random = new SeededRandom(SEED);
      server.failBy(({ nth }) => seededFault(random, nth));
      let runs = 0;
      for (; runs < 60 && ids.some((id) => bench.stateOf(id) === 'approved'); runs += 1) {
        const { exit } = await bench.send();
        expect([0, 32, 75]).toContain(exit.code);
        bench.clock.advance(HOUR_MS / 6);
      }
      const faults = server.requests.filter(({ fault }) => fault !== null).length;
      const inDoubt = statesOf(bench)['uncertain'] ?? 0;
      server.failBy(() => null);
      await bench.send();

      const taken = server.taken();
      expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
      for (const id of ids) {
        const state = bench.stateOf(id);
        if (taken.has(id)) expect([id, state]).toEqual([id, expect.stringMatching(/^(?:sent|uncertain)$/)]);
        else expect([id, state]).toEqual([id, expect.stringMatching(/^(?:uncertain|failed)$/)]);
      }
      const states = statesOf(bench);
      expect(states['approved'] ?? 0).toBe(0);
      const listed = (await bench.json(['review', 'list', '--state', 'uncertain'])).items.length;
      expect(listed).toBe(states['uncertain'] ?? 0);
      // Where keys live every doubt was settled by asking; where none do, each waits for a person.
      if (provider !== 'mailgun') expect(states['uncertain'] ?? 0).toBe(0);
      console.log(
        `${provider}: ${String(ids.length)} messages, ${String(runs + 1)} runs, ${String(server.requests.length)} requests, ${String(faults)} faults, ` +
          `${String(taken.size)} taken once, 0 twice; in doubt before the last run ${String(inDoubt)}; ${JSON.stringify(states)}`,
      );
    },
    IS_WHOLE ? 240_000 : 60_000,
  );
});
