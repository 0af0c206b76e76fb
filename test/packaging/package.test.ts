import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { UNSAID_POSTAL_ADDRESS } from '../../src/config/check-live.ts';
import { layoutOf, PACKAGED_PREFIX } from '../../src/commands/units/layout.ts';
import { ENABLED_UNITS, unitFilesOf } from '../../src/commands/units/unit-files.ts';
import { temporaryDirectory } from '../helpers/state.ts';
import { buildPackage, HAS_DPKG, IS_WHOLE } from './built.ts';

const BUILD_MS = 60_000;
const SCRIPTS = ['postinst', 'prerm', 'postrm'];

interface Entry {
  readonly mode: string;
  readonly owner: string;
  readonly time: string;
  readonly path: string;
}

describe.skipIf(!HAS_DPKG)('the Debian package', () => {
  let folder: string;
  let file: string;
  let tree: string;
  let entries: readonly Entry[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'headgate-package-'));
    file = buildPackage(folder, { environment: { SOURCE_DATE_EPOCH: '1771405380' } });
    tree = join(folder, 'tree');
    execFileSync('dpkg-deb', ['--raw-extract', file, tree]);
    entries = execFileSync('dpkg-deb', ['--contents', file], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], TZ: 'UTC' },
    })
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [mode = '', owner = '', , day = '', minute = '', path = ''] = line.split(/\s+/);
        return { mode, owner, time: `${day} ${minute}`, path: path.replace(/^\./, '') };
      });
  }, BUILD_MS);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function read(path: string): string {
    return readFileSync(join(tree, path), 'utf8');
  }

  test.runIf(IS_WHOLE)(
    'is the same bytes again, built in another zone with another mask, so that anybody can check it',
    () => {
      const environment = { SOURCE_DATE_EPOCH: '1771405380', TZ: 'Asia/Tokyo', LC_ALL: 'C' };
      expect(sha256(buildPackage(temporaryDirectory(), { environment, mask: '077' }))).toBe(sha256(file));
    },
    BUILD_MS,
  );

  test('belongs to root, can be written by nobody else, carries one time, and runs as nobody', () => {
    for (const { mode, owner, time, path } of entries) {
      expect(owner, path).toBe('root/root');
      expect(time, path).toBe('2026-02-18 09:03');
      expect(mode, path).toMatch(/^(?:drwxr-xr-x|-rwxr-xr-x|-rw-r--r--|lrwxrwxrwx)$/);
    }
  });

  test('puts headgate on PATH and nothing else: a second `sync` there would take the place of the system’s', () => {
    expect(paths(/^\/usr\/s?bin\/.+/)).toEqual(['/usr/bin/headgate']);
    expect(paths(/^\/(?:etc|var|home|opt|usr\/local)\b/)).toEqual([]);
  });

  test('brings every unit of this version, users and folders, made for where it is installed', () => {
    const files = unitFilesOf(layoutOf(PACKAGED_PREFIX));
    expect(paths(/\.(?:service|timer|socket|path)$/)).toEqual(
      expect.arrayContaining(
        files.map(({ target }) => target).filter((path) => /\.(?:service|timer|socket|path)$/.test(path)),
      ),
    );
    for (const { target } of files) {
      const text = read(target);
      expect(text, target).not.toMatch(/\/opt\/headgate|\/usr\/local/);
      for (const [, program = ''] of text.matchAll(/^ExecStart=(?:\/bin\/sh )?(\/usr\/\S+)/gm))
        expect(entries.find(({ path }) => path === program)?.mode, program).toBe('-rwxr-xr-x');
    }
  });

  test('has a sum of every file, and scripts that sh reads, for the units of this version', () => {
    const sums = read('DEBIAN/md5sums')
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(34));
    expect(sums.map((path) => `/${path}`)).toEqual(
      entries
        .filter(({ mode }) => mode.startsWith('-'))
        .map(({ path }) => path)
        .toSorted(),
    );
    for (const script of SCRIPTS) {
      const text = read(`DEBIAN/${script}`);
      expect(text, script).not.toMatch(/@[A-Z]+@/);
      expect(spawnSync('sh', ['-n', join(tree, 'DEBIAN', script)]).status, script).toBe(0);
    }
    for (const unit of ENABLED_UNITS) expect(read('DEBIAN/postinst')).toContain(unit);
    expect(read('DEBIAN/postinst')).toContain(`--postal-address '${UNSAID_POSTAL_ADDRESS}'`);
  });

  test('runs by itself, with its own Node and its own binary of the state', () => {
    const workspace = join(temporaryDirectory(), 'mail');
    const headgate = (...args: readonly string[]) =>
      spawnSync(join(tree, PACKAGED_PREFIX, 'bin/headgate'), args, {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] },
      });
    const answers = [
      '--name',
      'Tom',
      '--from',
      'tom@mail.example.com',
      '--timezone',
      'UTC',
      '--postal-address',
      '1 Mill Lane',
    ];
    const made = headgate('init', workspace, '--sample', '--no-input', ...answers);
    expect(made.stderr).toBe('');
    expect(made.status).toBe(0);
    expect(headgate('-C', workspace, 'drip').status).toBe(30);
    expect(headgate('units', 'print', 'headgate-drip.service').stdout).toContain('User=headgate');
  });

  test('says whose work is in it', () => {
    const text = read('usr/share/doc/headgate/copyright');
    for (const name of ['Headgate', 'Node.js', 'better-sqlite3 ', 'nodemailer ', 'liquidjs ', 'imapflow '])
      expect(text).toContain(`\n${name}`.trimStart());
  });

  function paths(pattern: RegExp): readonly string[] {
    return entries
      .filter(({ mode, path }) => !mode.startsWith('d') && pattern.test(path))
      .map(({ path }) => path);
  }
});

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
