import { expect, test } from 'vitest';

import { plainWords, said, sequenceFiles, Workshop } from './workshop.ts';

/** Names, templates and bodies: numbers 46 to 49 of the list, by the real commands. */

test.each(['{{unsubscribe_url}}', '{{7*7}}', '{% assign x = 1 %}', '{{ first_name }}'])(
  'hardening 46: a company called %s is inserted literally and never expanded again',
  async (company) => {
    const shop = await Workshop.open();
    shop.sequence(
      'welcome',
      sequenceFiles({ words: plainWords('About {{ company }}', 'I looked at {{ company }}. Is it right?') }),
    );
    await shop.mustRun(['sequences', 'apply', '--yes']);
    await shop.settle();
    await shop.import([`ann@firm.example,Ann,"${company}",UTC,form:web`]);
    const [draft] = await shop.drip();
    expect(draft?.subject).toBe(`About ${company}`);
    await shop.approveAndSend();
    const { stdout } = await shop.mustRun(['outbox', 'list', '--json']);
    expect(stdout).not.toContain('49');
    const [row] = shop.rows<{ raw: string }>('SELECT CAST(raw AS TEXT) AS raw FROM outgoing_mail');
    const readable = quotedPrintable(row?.raw ?? '');
    expect(readable).toContain(`I looked at ${company}.`);
    expect(readable).not.toContain('I looked at 49');
  },
);

test.each([
  ['{{unknown_token}}', 'unknown_token'],
  ['{{ frist_name }}', 'frist_name'],
  ['{{first_name', 'template:'],
  ['{first_name}', '{first_name}'],
  ['Hello {company}', '{company}'],
  ['{% if first_name %}', 'if'],
])('hardening 47: %s in the words is refused by validation, long before a send', async (words, named) => {
  const shop = await Workshop.open();
  shop.sequence('welcome', sequenceFiles({ words: plainWords('A question', `${words} How are you?`) }));
  const lint = await shop.run(['sequences', 'lint']);
  expect(lint.code).toBe(65);
  expect(said(lint)).toContain(named);
  expect(said(lint)).toMatch(/welcome\/one\.md:\d+:\d+ {2}error/);
  const apply = await shop.run(['sequences', 'apply', '--yes']);
  expect(apply.code).toBe(65);
  // Runs go on with the last good version.
  await shop.settle();
});

test.each([
  '{{__proto__}}',
  "{{constructor.constructor('return 1')()}}",
  '{{ first_name.constructor }}',
  '{{ toString }}',
])('hardening 48: %s is an unknown token, not a way into the program', async (words) => {
  const shop = await Workshop.open();
  shop.sequence('welcome', sequenceFiles({ words: plainWords('A question', `${words} How are you?`) }));
  expect((await shop.run(['sequences', 'lint'])).code).toBe(65);
  expect((await shop.run(['sequences', 'apply', '--yes'])).code).toBe(65);
});

test.each(['', 'null', 'undefined', 'NaN', '[object Object]', '  '])(
  'hardening 49: a first name that is "%s" makes no draft where the words need one (reason template)',
  async (name) => {
    const shop = await Workshop.open();
    shop.sequence(
      'welcome',
      sequenceFiles({ words: plainWords('For {{ first_name }}', 'Dear {{ first_name }}, how are you?') }),
    );
    await shop.mustRun(['sequences', 'apply', '--yes']);
    await shop.settle();
    await shop.import([
      `ann@firm.example,${name},Firm,UTC,form:web`,
      'ben@firm.example,Ben,Firm,UTC,form:web',
    ]);
    const drafts = await shop.drip([32]);
    expect(drafts.map(({ email }) => email)).toEqual(['ben@firm.example']);
    const why = await shop.mustRun(['leads', 'why', 'ann@firm.example']);
    expect(why.stdout).toContain('template');
  },
);

test.each(['null', 'undefined', 'NaN'])(
  'hardening 49: a first name that is "%s" takes the fallback where the words have one',
  async (name) => {
    const shop = await Workshop.open();
    await shop.settle();
    await shop.import([`ann@firm.example,${name},Firm,UTC,form:web`]);
    const [draft] = await shop.drip();
    expect(draft?.body).toContain('Hello there,');
  },
);

function quotedPrintable(text: string): string {
  return text
    .replaceAll('=\r\n', '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
