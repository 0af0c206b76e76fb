import { describe, expect, test } from 'vitest';

import { GAP_MARK } from '../../../src/core/writing/gap.ts';
import type { WritingTask } from '../../../src/core/writing/task.ts';
import { validateWords } from '../../../src/core/writing/validate.ts';
import { GOOD_WORDS } from '../../servers/models.ts';

/** D3, hardening 148: a letter that greets somebody else was meant for somebody else, and a person reads it before it leaves. */

const TASK: WritingTask = {
  frame: { subject: 'Invoices', preheader: null, bodyMarkdown: `${GAP_MARK}\n\nTom`, isAssist: false },
  purpose: 'New website lead',
  campaign: null,
  voice: null,
  briefing: null,
  length: 'short',
  previous: null,
  lead: { first_name: 'Priya', last_name: 'Nair' },
};

const problemOf = (greeting: string, changes: Partial<WritingTask> = {}): string | null => {
  const result = validateWords(`${greeting}\n\n${GOOD_WORDS}`, { ...TASK, ...changes });
  return result.kind === 'fit' ? null : result.problem;
};
const greets = (name: string): string => `it greets somebody else: "${name}"`;

describe('hardening 148: a greeting to somebody else is one in every language and shape of a letter', () => {
  test.each([
    ...['Hi Marten,', 'Hello Marten,', 'Hey Marten,', 'Dear Marten,', 'Good morning Marten,', 'HI Marten,'],
    ...['Hallo Marten,', 'Guten Tag Marten,', 'Liebe Marten,', 'Lieber Marten,', 'Liebes Marten,'],
    ...['Sehr geehrte Marten,', 'Sehr geehrter Marten,', 'Sehr geehrtes Marten,', 'Bonjour Marten,'],
    ...['Cher Marten,', 'Chère Marten,', 'Hola Marten,', 'Estimado Marten,', 'Estimada Marten,'],
    ...['Ciao Marten,', 'Gentile Marten,', 'Olá Marten,', 'Beste Marten,'],
    ...['Dear Mr Marten,', 'Dear Mrs. Marten,', 'Dear Ms Marten,', 'Dear Dr. Marten,'],
    ...['Hallo Herr Marten,', 'Sehr geehrte Frau Marten,', 'Bonjour Monsieur Marten,'],
    ...['Bonjour Madame Marten,', 'Estimado señor Marten,', 'Estimada Señora Marten,'],
    ...['Hi  Marten,', 'Dear Mr.  Marten,', 'Bonjour Marten !', 'Hi Marten.', 'Hi Marten:', 'Hi Marten'],
    ...['Hi Marten Olsen,', 'Hi Marten  Olsen,', 'Hi Marten\tOlsen,', 'Hi Marten van der Olsen,'],
    ...['Hi Marten von Olsen,', 'Hi Marten den Olsen,', 'Hi Marten de la Olsen,', 'Hi Marten da Olsen,'],
    ...['Hi Marten di Olsen,', 'Hi Marten del Olsen,', 'Hi Marten le Olsen,', 'So.\n\nHi Marten,'],
  ])('%j', (greeting) => {
    expect(problemOf(greeting)).toBe(greets('Marten'));
  });

  test.each([
    ['begins like "all"', 'Allen'],
    ['begins like "team"', 'Teamson'],
    ['ends like "all"', 'McAll'],
    ['has a hyphen', 'Jean-Paul'],
    ['has an apostrophe', 'O’Brien'],
    ['has a letter of another alphabet', 'Øystein'],
    ['has two letters', 'Bo'],
    ['has forty-one', `M${'a'.repeat(40)}`],
  ])('a name that %s is a name', (_, name) => {
    expect(problemOf(`Hi ${name},`)).toBe(greets(name));
  });

  test('somebody whose name is spelled otherwise is somebody else', () => {
    expect(problemOf('Dear Mr Weiss,', { lead: { last_name: 'Weiß' } })).toBe(greets('Weiss'));
    expect(problemOf('Dear Mr Zoe\u0308,', { lead: { last_name: 'ZO\u00cb' } })).toBeNull();
  });

  test('where nobody gave any name, every name is somebody else', () => {
    const frame = { ...TASK.frame, subject: '1', bodyMarkdown: GAP_MARK };
    expect(problemOf('Hi Marten,', { frame, purpose: '2', lead: {} })).toBe(greets('Marten'));
  });
});

describe('hardening 148: what only looks like a greeting holds no letter back', () => {
  test.each([
    ...['Hi there,', 'Hi There,', 'Hi All,', 'Hello Again,', 'Dear Team,', 'Hi Everyone,'],
    ...['Hallo Zusammen,', 'Beste Grüße,', 'Beste Grüsse,'],
    ...['Hi Priya,', 'Dear Ms Nair,', 'Hi Priya Olsen,'],
    'They say hi Marten, and mean it.',
    'This is dear Marten, once more.',
    'Hi Marten and all the others, it goes on.',
    'Hello World began here.',
    'Hi M,',
    'Himarten Olsen,',
  ])('%j', (greeting) => {
    expect(problemOf(greeting)).toBeNull();
  });
});
