import type { Instant } from './model.ts';

/** The part of a journal entry that settling reads. */
export interface JournalLine {
  readonly messageId: string;
  readonly attempt: number;
  readonly at: Instant;
  readonly event: JournalEvent;
}

/** What a line tells: a claim, what became of it, or what a person who looked found out about all of them. */
export const JOURNAL_EVENTS = [
  'claimed',
  'accepted',
  'refused',
  'unknown',
  'withdrawn',
  'settled_sent',
  'settled_not_sent',
] as const;
export type JournalEvent = (typeof JOURNAL_EVENTS)[number];

/** What the journal proves of one message: it left; nobody knows; or it surely did not (A15). */
export type JournalFate = 'sent' | 'uncertain' | 'not_sent';

export interface JournalFact<Line extends JournalLine> {
  readonly fate: JournalFate;
  /** The entry that decides; for `sent` the moment of acceptance. */
  readonly line: Line;
}

/**
 * A15: one fact per message, from its lines in the order in which they were written. Accepted once is sent for ever; a claim
 * without a result is uncertain, and so is one that was made again before it had one, until a person settles it. Only a message whose
 * every claim was surely refused or called back, or found not to have left, has not left. Attempts are numbered anew in a restored
 * state, so a number may come twice: each result closes the last claim of its number and no other.
 */
export function journalFacts<Line extends JournalLine>(
  lines: Iterable<Line>,
): Map<string, JournalFact<Line>> {
  const stories = new Map<string, Story<Line>>();
  for (const line of lines) {
    const story = stories.get(line.messageId) ?? {
      first: line,
      open: new Map(),
      doubtful: null,
      accepted: null,
    };
    tell(story, line);
    stories.set(line.messageId, story);
  }
  return new Map([...stories].map(([messageId, story]) => [messageId, factOf(story)]));
}

/** What is known of one message so far. */
interface Story<Line extends JournalLine> {
  readonly first: Line;
  /** Claims without a result, by attempt. */
  readonly open: Map<number, Line>;
  /** A claim that will never have one, unless a person looks. */
  doubtful: Line | null;
  accepted: Line | null;
}

function tell<Line extends JournalLine>(story: Story<Line>, line: Line): void {
  switch (line.event) {
    case 'claimed':
      story.doubtful ??= story.open.get(line.attempt) ?? null;
      story.open.set(line.attempt, line);
      return;
    case 'refused':
    case 'withdrawn':
      story.open.delete(line.attempt);
      return;
    case 'unknown':
      story.doubtful ??= line;
      return;
    case 'settled_not_sent':
      story.doubtful = null;
      story.open.clear();
      return;
    case 'accepted':
    case 'settled_sent':
      story.accepted ??= line;
  }
}

function factOf<Line extends JournalLine>({
  first,
  open,
  doubtful,
  accepted,
}: Story<Line>): JournalFact<Line> {
  if (accepted !== null) return { fate: 'sent', line: accepted };
  const line = doubtful ?? [...open.values()][0];
  return line === undefined ? { fate: 'not_sent', line: first } : { fate: 'uncertain', line };
}
