import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isCredible, otherWriter } from '../../../src/core/facts/credible.ts';
import { effectOf, SOFT_BOUNCE_DAYS_MAX } from '../../../src/core/facts/effect.ts';
import { FACT_KINDS, type IncomingFact, type Reference } from '../../../src/core/facts/fact.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SENT_AT = Date.UTC(2026, 1, 18, 9);
const NOBODY: Reference = {
  messageId: null,
  messageIdHeaders: [],
  providerId: null,
  conversationId: null,
  emailKey: null,
};

function fact(changes: Partial<IncomingFact> = {}): IncomingFact {
  return {
    kind: 'reply',
    key: 'k',
    at: SENT_AT + HOUR_MS,
    about: { ...NOBODY, emailKey: 'maren@vogt.example' },
    trust: 'claimed',
    detail: 'answered',
    text: null,
    until: null,
    isMachine: false,
    ...changes,
  };
}

describe('what a fact does to its lead', () => {
  test('E4: a person who answered gets no further step, and the operator hears of it at once', () => {
    expect(effectOf(fact(), { softBounceDays: 0 })).toMatchObject({
      cancel: 'replied',
      isContact: true,
      alert: true,
      suppress: null,
    });
  });

  test('E4: an auto-reply ends nothing, and holds until the return that it states', () => {
    const until = SENT_AT + 9 * DAY_MS;
    const effect = effectOf(fact({ kind: 'auto_reply', until }), { softBounceDays: 0 });
    expect(effect).toMatchObject({ cancel: null, isContact: false, alert: false, holdUntil: until });
  });

  test.each([
    ['the past', SENT_AT - DAY_MS],
    ['this very moment', SENT_AT + HOUR_MS],
    ['the year after next', SENT_AT + 700 * DAY_MS],
  ])('E4: a return in %s holds nobody for ever', (_, until) => {
    expect(effectOf(fact({ kind: 'auto_reply', until }), { softBounceDays: 0 }).holdUntil).toBeNull();
  });

  test('E4: half a year is the longest that an absence note holds, and no return holds nobody', () => {
    const holdOf = (until: number | null): number | null =>
      effectOf(fact({ kind: 'auto_reply', until }), { softBounceDays: 0 }).holdUntil;
    const longest = SENT_AT + HOUR_MS + 180 * DAY_MS;
    expect([holdOf(longest), holdOf(longest + 1), holdOf(null)]).toEqual([longest, null, null]);
  });

  test('E4: one full mailbox costs no lead its address; five bad days do', () => {
    const bounce = fact({ kind: 'soft_bounce' });
    expect(effectOf(bounce, { softBounceDays: 1 }).suppress).toBeNull();
    expect(effectOf(bounce, { softBounceDays: SOFT_BOUNCE_DAYS_MAX - 1 }).cancel).toBeNull();
    expect(effectOf(bounce, { softBounceDays: SOFT_BOUNCE_DAYS_MAX })).toMatchObject({
      suppress: 'bounced',
      cancel: 'bounced',
    });
  });

  test('a refusal because of our reputation condemns no address', () => {
    expect(effectOf(fact({ kind: 'block' }), { softBounceDays: 99 })).toMatchObject({
      suppress: null,
      cancel: null,
    });
  });

  const none = { suppress: null, optsOut: false, cancel: null, isContact: false, alert: false };

  test.each([
    ['sent', {}],
    ['delivered', {}],
    ['opened', {}],
    ['clicked', {}],
    ['soft_bounce', {}],
    ['block', {}],
    ['auto_reply', {}],
    ['hard_bounce', { suppress: 'bounced', cancel: 'bounced' }],
    ['complaint', { suppress: 'complained', cancel: 'complained', alert: true }],
    ['opt_out', { suppress: 'opted_out', cancel: 'opted_out', optsOut: true }],
    ['reply', { cancel: 'replied', isContact: true, alert: true }],
    ['not_there', { cancel: 'wrong_attribution', alert: true }],
    ['robot', { alert: true }],
  ] as const)('B6, D1, E4: %s proves that the mail left, and further does %j', (kind, effect) => {
    expect(effectOf(fact({ kind }), { softBounceDays: 0 })).toEqual({
      ...{ ...none, ...effect },
      provesSent: true,
      holdUntil: null,
    });
  });

  test('D1: that a mail could not be sent settles nothing: a person hears of it', () => {
    expect(effectOf(fact({ kind: 'send_failed' }), { softBounceDays: 0 })).toEqual({
      ...{ ...none, alert: true },
      provesSent: false,
      holdUntil: null,
    });
  });
});

describe('E4: what may be believed of a message', () => {
  const message = { claimedAt: SENT_AT, emailKey: 'maren@vogt.example' };

  test.each(['hard_bounce', 'soft_bounce', 'block', 'complaint'] as const)(
    'a forged %s about another address suppresses nobody',
    (kind) => {
      const forged = fact({ kind, about: { ...NOBODY, emailKey: 'boss@rival.example' } });
      expect(isCredible(forged, { message, by: 'message' })).toBe(false);
      expect(isCredible(fact({ kind }), { message, by: 'message' })).toBe(true);
    },
  );

  test('a complaint that blanks its recipient counts where it names our message', () => {
    const blanked = fact({ kind: 'complaint', about: NOBODY });
    expect(isCredible(blanked, { message, by: 'message' })).toBe(true);
  });

  test('a bounce that knows nothing but an address is not believed; an answer from it is, for a month', () => {
    expect(isCredible(fact({ kind: 'hard_bounce' }), { message, by: 'address' })).toBe(false);
    expect(isCredible(fact(), { message, by: 'address' })).toBe(true);
    expect(isCredible(fact({ at: SENT_AT + 31 * DAY_MS }), { message, by: 'address' })).toBe(false);
  });

  test('an answer of the thirtieth day still counts, and a clock may be ten minutes off', () => {
    expect(isCredible(fact({ at: SENT_AT + 30 * DAY_MS }), { message, by: 'address' })).toBe(true);
    const early = (at: number): boolean => isCredible(fact({ at }), { message, by: 'message' });
    expect([early(SENT_AT - 10 * MINUTE_MS), early(SENT_AT - 10 * MINUTE_MS - 1)]).toEqual([true, false]);
  });

  test('hardening 121: who asks for no more mail is heard, however long after our last one', () => {
    const late = fact({ kind: 'opt_out', at: SENT_AT + 200 * DAY_MS });
    expect(isCredible(late, { message, by: 'address' })).toBe(true);
  });

  test('an answer from before the mail is an answer to something else', () => {
    const before = fact({ at: SENT_AT - DAY_MS });
    expect(isCredible(before, { message, by: 'address' })).toBe(false);
    expect(isCredible(before, { message, by: 'message' })).toBe(false);
    expect(isCredible({ ...before, trust: 'verified' }, { message, by: 'message' })).toBe(true);
  });

  test('nothing at all can have come back of a mail that never left', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FACT_KINDS),
        fc.constantFrom('message', 'conversation', 'address'),
        (kind, by) => {
          expect(
            isCredible(fact({ kind, trust: 'verified' }), { message: { ...message, claimedAt: null }, by }),
          ).toBe(false);
        },
      ),
    );
  });
});

describe('E4, B6: who answered, where that is not whom we wrote to', () => {
  const message = { emailKey: 'maren@vogt.example' };
  const writerOf = (kind: IncomingFact['kind'], emailKey: string | null): string | null =>
    otherWriter(fact({ kind, about: { ...NOBODY, emailKey } }), message);

  test.each(['reply', 'auto_reply', 'opt_out', 'not_there', 'robot'] as const)(
    'a %s from a second address is told, one from the lead itself or from nobody is not',
    (kind) => {
      expect(writerOf(kind, 'boss@vogt.example')).toBe('boss@vogt.example');
      expect(writerOf(kind, 'maren@vogt.example')).toBeNull();
      expect(writerOf(kind, null)).toBeNull();
    },
  );

  test('a bounce or a complaint has no writer', () => {
    for (const kind of ['hard_bounce', 'soft_bounce', 'complaint', 'delivered'] as const)
      expect(writerOf(kind, 'boss@vogt.example')).toBeNull();
  });
});
