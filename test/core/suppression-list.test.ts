import { describe, expect, test } from 'vitest';

import { readSuppressionList, suppressionReasonOf } from '../../src/core/suppression-list.ts';

const ANN = { emailKey: 'ann@x.example', reason: 'manual', note: null };
const BOB = { ...ANN, emailKey: 'bob@x.example' };

describe('E1: a list of addresses that are never written to again', () => {
  test.each([
    ['one to a line', 'Ann@x.example\n\nbob@x.example'],
    ['a header of one column', 'Email\nann@x.example\nbob@x.example\n'],
    ['the address in the second column', 'id,E-Mail \n1,ann@x.example\n2,bob@x.example\n'],
    ['other columns that mean nothing, without a header', 'ann@x.example,bounced,left\nbob@x.example,,\n'],
    [
      'what a spreadsheet writes',
      'sep=;\r\nname;recipient\r\n; ann@x.example \r\nB;bob@x.example\r\n ; \r\n',
    ],
  ])('%s', (_, text) => {
    expect(readSuppressionList(text)).toEqual({ addresses: [ANN, BOB], refused: [] });
  });

  test.each(['email', 'e-mail', 'email address', 'email_address', 'address', 'recipient'])(
    'a column "%s" holds the addresses',
    (name) => {
      expect(readSuppressionList(`x,${name}\n1,ann@x.example\n`)).toEqual({ addresses: [ANN], refused: [] });
    },
  );

  test('an empty list is one, and holds nobody', () => {
    expect(readSuppressionList('')).toEqual({ addresses: [], refused: [] });
    expect(readSuppressionList('email\n')).toEqual({ addresses: [], refused: [] });
  });

  test('why somebody is on it, and a note, come along; of two rows of one address the first stands', () => {
    const text =
      'note,reason,email\nleft the firm,hard bounce,ann@x.example\n,,bob@x.example\nnew,complaint,ANN@x.example\n';
    expect(readSuppressionList(text).addresses).toEqual([
      { ...ANN, reason: 'bounced', note: 'left the firm' },
      BOB,
    ]);
    expect(readSuppressionList(`email,note\nann@x.example,${'n'.repeat(300)}\n`).addresses).toEqual([
      { ...ANN, note: 'n'.repeat(200) },
    ]);
  });

  test('hardening 17: an address that a spreadsheet would run comes back without its apostrophe', () => {
    expect(readSuppressionList("'+ann@x.example\n").addresses).toEqual([
      { ...ANN, emailKey: '+ann@x.example' },
    ]);
  });

  test('a row that is no address is handed back with its line and why, and the others count', () => {
    const text = 'id,email\n1,ann\n2\n3,"bob@x.example"x\n4,ann@x.example\n';
    expect(readSuppressionList(text)).toEqual({
      addresses: [ANN],
      refused: [
        { line: 2, problem: 'no @ in the address' },
        { line: 3, problem: 'no email address' },
        { line: 4, problem: 'text behind the closing quote of column 2' },
      ],
    });
  });

  test('hardening 10: a quote that stays open costs what is behind it, and is told', () => {
    expect(readSuppressionList('ann@x.example\n"bob@x.example\n')).toEqual({
      addresses: [ANN],
      refused: [{ line: 2, problem: expect.stringContaining('is not closed before the end') as string }],
    });
  });

  test.each([
    ['Unsubscribed', 'opted_out'],
    ['opt-out', 'opted_out'],
    ['signed OUT', 'opted_out'],
    ['Hard Bounce', 'bounced'],
    ['invalid', 'bounced'],
    ['dead', 'bounced'],
    ['spam report', 'complained'],
    ['Complaint', 'complained'],
    ['abuse', 'complained'],
    ['', 'manual'],
    ['other', 'manual'],
  ])('the word %j of another system means %s', (word, reason) => {
    expect(suppressionReasonOf(word)).toBe(reason);
  });
});
