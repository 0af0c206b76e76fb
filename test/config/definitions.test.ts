import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { hashDefinitions } from '../../src/config/definitions-hash.ts';
import { loadDefinitions } from '../../src/config/definitions.ts';
import { lintDefinitions } from '../../src/config/lint.ts';
import {
  briefly,
  COPY,
  loadFiles,
  messagesOf,
  NO_KNOWLEDGE,
  oneSequence,
  sequencesWith,
} from './definition-samples.ts';

const WORKSPACE = join(import.meta.dirname, '../fixtures/sequences/workspace/sequences');
const HOUR_MS = 3_600_000;

describe('a workspace whose definitions are right', () => {
  const { definitions, problems, folderIds } = loadDefinitions(WORKSPACE);

  it('has no problem and no advice', async () => {
    expect(problems).toEqual([]);
    const knowledge = { ...NO_KNOWLEDGE, customFields: ['Job Title'] };
    expect(await lintDefinitions(loadDefinitions(WORKSPACE), knowledge)).toEqual([]);
    expect(folderIds).toEqual(['cold-leads', 'website-enquiry']);
  });

  it('B1, C2, C3: says who, when and in what order', () => {
    const { steps, ...enquiry } = definitions[1] ?? { steps: [] };
    expect(enquiry).toEqual({
      id: 'website-enquiry',
      title: 'Website enquiry',
      description: 'Three mails in a week to someone who asked us first.',
      status: 'active',
      kind: 'drip',
      campaign: 'autumn-audit',
      approve: 'ask',
      gap: 'planned',
      late: 'skip',
      maxLateMs: 120 * HOUR_MS,
      renamedFrom: null,
      trigger: {
        forms: ['enquiry-2026'],
        sources: ['web:enquiry', 'form:*'],
        platforms: ['inbound'],
        notesContain: ['website'],
        tags: ['enquiry'],
        where: [
          { field: 'country', equals: 'DE' },
          { field: 'country', equals: 'AT' },
          { field: 'job_title', equals: 'Owner' },
        ],
        catchAll: false,
        priority: 10,
        allowParallel: false,
      },
      from: 'Ada at Example <ada@mail.example.com>',
      replyTo: 'ada@example.com',
      window: { startMinute: 540, endMinute: 1020, zone: 'lead', weekdays: [1, 2, 3, 4, 5] },
    });
    expect(steps.map(({ copy, ...step }) => ({ ...step, subject: copy.subject }))).toEqual([
      {
        id: 'thanks',
        timing: { kind: 'after', delay: { unit: 'elapsed', ms: 0 } },
        window: null,
        maxLateMs: null,
        thread: 'new',
        noReplyMs: null,
        renamedFrom: null,
        subject: 'Your question about {{ company | default: "your website" }}',
      },
      {
        id: 'one-number',
        timing: { kind: 'after', delay: { unit: 'working_days', days: 2 } },
        window: null,
        maxLateMs: null,
        thread: 'reply',
        noReplyMs: 48 * HOUR_MS,
        renamedFrom: null,
        subject: 'One number: 38 of 100',
      },
      {
        id: 'last-word',
        timing: { kind: 'after', delay: { unit: 'elapsed', ms: 120 * HOUR_MS } },
        window: { startMinute: 1320, endMinute: 360, zone: 'Europe/Berlin', weekdays: [] },
        maxLateMs: 36 * HOUR_MS,
        thread: 'new',
        noReplyMs: null,
        renamedFrom: null,
        subject: 'Shall I close this?',
      },
    ]);
  });

  it('B7: a nurture sequence needs no delay, and its trigger is a filter', () => {
    const cold = definitions[0];
    expect(cold?.kind).toBe('nurture');
    expect(cold?.trigger.tags).toEqual(['trade-fair']);
    expect(cold?.steps[0]?.timing).toEqual({ kind: 'after', delay: { unit: 'elapsed', ms: 0 } });
  });
});

describe('defaults that touch nobody', () => {
  it('B9: a new folder is a draft that matches nobody and asks before it sends', () => {
    const { definitions, problems } = loadFiles({
      'sequences/s/sequence.toml': '[[step]]\nid = "one"\nday = 0\n',
      'sequences/s/one.md': COPY,
    });
    expect(problems).toEqual([]);
    expect(definitions[0]).toMatchObject({
      title: 's',
      status: 'draft',
      kind: 'drip',
      approve: 'ask',
      late: 'ask',
    });
    expect(definitions[0]?.steps[0]?.timing).toEqual({ kind: 'day', day: 0 });
  });

  it('C3: a window without a zone is in UTC, without weekdays every day, without end until midnight', () => {
    const { definitions } = loadFiles(
      oneSequence({ head: '[send]\nwindow = { start = "09:30", weekdays = [] }' }),
    );
    expect(definitions[0]?.window).toEqual({ startMinute: 570, endMinute: 1440, zone: 'UTC', weekdays: [] });
  });

  it('a workspace without sequences is empty, not broken', () => {
    expect(loadFiles({})).toMatchObject({ definitions: [], problems: [], folderIds: [] });
  });
});

describe('what sequence.toml may not say', () => {
  it.each<[string, string, string]>([
    [
      'hardening 75: a misspelt key',
      'statsu = "active"',
      'sequence.toml:2:1  error  unknown key statsu; did you mean status?',
    ],
    [
      'hardening 75: a misspelt key of a table',
      '[trigger]\nsuorce = ["a"]',
      'unknown key trigger.suorce; did you mean source?',
    ],
    [
      'a wrong word',
      'status = "activ"',
      'status is "activ", expected one of draft, active, paused, archived; did you mean "active"?',
    ],
    ['a number as a name', 'description = 5', 'description is 5, expected a text'],
    [
      'hardening 78: a key twice',
      'status = "draft"\nstatus = "active"',
      'sequence.toml:3:1  error  this is not TOML',
    ],
    [
      'B1: a bare wildcard',
      '[trigger]\nsource = ["*"]',
      'sequence.toml:3:1  error  source "*" would match every lead',
    ],
    ['B1: a wildcard inside a source', '[trigger]\nsource = ["*:form"]', 'has a star that is not at its end'],
    ['B1: two wildcards', '[trigger]\nsource = ["form**"]', 'has a star that is not at its end'],
    [
      'B1: a wildcard in a form',
      '[trigger]\nform = ["contact*"]',
      'which is read as a wildcard in source only',
    ],
    ['B1: one text instead of a list', '[trigger]\ntags = "vip"', 'such as ["vip"]'],
    ['B1: an empty line that would match all', '[trigger]\nnotes_contain = [""]', 'of 1 to 300 characters'],
    ['B1: a field without a value', '[trigger]\nwhere = { country = 5 }', 'where.country is 5'],
    ['B2: a priority that is no whole number', '[trigger]\npriority = 1.5', 'expected a whole number'],
    [
      'B7: a nurture sequence that catches all',
      'kind = "nurture"\n[trigger]\ncatch_all = true',
      'catch_all has no meaning in a sequence of kind nurture',
    ],
    ['an unknown campaign', 'campaign = "spring"', 'there is no campaigns/spring.md'],
    ['a path as a campaign', 'campaign = "../brand"', 'campaign is "../brand", expected lower-case letters'],
    [
      'hardening 58: two senders',
      '[send]\nfrom = "a@example.com, b@example.com"',
      'from is "a@example.com, b@example.com", expected one address',
    ],
    [
      'hardening 30: a header inside a sender',
      '[send]\nfrom = "a@example.com\\r\\nBcc: b@example.com"',
      'from is',
    ],
    [
      'C3: a window under an hour',
      '[send]\nwindow = { start = "09:00", end = "09:59" }',
      'open for 59 minutes only',
    ],
    ['C3: an unknown zone', '[send]\nwindow = { tz = "Europe/Berln" }', 'did you mean Europe/Berlin'],
    [
      'C3: a day that does not exist',
      '[send]\nwindow = { weekdays = [0] }',
      'weekdays is [0], expected numbers from 1',
    ],
    ['C3: days by name', '[send]\nwindow = { weekdays = ["mon"] }', 'weekdays is ["mon"]'],
    [
      'hardening 84: an hour that does not exist',
      '[send]\nwindow = { start = "25:00" }',
      'start is "25:00", expected "HH:MM"',
    ],
    ['C3: a start at the end of the day', '[send]\nwindow = { start = "24:00" }', 'start is "24:00"'],
    ['C3: a time without quotes', '[send]\nwindow = { start = 09:00 }', 'start is a time without quotes'],
    ['C3: an unknown key of a window', '[send]\nwindow = { from = "09:00" }', 'unknown key send.window.from'],
    ['A16: a lateness without unit', 'max_late = 7', 'max_late: 7 has no unit'],
    ['hardening 74: a former name that is no id', 'renamed_from = "Old One"', 'renamed_from is "Old One"'],
    ['a table where a value belongs', '[name2]\nx = 1', 'unknown key name2'],
  ])('%s', (_name, head, expected) => {
    expect(messagesOf(oneSequence({ head }))).toContain(expected);
  });

  it('hardening 78: Infinity, NaN and dates are wrong values, not crashes', () => {
    const messages = messagesOf(
      oneSequence({ head: 'name2 = inf\ndescription = nan\ncampaign = 2026-01-01' }),
    );
    expect(messages).toContain('description is NaN');
    expect(messages).toContain('campaign is "2026-01-01');
  });

  it('tells all problems of all files at once, in reading order', () => {
    const { problems, definitions, folderIds } = loadFiles({
      'sequences/b/sequence.toml': 'nmae = "B"\nstatus = "x"\n',
      'sequences/a/sequence.toml': '[[step]]\nid = "one"\nafter = "soon"\n',
      'sequences/a/one.md': 'Subjekt: A\n\nText?',
    });
    expect(briefly(problems)).toEqual([
      'sequences/a/one.md:1:1 unknown_header',
      'sequences/a/sequence.toml:3:1 delay',
      'sequences/b/sequence.toml:1:1 unknown_key',
      'sequences/b/sequence.toml:2:1 wrong_value',
    ]);
    expect(definitions).toEqual([]);
    // A sequence that does not parse has not vanished (hardening 64).
    expect(folderIds).toEqual(['a', 'b']);
  });
});

describe('C1, C2: steps', () => {
  const step = (lines: string) => `[[step]]\n${lines}\n`;

  it.each(['-1d', 'NaN', '2 dayz', '1e9', '', '1.5d', '2 Days', '400d'])(
    'hardening 71: a delay of "%s" is refused with the accepted forms',
    (after) => {
      const messages = messagesOf(oneSequence({ steps: step(`id = "one"\nafter = "${after}"`) }));
      expect(messages).toMatch(
        /sequence\.toml:5:1 {2}error {2}after: ".*" is (no delay: write "90m"|longer than)/,
      );
    },
  );

  it.each(['2', '-1', '1e9', 'true', 'inf'])(
    'hardening 71: a delay of %s without quotes is refused',
    (after) => {
      expect(messagesOf(oneSequence({ steps: step(`id = "one"\nafter = ${after}`) }))).toContain(
        'has no unit: write',
      );
    },
  );

  it.each<[string, string, string]>([
    ['no timing', 'id = "one"', 'sequence.toml:3:1  error  the step does not say when it is due'],
    [
      'both timings',
      'id = "one"\nafter = "1d"\nday = 1',
      'sequence.toml:6:1  error  a step has after or day, not both',
    ],
    ['a day that is no whole number', 'id = "one"\nday = 1.0', 'expected a whole number from 0 to 366'],
    ['a day before the enrollment', 'id = "one"\nday = -1', 'expected a whole number from 0 to 366'],
    ['an id in capitals', 'id = "One"\nafter = "1d"', 'id is "One", expected lower-case letters'],
    ['an id that leaves the folder', 'id = "../one"\nafter = "1d"', 'id is "../one"'],
    ['an id that is too long', `id = "${'a'.repeat(65)}"\nafter = "1d"`, 'at most 64 characters'],
    ['no id', 'after = "1d"', 'id is missing'],
    [
      'an unknown thread',
      'id = "one"\nafter = "1d"\nthread = "old"',
      'thread is "old", expected one of reply, new',
    ],
    ['a wait without unit', 'id = "one"\nafter = "1d"\nno_reply = "3"', 'no_reply: "3" is no duration'],
    ['an unknown key', 'id = "one"\nafter = "1d"\nnext = "two"', 'unknown key step.next'],
  ])('C2: %s is refused', (_name, lines, expected) => {
    expect(messagesOf(oneSequence({ steps: step(lines) }))).toContain(expected);
  });

  const two = { 'sequences/s/two.md': COPY };

  it('hardening 65: two steps with one id are refused', () => {
    const steps = step('id = "one"\nafter = "1d"') + step('id = "one"\nafter = "2d"');
    expect(briefly(loadFiles(oneSequence({ steps })).problems)).toEqual(['sequence.toml:7:1 duplicate_step']);
  });

  it('C2: after and day are not mixed in one sequence', () => {
    const steps = step('id = "one"\nafter = "1d"') + step('id = "two"\nday = 3');
    expect(briefly(loadFiles(oneSequence({ steps, files: two })).problems)).toEqual([
      'sequence.toml:8:1 mixed_timing',
    ]);
  });

  it.each([3, 2])('C2: a day that does not come after the one before (3, then %i) is refused', (day) => {
    const steps = step('id = "one"\nday = 3') + step(`id = "two"\nday = ${day}`);
    expect(briefly(loadFiles(oneSequence({ steps, files: two })).problems)).toEqual([
      'sequence.toml:8:1 day_order',
    ]);
  });

  it('hardening 72: no delay on all steps is allowed; the watermark keeps them apart', () => {
    const steps = step('id = "one"\nafter = "0d"') + step('id = "two"\nafter = "0d"');
    expect(loadFiles(oneSequence({ steps, files: two })).problems).toEqual([]);
  });

  it('D6: a reply may do without a Subject; a first step and one that starts a thread may not', () => {
    const steps = step('id = "one"\nafter = "0d"') + step('id = "two"\nafter = "1d"');
    const bare = 'Mode: fixed\n\nHello, is it time?\n';
    const loaded = loadFiles(oneSequence({ steps, files: { ...two, 'sequences/s/two.md': bare } }));
    expect(loaded.problems).toEqual([]);
    expect(loaded.definitions[0]?.steps[1]?.copy.subject).toBe('');
    const first = loadFiles(oneSequence({ steps, files: { ...two, 'sequences/s/one.md': bare } }));
    expect(briefly(first.problems)).toEqual(['one.md:1:1 no_subject']);
    const apart = steps.replace('after = "1d"', 'after = "1d"\nthread = "new"');
    const starter = loadFiles(oneSequence({ steps: apart, files: { ...two, 'sequences/s/two.md': bare } }));
    expect(briefly(starter.problems)).toEqual(['two.md:1:1 no_subject']);
  });

  it('hardening 68: a step without its file and a file without its step are refused', () => {
    const steps = step('id = "one"\nafter = "1d"') + step('id = "two"\nafter = "1d"');
    const files = { 'sequences/s/three.md': COPY };
    expect(briefly(loadFiles(oneSequence({ steps, files })).problems)).toEqual([
      'sequence.toml:6:1 no_step_file',
      'three.md no_step_entry',
    ]);
  });

  it('C1: a step can have had another name, but not one that is still in use', () => {
    const renamed = step('id = "one"\nafter = "1d"\nrenamed_from = "old"');
    expect(loadFiles(oneSequence({ steps: renamed })).definitions[0]?.steps[0]?.renamedFrom).toBe('old');
    const taken = renamed.replace('old', 'two') + step('id = "two"\nafter = "1d"');
    expect(briefly(loadFiles(oneSequence({ steps: taken, files: two })).problems)).toEqual([
      'sequence.toml:6:1 renamed_from',
    ]);
  });

  it('B7: a delay in a nurture sequence is refused, since it would do nothing', () => {
    const steps = step('id = "one"\nafter = "3d"');
    const { problems } = loadFiles(oneSequence({ head: 'kind = "nurture"', steps }));
    expect(briefly(problems)).toEqual(['sequence.toml:5:1 nurture_timing']);
    const atOnce = step('id = "one"\nafter = "0d"');
    expect(loadFiles(oneSequence({ head: 'kind = "nurture"', steps: atOnce })).problems).toEqual([]);
  });

  it('bounds the number of steps', () => {
    const names = Array.from({ length: 101 }, (_, index) => `step-${index}`);
    const files = Object.fromEntries(names.map((name) => [`sequences/s/${name}.md`, COPY]));
    const steps = names.map((name) => step(`id = "${name}"\nafter = "1d"`)).join('');
    expect(messagesOf({ ...files, 'sequences/s/sequence.toml': steps })).toContain(
      '101 steps, the limit is 100',
    );
  });
});

describe('what is wrong only together', () => {
  const catchAll = (status: string) => `status = "${status}"\n[trigger]\ncatch_all = true\n`;

  it('B1: a second catch-all is refused, unless one of them is archived', () => {
    const both = (first: string, second: string) =>
      loadFiles({
        'sequences/a/sequence.toml': catchAll(first),
        'sequences/b/sequence.toml': catchAll(second),
      });
    expect(briefly(both('draft', 'active').problems)).toEqual([
      'sequences/b/sequence.toml:3:1 second_catch_all',
    ]);
    expect(both('archived', 'active').problems).toEqual([]);
  });

  it('hardening 74: a former name that is still a folder, or claimed twice, is refused', () => {
    const from = (former: string) => `renamed_from = "${former}"\n`;
    const { problems } = loadFiles({
      'sequences/a/sequence.toml': from('b'),
      'sequences/b/sequence.toml': from('gone'),
      'sequences/c/sequence.toml': from('gone'),
    });
    expect(briefly(problems)).toEqual([
      'sequences/a/sequence.toml:1:1 renamed_from',
      'sequences/c/sequence.toml:1:1 renamed_from',
    ]);
  });
});

describe('files as they come', () => {
  it('hardening 1 and 12: a byte order mark, CRLF and lone CR are read like any other file', () => {
    const toml = '\ufeffname = "S"\r\n[[step]]\r\nid = "one"\rafter = "1d"\r\n';
    const { definitions, problems } = loadFiles({
      'sequences/s/sequence.toml': toml,
      'sequences/s/one.md': '\ufeffSubject: A\r\rHello?\r\nBye',
    });
    expect(problems).toEqual([]);
    expect(definitions[0]?.steps[0]?.copy).toMatchObject({ subject: 'A', bodyMarkdown: 'Hello?\nBye' });
  });

  it.each<[string, Buffer, string]>([
    ['NUL', Buffer.from('Subject: A\n\nHel\0lo?'), 'one.md:3:4  error  control character U+0000'],
    [
      'a control character',
      Buffer.from('Subject: A\n\n\u0001'),
      'one.md:3:1  error  control character U+0001',
    ],
    [
      'Latin-1',
      Buffer.from([...Buffer.from('Subject: A\n\nCaf'), 0xe9, 0x0a]),
      'one.md:3:1  error  this line is not UTF-8',
    ],
    [
      'UTF-16',
      Buffer.from('\ufeffSubject: A\n\nHello', 'utf16le'),
      'one.md  error  the file looks like UTF-16',
    ],
    ['300 kB', Buffer.alloc(300_000, 'a'), 'one.md  error  300000 bytes, the limit is 262144'],
  ])('hardening 2, 3, 14, 16: %s is refused with its place', (_name, bytes, expected) => {
    expect(messagesOf(oneSequence({ files: { 'sequences/s/one.md': bytes } }))).toContain(expected);
  });

  it('hardening 78: 10 MB of TOML is refused unread', () => {
    const files = { 'sequences/s/sequence.toml': Buffer.alloc(10_000_000, '#') };
    expect(messagesOf(oneSequence({ files }))).toContain('10000000 bytes, the limit is 262144');
  });

  it('hardening 39: symbolic links, folders in place of files and files in place of folders are named', () => {
    const directory = sequencesWith(oneSequence({}));
    symlinkSync('/etc/hostname', join(directory, 's', 'two.md'));
    symlinkSync(join(directory, 's'), join(directory, 'linked'));
    mkdirSync(join(directory, 's', 'three.md'));
    writeFileSync(join(directory, 'notes.txt'), 'x');
    writeFileSync(join(directory, 's', 'one.md~'), 'x');
    writeFileSync(join(directory, 's', '.one.md.swp'), 'x');
    expect(briefly(loadDefinitions(directory).problems)).toEqual([
      'sequences/linked symbolic_link',
      'sequences/notes.txt stray_file',
      'one.md~ stray_file',
      'three.md not_a_file',
      'two.md symbolic_link',
    ]);
  });

  it('names folders and files that can be no ids, and folders without sequence.toml', () => {
    const { problems } = loadFiles({
      'sequences/My Leads/sequence.toml': '',
      'sequences/empty/one.md': COPY,
      'sequences/s/sequence.toml': '',
      'sequences/s/Step 1.md': COPY,
    });
    expect(briefly(problems)).toEqual([
      'sequences/My Leads id',
      'sequences/empty no_sequence_file',
      'Step 1.md id',
    ]);
  });

  it('a file name cannot write into the terminal', () => {
    expect(messagesOf({ 'sequences/a\u001b[2J/sequence.toml': '' })).not.toContain('\u001b');
  });
});

describe('C5: whether there is anything to apply', () => {
  it('the hash is the same for the same files wherever they are, and that of loading', () => {
    const [first, second] = [sequencesWith(oneSequence({})), sequencesWith(oneSequence({}))];
    expect(hashDefinitions(first)).toBe(hashDefinitions(second));
    expect(hashDefinitions(first)).toBe(loadDefinitions(first).hash);
    expect(hashDefinitions(first)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, (directory: string) => void]>([
    ['words', (directory) => writeFileSync(join(directory, 's/one.md'), `${COPY} `)],
    ['mechanics', (directory) => writeFileSync(join(directory, 's/sequence.toml'), '')],
    ['a new file', (directory) => writeFileSync(join(directory, 's/two.md'), COPY)],
    ['a removed file', (directory) => rmSync(join(directory, 's/one.md'))],
    ['a removed sequence', (directory) => rmSync(join(directory, 's'), { recursive: true })],
  ])('the hash changes with %s', (_name, edit) => {
    const directory = sequencesWith(oneSequence({}));
    const before = hashDefinitions(directory);
    edit(directory);
    expect(hashDefinitions(directory)).not.toBe(before);
  });

  it('text that moves from one file to the next is a change', () => {
    const files = (one: string, two: string) =>
      sequencesWith({ 'sequences/s/a.md': one, 'sequences/s/b.md': two });
    expect(hashDefinitions(files('ab', 'c'))).not.toBe(hashDefinitions(files('a', 'bc')));
  });

  it('what is not read does not count: hidden files, campaigns, other files', () => {
    const directory = sequencesWith(oneSequence({}));
    const before = hashDefinitions(directory);
    writeFileSync(join(directory, 's/.one.md.swp'), 'x');
    writeFileSync(join(directory, 's/notes.txt'), 'x');
    mkdirSync(join(dirname(directory), 'campaigns'));
    expect(hashDefinitions(directory)).toBe(before);
  });

  it('a folder that is not there has a hash as well', () => {
    const directory = sequencesWith({});
    expect(hashDefinitions(directory)).toBe(loadDefinitions(directory).hash);
  });
});

describe('files that are nothing but errors', () => {
  it('are told in a hundred lines and in no time that grows with them', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `key${index} = 1`).join('\n');
    const headers = 'Nothing: x\n'.repeat(20_000);
    const files = { 'sequences/s/sequence.toml': keys, 'sequences/s/one.md': headers };
    expect(loadFiles(files).problems).toHaveLength(200);
  });

  it('a text too long to be judged is refused', () => {
    const files = { 'sequences/s/one.md': `Subject: A\n\n${'{{'.repeat(30_000)}` };
    expect(briefly(loadFiles(oneSequence({ files })).problems)).toEqual(['one.md:3:1 too_long']);
  });
});
