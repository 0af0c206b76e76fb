import { expect, test } from 'vitest';

import { keepTransportWait, transportWait } from '../../src/store/transport-waits.ts';
import { testState } from '../helpers/state.ts';

test('D7: a provider is left alone until the moment that it named, and nobody else is', () => {
  const { database: db } = testState();
  expect(transportWait(db, { transport: 'resend', now: 0 })).toBeNull();
  db.write(() => keepTransportWait(db, 'resend', { untilAt: 1_000, detail: '429 slow down' }));
  expect(transportWait(db, { transport: 'resend', now: 999 })).toEqual({
    untilAt: 1_000,
    detail: '429 slow down',
  });
  expect(transportWait(db, { transport: 'resend', now: 1_000 })).toBeNull();
  expect(transportWait(db, { transport: 'smtp', now: 999 })).toBeNull();
});

test('D7: its last word holds, be it longer or shorter, and is cut where it says too much', () => {
  const { database: db } = testState();
  db.write(() => {
    keepTransportWait(db, 'resend', { untilAt: 1_000, detail: 'first' });
    keepTransportWait(db, 'resend', { untilAt: 500, detail: 'x'.repeat(501) });
  });
  expect(transportWait(db, { transport: 'resend', now: 0 })).toEqual({
    untilAt: 500,
    detail: 'x'.repeat(500),
  });
  expect(() => keepTransportWait(db, 'resend', { untilAt: 1, detail: '' })).toThrow(/must run inside/);
});
