import { expect, test } from 'vitest';
import type { StateDatabase } from '../../src/store/database.ts';
import { addTimeline, leadTimeline } from '../../src/store/timeline.ts';
import { testState } from '../helpers/state.ts';

function addLead(database: StateDatabase, rowId: number): void {
  const email = `lead${String(rowId)}@example.test`;
  database
    .prepare<[number, string, string, string]>(
      `INSERT INTO leads (row_id, id, email, email_key, zone, zone_rule, stage, status, imported_at, changed_at)
       VALUES (?, ?, ?, ?, 'UTC', 'operator', 'new', 'new', 1, 1)`,
    )
    .run(rowId, `l-${String(rowId)}`, email, email);
}

test('F4: a lead’s story holds its own lines, oldest first, and of one moment in the order they were told', () => {
  const { database } = testState();
  database.write(() => {
    addLead(database, 1);
    addLead(database, 2);
    addTimeline(database, { leadRowId: 1, at: 20, kind: 'drafted', text: 'welcome', ref: 'm-1' });
    addTimeline(database, { leadRowId: 2, at: 15, kind: 'matched', text: 'other', ref: null });
    addTimeline(database, {
      leadRowId: 1,
      at: 10,
      kind: 'matched',
      text: 'website-lead',
      ref: 'website-lead',
    });
    addTimeline(database, { leadRowId: 1, at: 20, kind: 'approved', text: 'by a person', ref: null });
  });
  expect(leadTimeline(database, 1, 100)).toEqual([
    { at: 10, kind: 'matched', text: 'website-lead', ref: 'website-lead' },
    { at: 20, kind: 'drafted', text: 'welcome', ref: 'm-1' },
    { at: 20, kind: 'approved', text: 'by a person', ref: null },
  ]);
});

test('a long story is cut at its beginning, not at its end', () => {
  const { database } = testState();
  database.write(() => {
    addLead(database, 1);
    for (let at = 1; at <= 5; at += 1)
      addTimeline(database, { leadRowId: 1, at, kind: 'k', text: 't', ref: null });
  });
  expect(leadTimeline(database, 1, 2).map(({ at }) => at)).toEqual([4, 5]);
});

test('A13: a line is part of the transaction of what it tells', () => {
  const { database } = testState();
  const outside = (): void => addTimeline(database, { leadRowId: 1, at: 1, kind: 'k', text: 't', ref: null });
  expect(outside).toThrow('must run inside');
});
