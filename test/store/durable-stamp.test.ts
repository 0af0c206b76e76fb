import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { testState } from '../helpers/state.ts';

const CAN_TRACE = spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;
const [LOADER, SCRIPT] = ['sql-as-text.mjs', 'stamp-beside-import.ts'].map((name) =>
  fileURLToPath(new URL(`../helpers/${name}`, import.meta.url)),
);

/** What went to the disk, in order: a sync of the log, or a stamp put in its place. */
function traced(state: { readonly file: string; readonly directory: string }): readonly string[] {
  const log = join(state.directory, 'calls');
  const program = [process.execPath, '--import', LOADER ?? '', SCRIPT ?? ''];
  const { status, stderr } = spawnSync(
    'strace',
    ['-f', '-qq', '-y', '-o', log, '-e', 'trace=fsync,fdatasync,rename', ...program, state.file].concat(
      join(state.directory, 'stamp.json'),
    ),
    { encoding: 'utf8' },
  );
  expect(status, stderr).toBe(0);
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((call) =>
      /f(?:data)?sync\(.*headgate\.db-wal>/.test(call)
        ? ['log synced']
        : call.includes('stamp.json") = 0')
          ? ['stamp']
          : [],
    );
}

describe.skipIf(!CAN_TRACE)('A15: a power cut in the middle of an import', () => {
  test('finds no stamp that is ahead of the state, and a run by itself syncs no more than its commit', () => {
    const calls = traced(testState());
    const [first, second, third] = calls.flatMap((call, index) => (call === 'stamp' ? [index] : []));
    expect(calls.slice(first, second)).toEqual(['stamp', 'log synced']);
    expect(calls.slice(second, third)).toEqual(['stamp', 'log synced']);
  });
});
