import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rewritten-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** `rewriteFile` in a process whose files may have 1 KiB: the kernel takes as much as fits, and refuses the rest only when asked again. */
function rewriteWithLittleRoom(path: string, text: string): string {
  const script = [
    `import { rewriteFile } from ${JSON.stringify(resolve('src/adapters/rewritten-file.ts'))};`,
    `import { readFileSync } from 'node:fs';`,
    `const [path, text] = process.argv.slice(1);`,
    `try { console.log(rewriteFile(path, { was: readFileSync(path), text })); } catch (error) { console.log(error.code); }`,
  ].join('\n');
  const limited = `trap '' XFSZ; ulimit -f 1; exec "$@"`;
  const args = [process.execPath, '--input-type=module', '--eval', script, path, text];
  const { stdout } = spawnSync('bash', ['-c', limited, 'bash', ...args], { encoding: 'utf8' });
  return stdout.trim();
}

test('hardening 117: a text that fits on the disk in part leaves the old file whole, and says so', () => {
  const path = join(folder, 'welcome.md');
  writeFileSync(path, 'Subject: As it was\n\nHello.\n');
  expect(rewriteWithLittleRoom(path, 'é'.repeat(2_000))).toBe('EFBIG');
  expect(readFileSync(path, 'utf8')).toBe('Subject: As it was\n\nHello.\n');
  expect(readdirSync(folder)).toEqual(['welcome.md']);
});
