import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createByteDecoder, looksLikeUtf16 } from '../../src/adapters/csv-bytes.ts';
import { LeadFile } from '../../src/adapters/lead-file.ts';
import { createLeadText } from '../../src/adapters/lead-text.ts';
import { RejectsFile } from '../../src/adapters/rejects-file.ts';
import { temporaryDirectory } from '../helpers/state.ts';

/** The text of bytes that arrive in blocks of a length, or what is wrong with them. */
function decode(bytes: Buffer, blockLength: number): string {
  const decoder = createByteDecoder('utf-8');
  let text = '';
  for (let at = 0; at < bytes.length; at += blockLength) {
    const decoded = decoder.decode(bytes.subarray(at, at + blockLength), at + blockLength >= bytes.length);
    if (typeof decoded !== 'string')
      return `byte ${decoded.byte.toString(16)} at ${String(at + decoded.offset)}`;
    text += decoded;
  }
  return text;
}

describe('bytes', () => {
  test('a character that the end of a block cuts in two is whole', () => {
    const text = 'a\u00e9\u20ac\u{1f600}z';
    for (const length of [1, 2, 3, 4, 5]) expect(decode(Buffer.from(text), length)).toBe(text);
  });

  test('a byte order mark is no text', () => {
    expect(decode(Buffer.from('\uFEFFa\uFEFF'), 4)).toBe('a\uFEFF');
  });

  test.each([
    ['a Latin-1 letter', [0x61, 0xe9, 0x62, 0x63], 'byte e9 at 1'],
    ['a continuation without beginning', [0x61, 0x80], 'byte 80 at 1'],
    ['a character that the file cuts off', [0x61, 0xe2, 0x82], 'byte e2 at 1'],
    ['an overlong form', [0xc0, 0x80], 'byte c0 at 0'],
    ['a half of a pair', [0x61, 0xed, 0xa0, 0x80], 'byte ed at 1'],
    ['a letter at the very end', [0x61, 0x62, 0xe9], 'byte e9 at 2'],
  ])('hardening 3: %s is found at its place', (_, bytes, problem) => {
    expect(decode(Buffer.from(bytes), 100)).toBe(problem);
    expect(decode(Buffer.from([...Buffer.from('x'.repeat(50)), ...bytes]), 100)).toBe(
      problem.replace(/\d+$/, (at) => String(Number(at) + 50)),
    );
  });

  test('whatever is text comes back whole, and whatever is not is found', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (array, length) => {
        const bytes = Buffer.from(array);
        const text = new TextDecoder('utf-8').decode(bytes);
        const isSound = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)).equals(
          bytes,
        );
        const decoded = decode(bytes, length);
        if (isSound) expect(decoded).toBe(text);
        else expect(decoded).toMatch(/^byte [0-9a-f]+ at \d+$/);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('latin1 has the euro sign of Windows', () => {
    expect(createByteDecoder('latin1').decode(Buffer.from([0x80, 0xe9]), true)).toBe('\u20ac\u00e9');
  });

  test('UTF-16 is known by its mark or by its NULs; one NUL in a name is not it', () => {
    expect(looksLikeUtf16(Buffer.from('ab', 'utf16le'))).toBe(true);
    expect(looksLikeUtf16(Buffer.from([0xfe, 0xff, 0x41]))).toBe(true);
    expect(looksLikeUtf16(Buffer.from('email\na\u0000b@x.example'))).toBe(false);
    expect(looksLikeUtf16(Buffer.alloc(0))).toBe(false);
  });
});

describe('a file', () => {
  const write = (content: string | Buffer): string => {
    const path = join(temporaryDirectory(), 'leads.csv');
    writeFileSync(path, content);
    return path;
  };
  const read = (content: string | Buffer): readonly (readonly string[])[] => {
    const file = LeadFile.open(write(content), 'utf-8');
    const checked = file.check([]);
    const rows = [...file.rows(checked)].flat().map(({ cells }) => cells);
    file.close();
    expect(rows).toHaveLength(checked.rows);
    return rows;
  };

  test('of many blocks reads as one, wherever they end', () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => [
      `l${String(index)}@x.example`,
      `"\u20ac ""${String(index)}""\n"`,
    ]);
    const found = read(`email,notes\n${rows.map((cells) => cells.join(',')).join('\r\n')}`);
    expect(found).toHaveLength(20_000);
    expect(found[19_999]).toEqual(['l19999@x.example', '\u20ac "19999"\n']);
  });

  test('whose header alone is there has no rows', () => {
    expect(read('email,notes')).toEqual([]);
    expect(read('sep=;\nemail;notes\na;b')).toEqual([['a', 'b']]);
  });

  test('hardening 3: the line of a wrong byte is counted as editors do, however lines end', () => {
    const path = write(Buffer.concat([Buffer.from('email\r\na\rb\n'), Buffer.from([0xff])]));
    const file = LeadFile.open(path, 'utf-8');
    expect(() => file.check([])).toThrow('leads.csv:4: byte 0xFF (number 12 of the file) is not UTF-8');
    file.close();
  });

  test('hardening 40: one that was swapped for another between the passes gives no row', () => {
    const path = write('email\na@x.example\n');
    const file = LeadFile.open(path, 'utf-8');
    const checked = file.check([]);
    writeFileSync(path, 'email\nb@x.example\n');
    expect(() => [...file.rows(checked)]).toThrow('the file changed while it was being read');
    writeFileSync(path, '');
    expect(() => [...file.rows(checked)]).toThrow('the file changed while it was being read');
    file.close();
  });

  test('hardening 11: a damaged header is no header', () => {
    const file = LeadFile.open(write('"email"x,notes\na,b\n'), 'utf-8');
    expect(() => file.check([])).toThrow('leads.csv:1: text behind the closing quote of column 1');
    file.close();
  });
});

describe('text that is in memory already', () => {
  test('reads like a file', () => {
    const source = createLeadText('sample', '\uFEFFemail;notes\na@x.example;b\n');
    const checked = source.check([]);
    expect(checked).toMatchObject({ rows: 1, delimiter: ';' });
    expect([...source.rows(checked)].flat()).toEqual([
      { line: 2, cells: ['a@x.example', 'b'], problem: null },
    ]);
    source.close();
  });

  test('hardening 3: is refused when a decoder has replaced what it could not read', () => {
    const source = createLeadText('standard input', 'email,name\r\na@x.example,Jos\uFFFD\n');
    expect(() => source.check([])).toThrow('standard input:2: it is not UTF-8');
  });

  test('is refused like a file without a header', () => {
    expect(() => createLeadText('standard input', '').check([])).toThrow(
      'standard input: there is no header row',
    );
  });
});

describe('the file of rejected rows', () => {
  test('is made with the first row, for its owner alone', () => {
    const path = join(temporaryDirectory(), 'rejects', 'leads-r-1.csv');
    const rejects = new RejectsFile(path, ['email', 'notes']);
    rejects.close();
    expect(existsSync(path)).toBe(false);
    for (let line = 2; line < 1_502; line += 1) {
      rejects.add({ line, field: 'email', reason: 'no @ in the address' }, ['=x', 'a,b']);
    }
    rejects.close();
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'headgate_line,headgate_field,headgate_reason,email,notes',
      `2,email,no @ in the address,'=x,"a,b"`,
    ]);
    expect(lines).toHaveLength(1_502);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
