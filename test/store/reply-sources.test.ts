import { expect, test } from 'vitest';
import { recordReadToEnd, replySourceFacts } from '../../src/store/reply-sources.ts';
import { testState } from '../helpers/state.ts';

test('A21: a configured source that was never read says so, instead of being left out', () => {
  const { database } = testState();
  expect(replySourceFacts(database, ['imap'])).toEqual([
    { sourceId: 'imap', readToEndAt: null, readOnBootId: null },
  ]);
  expect(replySourceFacts(database, [])).toEqual([]);
});

test('A21: the last reading counts, with its boot; a source that is configured no longer is not asked', () => {
  const { database } = testState();
  database.write(() => {
    recordReadToEnd(database, { sourceId: 'old', now: 1, bootId: 'boot-1' });
    recordReadToEnd(database, { sourceId: 'imap', now: 10, bootId: 'boot-1' });
    recordReadToEnd(database, { sourceId: 'imap', now: 20, bootId: null });
  });
  expect(replySourceFacts(database, ['stream', 'imap'])).toEqual([
    { sourceId: 'stream', readToEndAt: null, readOnBootId: null },
    { sourceId: 'imap', readToEndAt: 20, readOnBootId: null },
  ]);
});
