import type { Lead } from '../../src/core/model.ts';

/** One file of leads as somebody might save it, and what becomes of it. */
export interface LeadFileRow {
  readonly number: number;
  readonly title: string;
  readonly bytes: string | Uint8Array;
  readonly flags?: readonly string[];
  /** 0: taken; 32: taken but for what `refuses` names; 65: not touched, or nothing of it could be used. */
  readonly exit: 0 | 32 | 65;
  /** Words that stand in what a person reads. */
  readonly says?: readonly string[];
  /** Line, column and reason of each row that is left out. */
  readonly refuses?: readonly (readonly [line: number, field: string, reason: string])[];
  /** The addresses that are stored now, in their order. */
  readonly stored?: readonly string[];
  /** What is known of the first of them. */
  readonly first?: Partial<Lead>;
  readonly remarks?: Readonly<Record<string, number>>;
}

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The whole file is refused: nothing of it is looked at further. */
function file(
  number: number,
  title: string,
  bytes: string | Uint8Array,
  ...says: readonly string[]
): LeadFileRow {
  return { number, title, bytes, exit: 65, says };
}

/** One row is refused, and the good one below it is stored. */
function cell(
  number: number,
  title: string,
  [header, bad]: readonly [header: string, row: string],
  [field, reason]: readonly [field: string, reason: string],
): LeadFileRow {
  const width = header.split(',').length;
  const good = `good@x.example${','.repeat(width - 1)}`;
  return {
    number,
    title,
    bytes: `${header}\n${bad}\n${good}\n`,
    exit: 32,
    refuses: [[2, field, reason]],
    stored: ['good@x.example'],
    says: ['leads.csv:2  '],
  };
}

const address = (number: number, bad: string, reason: string): LeadFileRow =>
  cell(
    number,
    `${JSON.stringify(bad.slice(0, 40))} is no address of one lead`,
    ['email', bad],
    ['email', reason],
  );

const PILED = `e${'\u0301'.repeat(2_000)}`;

export const LEAD_FILES: readonly LeadFileRow[] = [
  {
    number: 1,
    title: 'a byte order mark is not a part of the first column',
    bytes: '\uFEFFemail,first_name\nann@a.example,Ann\n',
    exit: 0,
    stored: ['ann@a.example'],
    first: { firstName: 'Ann' },
  },
  file(
    2,
    'UTF-16 with its mark',
    utf16('\uFEFFemail\r\nann@a.example\r\n'),
    'leads.csv: it looks like UTF-16',
  ),
  file(2, 'UTF-16 without a mark', utf16('email\r\nann@a.example\r\n'), 'leads.csv: it looks like UTF-16'),
  file(
    2,
    'UTF-16, big end first',
    utf16('email\r\na@a.example\r\n').swap16(),
    'leads.csv: it looks like UTF-16',
  ),
  file(
    3,
    'a byte that is not UTF-8',
    latin1('email,first_name\nann@a.example,Ann\njose@a.example,Jos\u00e9\n'),
    'leads.csv:3: byte 0xE9 (number 54 of the file) is not UTF-8',
    '--encoding latin1',
  ),
  {
    number: 3,
    title: 'the same file, said to be Latin-1, is read',
    bytes: latin1('email,first_name\njose@a.example,Jos\u00e9\n'),
    flags: ['--encoding', 'latin1'],
    exit: 0,
    stored: ['jose@a.example'],
    first: { firstName: 'José' },
  },
  file(4, 'an empty file', '', 'leads.csv: there is no header row'),
  file(4, 'a file of blank lines', '\n\r\n \n', 'there is no header row'),
  { number: 5, title: 'a header alone', bytes: 'email,first_name\n', exit: 0, says: ['0 rows: 0 new'] },
  file(
    6,
    'no column email',
    'E-Mail Address,Name\nann@a.example,Ann\n',
    'leads.csv:1: there is no column "email"; the file has e_mail_address, name',
    '--map e_mail_address=email',
  ),
  file(
    6,
    'a header that would paint the terminal',
    '\u001b[31mName,"\u0007\u202eNote"\nAnn,x\n',
    'leads.csv:1: there is no column "email"',
  ),
  file(
    6,
    'a header of one enormous name',
    `${'n'.repeat(5_000)}\nx\n`,
    'leads.csv:1: there is no column "email"',
  ),
  file(
    7,
    'two columns of one name in other case',
    'email,Email\na@a.example,b@a.example\n',
    'leads.csv:1: columns 1 ("email") and 2 ("Email") are both "email"',
  ),
  file(
    7,
    'two columns whose long names are the same',
    `email,"${'N'.repeat(3_000)}","${'n'.repeat(3_000)}"\na@a.example,1,2\n`,
    'leads.csv:1: columns 2 ("NNN',
  ),
  {
    number: 8,
    title: 'rows with too few and too many fields',
    bytes: 'email,first_name\na@a.example,A\nb@a.example\nc@a.example,C,x\nd@a.example,D\n',
    exit: 32,
    refuses: [
      [3, 'row', '1 field, but the header has 2'],
      [4, 'row', '3 fields, but the header has 2'],
    ],
    stored: ['a@a.example', 'd@a.example'],
    says: ['leads.csv:3  row: 1 field, but the header has 2: "b@a.example"'],
  },
  {
    number: 9,
    title: 'a line break in quotes is one row, and later lines keep their numbers',
    bytes: 'email,notes\na@a.example,"one\ntwo\r\nthree"\nbroken,x\nb@a.example,y\n',
    exit: 32,
    refuses: [[5, 'email', 'no @ in the address']],
    stored: ['a@a.example', 'b@a.example'],
    first: { notes: 'one\ntwo\nthree' },
    says: ['leads.csv:5  email: no @ in the address: "broken"'],
  },
  file(
    10,
    'a quote that is never closed',
    'email,notes\na@a.example,x\nb@a.example,"open\nc@a.example,y\n',
    'leads.csv:3: the quote opened on this line is not closed before the end of the file',
  ),
  file(
    10,
    'a quote that is not closed within a megabyte of what follows',
    `email,notes\na@a.example,"open\n${'b@a.example,y\n'.repeat(100_000)}`,
    'leads.csv:2: the quote opened on this line is not closed within 1048576 characters',
  ),
  {
    number: 11,
    title: 'doubled quotes are exact, and one inside an unquoted field stands for itself',
    bytes: 'email,company\na@a.example,"The ""Inn"""\nb@a.example,5" pipes\n',
    exit: 0,
    stored: ['a@a.example', 'b@a.example'],
    first: { company: 'The "Inn"' },
  },
  {
    number: 11,
    title: 'text behind a closing quote costs its row alone',
    bytes: 'email,company\na@a.example,"Inn" Ltd\nb@a.example,Ok\n',
    exit: 32,
    refuses: [[2, 'row', 'text behind the closing quote of column 2']],
    stored: ['b@a.example'],
  },
  ...(['\r', '\n', '\r\n'] as const).map((end): LeadFileRow => ({
    number: 12,
    title: `lines that end in ${JSON.stringify(end)}`,
    bytes: ['email', 'a@a.example', 'b@a.example', ''].join(end),
    exit: 0,
    stored: ['a@a.example', 'b@a.example'],
  })),
  {
    number: 12,
    title: 'line ends of every system in one file, and none at its end',
    bytes: 'email\r\nc@a.example\nd@a.example\re@a.example',
    exit: 0,
    stored: ['c@a.example', 'd@a.example', 'e@a.example'],
  },
  ...(
    [
      [';', 'semicolons'],
      ['\t', 'tabs'],
      ['|', 'vertical bars'],
    ] as const
  ).map(([delimiter, name]): LeadFileRow => ({
    number: 13,
    title: `columns separated by ${name} are found and said`,
    bytes: `email${delimiter}first_name\na@a.example${delimiter}Ann\n`,
    exit: 0,
    stored: ['a@a.example'],
    first: { firstName: 'Ann' },
    says: [`separated by ${name}`],
  })),
  {
    number: 13,
    title: 'the line "sep=;" that Excel writes is heeded, and lines are still counted from 1',
    bytes: 'sep=;\r\nemail;company\r\na@a.example;A, B\r\nbad;x\r\n',
    exit: 32,
    refuses: [[4, 'email', 'no @ in the address']],
    stored: ['a@a.example'],
    first: { company: 'A, B' },
  },
  file(
    14,
    'a field of 10 MB',
    `email,notes\na@a.example,${'x'.repeat(10_485_760)}\n`,
    'leads.csv:2: this row is longer than 1048576 characters',
  ),
  cell(
    16,
    'a NUL byte in a name',
    ['email,first_name', 'a@a.example,An\u0000n'],
    ['first_name', 'a NUL byte in the cell'],
  ),
  {
    number: 17,
    title: 'formulas are text, and harmless in the file of refused rows',
    bytes: 'email,company,stage\na@a.example,"=HYPERLINK(""http://x.example"")",\nc@a.example,+cmd,x\n',
    exit: 32,
    refuses: [[3, 'stage', 'unknown stage "x": write new, contacted, proposal, customer, disqualified']],
    stored: ['a@a.example'],
    first: { company: '=HYPERLINK("http://x.example")' },
  },
  {
    number: 18,
    title: 'addresses that differ in case alone are one lead, kept as first written',
    bytes: 'email\nAnn@X.Example\nann@x.example\nANN@x.EXAMPLE\n',
    exit: 0,
    stored: ['Ann@x.example'],
  },
  {
    number: 19,
    title: 'a tag makes another lead',
    bytes: 'email\nann@x.example\nann+tag@x.example\n',
    exit: 0,
    stored: ['ann@x.example', 'ann+tag@x.example'],
  },
  {
    number: 20,
    title: 'dots make another lead, also where one service ignores them',
    bytes: 'email\njohn.doe@gmail.com\njohndoe@gmail.com\n',
    exit: 0,
    stored: ['john.doe@gmail.com', 'johndoe@gmail.com'],
  },
  {
    number: 21,
    title: 'two spellings of one letter are one lead',
    bytes: 'email\na@b\u00fccher.example\na@bu\u0308cher.example\n',
    exit: 0,
    stored: ['a@xn--bcher-kva.example'],
  },
  {
    number: 21,
    title: 'both spellings before the @ are refused alike',
    bytes: 'email\njos\u00e9@x.example\njose\u0301@x.example\n',
    exit: 65,
    refuses: [
      [2, 'email', 'letters outside ASCII before the @ need SMTPUTF8, which is not supported'],
      [3, 'email', 'letters outside ASCII before the @ need SMTPUTF8, which is not supported'],
    ],
  },
  {
    number: 22,
    title: 'a Cyrillic letter in a Latin domain is another address, with a warning',
    bytes: 'email\na@example.com\na@ex\u0430mple.com\n',
    exit: 0,
    stored: ['a@example.com', 'a@xn--exmple-4nf.com'],
    remarks: { look_alike_domain: 1 },
    says: ['look alike'],
  },
  {
    number: 23,
    title: 'a domain as letters and as A-label is one lead, stored as A-label',
    bytes: 'email\nuser@b\u00fccher.example\nuser@xn--bcher-kva.example\n',
    exit: 0,
    stored: ['user@xn--bcher-kva.example'],
  },
  address(
    24,
    'jos\u00e9@x.example',
    'letters outside ASCII before the @ need SMTPUTF8, which is not supported',
  ),
  address(25, 'an n@x.example', 'a space in the address'),
  address(25, 'a@b@x.example', 'more than one @ in the address'),
  address(25, 'ann', 'no @ in the address'),
  address(25, 'ann@', 'no domain after the @'),
  address(25, '@x.example', 'nothing before the @'),
  address(25, 'ann@x.example.', 'the domain ends in a dot'),
  address(25, 'a..b@x.example', 'two dots in a row before the @'),
  address(26, `${'a'.repeat(65)}@x.example`, 'the part before the @ is longer than 64 bytes'),
  address(26, `a@${'x.'.repeat(124)}examples`, 'the domain is longer than 255 bytes'),
  address(27, 'user@[127.0.0.1]', 'an address literal in brackets is not accepted as a domain'),
  address(27, 'user@127.0.0.1', 'a numeric address is not accepted as a domain'),
  address(27, 'user@localhost', '"localhost" is a name without a dot: mail to it stays on one machine'),
  address(28, 'Ann <ann@x.example>', 'a name with the address: write ann@x.example alone'),
  address(29, '"a@b.example, d@e.example"', 'more than one address in one cell'),
  address(30, '"a@b.example\r\nBcc: x@y.example"', 'control characters in the address'),
  address(30, 'a@b.example\u0085Bcc:x@y.example', 'control characters in the address'),
  cell(
    34,
    'an unknown stage, with what was probably meant',
    ['email,stage', 'a@a.example,Contcated'],
    ['stage', 'unknown stage "Contcated"; did you mean contacted?'],
  ),
  cell(
    34,
    'an unknown status, with what was probably meant',
    ['email,status', 'a@a.example,unqalified'],
    ['status', 'unknown status "unqalified"; did you mean unqualified or qualified?'],
  ),
  cell(
    34,
    'a word that every object of the language knows is no yes',
    ['email,opted_out', 'a@a.example,constructor'],
    ['opted_out', '"constructor" is neither yes nor no: write true, false, yes, no, 1 or 0'],
  ),
  {
    number: 34,
    title: 'a tag and a source that no sequence knows are told, and enroll nobody',
    bytes: 'email,tags,source\na@a.example,vipp,websit\n',
    exit: 0,
    stored: ['a@a.example'],
    first: { tags: ['vipp'], source: 'websit' },
  },
  {
    number: 35,
    title: 'an empty name is a missing one',
    bytes: 'email,first_name\na@a.example, \u00a0\n',
    exit: 0,
    stored: ['a@a.example'],
    first: { firstName: null },
  },
  ...(
    [
      [
        '02/03/2026',
        'no ISO 8601 time: write 2026-02-14 or 2026-02-14T09:30:00Z (an offset such as +02:00 is fine too)',
      ],
      ['2026-02-30', 'the date 2026-02-30 does not exist'],
      [
        '46000',
        'no ISO 8601 time: write 2026-02-14 or 2026-02-14T09:30:00Z (an offset such as +02:00 is fine too)',
      ],
      ['2026-02-14T25:00:00Z', 'the time 25:00:00 does not exist'],
    ] as const
  ).map(([date, why]) =>
    cell(
      36,
      `${date} is no date`,
      ['email,created_at', `a@a.example,${date}`],
      ['created_at', `"${date}": ${why}`],
    ),
  ),
  {
    number: 36,
    title: 'an empty date is a missing one',
    bytes: 'email,created_at\na@a.example, \n',
    exit: 0,
    stored: ['a@a.example'],
    first: { createdAt: null },
  },
  {
    number: 41,
    title: 'a name that looks like SQL is a name',
    bytes: `email,last_name\na@a.example,"O'Brien'); DROP TABLE leads;--"\n`,
    exit: 0,
    stored: ['a@a.example'],
    first: { lastName: "O'Brien'); DROP TABLE leads;--" },
  },
  {
    number: 43,
    title: 'what turns a name round or hides in it is taken out, and piled marks are capped',
    bytes: `email,first_name,last_name\na@a.example,An\u202En\u200Ba\u200D,${PILED}\n`,
    exit: 0,
    stored: ['a@a.example'],
    first: { firstName: 'Anna', lastName: `\u00e9${'\u0301'.repeat(8)}` },
    remarks: { invisible_characters: 1, combining_marks: 1 },
  },
  {
    number: 44,
    title: 'line breaks of every kind in a name become a space',
    bytes: 'email,first_name\na@a.example,"An\r\nna\u2028B\u0085c"\n',
    exit: 0,
    stored: ['a@a.example'],
    first: { firstName: 'An na B c' },
    remarks: { control_characters: 1 },
  },
];
