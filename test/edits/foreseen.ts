import type { WrittenSequence } from './author.ts';
import type { Enrolled } from './stage.ts';

/**
 * What the requirements say becomes of somebody under way when a sequence is edited (C5), written down a second time and from the
 * written files alone, so that a mistake in the program is not believed twice.
 */
export interface Foreseen {
  /** Steps that the person gets from now on, by key, in order. */
  readonly ahead: readonly string[];
  readonly isCancelled: boolean;
  readonly isDraftWithdrawn: boolean;
}

export interface Foreseeing {
  /** Every key that the sequence has had, in its last order, removed ones where they stood. */
  readonly orderBefore: readonly string[];
  readonly after: WrittenSequence;
  readonly keyOf: (stepRowId: number) => string;
  /** What will turn out of every mail that may have left. */
  readonly outcome: 'sent' | 'not-sent';
}

const WAITING = ['pending_approval', 'approved', 'held'];
const IN_DOUBT = ['sending', 'uncertain'];
/** D11: the same step is due again, and is written anew. */
const TO_BE_WRITTEN_ANEW = ['expired', 'discarded', 'rejected'];

export function foresee(person: Enrolled, { orderBefore, after, keyOf, outcome }: Foreseeing): Foreseen {
  const states = [...person.messages].map(([rowId, state]) => ({ key: keyOf(rowId), state }));
  const inState = (list: readonly string[]): string | null =>
    states.find(({ state }) => list.includes(state))?.key ?? null;
  const draft = inState(WAITING);
  if (after.status === 'archived') return { ahead: [], isCancelled: true, isDraftWithdrawn: draft !== null };
  const live = after.steps.map(({ key }) => key);
  const inDoubt = inState(IN_DOUBT);
  const next = person.next === null ? null : keyOf(person.next);
  const passed = states
    .filter(
      ({ key, state }) =>
        state === 'sent' ||
        state === 'skipped' ||
        (state === 'rejected' && key !== next) ||
        (outcome === 'sent' && key === inDoubt),
    )
    .map(({ key }) => key);
  const anew =
    states.find(({ key, state }) => key === next && TO_BE_WRITTEN_ANEW.includes(state))?.key ?? null;
  const waiting = draft ?? (inDoubt === null ? anew : outcome === 'not-sent' ? inDoubt : null);
  const waitsAt = waiting !== null && live.includes(waiting) ? waiting : null;
  const arrived = outcome === 'sent' ? inDoubt : null;
  const last = person.last === null ? null : keyOf(person.last);
  const place = placeIn(live, orderBefore, waitsAt ?? arrived ?? last);
  const behind = live.slice(place + 1).filter((key) => !passed.includes(key));
  return {
    ahead: waitsAt === null ? behind : [waitsAt, ...behind],
    isCancelled: false,
    isDraftWithdrawn: draft !== null && waitsAt === null,
  };
}

/** Where a key stands among those that are left: itself, or the nearest before it that is; -1 when there is none. */
function placeIn(live: readonly string[], orderBefore: readonly string[], key: string | null): number {
  if (key === null) return -1;
  if (live.includes(key)) return live.indexOf(key);
  const stood = orderBefore.slice(0, orderBefore.indexOf(key)).filter((each) => live.includes(each));
  return live.indexOf(stood.at(-1) ?? '');
}

/** The keys in their new order with those that are gone right behind the one they followed. */
export function orderAfter(orderBefore: readonly string[], after: WrittenSequence): readonly string[] {
  const live = after.steps.map(({ key }) => key);
  const gone = orderBefore.filter((key) => !live.includes(key));
  const followers = (key: string | null): readonly string[] =>
    gone.filter(
      (each) =>
        (orderBefore
          .slice(0, orderBefore.indexOf(each))
          .filter((before) => live.includes(before))
          .at(-1) ?? null) === key,
    );
  return [...followers(null), ...live.flatMap((key) => [key, ...followers(key)])];
}
