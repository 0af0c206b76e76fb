import { describe, expect, test } from 'vitest';

import type { FactKind, IncomingFact } from '../../../src/core/facts/fact.ts';
import { factsOfMail, type ReadMail } from '../../../src/core/facts/from-mail.ts';
import type {
  InboundKind,
  InboundVerdict,
  RecipientVerdict,
  Suspicion,
} from '../../../src/core/inbound/verdict.ts';

const ARRIVED_AT = Date.UTC(2026, 1, 20, 8);

function verdict(changes: Partial<InboundVerdict> = {}): InboundVerdict {
  return {
    kind: 'human_reply',
    evidence: [],
    recipients: [],
    robot: null,
    returnsOn: null,
    replyText: 'Call me on Monday.',
    suspicions: [],
    refersTo: { inReplyTo: [], references: [], returnedMessageIds: [], deliveredTo: [], tokens: [] },
    ...changes,
  };
}

function mail(changes: Partial<ReadMail> = {}): ReadMail {
  return {
    verdict: verdict(),
    key: '<k@vogt.example>',
    at: ARRIVED_AT,
    from: 'Maren@Vogt.example',
    subject: 'Re: your offer',
    messageId: 'm-1',
    conversationId: 'c-1',
    ...changes,
  };
}

function recipient(changes: Partial<RecipientVerdict> = {}): RecipientVerdict {
  return {
    address: 'maren@vogt.example',
    kind: 'dead_address',
    reason: 'no_such_user',
    rule: null,
    status: '5.1.1',
    smtpCode: 550,
    diagnostic: 'User unknown',
    ...changes,
  };
}

function onlyFact(changes: Partial<ReadMail>): IncomingFact {
  const [fact, ...more] = factsOfMail(mail(changes));
  if (fact === undefined || more.length > 0) throw new Error('not exactly one fact');
  return fact;
}

describe('E4: what one mail in the mailbox tells', () => {
  test('an answer is the whole fact: who wrote, when, about which of our mails, and the words', () => {
    expect(factsOfMail(mail({ writtenAs: '<r@vogt.example>' }))).toEqual([
      {
        kind: 'reply',
        key: '<k@vogt.example>',
        at: ARRIVED_AT,
        about: {
          messageId: 'm-1',
          messageIdHeaders: [],
          providerId: null,
          conversationId: 'c-1',
          emailKey: 'maren@vogt.example',
        },
        trust: 'claimed',
        detail: 'Maren@Vogt.example wrote: Re: your offer',
        text: 'Call me on Monday.',
        until: null,
        isMachine: false,
        writtenAs: '<r@vogt.example>',
      },
    ]);
  });

  test.each<[InboundKind, FactKind | null]>([
    ['human_reply', 'reply'],
    ['opt_out', 'opt_out'],
    ['wrong_person', 'not_there'],
    ['auto_reply', 'auto_reply'],
    ['robot', 'robot'],
    ['dead_address', 'hard_bounce'],
    ['soft_bounce', 'soft_bounce'],
    ['blocked', 'block'],
    ['unknown_bounce', 'soft_bounce'],
    ['delay', null],
    ['delivery_notice', 'delivered'],
    ['complaint', 'complaint'],
    ['feedback', null],
  ])('%s is told as %s, of the whole mail and of one recipient alike', (kind, told) => {
    const expected = told === null ? [] : [told];
    expect(factsOfMail(mail({ verdict: verdict({ kind }) })).map((fact) => fact.kind)).toEqual(expected);
    const report = verdict({ kind: 'delay', recipients: [recipient({ kind })] });
    expect(factsOfMail(mail({ verdict: report })).map((fact) => fact.kind)).toEqual(expected);
  });

  test.each<[InboundKind, string | null, boolean]>([
    ['human_reply', 'maren@vogt.example', false],
    ['opt_out', 'maren@vogt.example', false],
    ['wrong_person', 'maren@vogt.example', false],
    ['auto_reply', 'maren@vogt.example', true],
    ['robot', 'maren@vogt.example', true],
    ['soft_bounce', null, false],
    ['complaint', null, false],
    ['delivery_notice', null, false],
  ])(
    '%s concerns the address %j of its writer: a postmaster is not the one who bounced',
    (kind, key, isMachine) => {
      const fact = onlyFact({ verdict: verdict({ kind }) });
      expect([fact.about.emailKey, fact.isMachine]).toEqual([key, isMachine]);
    },
  );

  test.each([[null], ['not an address']])('a writer like %j concerns no address', (from) => {
    expect(onlyFact({ from }).about.emailKey).toBeNull();
  });

  test('E7: a report on three addresses is one fact for each that it condemns, under a key of its own', () => {
    const facts = factsOfMail(
      mail({
        verdict: verdict({
          kind: 'dead_address',
          replyText: 'the text of the postmaster is nobody’s answer',
          recipients: [
            recipient({ address: 'Ann@x.example' }),
            recipient({ kind: 'delay' }),
            recipient({ address: null, kind: 'soft_bounce' }),
          ],
        }),
      }),
    );
    expect(facts.map(({ kind, key, about, text }) => [kind, key, about.emailKey, text])).toEqual([
      ['hard_bounce', '<k@vogt.example> 0', 'ann@x.example', null],
      ['soft_bounce', '<k@vogt.example> 2', null, null],
    ]);
  });

  test('a bounce with its address taken from the writer would suppress a postmaster: it never is', () => {
    const report = verdict({ kind: 'dead_address', recipients: [recipient({ address: null })] });
    expect(onlyFact({ verdict: report }).about.emailKey).toBeNull();
  });
});

describe('D6: which of our mails it speaks of', () => {
  test('the returned mail first, then what it answers, then what went before; each once, in angle brackets', () => {
    const refersTo = {
      returnedMessageIds: ['returned@x'],
      inReplyTo: ['answered@x', 'returned@x'],
      references: ['answered@x', 'older@x'],
      deliveredTo: [],
      tokens: [],
    };
    expect(onlyFact({ verdict: verdict({ refersTo }) }).about).toMatchObject({
      messageIdHeaders: ['<returned@x>', '<answered@x>', '<older@x>'],
      providerId: null,
    });
  });

  test('hardening 140: a mail without a Message-ID leaves it out', () => {
    expect(onlyFact({})).not.toHaveProperty('writtenAs');
  });
});

describe('E4: what an operator and a lead’s story are told', () => {
  test('words of nothing but space are no answer to show', () => {
    expect(onlyFact({ verdict: verdict({ replyText: ' \n' }) }).text).toBeNull();
  });

  test('an auto-reply’s return is the beginning of that day', () => {
    const away = verdict({ kind: 'auto_reply', returnsOn: '2026-03-02' });
    expect(onlyFact({ verdict: away }).until).toBe(Date.UTC(2026, 2, 2));
  });

  test.each<[readonly Suspicion[], string | undefined]>([
    [[], undefined],
    [['may_opt_out'], 'it may ask for no more mail'],
    [['may_be_automatic', 'no_words'], 'a machine may have written it; its words could not be read'],
    [['may_have_left', 'ticket_system'], 'the person may have left; a ticket system sent it'],
  ])('the doubts %j are told as %j', (suspicions, told) => {
    const fact = onlyFact({ verdict: verdict({ suspicions }) });
    expect(fact.suspicion).toBe(told);
    expect('suspicion' in fact).toBe(told !== undefined);
  });

  test.each([
    ['Re:\r\n  \u0007 hello ', 'ann@x.example', 'ann@x.example wrote: Re: hello'],
    ['  ', 'ann@x.example', 'ann@x.example wrote'],
    ['Hi', null, 'somebody wrote: Hi'],
    ['x'.repeat(500), null, `somebody wrote: ${'x'.repeat(120)}`],
  ])('a subject like %j of %j is one short line', (subject, from, detail) => {
    expect(onlyFact({ subject, from }).detail).toBe(detail);
  });

  test.each<[Partial<RecipientVerdict>, string]>([
    [{}, 'no such user, 5.1.1, User unknown'],
    [{ diagnostic: ' 550\r\n \u0000 No\tsuch user ' }, 'no such user, 5.1.1, 550 No such user'],
    [{ reason: null, diagnostic: '' }, '5.1.1'],
    [{ reason: null, status: null, diagnostic: 'gone' }, 'gone'],
    [{ reason: null, status: null, diagnostic: ' ' }, 'reported'],
    [{ reason: 'spam', status: null, diagnostic: 'y'.repeat(500) }, `spam, ${'y'.repeat(120)}`],
  ])('a report of %j is told as %j', (changes, detail) => {
    const report = verdict({ kind: 'dead_address', recipients: [recipient(changes)] });
    expect(onlyFact({ verdict: report }).detail).toBe(detail);
  });
});
