import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { replaceReport } from '../../src/adapters/half-files.ts';
import { createPrivateFile } from '../../src/adapters/private-file.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'headgate-test-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

/** Of a process that has ended. */
function endedPid(): string {
  return String(spawnSync('true').pid);
}

test.each<readonly [string, (path: string) => void]>([
  [
    'an export',
    (path) => {
      const file = createPrivateFile(path, { mayReplace: true });
      file.add('whole');
      file.keep();
    },
  ],
  [
    'a report',
    (path) => {
      replaceReport(path, 'whole');
    },
  ],
])(
  'GDPR: %s of people that a killed process left half written is gone once the next one of that name is begun',
  (_, write) => {
    const place = folder();
    const path = join(place, 'people.csv');
    const stays = [
      // Somebody writes it right now.
      `people.csv.${String(process.ppid)}.new`,
      // Of another file, and of nobody of ours.
      `other.csv.${endedPid()}.new`,
      'people.csv.new',
      'people.csv.12x.new',
    ];
    for (const name of [...stays, `people.csv.${endedPid()}.new`]) writeFileSync(join(place, name), 'half');
    write(path);
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(
      readdirSync(place)
        .filter((name) => name !== 'people.csv')
        .toSorted(),
    ).toEqual(stays.toSorted());
  },
);
