import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { WorkspaceRequest, Workspaces } from './workspaces.ts';

/** Caps out of the way: what is measured is the work. */
const NO_CAPS = `[limits]
drafts_per_run_drip = 10000
drafts_per_day = 10000
sends_per_run = 10000
sends_per_day = 10000
blast_radius_floor = 10000
`;

/** Leads whose first step is due since a day ago; `isCapped` keeps the caps that everybody begins with. */
export function overdueWorkspace(leads: number, isCapped = false): WorkspaceRequest {
  const name = `overdue-${String(leads)}${isCapped ? '-capped' : ''}`;
  return { name, leads, enrolledDaysAgo: 2, ...(isCapped ? {} : { config: NO_CAPS }) };
}

/** Runs `work` in a copy of a workspace, as it was made; removed afterwards. */
export async function inCopy<T>(
  of: { workspaces: Workspaces; folder: string; request: WorkspaceRequest },
  work: (cwd: string) => T | Promise<T>,
): Promise<T> {
  const copy = join(of.folder, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(await of.workspaces.shared(of.request), copy, { recursive: true });
  try {
    return await work(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
