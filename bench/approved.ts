import { overdueWorkspace } from './overdue.ts';
import type { WorkspaceRequest } from './workspaces.ts';

/** A live workspace whose leads each have an approved mail, for a server on this port; caps and pace out of the way. */
export function approvedWorkspace(mails: number, port: number): WorkspaceRequest {
  const { config = '', ...request } = overdueWorkspace(mails);
  return {
    ...request,
    name: `approved-${String(mails)}`,
    isLive: true,
    isApproved: true,
    config: `${config}undo_minutes = 0

[mail]
transport = "smtp"
pace_seconds_min = 0
pace_seconds_max = 0

[mail.smtp]
host = "127.0.0.1"
port = ${String(port)}
`,
  };
}
