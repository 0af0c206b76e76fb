import type { Instant } from '../model.ts';
import { isIsoDate } from '../time/calendar.ts';
import { parseInstant } from '../time/instants.ts';
import { addDays, startOfLocalDay } from '../time/zone.ts';

export interface SpanProblem {
  readonly problem: string;
}

/**
 * `A..B` of `--outage`: two dates of the operator, both included, or two instants, or one of each. Bad text is handed back as a
 * problem, the end of a sentence.
 */
export function parseSpan(
  text: string,
  zone: string,
): { readonly fromAt: Instant; readonly toAt: Instant } | SpanProblem {
  const parts = text.split('..');
  const [from, to] = parts;
  if (parts.length !== 2 || from === undefined || to === undefined || from === '' || to === '')
    return { problem: `"${text}" is not of the form A..B` };
  // A date is read as a time too: the same years may be meant.
  const [fromRead, toRead] = [parseInstant(from), parseInstant(to)];
  if (typeof fromRead !== 'number') return fromRead;
  if (typeof toRead !== 'number') return toRead;
  const fromAt = isIsoDate(from) ? startOfLocalDay(from, zone) : fromRead;
  const toAt = isIsoDate(to) ? startOfLocalDay(addDays(to, 1), zone) : toRead;
  if (toAt <= fromAt) return { problem: `"${text}" ends before it begins` };
  return { fromAt, toAt };
}
