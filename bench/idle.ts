import type { WorkspaceRequest } from './workspaces.ts';

/** A workspace in which nothing falls due today. */
export function idleWorkspace(leads: number): WorkspaceRequest {
  return { name: `idle-${String(leads)}`, leads, enrolledDaysAgo: 0 };
}
