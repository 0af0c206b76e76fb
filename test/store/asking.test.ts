import { expect, test } from 'vitest';

import { askableIds, askableMail, forgetKeys, hasAskable, type Askable } from '../../src/store/asking.ts';
import { keepMail, recordAttempt } from '../../src/store/sends.ts';
import { claimDesk, type ClaimDesk, type Columns } from './claim-desk.ts';

const WHOM: Askable = { transport: 'resend', account: 'team', usedAfter: 1_000 };

interface Doubt {
  readonly columns?: Columns;
  readonly mail?: Partial<Parameters<typeof keepMail>[1]>;
  readonly account?: string | null;
  readonly transport?: string;
}

/** A message in doubt that can be asked about, unless a test says otherwise. */
function doubt(
  desk: ClaimDesk,
  { columns = {}, mail = {}, account = 'team', transport = 'resend' }: Doubt = {},
): number {
  const message = desk.put('uncertain', {
    key_used_at: 1_001,
    claimed_at: 2_000,
    text_hash: 'words',
    ...columns,
  });
  desk.write(() => {
    recordAttempt(desk.database, {
      messageRowId: message,
      messageId: desk.id(message),
      attempt: 1,
      event: 'claimed',
      at: 2_000,
      operatorDay: '2026-02-18',
      runId: 'r-one',
      transport,
      account,
      detail: null,
    });
    keepMail(desk.database, {
      messageRowId: message,
      revision: 1,
      textHash: 'words',
      transport: 'resend',
      messageIdHeader: '<one@mail.example.com>',
      sender: 'tom@mail.example.com',
      recipient: 'lead1@lead1.example',
      raw: new TextEncoder().encode('raw'),
      payload: new TextEncoder().encode('request'),
      ...mail,
    });
  });
  return message;
}

const ids = (desk: ClaimDesk, limit = 100): readonly string[] => askableIds(desk.database, WHOM, limit);

test('D1: a message in doubt is asked about with the very bytes of its claim', () => {
  const desk = claimDesk();
  const message = doubt(desk);
  expect(ids(desk)).toEqual([desk.id(message)]);
  expect(hasAskable(desk.database, WHOM)).toBe(true);
  expect(askableMail(desk.database, WHOM, desk.id(message))).toEqual({
    messageRowId: message,
    id: desk.id(message),
    textHash: 'words',
    keyUsedAt: 1_001,
    claimedAt: 2_000,
    messageIdHeader: '<one@mail.example.com>',
    sender: 'tom@mail.example.com',
    recipient: 'lead1@lead1.example',
    raw: Buffer.from('raw'),
    payload: Buffer.from('request'),
  });
  expect(askableMail(desk.database, WHOM, 'm-nobody')).toBeNull();
});

test.each<[string, Doubt, boolean]>([
  ['is settled', { columns: { state: 'sent', sent_at: 1 } }, false],
  ['is being sent', { columns: { state: 'sending' } }, false],
  ['has a key that its provider may have forgotten', { columns: { key_used_at: 1_000 } }, false],
  ['has no key', { columns: { key_used_at: null } }, false],
  ['went over another transport', { mail: { transport: 'mailgun' } }, false],
  ['has no request to repeat', { mail: { payload: null } }, false],
  ['has other words by now', { columns: { text_hash: 'edited' } }, true],
  ['was claimed for another account', { account: 'private' }, true],
  ['was claimed for no account', { account: null }, true],
  ['was claimed over another transport', { transport: 'smtp' }, true],
])('D1: nobody is asked about a message that %s: it might be sent twice', (_which, which, looksSo) => {
  const desk = claimDesk();
  const message = doubt(desk, which);
  expect(ids(desk)).toEqual([]);
  expect(askableMail(desk.database, WHOM, desk.id(message))).toBeNull();
  // What is cheap to ask at every run may say yes too often, and never no.
  expect(hasAskable(desk.database, WHOM)).toBe(looksSo);
});

test('D1: the account of the last claim counts, not that of an earlier one nor of an answer', () => {
  const desk = claimDesk();
  const message = doubt(desk);
  const record = (attempt: number, event: 'claimed' | 'unknown', account: string): unknown =>
    desk.write(() =>
      recordAttempt(desk.database, {
        messageRowId: message,
        messageId: desk.id(message),
        attempt,
        event,
        at: 3_000,
        operatorDay: '2026-02-18',
        runId: 'r-two',
        transport: 'resend',
        account,
        detail: null,
      }),
    );
  record(1, 'unknown', 'private');
  expect(ids(desk)).toEqual([desk.id(message)]);
  record(2, 'claimed', 'private');
  expect(ids(desk)).toEqual([]);
});

test('D1: the oldest doubt is asked about first, and no more of them than a run may ask', () => {
  const desk = claimDesk();
  const late = doubt(desk, { columns: { key_used_at: 3_000 } });
  const twins = [
    doubt(desk, { columns: { key_used_at: 2_000 } }),
    doubt(desk, { columns: { key_used_at: 2_000 } }),
  ];
  const order = [...twins, late].map((each) => desk.id(each));
  expect(ids(desk)).toEqual(order);
  expect(ids(desk, 2)).toEqual(order.slice(0, 2));
});

test('A15: after a restore nobody is asked about what is in doubt now; what is being sent keeps its key', () => {
  const desk = claimDesk();
  const [message, sending] = [doubt(desk), desk.put('sending', { key_used_at: 5 })];
  desk.write(() => forgetKeys(desk.database));
  expect(desk.stored(message)).toMatchObject({ state: 'uncertain', keyUsedAt: null });
  expect(desk.stored(sending).keyUsedAt).toBe(5);
  expect(() => forgetKeys(desk.database)).toThrow(/must run inside/);
});
