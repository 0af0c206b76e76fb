import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { manPages } from '../../scripts/man/pages.ts';
import { COMMANDS, NAMESPACES } from '../../src/commands/registry.ts';
import type { Shell } from '../../src/commands/completion/tree.ts';
import { runCli } from '../helpers/cli.ts';
import { temporaryDirectory } from '../helpers/state.ts';

const BIN = join(import.meta.dirname, '../../bin');
const scripts = new Map<Shell, string>();

/** How each shell is asked what it would offer for a line whose last word is being typed. */
const ASK: Readonly<Record<Shell, (words: readonly string[]) => readonly string[]>> = {
  bash: (words) => [
    '--norc',
    '-c',
    `eval "$SCRIPT"; COMP_WORDS=(${quoted(words)}); COMP_CWORD=${String(words.length - 1)}; _headgate; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // What the completion system would be told, without a terminal: its own functions stand aside.
  zsh: (words) => [
    '-f',
    '-c',
    `compdef() { : }; compadd() { shift; print -l -- "$@" }; _files() { print -l -- *(N) }
    _describe() { local list=$4; print -l -- \${\${(P)list}%%:*} }; eval "$SCRIPT"
    words=(${quoted(words)}); CURRENT=${String(words.length)}; _headgate`,
  ],
  fish: (words) => ['--no-config', '-c', `echo $SCRIPT | source; complete -C ${quoted([words.join(' ')])}`],
};

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(' ');
}

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

/** What is offered for a line, as the first word of each offer that fits what was typed. */
function offers(shell: Shell, line: string, cwd: string = BIN): readonly string[] {
  const words = line.split(' ');
  const { stdout, stderr } = spawnSync(shell, ASK[shell](words), {
    cwd,
    encoding: 'utf8',
    env: {
      HOME: temporaryDirectory(),
      LC_ALL: 'C.UTF-8',
      PATH: `${BIN}:/usr/bin:/bin`,
      SCRIPT: scripts.get(shell) ?? '',
    },
  });
  expect(stderr, `${shell}: ${line}`).toBe('');
  const typed = words.at(-1) ?? '';
  return stdout
    .split('\n')
    .map((offer) => offer.split('\t')[0] ?? '')
    .filter((offer) => offer !== '' && offer.startsWith(typed))
    .sort();
}

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const)
    scripts.set(shell, (await runCli(['completion', shell])).stdout);
});

describe.each(['bash', 'zsh', 'fish'] as const)('completion in a real %s', (shell) => {
  const it = test.skipIf(!isInstalled(shell));

  it('offers commands, and below them their own', () => {
    expect(offers(shell, 'headgate lea')).toEqual(['leads']);
    expect(offers(shell, 'headgate leads i')).toEqual(['import']);
    expect(offers(shell, 'headgate -C some.toml sequences s')).toEqual(['show']);
    const tops = new Set(COMMANDS.map(({ path }) => path.split(' ')[0] ?? ''));
    expect(offers(shell, 'headgate ')).toEqual([...tops, 'help'].sort());
  });

  it('offers the flags of the command that stands there, and no others', () => {
    expect(offers(shell, 'headgate doctor --o')).toEqual(['--offline', '--only']);
    expect(offers(shell, 'headgate --ver')).toEqual(['--verbose']);
    expect(offers(shell, 'headgate drip --o')).toEqual([]);
    expect(offers(shell, 'headgate leads import --enr')).toEqual(['--enroll-from']);
  });

  it('offers the words that a value can be, and files where a file is asked for', () => {
    expect(offers(shell, 'headgate doctor --only pe')).toEqual(['people']);
    expect(offers(shell, 'headgate completion f')).toEqual(['fish']);
    expect(offers(shell, 'headgate leads import dri')).toEqual(['drip']);
    expect(offers(shell, 'headgate -C dri')).toEqual(['drip']);
  });

  it('offers the sequences of the workspace', async () => {
    const cwd = temporaryDirectory();
    const init = ['init', cwd, '--sample', '--no-input', '--name', 'Tom', '--from', 'tom@mail.example.com'];
    await runCli([...init, '--timezone', 'UTC', '--postal-address', '1 Mill Lane'], { cwd });
    const ids = ['consulting-outbound', 'stay-in-touch', 'website-lead'];
    expect(offers(shell, 'headgate sequences show ', cwd)).toEqual(ids);
    expect(offers(shell, 'headgate drip --sequence web', cwd)).toEqual(['website-lead']);
  });
});

test('a shell without a script is refused with one that has one', async () => {
  const result = await runCli(['completion', 'tcsh']);
  expect(result).toMatchObject({ code: 64, stdout: '' });
  expect(result.stderr).toContain('headgate completion');
});

describe('manual pages (cli.md 1)', () => {
  const pages = manPages({ version: '1.0.0', date: '2026-02-18' });

  test('every help ends with two examples and names a page that is there', async () => {
    const spaces = NAMESPACES.filter(({ name }) => COMMANDS.some(({ path }) => path.startsWith(`${name} `)));
    const words = ['', ...COMMANDS.map(({ path }) => path), ...spaces.map(({ name }) => name)];
    for (const path of words) {
      const { stdout, code } = await runCli([...path.split(' ').filter((word) => word !== ''), '--help']);
      const end = /\nExamples:\n {2}headgate .*\n {2}headgate .*\n\nManual: man (\S+)\n$/.exec(stdout);
      expect(code, path).toBe(0);
      const page = end?.[1] ?? `none in ${stdout}`;
      expect(pages.has(`${page}.1`), `${path} names the page ${page}`).toBe(true);
    }
  });

  test('each says what its command takes, and how it may end', () => {
    const page = pages.get('headgate-leads-import.1') ?? '';
    for (const part of [
      '.SH NAME',
      '.SH SYNOPSIS',
      '.SH OPTIONS',
      '.SH EXIT STATUS',
      '.SH EXAMPLES',
      '\\fB\\-\\-enroll\\-from\\fR',
    ])
      expect(page).toContain(part);
    expect(page).toContain('\\fB65\\fR DATAERR');
    expect(pages.get('headgate.1')).toContain('.BR headgate\\-leads\\-import (1)');
  });

  test('groff and mandoc read all of them without a word, where they are installed', () => {
    const folder = temporaryDirectory();
    const files = [...pages].map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return name;
    });
    for (const checker of [
      ['groff', '-man', '-ww', '-z', '-Tutf8'],
      ['mandoc', '-T', 'lint'],
    ]) {
      const [program = '', ...words] = checker;
      const { error, stdout, stderr } = spawnSync(program, [...words, ...files], {
        cwd: folder,
        encoding: 'utf8',
      });
      if (error === undefined) expect(`${stdout}${stderr}`, program).toBe('');
    }
  });
});
