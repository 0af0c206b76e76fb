import { describe, expect, test } from 'vitest';

import { HeadgateError } from '../../src/core/errors.ts';
import type { EnrollmentStatus, MessageState } from '../../src/core/model.ts';
import { assertMove, isLive, mayMove } from '../../src/core/states.ts';

const WAITING = ['held', 'rejected', 'expired', 'discarded', 'skipped', 'cancelled'];

/** Written down a second time on purpose: a move that slips into the machine must be allowed here as well. */
const MOVES: Readonly<Record<MessageState, readonly string[]>> = {
  reserved: ['pending_approval', 'approved', 'held', 'cancelled'],
  pending_approval: ['approved', ...WAITING],
  approved: ['pending_approval', 'sending', ...WAITING],
  sending: ['sent', 'uncertain', 'approved', 'failed', 'cancelled', 'skipped'],
  uncertain: ['sending', 'sent', 'approved', 'cancelled', 'discarded', 'skipped'],
  held: ['pending_approval', 'approved', ...WAITING.filter((state) => state !== 'held')],
  expired: ['reserved'],
  discarded: ['reserved'],
  rejected: ['reserved'],
  sent: [],
  failed: [],
  skipped: [],
  cancelled: [],
};

const STATES = Object.keys(MOVES) as MessageState[];

describe('D1: the life of a message', () => {
  test.each(STATES)('from %s it goes where it may, and nowhere else', (from) => {
    expect(STATES.filter((to) => mayMove(from, to)).sort()).toEqual([...MOVES[from]].sort());
  });

  test('nothing comes to be sent without having been under way: no mail is believed sent that nobody claimed', () => {
    expect(STATES.filter((from) => mayMove(from, 'sent'))).toEqual(['sending', 'uncertain']);
    expect(STATES.filter((from) => mayMove(from, 'sending'))).toEqual(['approved', 'uncertain']);
  });

  test('D2: only what waits for a person, or what surely did not leave, can be approved', () => {
    expect(STATES.filter((from) => mayMove(from, 'approved'))).toEqual([
      'reserved',
      'pending_approval',
      'sending',
      'uncertain',
      'held',
    ]);
  });

  test('a move that the machine does not know is a fault of ours: the message stays as it is, and it is said', () => {
    expect(() => assertMove('m-1', 'approved', 'sending')).not.toThrow();
    try {
      assertMove('m-1', 'sent', 'approved');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(HeadgateError);
      expect(error).toMatchObject({
        message: 'm-1 cannot go from sent to approved',
        code: 'illegal_transition',
        exit: 'SOFTWARE',
        notDone: 'The message was left as it is.',
      });
    }
  });
});

test('B4: an enrollment lives while it is pending or active, and never again', () => {
  const all: readonly EnrollmentStatus[] = ['pending', 'active', 'completed', 'cancelled'];
  expect(all.filter(isLive)).toEqual(['pending', 'active']);
});
