import { auditPreimage, type AuditEntry } from '../core/audit/entry.ts';
import { AUDIT_KINDS, isAuditKind, type AuditKind } from '../core/audit/kinds.ts';
import type { Instant } from '../core/model.ts';
import { nearestWord } from '../core/nearest.ts';
import { formatInstant, parseInstant } from '../core/time/instants.ts';
import { listAudit, subjectsOfLead } from '../store/audit.ts';
import { findLead } from '../store/leads.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState, type OperatorState } from './operator-state.ts';
import { countOption, listOption, textOption, usageError } from './options.ts';
import { NEVER_CUT, renderTable } from './output/table.ts';
import { formatClock, formatDay } from './output/time.ts';

const SHOWN_DEFAULT = 50;

/**
 * `audit show [--lead ID] [--message ID] [--since TIME] [--kind K…] [--limit N]`: what was done and decided, newest last (A13). Reads only.
 * Throws 64 for a kind that does not exist, a time that is none and a lead that nobody knows.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const since = sinceOf(textOption(invocation, 'since'));
  const kinds = listOption(invocation, 'kind').map(kindOf);
  return withState(invocation, 'read', (state) => {
    const entries = listAudit(state.db, {
      since,
      kinds: kinds.length === 0 ? null : kinds,
      subjects: subjectsOf(state, textOption(invocation, 'lead')),
      subjectPrefix: textOption(invocation, 'message'),
      limit: countOption(invocation, 'limit') ?? SHOWN_DEFAULT,
    });
    const { timezone } = state.workspace.policy;
    return {
      exit: 'OK',
      document: { items: entries.map(itemOf) },
      human: (terminal) =>
        entries.length === 0
          ? [' The audit trail has no such entry.']
          : renderTable(terminal, entries, [
              { header: 'no', cell: ({ number }) => String(number), minWidth: NEVER_CUT, align: 'right' },
              {
                header: 'at',
                cell: ({ at }) => `${formatDay(at, timezone)} ${formatClock(at, timezone)}`,
                raw: ({ at }) => formatInstant(at),
                minWidth: 16,
              },
              { header: 'what', cell: ({ kind }) => kind, minWidth: 12 },
              { header: 'who', cell: ({ actor }) => actor, minWidth: 12 },
              { header: 'of', cell: ({ subject }) => subject, minWidth: 10 },
              {
                header: 'detail',
                cell: ({ detail }) => detailText(detail),
                raw: ({ detail }) => detail,
                minWidth: 6,
              },
            ]),
    };
  });
}

/** Without the hashes, which say nothing to people and are in `--json`. */
function detailText(detail: string): string {
  return Object.entries(detailOf(detail) ?? {})
    .filter(([name]) => !name.includes('hash'))
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(' ');
}

function itemOf(entry: AuditEntry): Readonly<Record<string, unknown>> {
  const { number, at, kind, actor, subject, detail, previousHash, hash } = entry;
  return {
    number,
    at: formatInstant(at),
    kind,
    actor,
    subject,
    detail: detailOf(detail),
    previous_hash: previousHash,
    hash,
    hashed: auditPreimage(entry),
  };
}

/** Null for what somebody else has put there. */
function detailOf(detail: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(detail);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : null;
  } catch {
    // `audit verify` names it; here it is only shown.
    return null;
  }
}

/** A lead that was erased is still known by its id; what was written about its messages is found by theirs. */
function subjectsOf({ db }: OperatorState, typed: string | null): readonly string[] | null {
  if (typed === null) return null;
  const lead = findLead(db, typed);
  if (lead !== null) return subjectsOfLead(db, lead.rowId);
  if (/^l-[a-z2-7]{16}$/.test(typed)) return [typed];
  throw usageError(`there is no lead ${JSON.stringify(typed)}`, 'headgate leads list');
}

function sinceOf(typed: string | null): Instant | null {
  if (typed === null) return null;
  const at = parseInstant(typed);
  if (typeof at === 'number') return at;
  throw usageError(`--since "${typed}": ${at.problem}`, '--since 2026-02-18T09:00:00Z');
}

function kindOf(typed: string): AuditKind {
  if (isAuditKind(typed)) return typed;
  const nearest = nearestWord(typed, Object.keys(AUDIT_KINDS));
  throw usageError(
    `--kind: there is no entry of kind ${JSON.stringify(typed)}`,
    nearest === null ? 'headgate audit show --help' : `--kind ${nearest}`,
  );
}
