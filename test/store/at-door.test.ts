import { expect, test } from 'vitest';

import { messageAtDoor } from '../../src/store/at-door.ts';
import { claimDesk } from './claim-desk.ts';

test('D2: the guards at the door see the message as it is kept', () => {
  const desk = claimDesk();
  const message = desk.put('approved', {
    released: 1,
    text_hash: 'hash',
    subject: 'Subject',
    drafted_at: 11,
    edited_at: 12,
    approved_at: 13,
    leaves_at: 14,
    held_until: 15,
    retry_at: 16,
  });
  expect(messageAtDoor(desk.database, desk.id(message))).toEqual({
    rowId: message,
    id: desk.id(message),
    state: 'approved',
    enrollmentRowId: desk.enrollmentOf(message),
    stepRowId: desk.sequence.steps[0]!.rowId,
    leadRowId: desk.leadOf(message),
    released: true,
    textHash: 'hash',
    subject: 'Subject',
    draftedAt: 11,
    editedAt: 12,
    approvedAt: 13,
    leavesAt: 14,
    heldUntil: 15,
    retryAt: 16,
    lastSentAt: null,
  });
  expect(messageAtDoor(desk.database, desk.id(desk.put('approved')))?.released).toBe(false);
  expect(messageAtDoor(desk.database, 'm-nobody')).toBeNull();
});

test.each([
  ['was delivered', 'sent', { claimed_at: 90, sent_at: 100 }, 100],
  ['is being delivered', 'sending', { claimed_at: 90 }, 90],
  ['may have been delivered', 'uncertain', { claimed_at: 90 }, 90],
  ['was refused', 'failed', { claimed_at: 90 }, null],
  ['was withdrawn', 'cancelled', { claimed_at: 90 }, null],
  ['was a rehearsal that counts no more (D9)', 'sent', { claimed_at: 90, sent_at: 100, counts: 0 }, null],
] as const)(
  'A2: a mail waits its distance from another to the same lead that %s',
  (_what, state, columns, at) => {
    const desk = claimDesk();
    const earlier = desk.put(state, columns);
    desk.put('sent', { sent_at: 500 });
    const next = desk.putNext(earlier, 1, 'approved');
    expect(messageAtDoor(desk.database, desk.id(next))?.lastSentAt).toBe(at);
  },
);

test('A2: the newest of several counts, and never the message itself', () => {
  const desk = claimDesk();
  const first = desk.put('sent', { claimed_at: 300, sent_at: 300 });
  desk.putNext(first, 1, 'sent', { claimed_at: 200, sent_at: 200 });
  const last = desk.putNext(first, 2, 'sending', { claimed_at: 900 });
  expect(messageAtDoor(desk.database, desk.id(last))?.lastSentAt).toBe(300);
});
