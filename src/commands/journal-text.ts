import type { JournalSettlement } from './engine/journal-settling.ts';
import { escapeText } from './output/text.ts';

/** A15: who got, or may have got, a mail that this state cannot place; nothing where there is nobody. */
export function unknownLines({ unknown }: JournalSettlement): readonly string[] {
  if (unknown.length === 0) return [];
  return [
    '   sent to people this state cannot place; suppressed until you have looked:',
    ...unknown.map(
      ({ recipient, sequence, step }) =>
        `     ${escapeText(recipient)}  ${escapeText(sequence)} › ${escapeText(step)}`,
    ),
  ];
}
