import { LEAD_FIELD_NAMES, SENDER_FIELD_NAMES } from '../../src/core/template-fields.ts';
import { TEMPLATE_FILTERS, TEMPLATE_TAGS } from '../../src/core/template-language.ts';
import { LEAD_FIELD_TEXTS, SENDER_FIELD_TEXTS } from './field-texts.ts';
import { code, codes, fence, generatedNote, table } from './markdown.ts';
import { SEQUENCE_TABLES, STEP_HEADERS, type KeyText, type TableText } from './sequence-keys.ts';

/** `docs/reference/templates.md`: sequence.toml, the headers of a step file, the fields and the language of its text. */
export function renderTemplatesReference(): string {
  const { HEAD, TRIGGER, SEND, WINDOW, STEP } = SEQUENCE_TABLES;
  return [
    '# Sequences and templates',
    '',
    generatedNote('scripts/docs/sequence-keys.ts and field-texts.ts, and src/core/template-*.ts'),
    '',
    ...INTRODUCTION,
    '## sequence.toml',
    '',
    ...[HEAD, TRIGGER, SEND, WINDOW, STEP].flatMap(tableLines),
    ...stepFileLines(),
    ...canonicalLines(),
    ...fieldLines(),
    ...languageLines(),
  ].join('\n');
}

const INTRODUCTION = [
  'A sequence is a folder under `sequences/`: `sequence.toml` says who gets it, when and in what order, and one `STEP.md` for each step',
  'holds the words. `headgate sequences new NAME` makes one, `headgate sequences lint` checks them all, and an edit counts once',
  '`headgate sequences apply` has made it active.',
  '',
];

function tableLines({ heading, summary, keys }: TableText): readonly string[] {
  return [...(heading === '' ? [] : [`### ${code(heading)}`, '']), summary, '', ...keyTable('key', keys)];
}

function keyTable(first: string, keys: readonly KeyText[]): readonly string[] {
  return table(
    [first, 'takes', 'when left out', 'meaning'],
    keys.map(({ key, accepts, choices, otherwise, meaning }) => [
      code(key),
      choices === undefined ? accepts : codes(choices),
      otherwise,
      meaning,
    ]),
  );
}

function stepFileLines(): readonly string[] {
  return [
    '## A step file',
    '',
    'It looks like an email: headers, an empty line, the text in Markdown, UTF-8. Names of headers have no case.',
    '',
    ...fence('text', [
      'Subject: A question about {{ company | default: "your work" }}',
      'Preheader: One question before I suggest anything',
      '',
      'Hello {{ first_name | default: "there" }},',
      '',
      'which task eats the most hours in a normal week?',
      '',
      '{{ sender_name }}',
    ]),
    ...keyTable('header', STEP_HEADERS),
  ];
}

function canonicalLines(): readonly string[] {
  return [
    '## The canonical form',
    '',
    '`headgate sequences fmt` writes the files in one form, so that a difference between two versions is one of meaning; `--check` only says',
    'which files it would write. It never changes what they mean, and what it cannot read it leaves alone, with all the others.',
    '',
    '- sequence.toml: no indentation, the `=` of a block below each other, one empty line before each table and never two. The order of keys,',
    '  values and comments stay byte for byte; a comment behind a value keeps its column where there is room.',
    '- A step: the headers by the names and in the order above, one space behind the colon, further lines of a Briefing indented by four',
    '  spaces, one empty line, the text byte for byte.',
    '- Both: UTF-8 without a mark at the beginning, line feeds, one at the end.',
    '',
  ];
}

function fieldLines(): readonly string[] {
  const rows = [
    ...LEAD_FIELD_NAMES.map((name) => [code(`{{ ${name} }}`), LEAD_FIELD_TEXTS[name]]),
    ...SENDER_FIELD_NAMES.map((name) => [code(`{{ ${name} }}`), SENDER_FIELD_TEXTS[name]]),
  ];
  return [
    '## Fields',
    '',
    ...table(['field', 'is'], rows),
    'A further column of the lead file is a field too, under its plain name: `Job Title` is `{{ job_title }}`. It never hides one of the',
    'fields above.',
    '',
    'A field that is empty for a lead, and has nothing to stand in for it, makes no draft: the run says `template` and goes on with the',
    'others. `{{ first_name | default: "there" }}` stands in, `{{ company | default: "" }}` says nothing on purpose, and in the condition of',
    '`if`, `unless` or `case` an empty field is false. A field that nobody knows is refused by lint. Values are text: what stands in a lead',
    'is never read as a template or as Markdown.',
    '',
  ];
}

function languageLines(): readonly string[] {
  return [
    '## The language',
    '',
    'Templates are Liquid, the part of it that a mail needs. What is not listed is refused by lint.',
    '',
    ...table(
      ['', ''],
      [
        ['tags', codes(TEMPLATE_TAGS.map((name) => (name === '#' ? '# comment' : name)))],
        ['filters', codes(TEMPLATE_FILTERS)],
      ],
    ),
    'Ends of blocks (`endif` and so on), `elsif`, `else` and `when` belong to their tags.',
    '',
  ];
}
