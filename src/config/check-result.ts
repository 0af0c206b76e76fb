import type { ConfigValue } from './key-spec.ts';

/** The verdict on one value. */
export type CheckResult =
  | { readonly kind: 'right'; readonly value: ConfigValue }
  | { readonly kind: 'wrong'; readonly expected: string; readonly nearest: string | null }
  | { readonly kind: 'unavailable'; readonly will: string };
