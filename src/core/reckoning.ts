import type { Policy } from './policy.ts';

/**
 * The part of the configuration that values in the state were worked out with: the zone of leads that tell none of their own, and
 * with it their due moments (C4), and when nurture need look at a lead (B7). When it changes, they have to be worked out again.
 */
export interface Reckoning {
  readonly timezone: string;
  readonly nurtureMaxPerLead: number;
  readonly coldMs: number;
  readonly quietMs: number;
}

/** What the present configuration reckons with. */
export function reckoningOf({ timezone, limits, nurture }: Policy): Reckoning {
  const { nurtureMaxPerLead } = limits;
  const { coldMs, quietMs } = nurture;
  return { timezone, nurtureMaxPerLead, coldMs, quietMs };
}

/** Which leads nurture's queue may have wrong. */
export type OutdatedQueue =
  /** Nobody knows what it was reckoned with, or every moment in it has moved. */
  | { readonly kind: 'all' }
  /** Leads that had at least so many follow-ups. */
  | { readonly kind: 'followed_up'; readonly least: number }
  | { readonly kind: 'none' };

/** B7: what a change of nurture's limits leaves outdated. `before` is null where it was never written down. */
export function outdatedQueue(before: Reckoning | null, after: Reckoning): OutdatedQueue {
  if (before?.coldMs !== after.coldMs || before.quietMs !== after.quietMs) return { kind: 'all' };
  if (before.nurtureMaxPerLead === after.nurtureMaxPerLead) return { kind: 'none' };
  return { kind: 'followed_up', least: Math.min(before.nurtureMaxPerLead, after.nurtureMaxPerLead) };
}

/** A reckoning as the state keeps it; equal texts are equal reckonings. */
export function formatReckoning({ timezone, nurtureMaxPerLead, coldMs, quietMs }: Reckoning): string {
  return JSON.stringify({ timezone, nurtureMaxPerLead, coldMs, quietMs });
}

/** Null for a text that some other version wrote, which says nothing. */
export function parseReckoning(text: string): Reckoning | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return null;
  const { timezone, nurtureMaxPerLead, coldMs, quietMs } = value as Readonly<Record<string, unknown>>;
  if (typeof timezone !== 'string' || !isNumber(nurtureMaxPerLead) || !isNumber(coldMs) || !isNumber(quietMs))
    return null;
  return { timezone, nurtureMaxPerLead, coldMs, quietMs };
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
