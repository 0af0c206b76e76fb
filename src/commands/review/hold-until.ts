import type { Instant } from '../../core/model.ts';
import { parseDurationMs } from '../../core/time/durations.ts';
import { parseInstant } from '../../core/time/instants.ts';

/** When a hold ends: a time (`2026-02-20`, `2026-02-20T09:00:00Z`) or a span from now (`6h`, `3d`); always ahead of now. */
export function holdEnd(typed: string, now: Instant): Instant | { readonly problem: string } {
  const text = typed.trim();
  const span = parseDurationMs(text);
  const until = typeof span === 'number' ? now + span : parseInstant(text);
  if (typeof until !== 'number') return { problem: `is ${until.problem}, or a span such as 6h or 3d` };
  return until > now ? until : { problem: 'is over already' };
}
