import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { describe, expect, test } from 'vitest';

import { createTomlLocator } from '../../src/config/toml-locator.ts';

const TEXT = [
  'live = true   # a comment with = and [brackets]',
  '',
  '[limits]',
  'drafts_per_day = 12',
  '"quoted key" = "a \\" b # no comment"',
  "mail.smtp.host = 'it is # here'",
  '[[source]]',
  'id = "one"',
  '[[source]]',
  'id = "two"',
  'tags = [ "x", # why',
  '  "y", [1, 2],',
  '  { deep = 1 } ]',
  '[source.more]',
  'text = """',
  'line [no.header]',
  'end""""',
  'after = 2026-02-30',
].join('\n');

describe('a message can name line and column of', () => {
  const locate = createTomlLocator(TEXT);
  test.each<[readonly string[], number, number, string | null]>([
    [['live'], 1, 1, 'true'],
    [['limits'], 3, 1, null],
    [['limits', 'drafts_per_day'], 4, 1, '12'],
    [['limits', 'quoted key'], 5, 1, '"a \\" b # no comment"'],
    [['limits', 'mail'], 6, 1, null],
    [['limits', 'mail', 'smtp', 'host'], 6, 11, "'it is # here'"],
    [['source'], 7, 1, null],
    [['source', '0', 'id'], 8, 1, '"one"'],
    [['source', '1', 'id'], 10, 1, '"two"'],
    [['source', '1', 'tags', '1'], 12, 3, '"y"'],
    [['source', '1', 'tags', '2', '1'], 12, 12, '2'],
    [['source', '1', 'tags', '3', 'deep'], 13, 5, '1'],
    [['source', '1', 'more', 'after'], 18, 1, '2026-02-30'],
  ])('%j', (path, line, column, raw) => {
    expect(locate(path)).toEqual({ line, column, raw });
  });

  test('nothing that is not there', () => {
    expect(locate(['limits', 'missing'])).toBeNull();
    expect(locate(['no', 'header'])).toBeNull();
  });
});

describe('the scan agrees with the parser', () => {
  const value = fc.oneof(
    fc.integer(),
    fc.boolean(),
    fc.string(),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2090-01-01') }),
  );
  // Quoted keys, with escapes, too; a parser that keeps them in plain objects has its own name for one.
  const key = fc.oneof(
    fc.stringMatching(/^[a-z_]{1,8}$/),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }).filter((name) => name !== '__proto__'),
  );
  const table = fc.dictionary(key, value, { maxKeys: 5 });
  const file = fc.dictionary(key, fc.oneof(value, table), { maxKeys: 6 });

  test('for every key of any document that can be written', () => {
    fc.assert(
      fc.property(file, (content) => {
        const text = stringify(content);
        const locate = createTomlLocator(text);
        for (const [name, inner] of Object.entries(parse(text))) {
          const place = locate([name]);
          expect(place, text).not.toBeNull();
          const isTable = typeof inner === 'object' && !Array.isArray(inner) && !(inner instanceof Date);
          if (!isTable) expect(parse(`v = ${place?.raw ?? ''}`)['v']).toEqual(inner);
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('and ends on any text whatever, so that no file can hang a run', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[[\]{}="'a.,#\n ]{0,60}$/), (text) => {
        expect(createTomlLocator(text)(['nowhere'])).toBeNull();
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
