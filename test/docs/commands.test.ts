import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { systemClock } from '../../src/adapters/clock.ts';
import { fakeTimeLibrary } from '../acceptance/rig/box.ts';
import { installation, removeInstallations } from '../acceptance/rig/installation.ts';
import { complaintsOf } from '../config/workspace.ts';
import { temporaryDirectory } from '../helpers/state.ts';
import { fencesOf, PAGES, ROOT } from './pages.ts';

/** A Wednesday morning, when everybody in the examples is at work. */
const DAY = Date.UTC(2026, 1, 18, 9, 3);
/** The pages whose `sh` blocks are typed by readers, from top to bottom. */
const TYPED = PAGES.filter(({ path }) => path === 'README.md' || path.startsWith('docs/how-to/'));
/** Lines of the demo that install and build: the installation under test is built already, beside the repository's own packages. */
const INSTALL_LINES = ['sh scripts/setup', 'node_modules/.bin/node scripts/build.ts --if-stale'];

const FIRST_MAIL = 'docs/how-to/first-mail.md';

const library = fakeTimeLibrary();
/** One for the whole file: time goes on from command to command. */
const SHIFT = `${Math.floor((DAY - systemClock.now()) / 1000)}s`;

afterAll(removeInstallations);

/** A fresh installation as a reader has it after cloning and installing, without any state. */
function freshInstallation(): string {
  const root = temporaryDirectory();
  const built = installation();
  for (const part of ['bin', 'dist', 'systemd', 'package.json'])
    cpSync(join(built, part), join(root, part), { recursive: true });
  mkdirSync(join(root, 'scripts'));
  for (const script of ['launch.sh', 'start.sh']) {
    const text = readFileSync(join(ROOT, 'scripts', script), 'utf8');
    writeFileSync(
      join(root, 'scripts', script),
      INSTALL_LINES.reduce((rest, line) => rest.replace(`${line}\n`, ''), text),
    );
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

/** Runs a block as somebody who pastes it into a shell would, on that Wednesday. */
function paste(root: string, block: string) {
  const { status, stdout, stderr } = spawnSync('sh', ['-eu', '-c', asTyped(block)], {
    cwd: root,
    encoding: 'utf8',
    input: '',
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: root,
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      ...(library === null ? {} : fakeTime(library)),
    },
  });
  return { status, output: `${block}\n${stdout}${stderr}` };
}

function fakeTime(preload: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: preload,
    FAKETIME: SHIFT,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
}

/** `npm test` is this very run, so it is left out; `npm start` runs its script without installing. */
function asTyped(block: string): string {
  return block.replace(/^npm test$/gm, ':').replace(/^npm start$/gm, 'sh scripts/start.sh');
}

describe('whoever types what a page says gets what it promises', () => {
  test('the pages are those with commands, and the demo installs and builds before it shows anything', () => {
    expect(TYPED.map(({ path }) => path)).toContain(FIRST_MAIL);
    const start = readFileSync(join(ROOT, 'scripts/start.sh'), 'utf8');
    for (const line of INSTALL_LINES) expect(start).toContain(`${line}\n`);
  });

  test.for(TYPED)('$path', (page, { skip }) => {
    const { path } = page;
    skip(path === FIRST_MAIL && library === null, 'without libfaketime its lead is at work only sometimes');
    const blocks = fencesOf(page, 'sh');
    expect(blocks, `${path} has no command at all`).not.toEqual([]);
    const root = freshInstallation();
    // The other pages begin where the README ends.
    const before = blocks.some((block) => block.includes('npm start')) ? [] : ['npm start\n'];
    const outputs = [...before, ...blocks].map((block) => {
      const { status, output } = paste(root, block);
      expect(status, output).toBe(0);
      return output;
    });
    if (path === FIRST_MAIL) expect(outputs.at(-1)).toContain('A question about Vogt');
  });

  test('every headgate.toml on a page is valid as it stands there', () => {
    const files = TYPED.flatMap((page) => fencesOf(page, 'toml'));
    expect(files).not.toEqual([]);
    for (const file of files) expect(complaintsOf(file), file).toEqual([]);
  });
});
