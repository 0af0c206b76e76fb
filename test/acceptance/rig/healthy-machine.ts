import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { Box, DAY_MS, HOUR_MS, MINUTE_MS } from './box.ts';

/** A workspace in which everything is as it should be, to be copied and then hurt. */
export interface HealthyMachine {
  readonly directory: string;
  /** The moment of its next tick. */
  readonly now: number;
  /** Approved messages that the next `send` would deliver: how many, and their ids. */
  readonly approved: number;
  readonly approvedIds: readonly string[];
  /** Inside `directory`: the database as it was a day before. */
  readonly olderCopy: string;
  /** Inside the workspace: what `backup` wrote on that day. */
  readonly backup: string;
  remove(): void;
}

/** Wednesday 4 March 2026. */
const FIRST_DAY = Date.UTC(2026, 2, 4);

/**
 * The sample's leads on their third working day: two days of live runs, drafts that wait, three approvals that have not left yet, and
 * more steps due than a run may make.
 */
export function healthyMachine(installation: string): HealthyMachine {
  const directory = mkdtempSync(join(tmpdir(), 'headgate-machine-'));
  const now = FIRST_DAY + 9 * HOUR_MS + 3 * MINUTE_MS;
  const box = new Box({ directory, installation, now, mountsIds: true });
  const who = [
    '--name',
    'Test',
    '--from',
    'test@sender.example',
    '--postal-address',
    '1 Example Street, Leeds',
  ];
  box.expect([0], 'init', '.', '--no-input', '--sample', '--timezone', 'UTC', ...who);
  box.expect([30], 'drip');
  box.expect([30], 'nurture');
  box.expect([0], 'confirm', '--yes');
  box.expect([0], 'send');
  box.expect([0], 'backup');
  copyDatabase(box, 'older.db');
  approveAll(box);
  box.expect([0], 'send');
  box.now = now + DAY_MS;
  tick(box);
  approveAll(box);
  box.expect([0], 'send');
  box.now = now + DAY_MS + HOUR_MS;
  tick(box);
  const ids = box
    .rows<{ id: string }>("SELECT id FROM messages WHERE state = 'pending_approval' ORDER BY row_id LIMIT 3")
    .map(({ id }) => id);
  if (ids.length < 3) throw new Error('the healthy machine has too little to do');
  box.expect([0], 'review', 'approve', ...ids);
  const [backup = ''] = readdirSync(box.path('backup')).filter((file) => file.endsWith('.db'));
  return {
    directory,
    now: now + 2 * DAY_MS,
    approved: ids.length,
    approvedIds: ids,
    olderCopy: 'older.db',
    backup: join('backup', backup),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function tick(box: Box): void {
  box.expect([0], 'drip');
  box.expect([0], 'nurture');
}

function approveAll(box: Box): void {
  const waiting = box.count("SELECT count(*) FROM messages WHERE state = 'pending_approval'");
  if (waiting > 0) box.expect([0], 'review', 'approve', '--all', '--count', String(waiting));
}

/** Whole and by itself: what stands in the log is moved into the copy first. */
function copyDatabase(box: Box, name: string): void {
  const database = new Database(box.databaseFile);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  cpSync(box.databaseFile, join(box.directory, name));
}
