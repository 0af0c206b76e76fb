import { expect, test } from 'vitest';

import { plainWords, sequenceFiles, Workshop } from './workshop.ts';

/** Names, templates and bodies that only a draft or a mail shows: what files alone show is in the table of definitions. */

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
