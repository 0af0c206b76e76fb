import { hmacSha256 } from '../../core/sha256.ts';
import type { Random } from '../../ports.ts';
import type { PageRequest } from '../../web/private/http.ts';
import type { OperatorState } from '../operator-state.ts';
import type { Desk } from '../review/desk.ts';
import type { ActMemory } from './memory.ts';

/** One request of somebody who is signed in, with the state open for it alone. */
export interface Visit {
  readonly request: PageRequest;
  readonly state: OperatorState;
  readonly desk: Desk;
  readonly person: string;
  /** Names the session; opens nothing. */
  readonly session: string;
  readonly memory: ActMemory;
}

/** 160 random bits, for links and cookies. */
export function webSecret(random: Random): string {
  return `${random.publicId('s').slice(2)}${random.publicId('s').slice(2)}`;
}

/** What `webSecret` makes; anything else is not even looked up. */
export const WEB_SECRET = /^[a-z2-7]{32}$/;

/** What is kept of a secret. */
export function webKeyHash(secret: string): string {
  return hmacSha256('web key 1', secret);
}

/** Names what a page showed of many messages, so that an act on all of them is on those and no others. */
export function seenHash(
  messages: readonly { readonly id: string; readonly textHash: string | null }[],
): string {
  return hmacSha256(
    'seen on a page 1',
    messages.map(({ id, textHash }) => `${id} ${textHash ?? ''}`).join('\n'),
  );
}
