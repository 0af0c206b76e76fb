import type { Instant } from '../../core/model.ts';
import type { OperatorState } from '../operator-state.ts';
import { openDesk, type Desk } from '../review/desk.ts';

/** A person who may decide, as the chat knows them. */
export interface Actor {
  readonly id: number;
  /** What they call themselves there: for people to read, never to decide by. */
  readonly name: string;
}

/** What became of something that was tapped or written. */
export interface Reaction {
  /** For the record. */
  readonly outcome: string;
  /** For whoever tapped: shown for a moment. */
  readonly answer: string;
}

/** F2: a person of the chat at the same desk as one at a terminal: one way in for every decision. */
export function deskOf(state: OperatorState, { id, name }: Actor): Desk {
  return openDesk(state, { name, via: 'Telegram', actor: `telegram:${String(id)} ${name}` });
}

/** The same state at this moment. */
export function atNow(state: OperatorState): OperatorState {
  return { ...state, now: nowOf(state) };
}

export function nowOf({ invocation }: OperatorState): Instant {
  return invocation.context.clock.now();
}

export function react(answer: string, outcome = answer): Reaction {
  return { outcome, answer };
}
