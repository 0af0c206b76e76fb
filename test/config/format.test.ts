import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';

import { formatDefinition } from '../../src/config/format-definition.ts';
import { formatStep } from '../../src/config/format-step.ts';
import { formatToml } from '../../src/config/format-toml.ts';
import { firstStep, newSequence } from '../../src/config/sequence-template.ts';
import { parseStepFile } from '../../src/config/step-file.ts';

const ROOT = join(import.meta.dirname, '../..');

function format(file: string, text: string): string {
  const formatted = formatDefinition({ file, bytes: Buffer.from(text) });
  if ('problems' in formatted) throw new Error(JSON.stringify(formatted.problems));
  return formatted.after;
}

describe('sequence.toml in its canonical form', () => {
  it('aligns a block, gives tables room and drops white space that says nothing', () => {
    const text = [
      '',
      '  name="Web"   # its title',
      'description =   "a # b"',
      '',
      '',
      '[ trigger ]',
      '# source = ["x"]',
      'form=["a",',
      '   "b", # two   ',
      ']     # both',
      '# the first',
      '[[step]]   ',
      'id = "a"',
      "after='2d'",
      '',
      '',
    ].join('\n');
    expect(format('sequences/web/sequence.toml', text)).toBe(
      [
        'name        = "Web"  # its title',
        'description = "a # b"',
        '',
        '[trigger]',
        '# source = ["x"]',
        'form = ["a",',
        '   "b", # two   ',
        ']     # both',
        '',
        '# the first',
        '[[step]]',
        'id    = "a"',
        "after = '2d'",
        '',
      ].join('\n'),
    );
  });

  it('leaves what the program itself writes as it is', () => {
    const toml = newSequence('web', 'first-mail');
    expect(format('sequences/web/sequence.toml', toml)).toBe(toml);
    expect(format('sequences/web/a.md', firstStep().text)).toBe(firstStep().text);
    const samples = join(ROOT, 'src/config/sample/sequences');
    for (const name of readdirSync(samples, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(?:md|toml)$/.test(name)) continue;
      const text = readFileSync(join(samples, name), 'utf8');
      expect(format(`sequences/${name}`, text), name).toBe(text);
    }
  });

  it('takes strings of every kind for what they are, whatever stands in them', () => {
    const values = [`"""\n[x]\n a = 1 # no\n\n\nend\\""""`, `'''\n  '' # '''''`, `"\\" # ="`, `'#='`];
    for (const value of values) {
      const text = `"a = b"=${value} # c\nb=1\n`;
      expect(format('s/a/sequence.toml', text)).toContain(value);
      expect(parse(formatToml(text))).toEqual(parse(text));
    }
  });
});

describe('a step file in its canonical form', () => {
  it('orders the headers and keeps the words', () => {
    const text =
      'mode:FIXED\r\nBRIEFING: one\r\n\ttwo\r\nsubject :  Hi: there \r\n\r\n\r\nBody  \r\n\r\n\r\n  more\r\n\r\n';
    expect(format('s/a/b.md', text)).toBe(
      'Subject: Hi: there\nMode: fixed\nBriefing: one\n    two\n\nBody  \n\n\n  more\n',
    );
  });

  it('is not made of what cannot be read', () => {
    const broken = formatDefinition({ file: 's/a/b.md', bytes: Buffer.from('Subjct: x\n\nBody\n') });
    expect(broken).toMatchObject({ problems: [{ code: 'unknown_header' }] });
    const toml = formatDefinition({ file: 's/a/sequence.toml', bytes: Buffer.from('a = \n') });
    expect(toml).toMatchObject({ problems: [{ line: 1, code: 'syntax' }] });
  });
});

const KEY = fc.constantFrom('name', 'a-b', '"a b"', "'x=y'", 'dotted.key', '"#"', 'k1');
const SPACE = fc.constantFrom('', ' ', '  ', '\t', '      ');
const STRING = fc.oneof(
  fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text.replaceAll(/[^\x20-\x22\x24-\x7e]/g, '?'))),
  fc.string({ maxLength: 12 }).map((text) => `'${text.replaceAll(/[^\x20-\x22\x24-\x26\x28-\x7e]/g, '.')}'`),
  fc.constantFrom('"""\nx\n  # y = [\n\n\n"""', "'''\n[a]\n '' \n'''", '"""a"""""'),
);
const SCALAR = fc.oneof(
  STRING,
  fc.constantFrom('1', '-0', '1.0', '0x1F', 'true', 'nan', '1979-05-27', '07:32:00'),
);
const VALUE = fc.oneof(
  SCALAR,
  fc.array(SCALAR, { maxLength: 3 }).map((all) => `[${all.join(' , ')}]`),
  fc.array(SCALAR, { maxLength: 3 }).map((all) => `[ # none = 1\n  ${all.join(',\n\n   ')}\n\t]`),
  fc.array(SCALAR, { maxLength: 3 }).map((all) => `{ ${all.map((one, n) => `k${n}=${one}`).join(',')} }`),
);
const COMMENT = fc.constantFrom('', '', '#', '# a = "b"  ', '#[[step]]\t');
const LINE = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(SPACE, KEY, SPACE, SPACE, VALUE, SPACE, COMMENT)
      .map(([a, key, b, c, value, d, comment]) => ({
        kind: 'pair' as const,
        text: (n: number) =>
          `${a}${key.replace(/^k1$|^name$|^a-b$/, (word) => `${word}${n}`)}${b}=${c}${value}${d}${comment}`,
        unique: /^(?:k1|name|a-b)$/.test(key),
      })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(SPACE, SPACE, COMMENT).map(([a, b, comment]) => ({
      kind: 'table' as const,
      text: (n: number) => `${a}[[${b}t${n}${b}]]${b}${comment}`,
      unique: true,
    })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(SPACE, COMMENT)
      .map(([a, comment]) => ({ kind: 'other' as const, text: () => `${a}${comment}`, unique: true })),
  },
);

describe('whatever is written', () => {
  it('keeps its meaning and its comments, and is written once and for all', () => {
    fc.assert(
      fc.property(fc.array(LINE, { maxLength: 14 }), (lines) => {
        const text = lines
          .filter(({ kind, unique }) => kind !== 'pair' || unique)
          .map((line, index) => line.text(index))
          .join('\n');
        const after = formatToml(text);
        expect(parse(after, { integersAsBigInt: true })).toEqual(parse(text, { integersAsBigInt: true }));
        expect(formatToml(after)).toBe(after);
        const comments = (of: string): readonly string[] => of.match(/#[^\n]*/g) ?? [];
        expect(comments(after)).toEqual(comments(text));
        expect(format('s/a/sequence.toml', text)).toBe(after);
      }),
      { seed: 20260218, numRuns: 500 },
    );
  });

  it('keeps what a step says', () => {
    const word = fc.constantFrom(
      'Hello',
      'a: b',
      '#x',
      '{{ first_name | default: "" }}',
      '  two',
      'x  ',
      'é',
    );
    const headers = fc.record({
      subject: word,
      mode: fc.option(fc.constantFrom('fixed', 'AI', ' assist ')),
      length: fc.option(fc.constantFrom('short', 'Long')),
      briefing: fc.option(fc.array(word, { minLength: 1, maxLength: 3 })),
      continues: fc.option(fc.constantFrom('yes', 'No')),
      order: fc.array(fc.nat(9), { minLength: 5, maxLength: 5 }),
    });
    const body = fc.array(fc.oneof(word, fc.constant(''), fc.constant(' \t')), { maxLength: 6 });
    fc.assert(
      fc.property(headers, body, fc.constantFrom('\n', '\r\n'), (header, lines, lineBreak) => {
        const written = [
          `subject:${header.subject}`,
          ...(header.mode === null ? [] : [`MODE : ${header.mode}`]),
          ...(header.length === null ? [] : [`Length:${header.length}`]),
          ...(header.briefing === null ? [] : [`Briefing: ${header.briefing.join('\n \t')}`]),
          ...(header.continues === null ? [] : [`continue:   ${header.continues}`]),
        ]
          .map((text, index) => ({ text, place: header.order[index] ?? 0 }))
          .sort((one, other) => one.place - other.place)
          .map(({ text }) => text);
        const text = [...written, '', ...lines, 'The end.', '', ' '].join('\n');
        const parsed = (of: string) => parseStepFile({ file: 'a.md', text: of }).copy;
        expect(parsed(text)).not.toBeNull();
        const after = format('s/a/b.md', text.replaceAll('\n', lineBreak));
        expect(parsed(after)).toEqual(parsed(text));
        expect(after.endsWith(`\n\n${parsed(text)?.bodyMarkdown ?? ''}\n`)).toBe(true);
        expect(formatStep(after)).toBe(after);
      }),
      { seed: 20260218, numRuns: 300 },
    );
  });
});
