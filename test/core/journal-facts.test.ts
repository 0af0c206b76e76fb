import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { journalFacts, type JournalFate, type JournalLine } from '../../src/core/journal-facts.ts';

type Event = JournalLine['event'];

/** Lines in the order in which they were written: `claimed 1`, `accepted 1`. */
function lines(words: readonly string[], messageId = 'm-1'): JournalLine[] {
  return words.map((word, index) => {
    const [event, attempt] = word.split(' ');
    return { messageId, attempt: Number(attempt), at: 1_000 + index, event: event as Event };
  });
}

const fateOf = (...words: readonly string[]): JournalFate | undefined =>
  journalFacts(lines(words)).get('m-1')?.fate;

describe('A15: what the journal proves of one message', () => {
  test.each<[JournalFate, readonly string[]]>([
    ['sent', ['claimed 1', 'accepted 1']],
    ['uncertain', ['claimed 1']],
    ['uncertain', ['claimed 1', 'unknown 1']],
    ['not_sent', ['claimed 1', 'refused 1']],
    ['not_sent', ['claimed 1', 'withdrawn 1']],
    ['sent', ['claimed 1', 'refused 1', 'claimed 2', 'accepted 2']],
    ['uncertain', ['claimed 1', 'refused 1', 'claimed 2']],
    ['not_sent', ['claimed 1', 'refused 1', 'claimed 2', 'withdrawn 2']],
    ['uncertain', ['claimed 1', 'unknown 1', 'claimed 2', 'refused 2']],
    ['sent', ['claimed 1', 'unknown 1', 'claimed 2', 'accepted 2']],
    // Whatever is written of an attempt later: once it was unknown, only a person knows better.
    ['uncertain', ['claimed 1', 'unknown 1', 'refused 1']],
    ['not_sent', ['claimed 1', 'settled_not_sent 1']],
    ['not_sent', ['claimed 1', 'unknown 1', 'settled_not_sent 1']],
    ['not_sent', ['claimed 1', 'unknown 1', 'claimed 2', 'unknown 2', 'settled_not_sent 2']],
    ['sent', ['claimed 1', 'unknown 1', 'settled_sent 1']],
  ])('%s after %j', (fate, words) => {
    expect(fateOf(...words)).toBe(fate);
  });

  test('accepted once is sent for ever, whatever is tried afterwards', () => {
    expect(fateOf('claimed 1', 'accepted 1', 'claimed 2', 'refused 2')).toBe('sent');
    expect(fateOf('claimed 1', 'accepted 1', 'claimed 1', 'withdrawn 1')).toBe('sent');
  });

  test('D1: what a person found out is about the claims before it, and about none after it', () => {
    expect(fateOf('claimed 1', 'unknown 1', 'settled_not_sent 1', 'claimed 2')).toBe('uncertain');
    expect(fateOf('claimed 1', 'unknown 1', 'settled_not_sent 1', 'claimed 1')).toBe('uncertain');
    expect(fateOf('claimed 1', 'unknown 1', 'settled_not_sent 1', 'claimed 2', 'accepted 2')).toBe('sent');
    expect(fateOf('claimed 1', 'settled_sent 1', 'settled_not_sent 1')).toBe('sent');
  });

  test('the moment of acceptance is the moment of the delivery', () => {
    const facts = journalFacts(lines(['claimed 1', 'refused 1', 'claimed 2', 'accepted 2']));
    expect(facts.get('m-1')?.line).toMatchObject({ event: 'accepted', at: 1_003 });
  });

  test('nothing is known of a message that the journal does not name', () => {
    expect(journalFacts([])).toEqual(new Map());
  });

  test('messages do not mix', () => {
    const facts = journalFacts([
      ...lines(['claimed 1', 'accepted 1'], 'm-1'),
      ...lines(['claimed 1', 'refused 1'], 'm-2'),
      ...lines(['claimed 1'], 'm-3'),
    ]);
    expect([...facts].map(([id, { fate }]) => [id, fate])).toEqual([
      ['m-1', 'sent'],
      ['m-2', 'not_sent'],
      ['m-3', 'uncertain'],
    ]);
  });
});

describe('A15: a restored state counts its attempts from where the backup was', () => {
  test('a second claim under the number of an attempt that was refused before the restore is open again', () => {
    expect(fateOf('claimed 1', 'refused 1', 'claimed 1')).toBe('uncertain');
    expect(fateOf('claimed 1', 'withdrawn 1', 'claimed 1')).toBe('uncertain');
  });

  test('and is closed by its own result only', () => {
    expect(fateOf('claimed 1', 'refused 1', 'claimed 1', 'refused 1')).toBe('not_sent');
    expect(fateOf('claimed 1', 'refused 1', 'claimed 1', 'accepted 1')).toBe('sent');
  });

  test('an attempt of which nobody knew stays so, whatever the same number comes to later', () => {
    expect(fateOf('claimed 1', 'unknown 1', 'claimed 1', 'refused 1')).toBe('uncertain');
    expect(fateOf('claimed 1', 'claimed 1', 'refused 1')).toBe('uncertain');
  });

  test('a result that was written twice, as after a failed sync, closes nothing that came later', () => {
    expect(fateOf('claimed 1', 'refused 1', 'refused 1', 'claimed 1')).toBe('uncertain');
  });
});

test('A15: whatever happened, a mail that may have left is never called not sent', () => {
  const attempt = fc.record({
    number: fc.integer({ min: 1, max: 3 }),
    // Left out: the run was killed before it could write what became of it.
    ending: fc.constantFrom<Event | null>('accepted', 'refused', 'unknown', 'withdrawn', null),
  });
  fc.assert(
    fc.property(fc.array(attempt, { minLength: 1, maxLength: 6 }), (attempts) => {
      const written = attempts.flatMap(({ number, ending }) => [
        `claimed ${String(number)}`,
        ...(ending === null ? [] : [`${ending} ${String(number)}`]),
      ]);
      const mayHaveLeft = attempts.some(({ ending }) => ending !== 'refused' && ending !== 'withdrawn');
      const hasLeft = attempts.some(({ ending }) => ending === 'accepted');
      expect(fateOf(...written)).toBe(hasLeft ? 'sent' : mayHaveLeft ? 'uncertain' : 'not_sent');
    }),
    { seed: 3, numRuns: 2_000 },
  );
});
