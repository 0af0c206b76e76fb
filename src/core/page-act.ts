import type { Instant } from './model.ts';

/** What a reader can do on the unsubscribe page: stop all mail, or take that back. */
export type PageActKind = 'stop' | 'undo';

/** One thing that a reader did there. */
export interface PageAct {
  /** Public id, `l-…`. */
  readonly leadId: string;
  readonly act: PageActKind;
  readonly at: Instant;
}

/** No point, no slash: what such an id names can never be another folder. */
const LEAD_ID = /^l-[a-z0-9]{1,64}$/;
const FILE_NAME = /^(l-[a-z0-9]{1,64})\.(\d{1,15})\.(stop|undo)\.json$/;

/**
 * The name under which an act lies in the spool. The name alone is the record: a file that a full disk or a crash left empty still
 * says who did what and when. Throws RangeError for an id or a time that no token and no clock of ours can give.
 */
export function pageActFileName({ leadId, act, at }: PageAct): string {
  if (!LEAD_ID.test(leadId)) throw new RangeError('A lead is named by its public id');
  const name = `${leadId}.${String(at)}.${act}.json`;
  if (!FILE_NAME.test(name)) throw new RangeError('An act happens at a whole millisecond');
  return name;
}

/** The act that a file name tells of; null for a name that is none of ours. */
export function parsePageActFileName(name: string): PageAct | null {
  const [, leadId, at, act] = FILE_NAME.exec(name) ?? [];
  return leadId === undefined ? null : { leadId, at: Number(at), act: act === 'stop' ? 'stop' : 'undo' };
}

/** In the order in which they happened. What fell into one millisecond ends with the stop: in doubt nobody is written to. */
export function byTime(left: PageAct, right: PageAct): number {
  if (left.at !== right.at) return left.at - right.at;
  return left.act === right.act ? 0 : left.act === 'undo' ? -1 : 1;
}
