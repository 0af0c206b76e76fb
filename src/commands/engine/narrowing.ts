import { HeadgateError } from '../../core/errors.ts';
import type { Narrowing } from '../../store/candidates.ts';
import { NOT_NARROWED } from '../../store/candidates.ts';
import { findLead } from '../../store/leads.ts';
import { sequenceList, type Engine } from './engine.ts';

/** What `--lead`, `--sequence` and `--limit` ask for. */
export interface NarrowedRequest {
  readonly leads: readonly string[];
  readonly sequences: readonly string[];
  readonly limit: number | null;
}

/** A run that may do nothing at all: on the operator's weekend the plan is empty by construction. */
export const NOBODY: Narrowing = { leadRowIds: new Set(), sequenceRowIds: new Set() };

/** A9: a narrowed run looks at a part of the queue, so it never writes a checkpoint. */
export function isNarrowed(request: NarrowedRequest): boolean {
  return request.leads.length > 0 || request.sequences.length > 0 || request.limit !== null;
}

/** Resolves ids and addresses; throws `lead_unknown` or `sequence_unknown` (64) naming what was typed. */
export function narrowingOf(engine: Engine, request: NarrowedRequest): Narrowing {
  if (!isNarrowed(request)) return NOT_NARROWED;
  return {
    leadRowIds: request.leads.length === 0 ? null : new Set(request.leads.map((id) => leadRowId(engine, id))),
    sequenceRowIds:
      request.sequences.length === 0
        ? null
        : new Set(request.sequences.map((id) => sequenceRowId(engine, id))),
  };
}

function leadRowId(engine: Engine, id: string): number {
  const lead = findLead(engine.db, id);
  if (lead !== null) return lead.rowId;
  throw new HeadgateError(`there is no lead ${id}`, {
    code: 'lead_unknown',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    fix: 'headgate leads list',
  });
}

function sequenceRowId(engine: Engine, id: string): number {
  const sequence = sequenceList(engine).find((each) => each.id === id);
  if (sequence !== undefined) return sequence.rowId;
  const known = sequenceList(engine).map((each) => each.id);
  throw new HeadgateError(`there is no sequence ${id}`, {
    code: 'sequence_unknown',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    fix: known.length === 0 ? 'headgate sequences apply' : `known: ${known.join(', ')}`,
  });
}
