import { appendFileSync, mkdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createSendJournal } from '../../src/adapters/send-journal.ts';
import type { JournalEntry } from '../../src/ports.ts';
import { TEST_NOW } from '../helpers/fakes.ts';
import { temporaryDirectory } from '../helpers/state.ts';

function entry(number: number, change: Partial<JournalEntry> = {}): JournalEntry {
  return {
    messageId: `m-${String(number).padStart(16, 'a')}`,
    attempt: 1,
    at: TEST_NOW + number,
    stateId: 's-abcdefghijklmnop',
    event: 'claimed',
    recipient: `lead${number}@example.net`,
    enrollmentId: `e-${String(number).padStart(16, 'a')}`,
    sequenceId: 'website-lead',
    stepId: 'welcome',
    transport: 'smtp',
    isRehearsal: false,
    ...change,
  };
}

function fileIn(folder: string): string {
  return join(folder, 'send-journal.jsonl');
}

describe('A15: what is appended is there for a state that was restored', () => {
  test('entries come back in order, whole, across several appends', () => {
    const folder = temporaryDirectory();
    const all = [
      entry(1),
      entry(2),
      entry(2, { event: 'accepted' }),
      entry(3, { recipient: 'ü"\n@example.net' }),
    ];
    createSendJournal(folder).append(all.slice(0, 2));
    createSendJournal(folder).append(all.slice(2));
    expect(createSendJournal(folder).read()).toEqual(all);
    expect([...createSendJournal(folder).entries()]).toEqual(all);
  });

  test('only its owner may read who was written to', () => {
    const folder = temporaryDirectory();
    createSendJournal(folder).append([entry(1)]);
    expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600);
  });

  test('no journal means that nothing has left', () => {
    expect(createSendJournal(temporaryDirectory()).read()).toEqual([]);
  });

  test('an append of nothing makes no file', () => {
    const folder = temporaryDirectory();
    createSendJournal(folder).append([]);
    expect(() => statSync(fileIn(folder))).toThrow('ENOENT');
  });

  test('keys of a later version are kept out of nobody’s way', () => {
    const folder = temporaryDirectory();
    writeFileSync(fileIn(folder), `${JSON.stringify({ ...entry(1), later: true })}\n`);
    expect(createSendJournal(folder).read()).toMatchObject([entry(1)]);
  });
});

describe('A15: a crash in the middle of an append', () => {
  test('at any byte, leaves all entries before it readable, and the next append starts a line of its own', () => {
    const folder = temporaryDirectory();
    const whole = JSON.stringify(entry(2));
    for (let cut = 0; cut < whole.length; cut += 1) {
      writeFileSync(fileIn(folder), `${JSON.stringify(entry(1))}\n${whole.slice(0, cut)}`);
      expect(createSendJournal(folder).read(), `cut at ${cut}`).toEqual([entry(1)]);
      createSendJournal(folder).append([entry(3)]);
      expect(createSendJournal(folder).read(), `after a cut at ${cut}`).toEqual([entry(1), entry(3)]);
    }
  });

  test('a whole last line without its line break counts, and is not run into the next', () => {
    const folder = temporaryDirectory();
    writeFileSync(fileIn(folder), JSON.stringify(entry(1)));
    expect(createSendJournal(folder).read()).toEqual([entry(1)]);
    createSendJournal(folder).append([entry(2)]);
    expect(createSendJournal(folder).read()).toEqual([entry(1), entry(2)]);
  });

  test('zeros that the disk shows for what it never got are a cut line too', () => {
    const folder = temporaryDirectory();
    createSendJournal(folder).append([entry(1)]);
    appendFileSync(fileIn(folder), Buffer.alloc(300));
    createSendJournal(folder).append([entry(2)]);
    expect(createSendJournal(folder).read()).toEqual([entry(1), entry(2)]);
  });

  test('of an append of several entries, those that are whole count as claimed', () => {
    const folder = temporaryDirectory();
    createSendJournal(folder).append([entry(1), entry(2), entry(3)]);
    truncateSync(fileIn(folder), statSync(fileIn(folder)).size - 20);
    expect(createSendJournal(folder).read()).toEqual([entry(1), entry(2)]);
  });

  test('any mix of entries and cuts gives every whole entry, in order', () => {
    const step = fc.record({ entries: fc.integer({ min: 1, max: 3 }), cut: fc.option(fc.nat(150)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const folder = temporaryDirectory();
        const expected: JournalEntry[] = [];
        for (const [index, { entries, cut }] of steps.entries()) {
          const batch = Array.from({ length: entries }, (_, place) => entry(index * 10 + place));
          createSendJournal(folder).append(batch);
          expected.push(...batch);
          if (cut !== null) appendFileSync(fileIn(folder), JSON.stringify(entry(99)).slice(0, cut));
        }
        expect(createSendJournal(folder).read()).toEqual(expected);
      }),
      { seed: 15, numRuns: 50 },
    );
  });
});

describe('A15: a line that was whole once is never left out in silence', () => {
  test.each([
    ['a field is gone', JSON.stringify({ ...entry(2), messageId: undefined })],
    ['an event nobody knows', JSON.stringify({ ...entry(2), event: 'teleported' })],
    ['an attempt that is none', JSON.stringify({ ...entry(2), attempt: 0 })],
    ['a time that is text', JSON.stringify({ ...entry(2), at: '2026' })],
    ['flipped bytes', JSON.stringify(entry(2)).replace('":', '";')],
    ['something else', '{"a":1}'],
    ['a line longer than any of ours', 'x'.repeat(3_000_000)],
  ])('%s: refused with the line', (_, line) => {
    const folder = temporaryDirectory();
    writeFileSync(fileIn(folder), `${JSON.stringify(entry(1))}\n${line}\n${JSON.stringify(entry(3))}\n`);
    expect(() => createSendJournal(folder).read()).toThrow(
      expect.objectContaining({
        code: 'send_journal_damaged',
        exit: 'CONFIG',
        message: expect.stringContaining(`${fileIn(folder)}:2`),
      }),
    );
  });
});

describe('a journal that cannot be used stops the sender', () => {
  test('no folder: 77 with the path, before anything is sent', () => {
    const folder = join(temporaryDirectory(), 'gone');
    expect(() => createSendJournal(folder).append([entry(1)])).toThrow(
      expect.objectContaining({
        code: 'send_journal_not_written',
        exit: 'NOPERM',
        message: expect.stringContaining(fileIn(folder)),
      }),
    );
  });

  test('a folder in its place: 77 for writer and reader', () => {
    const folder = temporaryDirectory();
    mkdirSync(fileIn(folder));
    expect(() => createSendJournal(folder).append([entry(1)])).toThrow(
      expect.objectContaining({ code: 'send_journal_not_written', exit: 'NOPERM' }),
    );
    expect(() => createSendJournal(folder).read()).toThrow(
      expect.objectContaining({ code: 'send_journal_not_readable', exit: 'NOPERM' }),
    );
  });

  test('a full disk: 77, so that no body goes out', () => {
    const folder = temporaryDirectory();
    symlinkSync('/dev/full', fileIn(folder));
    expect(() => createSendJournal(folder).append([entry(1)])).toThrow(
      expect.objectContaining({
        code: 'send_journal_not_written',
        message: expect.stringContaining('ENOSPC'),
      }),
    );
  });
});

test('a journal of many megabytes is read piece by piece, entries across the borders included', () => {
  const folder = temporaryDirectory();
  const lines = Array.from({ length: 20_000 }, (_, number) => `${JSON.stringify(entry(number))}\n`);
  writeFileSync(fileIn(folder), lines.join(''));
  expect(statSync(fileIn(folder)).size).toBeGreaterThan(4_000_000);
  let count = 0;
  for (const each of createSendJournal(folder).entries()) {
    if (each.at !== TEST_NOW + count) throw new Error(`entry ${count} is not itself`);
    count += 1;
  }
  expect(count).toBe(20_000);
});
