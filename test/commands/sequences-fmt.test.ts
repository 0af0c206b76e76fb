import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { rewriteFile } from '../../src/adapters/rewritten-file.ts';
import { temporaryDirectory } from '../helpers/state.ts';
import { bench, type Bench } from './sequence-bench.ts';

const UNTIDY = 'mode: fixed\nsubject:  About a\n\n\nHello, may I ask about a?\n\n';
const TIDY = 'Subject: About a\nMode: fixed\n\nHello, may I ask about a?\n';

async function untidy(): Promise<Bench> {
  const desk = bench();
  desk.sequence('web', { a: '0d', b: '2d' });
  desk.sequence('other', { o: '0d' });
  await desk.cli('sequences fmt');
  await desk.cli('sequences apply');
  desk.put('sequences/web/a.md', UNTIDY);
  return desk;
}

function read(desk: Bench, name: string): string {
  return readFileSync(join(desk.directory, 'sequences', name), 'utf8');
}

describe('sequences fmt', () => {
  it('writes the canonical form, shows what changed, and nothing is there to apply afterwards', async () => {
    const desk = await untidy();
    chmodSync(join(desk.directory, 'sequences/web/a.md'), 0o640);
    const { code, stdout } = await desk.cli('sequences fmt', { stdoutIsTty: true });
    expect(code).toBe(0);
    expect(stdout).toContain('~ sequences/web/a.md');
    expect(stdout).toContain('- mode: fixed');
    expect(stdout).toContain('+ Mode: fixed');
    expect(stdout).toContain('1 file written anew, 4 files as they should be.');
    expect(read(desk, 'web/a.md')).toBe(TIDY);
    expect(statSync(join(desk.directory, 'sequences/web/a.md')).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(desk.directory, 'sequences/web')).sort()).toEqual([
      'a.md',
      'b.md',
      'sequence.toml',
    ]);
    expect((await desk.json('sequences plan')).items).toEqual([]);
    expect((await desk.cli('sequences fmt')).stdout).toContain('5 files as they should be.');
  });

  it('only looks with --check, and ends 21 when it would write', async () => {
    const desk = await untidy();
    const { code, stdout } = await desk.cli('sequences fmt --check');
    expect([code, stdout]).toEqual([21, expect.stringContaining('1 file would be written anew')]);
    expect(read(desk, 'web/a.md')).toBe(UNTIDY);
    expect((await desk.cli('sequences fmt other --check')).code).toBe(0);
    expect(await desk.json('sequences fmt web --check')).toMatchObject({
      items: [
        { file: 'sequences/web/sequence.toml', outcome: 'unchanged' },
        { file: 'sequences/web/a.md', outcome: 'would_format' },
        { file: 'sequences/web/b.md', outcome: 'unchanged' },
      ],
      counts: { files: 3, changed: 1 },
    });
  });

  it('writes no file when one of them cannot be read (65), and none of a name that is unknown (64)', async () => {
    const desk = await untidy();
    desk.put('sequences/web/b.md', 'Subjct: b\n\nHello?\n');
    const { code, stderr } = await desk.cli('sequences fmt');
    expect([code, stderr]).toEqual([65, expect.stringContaining('sequences/web/b.md:1')]);
    expect(read(desk, 'web/a.md')).toBe(UNTIDY);
    const unknown = await desk.cli('sequences fmt wbe');
    expect([unknown.code, unknown.stderr]).toEqual([
      64,
      expect.stringContaining('headgate sequences fmt web'),
    ]);
  });

  it('needs no state: a checkout can be checked by a build server', async () => {
    const desk = await untidy();
    const elsewhere = await desk.cli('sequences fmt --check --state nowhere');
    expect([elsewhere.code, elsewhere.stderr]).toEqual([21, 'exit 21 WOULD_ACT\n']);
  });

  it('names the file that cannot be written, and what has become of the others (77)', async () => {
    const desk = await untidy();
    mkdirSync(join(desk.directory, `sequences/web/.a.md.${String(process.pid)}.new`));
    const { code, stderr } = await desk.cli('sequences fmt');
    expect(code).toBe(77);
    expect(stderr).toContain('sequences/web/a.md cannot be written (');
    expect(stderr).toContain('It was left as it is; files before it are in their canonical form.');
    expect(read(desk, 'web/a.md')).toBe(UNTIDY);
  });

  it('leaves a file alone that somebody saves at the same time', () => {
    const path = join(temporaryDirectory(), 'a.md');
    const desk = bench();
    desk.put('x', 'theirs');
    const file = join(desk.directory, 'x');
    expect(rewriteFile(file, { was: Buffer.from('mine'), text: 'new' })).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('theirs');
    expect(readdirSync(desk.directory).filter((name) => name.endsWith('.new'))).toEqual([]);
    expect(() => rewriteFile(path, { was: Buffer.from(''), text: 'new' })).toThrow('ENOENT');
  });
});
