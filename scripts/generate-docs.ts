/** Writes the reference pages that are made from the code. A test compares them with what is committed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { renderConfigurationReference } from '../src/config/reference.ts';

const root = dirname(import.meta.dirname);

const pages: ReadonlyMap<string, () => string> = new Map([
  ['docs/reference/configuration.md', renderConfigurationReference],
]);

for (const [page, render] of pages) {
  const path = join(root, page);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, render());
  process.stdout.write(`${page}\n`);
}
