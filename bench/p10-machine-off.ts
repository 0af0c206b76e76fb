import { globSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import type { Goal } from './goal.ts';
import { inCopy } from './overdue.ts';
import { turnBack } from './turn-back.ts';

const OVERDUE = 10_000;
const DAYS_OFF = 21;
const JOBS = ['drip', 'nurture', 'send', 'confirm'];
const ROUNDS = 3;

/** P10: three weeks off, then every timer fires, again and again, and nobody looks. */
export const machineOff: Goal = {
  id: 'P10',
  title: 'off for 21 days with 10,000 overdue steps, then started',
  async measure({ installation, workspaces, folder }) {
    const request = { name: 'off-21-days', leads: OVERDUE, enrolledDaysAgo: DAYS_OFF };
    const made = await inCopy({ workspaces, folder, request }, (cwd) => {
      turnBack(cwd, DAYS_OFF);
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const job of JOBS) installation.run(installation.bin(job), [], { cwd, ends: [0, 20, 30] });
      }
      return mailsAndDrafts(cwd);
    });
    const what = 'off 21 days, 10,000 overdue: made without a person';
    const count = { ours: made, floor: 0, value: made, goal: 0 };
    return [{ ...count, what, unit: 'mails and drafts', floorIs: '', pairs: 1 }];
  },
};

function mailsAndDrafts(workspace: string): number {
  const database = new Database(join(workspace, 'headgate.db'), { readonly: true });
  const [drafts = 0] = database.prepare<[], number>('SELECT count(*) FROM messages').pluck().all();
  database.close();
  return drafts + globSync('outbox/**/*.eml', { cwd: workspace }).length;
}
