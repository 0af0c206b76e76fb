import { describe, expect, test } from 'vitest';

import {
  asksBriefing,
  copyPrompt,
  frameWordsMax,
  type CopyTask,
} from '../../../src/core/writing/copy-task.ts';

const TASK: CopyTask = {
  mode: 'fixed',
  length: 'medium',
  hasSubject: true,
  purpose: 'Web leads',
  place: 'mail 2 of 3',
  campaign: 'Owners of small firms.\n',
  voice: 'Plain.',
  briefing: 'Ask about invoices.',
  previous: { subject: 'First', excerpt: 'We looked at' },
  present: { subject: 'Old subject', bodyMarkdown: 'Old text' },
  fields: ['first_name', 'company'],
};
const AI = { ...TASK, mode: 'ai', briefing: null } as const;

const system = (task: CopyTask): readonly string[] => copyPrompt(task).system.split('\n\n');
const user = (task: CopyTask): readonly string[] => copyPrompt(task).user.split('\n\n');

/** The whole of it, because every word counts: who changes one sees here what all proposals will be asked with. */
describe('D3: what a model is told when it proposes the copy of a step', () => {
  test('the form of its answer, the fields it may use, and what it must not invent', () => {
    expect(system(TASK)).toEqual([
      'You write the template of one business email that many people will get, each filled in with their own data.',
      'You answer in this form and with nothing else, no remark, no code fence:\nSubject: at most 60 characters\nPreheader: what an inbox shows behind the subject, at most 90 characters',
      'the text of the email in Markdown',
      'Where the reader\'s own data goes, write a field with what stands in for it, such as {{ first_name | default: "there" }}. The fields are: first_name, company. Use no other template language and no other placeholder.',
      'Plain paragraphs, divided by an empty line. No headings, lists, images or tables. No links, addresses, prices, discounts, dates or figures but those that the briefing, the campaign or the present text name.',
      'How we sound:\nPlain.',
    ]);
    expect(system({ ...TASK, voice: null })).toEqual(system(TASK).slice(0, -1));
  });

  test('a step with a gap is explained, and gets a briefing when nobody wrote one', () => {
    const asked = system(AI);
    expect(asked[1]).toMatch(
      /at most 90 characters\nBriefing: in one line, what the second writer must say$/,
    );
    expect(asked[4]).toBe(
      'A second writer adds what is about one reader alone. Write {{ ai }} once, alone in a paragraph of the text, where that goes. Your own text is what stands around it: the greeting, the closing, the signature.',
    );
    expect([...asked.slice(0, 1), ...asked.slice(2, 4), ...asked.slice(5)]).toEqual([
      ...system(TASK).slice(0, 1),
      ...system(TASK).slice(2),
    ]);
  });

  test('a reply under the subject of its thread is asked for none', () => {
    expect(system({ ...TASK, hasSubject: false })[1]).toMatch(
      /no code fence:\nPreheader: what an inbox shows behind the subject, at most 90 characters$/,
    );
  });

  test.each([
    ['fixed', null, false],
    ['fixed', 'Mine.', false],
    ['ai', null, true],
    ['ai', 'Mine.', false],
    ['assist', null, true],
  ] as const)('a step with mode %s and the briefing %j is asked for one: %s', (mode, briefing, asks) => {
    expect(asksBriefing({ ...TASK, mode, briefing })).toBe(asks);
  });

  test('all that people wrote, in its order', () => {
    expect(user(TASK)).toEqual([
      'What this series of emails is for:\nWeb leads',
      'The campaign:\nOwners of small firms.',
      'This is mail 2 of 3.',
      'The email before this one, which the reader has:\nSubject: First\nWe looked at',
      'What this email must say:\nAsk about invoices.',
      'Its text as it is now, to be replaced by a better one:\nSubject: Old subject',
      'Old text',
      'Write it with 130 to 210 words, in the language of the briefing and of the text.',
    ]);
  });

  test('what nobody wrote has no title, and the text around a gap is short', () => {
    expect(user({ ...AI, purpose: ' ', campaign: null, previous: null, present: null })).toEqual([
      'This is mail 2 of 3.',
      'Write it in the language of the briefing and of the text, with at most 120 words besides {{ ai }}.',
    ]);
  });

  test.each([
    ['short', 40],
    ['medium', 120],
    ['long', 280],
  ] as const)('a frame of a %s mail has at most %i words', (length, words) => {
    expect(frameWordsMax({ length })).toBe(words);
  });
});
