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
  const fromAt = isIsoDate(from) ? startOfLocalDay(from, zone) : parseInstant(from);
  const toAt = isIsoDate(to) ? startOfLocalDay(addDays(to, 1), zone) : parseInstant(to);
  if (typeof fromAt !== 'number') return fromAt;
  if (typeof toAt !== 'number') return toAt;
  if (toAt <= fromAt) return { problem: `"${text}" ends before it begins` };
  return { fromAt, toAt };
}
