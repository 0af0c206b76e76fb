import { expect, test } from 'vitest';

import {
  countReleased,
  holdingRunId,
  messageIdHeader,
  messageIdsLike,
  messageRunIdsLike,
  planIdsLike,
} from '../../src/store/review.ts';
import { claimDesk } from './claim-desk.ts';

test('A8: what is released from a held batch counts in the mean and raises the line of the day, in this revision alone', () => {
  const desk = claimDesk();
  const [held, counted, other] = [desk.put('held'), desk.put('held'), desk.put('held')];
  const { database } = desk;
  const copied = 'lead_row_id, job, run_id, made_at, operator_day';
  desk.write(() => {
    database
      .prepare('UPDATE draft_log SET counts_in_mean = 0 WHERE message_row_id IN (?, ?)')
      .run(held, other);
    database
      .prepare(
        `INSERT INTO draft_log (message_row_id, revision, counts_in_mean, ${copied})
         SELECT message_row_id, 2, 0, ${copied} FROM draft_log WHERE message_row_id = ?`,
      )
      .run(held);
  });
  desk.set('messages', held, { revision: 2 });
  desk.write(() => {
    for (const message of [held, counted]) countReleased(database, message, '2026-02-20');
  });
  const log =
    'SELECT message_row_id, revision, counts_in_mean, released_day FROM draft_log ORDER BY message_row_id, revision';
  expect(desk.rows(log).map((row) => Object.values(row))).toEqual([
    [held, 1, 0, null],
    [held, 2, 1, '2026-02-20'],
    [counted, 1, 1, null],
    [other, 1, 0, null],
  ]);
  expect(() => countReleased(database, held, '2026-02-20')).toThrow(/must run inside/);
});

test('A8: a batch is found by the run that made it, or by the one that holds it as long as it is held', () => {
  const desk = claimDesk();
  const message = desk.put('held', { run_id: 'r-made', held_run_id: 'r-holds' });
  desk.put('approved', { run_id: 'r-made', held_run_id: 'r-held-once' });
  const like = (prefix: string, limit = 9): readonly string[] =>
    messageRunIdsLike(desk.database, prefix, limit);
  expect(like('r-')).toEqual(['r-holds', 'r-made']);
  expect(like('r-', 1)).toEqual(['r-holds']);
  expect(like('r-m')).toEqual(['r-made']);
  expect(like('r-held')).toEqual([]);
  expect(holdingRunId(desk.database, message)).toBe('r-holds');
  expect(holdingRunId(desk.database, -1)).toBeNull();
});

test('F1: a shortened id finds the messages and plans that begin so, in order, and no more than asked for', () => {
  const desk = claimDesk();
  const id = desk.id(desk.put('approved'));
  desk.write(() => {
    const add = desk.database.prepare(
      `INSERT INTO plans (id, job, run_id, made_at, state, narrowed, policy_hash, definitions_hash, doubts_json, summary_json)
       VALUES (?, 'drip', 'r-one', 1, 'waiting', 0, '', '', '[]', '{}')`,
    );
    for (const plan of ['p-bb', 'p-ab', 'p-aa']) add.run(plan);
  });
  expect(planIdsLike(desk.database, 'p-a', 9)).toEqual(['p-aa', 'p-ab']);
  expect(planIdsLike(desk.database, 'p-', 1)).toEqual(['p-aa']);
  expect(messageIdsLike(desk.database, id.slice(0, 6), 9)).toEqual([id]);
  expect(messageIdsLike(desk.database, 'm-nobody', 9)).toEqual([]);
});

test('D5: the Message-ID of a mail is known once its bytes are, and not before', () => {
  const desk = claimDesk();
  const [message, other] = [desk.put('approved'), desk.put('approved')];
  desk.write(() => desk.keepMail(message));
  expect(messageIdHeader(desk.database, message)).toBe('<one@mail.example.com>');
  expect(messageIdHeader(desk.database, other)).toBeNull();
});
