import { HeadgateError } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';
import { formatInstant } from '../core/time/instants.ts';
import { findLead } from '../store/leads.ts';
import { listSends, type SendRow } from '../store/send-list.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { countOption, textOption } from './options.ts';
import { NEVER_CUT, renderTable } from './output/table.ts';
import { formatDateTime } from './output/time.ts';

const SHOWN_DEFAULT = 50;

/** `sends list`: what left or was tried, newest first, with attempts and the last answer (F4). */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', ({ db, workspace }) => {
    const lead = textOption(invocation, 'lead');
    const found = lead === null ? null : findLead(db, lead);
    if (lead !== null && found === null) throw unknownLead(lead);
    const rows = listSends(db, {
      sequence: textOption(invocation, 'sequence'),
      leadRowId: found?.rowId ?? null,
      state: textOption(invocation, 'state'),
      limit: countOption(invocation, 'limit') ?? SHOWN_DEFAULT,
    });
    const { timezone } = workspace.policy;
    return {
      exit: 'OK',
      document: { items: rows.map(itemOf) },
      human: (terminal) =>
        rows.length === 0
          ? [' Nothing was sent yet.']
          : renderTable(terminal, rows, [
              { header: 'id', cell: (row) => row.id, minWidth: NEVER_CUT },
              {
                header: 'state',
                cell: (row) => (row.dry === 1 ? `${row.state} (rehearsal)` : row.state),
                minWidth: 9,
              },
              { header: 'lead', cell: (row) => row.email, minWidth: 14 },
              {
                header: 'step',
                cell: (row) => `${row.sequence} ${terminal.symbols.arrow} ${row.step}`,
                minWidth: 12,
              },
              {
                header: 'when',
                cell: (row) => when(row, (at) => formatDateTime(at, timezone)),
                raw: (row) => when(row, formatInstant),
                minWidth: 12,
              },
            ]),
    };
  });
}

function when(row: SendRow, format: (at: Instant) => string): string | null {
  const at = row.sentAt ?? row.claimedAt;
  return at === null ? null : format(at);
}

function itemOf(row: SendRow): Readonly<Record<string, unknown>> {
  const iso = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));
  return {
    id: row.id,
    state: row.state,
    lead: { id: row.leadId, email: row.email, tz: row.zone },
    sequence: row.sequence,
    step: row.step,
    subject: row.subject,
    approved_at: iso(row.approvedAt),
    claimed_at: iso(row.claimedAt),
    sent_at: iso(row.sentAt),
    attempts: row.attempts,
    rehearsal: row.dry === 1,
    message_id: row.messageIdHeader,
    last_error: row.lastError,
  };
}

function unknownLead(id: string): HeadgateError {
  return new HeadgateError(`there is no lead ${id}`, {
    code: 'lead_unknown',
    exit: 'USAGE',
    notDone: 'Nothing was shown.',
    fix: 'headgate leads list',
  });
}
