import { beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../src/adapters/clock.ts';
import { killProcess } from '../helpers/kill-process.ts';
import { MailgunEventsServer } from '../servers/mailgun-events.ts';
import { history, mailgunDesk } from '../sync/mailgun-history.ts';
import { outcomeOf } from '../sync/many-mails.ts';
import { buildProgram, program, type Ended } from './program.ts';

/** `bin/sync` itself, built, killed by SIGKILL after each of its commits. */
const IS_WHOLE = process.env['HEADGATE_CHAOS'] === 'whole';
const [EVENTS, MAILS] = IS_WHOLE ? [50_000, 2_500] : [1_500, 150];
const PAGES_MIN = Math.floor(EVENTS / 300);

beforeAll(buildProgram, 120_000);

/** Everything that happened is over for two hours, so that all of it has arrived whenever it is read. */
const END_S = Math.floor(systemClock.now() / 1_000) - 7_200;

test(
  'E2: killed after every page that it committed, and begun again each time: the same final state',
  async () => {
    const outcomes: unknown[] = [];
    for (const isKilled of [false, true]) {
      const server = await MailgunEventsServer.start();
      server.now = () => systemClock.now();
      const bench = mailgunDesk(server, MAILS);
      history(server, { count: EVENTS, mails: MAILS, endS: END_S });
      let kills = 0;
      const run = async (): Promise<Ended> => {
        let [pid, requests] = [0, 0];
        // The second page is asked for when the first one is committed, and nothing after it.
        server.watch = () => {
          requests += 1;
          if (isKilled && requests === 2) killProcess(pid);
        };
        return program({ folder: bench.directory, port: 9 }, ['sync', '--json'], {
          started: (id) => (pid = id),
        });
      };
      let ended = await run();
      for (; ended.signal === 'SIGKILL'; kills += 1) ended = await run();
      expect(ended.code, ended.stderr).toBe(0);
      expect(kills).toBeGreaterThanOrEqual(isKilled ? PAGES_MIN : 0);
      outcomes.push(outcomeOf(bench));
      if (isKilled) console.log(`${String(EVENTS)} events, ${String(kills)} times killed after a commit`);
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
  },
  IS_WHOLE ? 900_000 : 120_000,
);
