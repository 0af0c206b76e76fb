import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

const DAY_MS = 86_400_000;

/**
 * Makes a state look as if nothing had run for so many days: everything that says when something last ran moves back, in the
 * database and in its stamp. The same as a machine that was off, without waiting.
 */
export function turnBack(workspace: string, days: number): void {
  const ms = days * DAY_MS;
  const database = new Database(join(workspace, 'headgate.db'));
  database
    .transaction(() => {
      database
        .prepare('UPDATE jobs SET checkpoint_at = checkpoint_at - ?, present_at = present_at - ?')
        .run(ms, ms);
      database
        .prepare('UPDATE runs SET started_at = started_at - ?, finished_at = finished_at - ?')
        .run(ms, ms);
      database.prepare('UPDATE silences SET ended_at = ended_at - ?').run(ms);
      database.prepare('UPDATE state_header SET last_clock_at = last_clock_at - ?').run(ms);
    })
    .immediate();
  database.close();
  const file = join(workspace, 'stamp.json');
  // Written by the program; only the reading of the clock moves.
  const stamp = JSON.parse(readFileSync(file, 'utf8')) as { lastClockAt: number };
  writeFileSync(file, JSON.stringify({ ...stamp, lastClockAt: stamp.lastClockAt - ms }));
}
