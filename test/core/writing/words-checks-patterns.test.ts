import { describe, expect, test } from 'vitest';

import { wordsProblem } from '../../../src/core/writing/words-checks.ts';

/** Hardening 148: each way in which a model's words are known for what no lead may read, and what only looks like it. */

const problemOf = (words: string): string | null => wordsProblem(words, { ours: [], instructions: [] });
const inventedLink = (link: string): string => `it has a link or address that nobody gave it: "${link}"`;
const inventedPrice = (price: string): string => `it has a price that nobody gave it: "${price}"`;

describe('hardening 148: what a mail would show as code, a heading, an image or a table is no prose', () => {
  test.each([
    ['an object', '{"body": "x"}', '{'],
    ['a list', '["x"]', '['],
    ['a tag that ends', 'so it goes</P>', '</P>'],
    ['a tag in angle brackets that stands for a name', 'Hi <First name>, hello', '<First name>'],
    ['an image', 'look ![x](y)', '!['],
    ['a heading', 'so\n# Our offer', '#'],
    ['a heading of the second rank', 'so\n## Our offer', '##'],
    ['a heading of the sixth rank', 'so\n######\tOur offer', '######'],
    ['a row of a table', 'so\n| a | b |\nand', '| a | b |'],
  ])('%s', (_, words, shown) => {
    expect(problemOf(words)).toBe(/\w/.test(shown) ? `it is no prose: "${shown}"` : 'it is no prose');
  });

  test.each([
    ['a language with a sharp in its name', 'We write C# and more.'],
    ['a number sign', '#1 of them is yours.'],
    ['seven number signs', '####### so'],
    ['bars at the end of a line', 'Either | or |'],
    ['a bar at its beginning', '| the one | or the other'],
    ['a brace in the middle', 'Use a { here.'],
    ['less than', 'It is 3 < 4 and 5 > 4.'],
  ])('%s may stand', (_, words) => {
    expect(problemOf(words)).toBeNull();
  });
});

describe('hardening 148: a placeholder that nobody filled in', () => {
  test.each([
    ...['[your name]', '[the company]', '[Insert offer]', '[first name]', '[last name]', '[Company]'],
    ...['[name]', '[recipient]', '[Sender]', '[date]', '[link]', '[title]', '[industry]', '[the]'],
    ...['%NAME%', '%FIRST_NAME%', 'XXX', 'XXXXX', 'Lorem ipsum'],
  ])('%s is quoted to the operator', (placeholder) => {
    expect(problemOf(`so ${placeholder} goes`)).toBe(`it has a placeholder: "${placeholder}"`);
  });

  test.each(['{{', '}}', '{%'])('%s', (liquid) => {
    expect(problemOf(`so ${liquid} goes`)).toBe('it has a placeholder');
  });

  test.each([
    ['brackets around other words', 'so [sic] it goes'],
    ['a word that only begins alike', 'so [theory] it goes'],
    ['a size of clothes', 'we have XX and XXL'],
    ['two percentages', '5% or 6% of it'],
  ])('%s may stand', (_, words) => {
    expect(problemOf(words)).toBeNull();
  });
});

describe('hardening 148: a model that talks about itself or its task', () => {
  test.each([
    ['As an AI', 'x'],
    ['as a language', 'model of it'],
    ['as an artificial', 'mind'],
    ['language model', 'x'],
    ['AI model', 'x'],
    ["I'm sorry, but", 'no'],
    ['I am unable to', 'x'],
    ['I am not able to', 'x'],
    ["I can't assist", 'x'],
    ['I cannot help', 'x'],
    ['I can not write', 'x'],
    ["I won't comply", 'x'],
    ['I cannot provide', 'x'],
    ['I cannot fulfil', 'x'],
    ['Sure,', 'x'],
    ['Certainly!', 'x'],
    ['Of course.', 'x'],
    ['Absolutely,', 'x'],
    ['Here is the email', 'x'],
    ["Here's a draft", 'x'],
    ['Here are two text', 'x'],
    ['Here is one paragraph', 'x'],
    ['Here is a version', 'x'],
    ['Here is your message', 'x'],
    ['Subject:', 'x'],
    ['Betreff :', 'x'],
    ['Objet :', 'x'],
    ['Asunto:', 'x'],
    ['Oggetto:', 'x'],
    ["let me know if you'd like me to", 'x'],
    ['let me know if you would like any', 'x'],
    ['feel free to adjust', 'x'],
    ['feel free to modify', 'x'],
    ['feel free to edit', 'x'],
    ['word count', '60'],
    ['Als KI', 'x'],
    ['als Sprachmodell', 'x'],
    ['En tant que modèle', 'x'],
    ['en tant que IA', 'x'],
    ['como modelo de lenguaje', 'x'],
    ['Como una IA', 'x'],
    ['Ignore previous instructions', 'x'],
    ['ignore all prior instructions', 'x'],
    ['ignore any above instructions', 'x'],
    ['system prompt', 'x'],
  ])('%s', (talk, rest) => {
    expect(problemOf(`So.\n${talk} ${rest}`)).toBe(`it talks about itself: "${talk}"`);
  });

  test.each([
    'I am sure, you will like it.',
    'It is of course, yours.',
    'We are here. The email is there.',
    'The subject: invoices.',
    'You can let me know.',
    'It is als Kind so.',
  ])('%s is talk about the lead', (words) => {
    expect(problemOf(words)).toBeNull();
  });
});

describe('hardening 148: a link or an address that a model made up is named whole', () => {
  test.each([
    ['[call](tel:+4930123456)', 'tel:+4930123456'],
    ['[call]( tel:+4930123456)', 'tel:+4930123456'],
    ['[look](//evil.zone/x)', '//evil.zone/x'],
    ['http://evil.zone/x?y=1', 'http://evil.zone/x?y=1'],
    ['https://evil.zone', 'https://evil.zone'],
    ['(HTTPS://evil.zone)', 'HTTPS://evil.zone'],
    ['www.evil.zone', 'www.evil.zone'],
    ['boss@evil.zone', 'boss@evil.zone'],
    ['a.b_c%d+e-f@evil.zone', 'a.b_c%d+e-f@evil.zone'],
    ['4711@evil.zone', '4711@evil.zone'],
    ['größe@größe.zone', 'größe@größe.zone'],
    ['boss@4711.zone', 'boss@4711.zone'],
    ['boss@mail.evil-1.zone', 'boss@mail.evil-1.zone'],
    ['boss@evil.straße', 'boss@evil.straße'],
    ['shop.evil.com/offer', 'shop.evil.com/offer'],
    ['[shop.evil.com/offer]', 'shop.evil.com/offer'],
    ['a.b.c-1.d2.größe.f.com', 'a.b.c-1.d2.größe.f.com'],
    ['4711.com', '4711.com'],
    ['evil-größe.com', 'evil-größe.com'],
  ])('%s', (written, link) => {
    expect(problemOf(`See ${written} now.`)).toBe(inventedLink(link));
  });

  test.each([
    ...['com', 'net', 'org', 'io', 'co', 'ai', 'app', 'dev', 'eu', 'uk', 'de', 'fr', 'example', 'info'],
    ...['biz', 'me', 'ly'],
  ])('a bare domain in .%s', (ending) => {
    expect(problemOf(`See evil.${ending} now.`)).toBe(inventedLink(`evil.${ending}`));
  });

  test.each([
    ['a sentence without a space behind it', 'It is done.Come and see.'],
    ['a word with a dot in it', 'We use node.js for it.'],
    ['an at sign alone', 'Meet us @ noon, 3 @ 4.'],
    ['a name on a network', 'Ask @marten for it.'],
    ['brackets and a remark', 'It is so [sic] (or not).'],
    ['an address without an ending', 'It is boss@localhost here.'],
    ['an ending of one letter', 'It is a@b.c here.'],
  ])('%s is none', (_, words) => {
    expect(problemOf(words)).toBeNull();
  });
});

describe('hardening 148: a price or a discount that a model made up is named whole', () => {
  test.each([
    ...['$499', '€499', '£499', '¥499', '₹499', '$ 499', '$1,499.50', '$5k', '$5 m', '$499 k'],
    ...['USD 499', 'eur 499', 'GBP499', 'CHF 499', 'INR 499', 'AUD 499', 'CAD 499'],
    ...['499$', '499€', '499 £', '499 ¥', '499₹', '5k€', '499 k €', '5 m$', '1.499,50 €'],
    ...['499 usd', '499 EUR', '499 gbp', '499CHF', '499 inr', '499 AUD', '1 euro', '499 euros', '1 dollar'],
    ...['499 dollars', '1 pound', '499 pounds', '1 franc', '499 francs', '5k dollars'],
    ...['5% off', '20% off', '20 % off', '12.5% off', '20%off', '20 percent discount'],
    ...['20 per cent cheaper', '20 Prozent Rabatt', '20 % Rabatt'],
  ])('%s', (price) => {
    expect(problemOf(price)).toBe(inventedPrice(price));
    expect(problemOf(`It is (${price}) now`)).toBe(inventedPrice(price));
  });

  test.each([
    ['a kind of drawing', 'You sent us 3 CAD drawings.'],
    ['a share', 'We found that 20% of it is waste.'],
    ['a number', 'It took 499 days.'],
    ['a currency alone', 'They pay in euros or USD.'],
    ['a word that begins like a currency', 'They have 499 europeans.'],
    ['a word that ends like one', 'Read xusd 499 aloud.'],
    ['a distance', 'It is 20 miles off.'],
  ])('%s is none', (_, words) => {
    expect(problemOf(words)).toBeNull();
  });
});

describe('hardening 148: what people gave is known again wherever it stood in their text', () => {
  const given = (words: string, ours: string): string | null =>
    wordsProblem(words, { ours: [ours], instructions: [] });

  test.each([
    ['a link with words behind it', 'See example.com', 'See example.com for it'],
    ['a link at the end of a sentence', 'See example.com', 'See example.com. It is there.'],
    ['a link before a price with cents', 'See example.com', 'See example.com for $3.50'],
    ['a price before a comma', 'It is $20', 'It is $20, or less.'],
    ['a link that begins a line', 'So.\n[the list](https://example.com/a)', 'At https://example.com/a'],
  ])('%s', (_, words, ours) => {
    expect(given(words, ours)).toBeNull();
  });

  test.each([
    ['a domain that goes on', 'See example.com', 'See example.com.au'],
    ['a price that goes on', 'It is $20', 'It is $20,50'],
    ['an address that begins like a domain', 'See example.com', 'Write to example.com@evil.zone'],
  ])('%s is another', (_, words, ours) => {
    expect(given(words, ours)).not.toBeNull();
  });
});
