import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };
import { PAGES, ROOT } from './pages.ts';

const PAGE = PAGES.find(({ path }) => path === 'docs/dependencies.md')?.text ?? '';
/** The packages in the first column of the tables. */
const EXPLAINED = [...PAGE.matchAll(/^\| (`.+?`) \|/gm)].flatMap((match) =>
  [...(match[1] ?? '').matchAll(/`([^`]+)`/g)].map((name) => name[1] ?? ''),
);
const DECLARED = [
  ...Object.keys(packageJson.dependencies),
  ...Object.keys(packageJson.optionalDependencies),
  ...Object.keys(packageJson.devDependencies),
];

describe('docs/dependencies.md', () => {
  test('says what each package is for', () => {
    const plain = DECLARED.filter((name) => !name.startsWith('@types/'));
    expect(plain.filter((name) => !EXPLAINED.includes(name))).toEqual([]);
  });

  test('speaks of no package that is gone', () => {
    const gone = EXPLAINED.filter((name) => name !== '@types/*' && !DECLARED.includes(name));
    expect(gone).toEqual([]);
  });

  test('the policy holds: no script of a package runs when it is installed', () => {
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toContain('ignore-scripts=true');
    expect(PAGE).toContain('No install\nscript runs');
  });

  test('every version is exact', () => {
    const all = {
      ...packageJson.dependencies,
      ...packageJson.optionalDependencies,
      ...packageJson.devDependencies,
    };
    for (const [name, version] of Object.entries(all)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
