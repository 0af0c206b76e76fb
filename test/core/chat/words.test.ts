import { describe, expect, test } from 'vitest';

import { isTapAction } from '../../../src/core/chat/card.ts';
import { standingOf, type IncomingBody } from '../../../src/core/chat/incoming.ts';
import { parseWords } from '../../../src/core/chat/words.ts';

const command = (verb: string, names: readonly string[] = [], rest = '') => ({
  ...{ kind: 'command', verb, names, rest },
});

describe('F2: what is typed in the chat', () => {
  test.each<[string, ReturnType<typeof command>]>([
    ['/status', command('status')],
    ['  /STATUS  ', command('status')],
    ['/start', command('help')],
    ['/help@gate_bot', command('help')],
    ['/approve 2', command('approve', ['2'])],
    ['/approve@gate_bot 2, 3,3 M-ABCD', command('approve', ['2', '3', 'm-abcd'])],
    ['/reject 2 they signed  elsewhere', command('reject', ['2'], 'they signed  elsewhere')],
    ['/reject 2, 3: both', command('reject', ['2'], '3: both')],
    ['/reject 1234 x', command('reject', [], '1234 x')],
    ['/reject 123', command('reject', ['123'])],
    ['/hold m-abc until Monday', command('hold', [], 'm-abc until Monday')],
    ['/hold m-abcd p-abcd x-abcd', command('hold', ['m-abcd', 'p-abcd'], 'x-abcd')],
    [`/hold m-${'a'.repeat(32)}`, command('hold', [`m-${'a'.repeat(32)}`])],
    [`/hold m-${'a'.repeat(33)}`, command('hold', [], `m-${'a'.repeat(33)}`)],
    ['/hold xm-abcd', command('hold', [], 'xm-abcd')],
    ['/hold 2x', command('hold', [], '2x')],
    ['/pause 2 days at the fair', command('pause', [], '2 days at the fair')],
    ['/help 2', command('help', [], '2')],
    ['/status 2', command('status', [], '2')],
    ['/undo\n2\tnow', command('undo', ['2'], 'now')],
    ['/discard 2 ,, because', command('discard', ['2'], 'because')],
    ['/approve ,2, 3', command('approve', ['2', '3'])],
    ['/approve , 2,', command('approve', ['2'])],
    ['/hold , until Monday ', command('hold', [], 'until Monday')],
    ['/undo ,', command('undo')],
  ])('%j', (text, expected) => {
    expect(parseWords(text)).toEqual(expected);
  });

  test('other bots have commands too, and people talk: neither is a decision', () => {
    expect(parseWords('/weather Berlin')).toEqual({ kind: 'unknown', word: 'weather' });
    expect(parseWords('/Start_over')).toEqual({ kind: 'unknown', word: 'start_over' });
    for (const talk of [
      'approve 2',
      '',
      'see /approve 2',
      '/',
      '/2',
      '/approve-all',
      `/${'a'.repeat(33)}`,
      '/approve@',
      '/approve@x-y 2',
    ])
      expect(parseWords(talk), talk).toEqual({ kind: 'talk' });
    expect(parseWords(`/${'a'.repeat(32)}`)).toMatchObject({ kind: 'unknown' });
  });

  test('no more than fifty are named at once: what follows is left as words', () => {
    const numbers = Array.from({ length: 52 }, (_, index) => String(index));
    const parsed = parseWords(`/approve ${numbers.join(' ')}`);
    expect(parsed).toMatchObject({ names: { length: 50 }, rest: '50 51' });
  });
});

describe('F2: who decides, and where', () => {
  const RULES = { chat: '-100', approvers: [7, 8] };
  const PLACE = { chatId: -100, chatName: null, isForwarded: false };
  const tap = (change: { chatId?: number; chatName?: string; isForwarded?: boolean } = {}): IncomingBody => ({
    ...{ kind: 'tap', ...PLACE, callbackId: 'c', data: 'd', messageId: 1, ...change },
  });

  test.each<[string, number, IncomingBody, string, string]>([
    ['an approver in the chat', 7, tap(), '-100', 'approver'],
    ['somebody else in the chat', 9, tap(), '-100', 'stranger'],
    ['an approver elsewhere', 7, tap({ chatId: 100 }), '-100', 'other_chat'],
    [
      'an approver who passes on what was written elsewhere',
      8,
      tap({ isForwarded: true }),
      '-100',
      'forwarded',
    ],
    ['a stranger who passes something on', 9, tap({ isForwarded: true }), '-100', 'stranger'],
    ['an approver who joins', 7, { kind: 'other' }, '-100', 'other_chat'],
    ['an approver in the chat of that name', 7, tap({ chatName: 'Sales_Team' }), '@sales_team', 'approver'],
    [
      'an approver in a chat of another name',
      7,
      tap({ chatName: 'sales_teams' }),
      '@sales_team',
      'other_chat',
    ],
    ['an approver in a chat without a name', 7, tap(), '@sales_team', 'other_chat'],
    ['a chat that is called like the number', 7, tap({ chatId: 5, chatName: '-100' }), '-100', 'other_chat'],
  ])('%s', (_name, fromId, body, chat, standing) => {
    expect(standingOf({ fromId, body }, { ...RULES, chat })).toBe(standing);
  });

  test('a tap of a later version, or of nobody, is no decision', () => {
    expect(['approve', 'resume_yes', 'no'].every(isTapAction)).toBe(true);
    expect(['', 'approved', 'APPROVE', 'toString'].some(isTapAction)).toBe(false);
  });
});
