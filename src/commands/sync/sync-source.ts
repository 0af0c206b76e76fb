import type { LeadFeed } from '../../adapters/lead-feed.ts';
import type { FactSource } from '../../ports.ts';

/** One configured source, not yet opened: nothing heavy is loaded and nobody is called before its turn. */
export type SyncSource =
  | { readonly kind: 'facts'; readonly id: string; open(): Promise<FactSource> }
  | { readonly kind: 'leads'; readonly id: string; open(): Promise<LeadFeed> };
