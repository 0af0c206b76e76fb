import type { Instant } from './model.ts';

/** The part of a journal entry that settling reads. */
export interface JournalLine {
  readonly messageId: string;
  readonly attempt: number;
  readonly at: Instant;
  readonly event: 'claimed' | 'accepted' | 'refused' | 'unknown' | 'withdrawn';
}

/** What the journal proves of one message: it left; nobody knows; or it surely did not (A15). */
export type JournalFate = 'sent' | 'uncertain' | 'not_sent';

export interface JournalFact<Line extends JournalLine> {
  readonly fate: JournalFate;
  /** The entry that decides; for `sent` the moment of acceptance. */
  readonly line: Line;
}

/**
 * A15: one fact per message, whatever the order in which attempts and their results were written. Accepted once is sent for ever; a
 * claim without a result is uncertain; only a message whose every attempt was surely refused or called back has not left.
 */
export function journalFacts<Line extends JournalLine>(
  lines: Iterable<Line>,
): Map<string, JournalFact<Line>> {
  const attempts = new Map<string, Map<number, Line>>();
  for (const line of lines) {
    const ofMessage = attempts.get(line.messageId) ?? new Map<number, Line>();
    const known = ofMessage.get(line.attempt);
    if (known === undefined || WEIGHT[line.event] > WEIGHT[known.event]) ofMessage.set(line.attempt, line);
    attempts.set(line.messageId, ofMessage);
  }
  return new Map([...attempts].map(([messageId, ofMessage]) => [messageId, factOf([...ofMessage.values()])]));
}

/** A result outweighs its claim, and a worse result a better one: a line is only ever believed for the worse. */
const WEIGHT = { claimed: 0, withdrawn: 1, refused: 1, unknown: 2, accepted: 3 } as const;

function factOf<Line extends JournalLine>(lines: readonly Line[]): JournalFact<Line> {
  const [first] = lines;
  if (first === undefined) throw new RangeError('a message in the journal has at least one line');
  const accepted = lines.find((line) => line.event === 'accepted');
  if (accepted !== undefined) return { fate: 'sent', line: accepted };
  const open = lines.find((line) => line.event === 'claimed' || line.event === 'unknown');
  return open === undefined ? { fate: 'not_sent', line: first } : { fate: 'uncertain', line: open };
}
