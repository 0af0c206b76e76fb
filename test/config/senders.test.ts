import { describe, expect, test } from 'vitest';

import { complaintsOf, load } from './workspace.ts';

const TWO = [
  '[[sender]]',
  'address = "tom@mail.example.com"',
  'daily_cap = 30',
  '[[sender]]',
  'address = "Mia@Mail.example.com"',
  'name = "Mia, at Ledd"',
  'ramp_start = 10',
  'ramp_step = 5',
  'takes_over = ["old@mail.example.com"]',
  'dkim = { selector = "s1", key = { file = "dkim.pem" } }',
].join('\n');

describe('D6: the mailboxes that mail leaves from', () => {
  test('without any block the sender of brand.toml is the one sender, and has no cap of its own', () => {
    expect(load('').senders).toEqual({
      areNamed: false,
      all: [
        {
          address: 'tom@mail.example.com',
          name: 'Tom at Ledd',
          dailyCap: null,
          rampStart: null,
          rampStep: 0,
          takesOver: [],
          dkim: null,
        },
      ],
    });
  });

  test('blocks come through in the order of the file, with their defaults', () => {
    expect(load(TWO).senders).toEqual({
      areNamed: true,
      all: [
        {
          address: 'tom@mail.example.com',
          name: 'Tom at Ledd',
          dailyCap: 30,
          rampStart: null,
          rampStep: 0,
          takesOver: [],
          dkim: null,
        },
        {
          address: 'Mia@mail.example.com',
          name: 'Mia, at Ledd',
          dailyCap: 50,
          rampStart: 10,
          rampStep: 5,
          takesOver: ['old@mail.example.com'],
          dkim: { selector: 's1', key: { kind: 'file', path: 'dkim.pem' } },
        },
      ],
    });
  });

  test('an array of inline tables, and dkim as a table of its own, mean the same', () => {
    const inline =
      'sender = [{ address = "tom@mail.example.com", dkim.selector = "s1", dkim.key.file = "k" }]';
    const below =
      '[[sender]]\naddress = "tom@mail.example.com"\n[sender.dkim]\nselector = "s1"\nkey = { file = "k" }';
    expect(load(inline).senders).toEqual(load(below).senders);
    expect(load(below).senders.all[0]?.dkim).toEqual({ selector: 's1', key: { kind: 'file', path: 'k' } });
  });

  test('every value of a block is in force under its number, with the line it came from', () => {
    const { settings } = load(TWO);
    expect(settings.all.get('sender[1].ramp_start')).toBe(10);
    expect(settings.sourceOf('sender[1].ramp_start')).toMatchObject({ kind: 'file', line: 7 });
    expect(settings.sourceOf('sender[0].ramp_start')).toEqual({ kind: 'default' });
  });
});

describe('hardening 75 to 78: a wrong block is refused with its place, all of it at once', () => {
  test('every fault of every block is told in one go', () => {
    const faults = [
      '[[sender]]',
      'adress = "tom@mail.example.com"',
      'daily_cap = 1e6',
      '[[sender]]',
      'address = "mia@mail.example.com"',
      'dkim = { selector = "s 1", key = "-----BEGIN" }',
      '[[sender]]',
      'address = "MIA@mail.example.com"',
      'ramp_start = 5',
      '[[sender]]',
      'address = "eve@elsewhere.example"',
    ].join('\n');
    expect([...complaintsOf(faults)].sort()).toEqual(
      [
        'headgate.toml:1:1  sender[0].address: missing; expected The mailbox. Its domain has to be one of `domains` in brand.toml.',
        'headgate.toml:2:1  sender[0].adress: unknown key; did you mean sender.address?',
        'headgate.toml:3:1  sender[0].daily_cap: got 1e6, expected a whole number from 0 to 10000',
        'headgate.toml:6:10  sender[1].dkim.selector: got "s 1", expected a selector of letters, digits, "-" and ".", such as "s1"',
        'headgate.toml:6:28  sender[1].dkim.key: the secret itself stands here; move it into a file of mode 0600 and write { file = "path" }, or { credential = "name" }',
        'headgate.toml:8:1  sender[2].address: the same as sender[1].address in line 5; one block is enough',
        'headgate.toml:7:1  sender[2].ramp_step: missing; expected it belongs to sender[2].ramp_start',
        'headgate.toml:11:1  sender[3].address: its domain elsewhere.example is not one of domains in brand.toml (mail.example.com)',
      ].sort(),
    );
  });

  test.each([
    ['[sender]\naddress = "tom@mail.example.com"', 'headgate.toml:1:1  sender: expected blocks [[sender]]'],
    ['sender = "tom@mail.example.com"', 'headgate.toml:1:1  sender: expected blocks [[sender]]'],
    ['sender = ["tom@mail.example.com"]', 'headgate.toml:1:1  sender: expected blocks [[sender]]'],
    [
      '[[senders]]\naddress = "tom@mail.example.com"',
      'headgate.toml:1:1  senders: unknown key; did you mean sender?',
    ],
    ['["sender[]"]\naddress = "tom@mail.example.com"', 'headgate.toml:1:1  "sender[]": unknown key'],
    [
      '[[sender]]\naddress = "tom@mail.example.com"\ntakes_over = ["TOM@mail.example.com"]',
      'headgate.toml:3:1  sender[0].takes_over: tom@mail.example.com is a sender of this file',
    ],
    [
      '[[sender]]\naddress = "tom@mail.example.com"\ntakes_over = ["a@b.example"]\n[[sender]]\naddress = "mia@mail.example.com"\ntakes_over = ["a@b.example"]',
      'headgate.toml:6:1  sender[1].takes_over: a@b.example is taken over by an earlier block already',
    ],
  ])('%j', (toml, complaint) => {
    const complaints = complaintsOf(toml);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(complaint);
    expect(complaints[0]).not.toContain('got');
  });

  test('a hundred and one blocks are more than a run should read', () => {
    const block = (index: number): string => `[[sender]]\naddress = "s${String(index)}@mail.example.com"`;
    expect(complaintsOf(Array.from({ length: 101 }, (_, index) => block(index)).join('\n'))).toEqual([
      'headgate.toml:1:1  sender: expected blocks [[sender]] in double brackets, at most 100 of them',
    ]);
  });

  test('A6: a variable cannot change a block, and says so instead of doing nothing', () => {
    const environment = { HEADGATE_SENDER__DAILY_CAP: '5' };
    expect(complaintsOf(TWO, { environment })).toEqual([
      'environment  HEADGATE_SENDER__DAILY_CAP: unknown key; keys of [[sender]] have no variable; write them into the file',
    ]);
  });
});
