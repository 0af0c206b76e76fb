import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { cardOf } from './review/card.ts';
import { cardLines } from './review/card-text.ts';
import { openDesk } from './review/desk.ts';
import { findMessage } from './review/find.ts';
import { reviewItemWithText } from './review/item.ts';

/** `review show ID…`: the whole text of a message, who it is for, and the hash that an approval is bound to. */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', (state) => {
    const desk = openDesk(state);
    const shown = state.db.read(() =>
      invocation.args.map((typed) => {
        const message = findMessage(state.db, typed);
        return {
          card: cardOf(desk, message, null),
          item: reviewItemWithText(state.db, message),
        };
      }),
    );
    return {
      exit: 'OK',
      document: { items: shown.map(({ item }) => item) },
      human: (terminal) => shown.flatMap(({ card }) => ['', ...cardLines(terminal, card)]),
    };
  });
}
