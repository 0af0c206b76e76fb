import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { describe, expect, test } from 'vitest';

import { anchorOf } from '../../scripts/docs/markdown.ts';
import { COMMANDS, NAMESPACES } from '../../src/commands/registry.ts';
import { PAGES, proseOf, ROOT, type Page } from './pages.ts';

interface Link {
  readonly from: string;
  /** From the root of the repository; empty for the page itself. */
  readonly target: string;
  readonly anchor: string | null;
}

function linksOf(page: Page): readonly Link[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor = null] = target.split('#');
      return {
        from: page.path,
        target: file === '' ? page.path : normalize(join(dirname(page.path), file)),
        anchor,
      };
    });
}

function headingsOf(path: string): readonly string[] {
  const page = { path, text: readFileSync(join(ROOT, path), 'utf8') };
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ''));
}

describe('nobody who follows a link of the documentation ends nowhere', () => {
  const links = PAGES.flatMap(linksOf);

  test('every file that a page links to exists', () => {
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter(({ target }) => !existsSync(join(ROOT, target)))).toEqual([]);
  });

  test('every heading that a page links to exists', () => {
    const lost = links.filter(
      ({ target, anchor }) => anchor !== null && !headingsOf(target).includes(anchor),
    );
    expect(lost).toEqual([]);
  });

  test('every page of docs/ can be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const { from, target } of links) {
        if (from !== page) continue;
        for (const { path } of PAGES) if (path === target || dirname(path) === target) reached.add(path);
      }
    }
    expect(PAGES.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('nobody is told to type a command that does not exist', () => {
  const words = new Set([
    ...COMMANDS.map(({ path }) => path.split(' ')[0] ?? ''),
    ...NAMESPACES.map(({ name }) => name),
    'help',
  ]);
  /** `headgate WORD`, also behind `-C DIR`; capitals stand for something else: `headgate COMMAND --help`. */
  const TOLD = /\bheadgate(?: -C [\w./]+)? ([a-z][a-z-]*)/g;

  function toldIn(text: string): readonly string[] {
    return [...text.matchAll(TOLD)].map((match) => match[1] ?? '');
  }

  test('by the documentation', () => {
    const quoted = PAGES.flatMap(({ path, text }) =>
      [...text.matchAll(/```.*?```|`[^`\n]+`/gs)].flatMap(([code]) =>
        toldIn(code).map((word) => ({ path, word })),
      ),
    );
    expect(quoted.length).toBeGreaterThan(50);
    expect(quoted.filter(({ word }) => !words.has(word))).toEqual([]);
  });

  test('by a message of the program', () => {
    const told = globSync('src/**/*.ts', { cwd: ROOT }).flatMap((path) => {
      const code = readFileSync(join(ROOT, path), 'utf8')
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/^\s*\/\/.*$/gm, '');
      // The key that hashes a machine's identity is no command.
      return toldIn(code.replace('headgate machine identity', '')).map((word) => ({ path, word }));
    });
    expect(told.length).toBeGreaterThan(100);
    expect(told.filter(({ word }) => !words.has(word))).toEqual([]);
  });
});
