/**
 * Prints what a rehearsal of a large state costs: time and peak memory of `headgate simulate`, all timers at their hours. Needs a built
 * dist/. Usage: node scripts/build.ts && node bench/simulate.ts [LEADS] [DAYS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createInstallation } from './installation.ts';
import { createWorkspaces, type WorkspaceRequest } from './workspaces.ts';

const LEADS = Number(process.argv[2] ?? '100000');
const DAYS = Number(process.argv[3] ?? '30');

const SECONDS_MAX = 60;
const MIB_MAX = 500;

/** Everybody overdue from the first hour on, in hours that are always open: there is no busier state under these caps. */
const CASES: readonly { readonly what: string; readonly request: WorkspaceRequest }[] = [
  {
    what: 'the caps that everybody begins with',
    request: { name: 'capped', leads: LEADS, enrolledDaysAgo: 2 },
  },
  {
    what: '500 drafts and 500 sends a day',
    request: {
      name: 'raised',
      leads: LEADS,
      enrolledDaysAgo: 2,
      config: [
        '[limits]',
        'drafts_per_run_drip = 100',
        'drafts_per_day = 500',
        'sends_per_run = 50',
        'sends_per_day = 500',
        'blast_radius_floor = 500',
        '',
      ].join('\n'),
    },
  },
];

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'));
try {
  const installation = createInstallation(root, folder);
  const workspaces = createWorkspaces(installation, folder);
  let isMet = true;
  for (const { what, request } of CASES) {
    const cwd = await workspaces.shared(request);
    const args = ['simulate', '--days', String(DAYS), '--json'];
    const { wallMs, stdout } = installation.run(installation.bin('headgate'), args, { cwd });
    const { cpuMs, peakMib } = installation.usageOf(installation.bin('headgate'), args, { cwd });
    const { drafts, sends } = JSON.parse(stdout) as { readonly drafts: number; readonly sends: number };
    isMet &&= wallMs <= SECONDS_MAX * 1000 && peakMib <= MIB_MAX;
    console.log(
      [
        `${LEADS.toLocaleString('en')} leads, ${String(DAYS)} days, ${what}`,
        `${(wallMs / 1000).toFixed(1)} s`,
        `${(cpuMs / 1000).toFixed(1)} s of processor`,
        `${peakMib.toFixed(0)} MiB`,
        `${String(drafts)} drafts, ${String(sends)} sends`,
      ].join('; '),
    );
  }
  console.log(`goal: ${String(SECONDS_MAX)} s and ${String(MIB_MAX)} MiB: ${isMet ? 'held' : 'MISSED'}`);
  process.exitCode = isMet ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
