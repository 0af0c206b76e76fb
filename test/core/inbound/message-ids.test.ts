import { describe, expect, test } from 'vitest';

import type { MailHeader, MailPart } from '../../../src/core/inbound/mail.ts';
import { referencesOf } from '../../../src/core/inbound/message-ids.ts';

describe('E4: what may lead to the send that a mail answers', () => {
  const refers = (
    headers: readonly (readonly [string, string])[],
    more: {
      readonly text?: string;
      readonly parts?: readonly MailPart[];
      readonly returned?: readonly MailHeader[];
    } = {},
  ) => {
    const { text = '', parts = [], returned = [] } = more;
    const mail = { headers: headers.map(([name, value]) => ({ name, value })), text, parts, isWhole: true };
    return referencesOf(mail, returned);
  };
  const NOTHING = { inReplyTo: [], references: [], returnedMessageIds: [], deliveredTo: [], tokens: [] };

  test('ids in their own case, the newest reference first, and every address it was delivered to', () => {
    expect(refers([])).toEqual(NOTHING);
    expect(
      refers([
        ['in-reply-to', '<One@x> text <two@x>'],
        ['references', '<a@x> <b@x>'],
        ['references', '<c@x>'],
        ['to', 'reply+m-one@example.com'],
        ['delivered-to', 'me@example.com'],
        ['cc', 'me+@example.com, x+y+z@example.com'],
        ['subject', '<no@x> other@example.com'],
      ]),
    ).toEqual({
      inReplyTo: ['One@x', 'two@x'],
      references: ['c@x', 'b@x', 'a@x'],
      returnedMessageIds: [],
      deliveredTo: ['me@example.com', 'reply+m-one@example.com', 'me+@example.com', 'x+y+z@example.com'],
      tokens: ['m-one', 'y+z'],
    });
  });

  test.each(['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-rcpt-to', 'to', 'cc'])(
    '%s says where it went',
    (name) => {
      expect(refers([[name, 'a@x.example']]).deliveredTo).toEqual(['a@x.example']);
    },
  );

  test.each(['message/rfc822', 'text/rfc822-headers', 'message/global', 'message/global-headers'])(
    'a mail that is handed back as %s names itself',
    (contentType) => {
      const text = '\r\n\r\nSubject: x\r\nMessage-ID: <m@x>\r\n\r\nMessage-ID: <body@x>';
      expect(refers([], { parts: [{ contentType, text }] })).toEqual({
        ...NOTHING,
        returnedMessageIds: ['m@x'],
      });
    },
  );

  test('and so do the fields of a report and the words of some programs, each id once', () => {
    const returned = [{ name: 'message-id', value: '<m@x>' }];
    const text = 'It failed.\n  Original-Message-ID: <n@x>\nMessage-ID: <later@x>';
    const parts = [{ contentType: 'text/plain', text: 'Message-ID: <no@x>' }];
    expect(refers([], { returned, text, parts }).returnedMessageIds).toEqual(['m@x', 'n@x']);
    expect(refers([], { returned, text: 'message-id:<m@x>' }).returnedMessageIds).toEqual(['m@x']);
    expect(refers([], { text: 'see message-id: <m@x>' }).returnedMessageIds).toEqual([]);
    const far = `${'x\n'.repeat(25_000)}Message-ID: <far@x>`;
    expect(refers([], { text: far }).returnedMessageIds).toEqual([]);
  });

  test('hostile: brackets that never close and a thousand ids cost what fifty do; the last ones count', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `<${String(index)}@x>`).join('');
    const { references } = refers([['references', ids]]);
    expect([references.length, references[0], references.at(-1)]).toEqual([50, '59@x', '10@x']);
    expect(refers([['in-reply-to', `<${'a'.repeat(501)}> <<a b> <>`]]).inReplyTo).toEqual([]);
    expect(refers([['in-reply-to', `<${'a'.repeat(500)}>`]]).inReplyTo).toHaveLength(1);
    expect(refers([['in-reply-to', `${' '.repeat(20_000)}<a@x>`]]).inReplyTo).toEqual([]);
    const many = Array.from({ length: 51 }, (_, index) => ['to', `a${String(index)}@x.example`] as const);
    expect(refers(many).deliveredTo).toHaveLength(50);
  });

  test.each<[string, readonly string[]]>([
    ['Message-ID: <n@x>', ['n@x']],
    ['Original-Message-ID:  \t<n@x>', ['n@x']],
    ['MESSAGE-ID:<n@x>', ['n@x']],
    [`${' '.repeat(20)}message-id:${'\t'.repeat(20)}<n@x>`, ['n@x']],
    ['It failed:\r\n \tOriginal-message-id: <n@x>\r\n', ['n@x']],
    [`${' '.repeat(21)}message-id: <n@x>`, []],
    [`message-id:${' '.repeat(21)}<n@x>`, []],
    ['X-Message-ID: <n@x>', []],
    ['Message-ID: n@x', []],
    ['Message-ID: <n @x>', []],
    ['Message-ID: <>', []],
    ['Resent-Original-Message-ID: <n@x>', []],
  ])(
    'a gateway that names the id in a line of its report, and nothing that only looks like one: %j',
    (text, ids) => {
      expect(refers([], { text }).returnedMessageIds).toEqual(ids);
    },
  );

  test('such a line is looked for in 50,000 characters, and its id is of 500 at most', () => {
    const returnedBy = (text: string) => refers([], { text }).returnedMessageIds;
    expect(returnedBy(`${'x'.repeat(49_982)}\nMessage-ID: <n@x>`)).toEqual(['n@x']);
    expect(returnedBy(`${'x'.repeat(49_983)}\nMessage-ID: <n@x>`)).toEqual([]);
    expect(returnedBy(`Message-ID: <${'n'.repeat(500)}>`)).toEqual(['n'.repeat(500)]);
    expect(returnedBy(`Message-ID: <${'n'.repeat(501)}>`)).toEqual([]);
  });

  test('halves of two ids are no id: a mutilated notice leads to nobody else', () => {
    const half = (text: string) => ({ contentType: 'message/rfc822', text: `Message-ID: ${text}` });
    expect(refers([], { parts: [half('<a'), half('b@x>')] }).returnedMessageIds).toEqual([]);
    expect(
      refers([
        ['in-reply-to', '<a'],
        ['in-reply-to', 'b@x>'],
      ]).inReplyTo,
    ).toEqual([]);
    expect(
      refers([
        ['to', 'a@x.example'],
        ['to', 'b@x.example'],
        ['cc', 'c@x.example'],
      ]).deliveredTo,
    ).toEqual(['a@x.example', 'b@x.example', 'c@x.example']);
  });

  test('each mail that is handed back is named, in its order, and once', () => {
    const back = (id: string) => ({ contentType: 'message/rfc822', text: `Message-ID: <${id}>` });
    const returned = [{ name: 'message-id', value: '<c@x>' }];
    const parts = [back('b@x'), back('a@x'), back('b@x')];
    expect(refers([], { parts, returned, text: 'Message-ID: <d@x>' }).returnedMessageIds).toEqual([
      'b@x',
      'a@x',
      'c@x',
      'd@x',
    ]);
  });

  test('hostile: addresses that stand behind 20,000 characters are not looked for', () => {
    expect(refers([['to', `${' '.repeat(19_900)} a@x.example`]]).deliveredTo).toEqual(['a@x.example']);
    expect(refers([['to', `${' '.repeat(20_000)} a@x.example`]]).deliveredTo).toEqual([]);
  });

  test('of a returned mail 500 lines are read', () => {
    const back = (lines: number) => ({
      contentType: 'message/rfc822',
      text: `${'X: y\r\n z\r\n'.repeat(lines / 2)}Message-ID: <a@x>`,
    });
    expect(refers([], { parts: [back(498)] }).returnedMessageIds).toEqual(['a@x']);
    expect(refers([], { parts: [back(500)] }).returnedMessageIds).toEqual([]);
  });

  test.each([
    ['me@x.example', []],
    ['+@x.example', []],
    ['+a@x.example', ['a']],
    ['me+@x.example', []],
    ['me++@x.example', ['+']],
  ])('A7: the token of %s', (address, tokens) => {
    expect(refers([['to', address]]).tokens).toEqual(tokens);
  });
});
