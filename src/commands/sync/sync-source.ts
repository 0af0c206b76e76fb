import type { LeadFeed } from '../../adapters/lead-feed.ts';
import type { FactSource } from '../../ports.ts';

/** One configured source, not yet opened: nothing heavy is loaded and nobody is called before its turn. */
export type SyncSource =
  | {
      readonly kind: 'facts';
      readonly id: string;
      /** Whose facts they are, where two sources tell of the same: one fact counts once (E7). Left out: its own. */
      readonly factsOf?: string;
      open(): Promise<FactSource>;
    }
  | { readonly kind: 'leads'; readonly id: string; open(): Promise<LeadFeed> };
