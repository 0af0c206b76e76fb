import { HeadgateError } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';
import { formatInstant } from '../core/time/instants.ts';
import { findLead } from '../store/leads.ts';
import { listSends, type SendRow } from '../store/send-list.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { countOption, textOption } from './options.ts';
import { shortIdLength } from './output/short-ids.ts';
import { NEVER_CUT, renderTable, type TableColumn } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { formatClock, formatDay } from './output/time.ts';

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
          : renderTable(terminal, rows, columnsFor(terminal, rows, timezone)),
    };
  });
}

/** A pipe gets every column always; on a screen those that say nothing make room for the others. */
function columnsFor(
  terminal: Terminal,
  rows: readonly SendRow[],
  timezone: string,
): readonly TableColumn<SendRow>[] {
  const idWidth = shortIdLength(rows.map(({ id }) => id));
  const counted = (
    header: string,
    countOf: (row: SendRow) => number,
    usual: number,
  ): TableColumn<SendRow>[] =>
    terminal.isTty && rows.every((row) => countOf(row) === usual)
      ? []
      : [{ header, cell: (row) => String(countOf(row)), align: 'right', minWidth: NEVER_CUT }];
  return [
    { header: 'id', cell: (row) => row.id.slice(0, idWidth), raw: (row) => row.id, minWidth: NEVER_CUT },
    {
      header: 'state',
      cell: (row) => (row.dry === 1 ? `${row.state} (dry)` : row.state),
      raw: (row) => (row.dry === 1 ? `${row.state} (rehearsal)` : row.state),
      minWidth: 10,
    },
    { header: 'lead', cell: (row) => row.email, minWidth: 12 },
    {
      header: 'step',
      cell: (row) => `${row.sequence} ${terminal.symbols.arrow} ${row.step}`,
      minWidth: 12,
    },
    {
      header: 'when',
      cell: (row) => when(row, (at) => `${formatDay(at, timezone)} ${formatClock(at, timezone)}`),
      raw: (row) => when(row, formatInstant),
      minWidth: NEVER_CUT,
    },
    ...counted('tries', (row) => row.attempts, 1),
    ...counted('opens', (row) => row.opens, 0),
    ...counted('clicks', (row) => row.clicks, 0),
  ];
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
    opens: row.opens,
    machine_opens: row.machineOpens,
    clicks: row.clicks,
    replied: row.replies > 0,
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
