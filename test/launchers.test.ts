import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { COMMANDS } from '../src/commands/registry.ts';
import { temporaryDirectory } from './helpers/state.ts';

const ROOT = join(import.meta.dirname, '..');
const BIN = join(ROOT, 'bin');
const LAUNCHERS = readdirSync(BIN);
const JOBS = ['drip', 'nurture', 'sync', 'send', 'confirm', 'digest', 'listen', 'backup'];

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
}

beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), '--if-stale']);
});

describe('the launchers in bin/', () => {
  test('are one for headgate, one for each job of a timer, and one for each page', () => {
    expect(LAUNCHERS.toSorted()).toEqual(['headgate', 'unsub', 'web', ...JOBS].toSorted());
  });

  test.each(JOBS)('bin/%s is headgate %s: same source but for its name', (job) => {
    const text = readFileSync(join(BIN, job), 'utf8');
    expect(text).toContain(`set -- ${job} "$@"\n`);
    expect(text.replaceAll(job, 'drip')).toBe(readFileSync(join(BIN, 'drip'), 'utf8'));
  });

  test('run from anywhere, through a symlink, on the pinned Node', () => {
    const link = join(temporaryDirectory(), 'hg');
    symlinkSync(join(BIN, 'headgate'), link);
    const { status, stdout } = run(link, ['--version', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'headgate.version/1', node: process.version });
  });

  const registered = JOBS.filter((job) => COMMANDS.some(({ path }) => path === job));
  test.each(['headgate', ...registered])('bin/%s answers --help', (name) => {
    expect(run(join(BIN, name), ['--help']).status).toBe(0);
  });

  test('say in one line what to type when nothing is installed or built yet, and end 78', () => {
    const empty = temporaryDirectory();
    mkdirSync(join(empty, 'bin'));
    mkdirSync(join(empty, 'scripts'));
    copyFileSync(join(BIN, 'drip'), join(empty, 'bin/drip'));
    copyFileSync(join(ROOT, 'scripts/launch.sh'), join(empty, 'scripts/launch.sh'));
    const { status, stdout, stderr } = run(join(empty, 'bin/drip'), []);
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    expect(stderr).toBe(
      `Headgate is not built: run 'npm start', or 'npm ci && npm run build', in ${empty}\nexit 78 CONFIG\n`,
    );
  });

  test('keep compiled code in the unit’s CacheDirectory, since the installation is read-only there', () => {
    const cache = temporaryDirectory();
    run(join(BIN, 'headgate'), ['--version'], {
      CACHE_DIRECTORY: `${cache}:/nowhere`,
      NODE_COMPILE_CACHE: '',
    });
    expect(readdirSync(cache)).not.toEqual([]);
  });
});

describe('a real process', () => {
  test('ends 64 for a typo, with the reason on stderr and its name last', () => {
    const { status, stdout, stderr } = run(join(BIN, 'headgate'), ['no-such-command']);
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('exit 64 USAGE');
  });

  test('is not a crash when the reader has seen enough: headgate … | head -1', () => {
    const { stdout, stderr } = run('sh', [
      '-c',
      `{ sleep 0.2; ${BIN}/headgate help exit-codes; echo "ended $?" >&2; } | true`,
    ]);
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'ended 0\n' });
  });

  test('works with its output closed', () => {
    const { stderr } = run('sh', ['-c', `${BIN}/headgate --version >&-; echo "ended $?" >&2`]);
    expect(stderr).toBe('ended 0\n');
  });
});

describe('the bundle', () => {
  const bundle = join(ROOT, 'dist/headgate.cjs');
  const parts = ['program.cjs', 'commands.cjs'].map((name) => join(ROOT, 'dist', name));

  test('is ASCII: one other character, and V8 keeps the whole file in two bytes a character', () => {
    for (const part of parts) expect(readFileSync(part, 'utf8'), part).toMatch(/^[\n\r\t\x20-\x7e]*$/);
  });

  test('P1: brings what V8 compiled of an idle run, of this very build', () => {
    const [program = ''] = parts;
    const id = readFileSync(program, 'latin1').slice(2, 34);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(readFileSync(join(ROOT, 'dist/program.cache'), 'latin1').slice(0, 32)).toBe(id);
  });

  test('P1: an idle run never reads the part that holds all other commands', () => {
    const root = temporaryDirectory();
    const flags = [
      '--name',
      'Tom',
      '--from',
      'tom@mail.example.com',
      '--timezone',
      'UTC',
      '--postal-address',
      'x',
    ];
    const headgate = join(BIN, 'headgate');
    run(headgate, ['init', join(root, 'mail'), '--no-input', ...flags]);
    const workspace = ['-C', join(root, 'mail/headgate.toml')];
    expect(run(headgate, ['drip', ...workspace]).status).toBe(30);
    expect(run(headgate, ['confirm', '--none', '--yes', ...workspace]).status).toBe(0);
    const dist = join(root, 'dist');
    cpSync(join(ROOT, 'dist'), dist, { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    writeFileSync(join(dist, 'commands.cjs'), 'throw new Error("it was read");');
    const { status, stderr } = spawnSync(process.execPath, [join(dist, 'headgate.cjs'), 'drip'], {
      cwd: join(root, 'mail'),
      encoding: 'utf8',
    });
    expect(stderr).not.toContain('it was read');
    expect(status).toBe(0);
  });

  test('P3, P7: the words that judge a refusal are in no file that a timer’s run reads without one', () => {
    const [program = '', commands = ''] = parts.map((part) => readFileSync(part, 'utf8'));
    const words = 'user lookup success but no user record found';
    expect([program.includes(words), commands.includes(words)]).toEqual([false, true]);
  });

  test('starts without what V8 compiled, or with that of another build or another Node', () => {
    const dist = join(temporaryDirectory(), 'dist');
    cpSync(join(ROOT, 'dist'), dist, { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(dist, '../node_modules'));
    const cache = join(dist, 'program.cache');
    const whole = readFileSync(cache);
    const version = (): string =>
      run(process.execPath, [join(dist, 'headgate.cjs'), 'confirm', '--help']).stdout.split('\n')[0] ?? '';
    const expected = version();
    expect(expected).toBe('Usage: headgate confirm [options] [plan]');
    for (const bytes of [
      Buffer.alloc(0),
      whole.subarray(0, 40),
      whole.subarray(0, whole.length / 2),
      Buffer.concat([whole.subarray(0, 32), Buffer.alloc(whole.length - 32)]),
      Buffer.concat([Buffer.alloc(32, 'x'), whole.subarray(32)]),
    ]) {
      writeFileSync(cache, bytes);
      expect(version()).toBe(expected);
    }
    rmSync(cache);
    expect(version()).toBe(expected);
  });

  test('loads neither network nor child processes to answer --help (P4)', () => {
    const script = `
      process.argv.push('--help');
      process.on('exit', () => console.error(process.moduleLoadList.join()));
      require(${JSON.stringify(bundle)});`;
    const { status, stderr } = run(process.execPath, ['-e', script]);
    expect(status).toBe(0);
    const loaded = stderr.split(',').map((name) => name.replace('NativeModule ', ''));
    expect(loaded).toContain('fs');
    expect(
      loaded.filter((name) => ['net', 'child_process', 'crypto', 'tty', 'stream'].includes(name)),
    ).toEqual([]);
  });
});
