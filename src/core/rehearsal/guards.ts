import { LEAD_GUARD_NAMES } from '../guards/lead-guards.ts';

/** The guards of a run, of its caps and of the door, beside those of a lead. */
const OTHER_GUARDS = [
  'cap',
  'one_step',
  'blast_radius',
  'wake',
  'weekday',
  'pause',
  'expired',
  'undo',
  'allowlist',
  'sender_cap',
] as const;

/** Every name that `--without` takes. */
export const REHEARSED_GUARDS: readonly string[] = [...LEAD_GUARD_NAMES, ...OTHER_GUARDS];

/** What an outage shows by itself: what the caps kept small, and what they would not have. */
export const OUTAGE_COMPARISONS: readonly (readonly string[])[] = [['cap'], ['cap', 'one_step', 'watermark']];

const TEXTS: Readonly<Record<string, string>> = {
  cap: 'cap',
  one_step: 'one-step',
  blast_radius: 'blast radius',
  sender_cap: 'the sender’s cap',
  bail: 'opt-out and stage',
  lead: 'holds of a lead',
};

/** `without the cap`, `without one-step and watermark`. */
export function withoutText(guards: readonly string[]): string {
  const names = guards.map((guard) => TEXTS[guard] ?? guard);
  const last = names.at(-1) ?? '';
  return `without ${names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`}`;
}
