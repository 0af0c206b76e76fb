import { plainWords } from './workshop.ts';

/** One file of a sequence, or beside it, as somebody might save it, and what linting and applying say. */
export interface DefinitionRow {
  readonly number: number;
  readonly title: string;
  /** Path in the workspace to its bytes; null: the file is removed. The other files are those of a good sequence. */
  readonly files: Readonly<Record<string, string | Uint8Array | null>>;
  /** 65: refused, and the last good version stays; 0: a warning. */
  readonly exit: 0 | 65;
  /** Where, as `file:line:column` or the file alone. */
  readonly at: string;
  readonly says: readonly string[];
}

const STEP = 'sequences/welcome/one.md';
const TOML = 'sequences/welcome/sequence.toml';

/** The good sequence, with the timing line of its second step or further lines of it replaced. */
function sequence(
  change: { readonly head?: string; readonly sections?: string; readonly second?: string } = {},
): string {
  return [
    'name = "Welcome"',
    'status = "active"',
    ...(change.head === undefined ? [] : [change.head]),
    '[trigger]',
    'source = ["form:web"]',
    ...(change.sections === undefined ? [] : [change.sections]),
    '[[step]]',
    'id = "one"',
    'after = "0d"',
    '[[step]]',
    'id = "two"',
    change.second ?? 'after = "2d"',
    '[[step]]',
    'id = "three"',
    'after = "2d"',
    '',
  ].join('\n');
}

type Named = readonly [title: string, at: string, ...says: readonly string[]];

function step(number: number, text: string | Uint8Array, [title, at, ...says]: Named): DefinitionRow {
  return { number, title, files: { [STEP]: text }, exit: 65, at: `welcome/one.md${at}`, says };
}

/** Words of a step that are refused. */
function words(number: number, text: string, ...says: readonly string[]): DefinitionRow {
  return step(number, plainWords('A question', `${text} How are you?`), [
    `the words ${JSON.stringify(text)}`,
    ':6:',
    ...says,
  ]);
}

function toml(number: number, text: string, [title, at, ...says]: Named): DefinitionRow {
  return { number, title, files: { [TOML]: text }, exit: 65, at: `welcome/sequence.toml${at}`, says };
}

function delay(number: number, value: string): DefinitionRow {
  return toml(number, sequence({ second: `after = ${value}` }), [
    `a delay of ${value}`,
    ':10:1',
    'after:',
    '90m',
  ]);
}

function window(number: number, value: string, ...says: readonly string[]): DefinitionRow {
  return toml(number, sequence({ sections: `[send]\nwindow = { ${value} }` }), [
    `a window ${value}`,
    ':6:',
    ...says,
  ]);
}

const HEADED = (subject: string): string => `Subject: ${subject}\nMode: fixed\n\nHow are you?\n`;

export const DEFINITIONS: readonly DefinitionRow[] = [
  step(2, Buffer.from(`\uFEFF${HEADED('A question')}`, 'utf16le'), ['a step in UTF-16', '', 'UTF-16']),
  step(3, Buffer.from(HEADED('Ein Gru\u00df'), 'latin1'), ['a step in Latin-1', ':1:', 'UTF-8']),
  step(16, plainWords('A question', 'An\u0000n'), [
    'a NUL byte in the words',
    ':6:3',
    'control character U+0000',
  ]),
  step(44, HEADED('A\u2028Bcc: x@y.example'), [
    'a line separator in a subject',
    ':1:10',
    'control or direction',
  ]),
  step(43, HEADED('Invoice \u202Efdp.exe'), ['a subject that turns round', ':1:10', 'direction characters']),
  step(45, HEADED('A\rBcc: x@y.example'), [
    'a subject with a line break and a header behind it',
    ':2:1',
    'unknown header "Bcc"',
  ]),
  step(45, HEADED('{{ "a" | append: "\nBcc: x@y.example" }}'), [
    'a template that breaks the line of its subject',
    ':2:1',
  ]),
  words(47, '{{unknown_token}}', 'unknown_token'),
  words(47, '{{ frist_name }}', 'frist_name', 'did you mean'),
  words(47, '{{first_name', '{{ is left over'),
  words(47, '{first_name}', '{first_name}'),
  words(47, 'Hello {company}', '{company}'),
  words(47, '{% if first_name %}', 'if'),
  words(47, '{{ \u202efirst_name }}', 'no lead has a field', 'did you mean {{ first_name }}?'),
  words(47, `{{ ${'x'.repeat(3_000)} }}`, 'no lead has a field'),
  words(48, '{{__proto__}}', '__proto__'),
  words(48, "{{constructor.constructor('return 1')()}}", 'template'),
  words(48, '{{ first_name.constructor }}', 'first_name'),
  words(48, '{{ toString }}', 'toString'),
  step(52, 'Subject: A question\nMode: fixed\n\n', ['a step without text', ':3:1', 'the step has no text']),
  step(52, 'Subject: A question\nMode: fixed\n\n \t\n\u00a0\n', [
    'a step of white space',
    ':3:1',
    'the step has no text',
  ]),
  words(53, '[See](javascript:alert(1)).', 'must not begin with javascript:'),
  words(53, '[See](data:text/html,hi).', 'must not begin with data:'),
  words(53, '[See](&#106;avascript:alert(1)).', 'must not begin with javascript:'),
  {
    number: 54,
    title: 'a link to a private address is flagged',
    files: { [STEP]: plainWords('A question', 'See http://127.0.0.1/track?x=1 now?') },
    exit: 0,
    at: 'welcome/one.md:6:5',
    says: ['warning', 'private address'],
  },
  step(60, plainWords('A question', 'x'.repeat(12_000_000)), ['a step of 12 MB', '', 'the limit is 262144']),
  step(60, plainWords('A question', `![plan](data:image/png;base64,${'A'.repeat(300_000)})`), [
    'an image of 300 kB inside a step',
    '',
    'the limit is 262144',
  ]),
  {
    number: 63,
    title: 'a sequence without steps enrolls nobody, and that is said',
    files: {
      'sequences/empty/sequence.toml': 'name = "Empty"\nstatus = "active"\n[trigger]\nsource = ["form:x"]\n',
    },
    exit: 0,
    at: 'sequences/empty/sequence.toml',
    says: ['warning', 'no step: the sequence enrolls nobody'],
  },
  toml(65, sequence({ head: 'description = "x"' }).replace('id = "two"', 'id = "one"'), [
    'two steps with one id',
    ':10:1',
    'two steps have the id "one"',
  ]),
  {
    number: 68,
    title: 'a step file without its [[step]]',
    files: { 'sequences/welcome/forgotten.md': plainWords() },
    exit: 65,
    at: 'welcome/forgotten.md',
    says: ['no [[step]]', 'forgotten'],
  },
  {
    number: 69,
    title: 'a [[step]] without its file',
    files: { 'sequences/welcome/two.md': null },
    exit: 65,
    at: 'welcome/sequence.toml:8:1',
    says: ['step "two" has no file two.md'],
  },
  toml(70, sequence({ second: 'after = "2d"\nnext = "one"' }), [
    'a key `next`, which could make a loop',
    ':11:1',
    'unknown key step.next',
  ]),
  ...['"-1d"', '-1', 'nan', '"NaN"', '"2 dayz"', '"1e9"', '1e9', '"1000000000d"', '""', '"null"', 'inf'].map(
    (value) => delay(71, value),
  ),
  ...['"1 month"', '"1mo"', '"1M"', '"1y"'].map((value) => delay(73, value)),
  toml(75, sequence({ head: 'aprove = "always"' }), [
    'a misspelt key',
    ':3:1',
    'unknown key aprove',
    'approve',
  ]),
  toml(75, sequence({ head: '"x\\u001by" = 1' }), ['a key with an escape sequence', ':3:1', 'unknown key']),
  toml(78, sequence({ head: 'name = "Other"' }), ['a key twice', ':3:', 'not TOML']),
  toml(78, sequence({ head: 'send = 1', sections: '[send]\nx = 1' }), [
    'a key redefined as a table',
    ':',
    'TOML',
  ]),
  toml(78, sequence({ head: 'description = "a\u0001b"' }), [
    'a control character',
    ':3:17',
    'control character U+0001',
  ]),
  toml(78, '['.repeat(50_000), ['fifty thousand brackets', ':1:', 'TOML']),
  toml(78, sequence({ head: `description = ${'['.repeat(20_000)}` }), [
    'arrays twenty thousand deep',
    ':',
    'TOML',
  ]),
  toml(78, `# ${'x'.repeat(10_000_000)}\n${sequence()}`, ['10 MB', '', 'the limit is']),
  window(84, 'start = "25:00", end = "26:00"', 'start'),
  window(91, 'start = "09:00", end = "12:00", tz = "America/New_Yrok"', 'America/New_York'),
  window(91, 'start = "09:00", end = "12:00", tz = "UTC+25"', 'UTC+25'),
];
