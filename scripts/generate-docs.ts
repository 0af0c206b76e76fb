/** Writes the reference pages and JSON Schemas that are made from the code. A test compares them with what is committed. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { generatedFiles, SCHEMA_FOLDER } from './docs/pages.ts';

const root = dirname(import.meta.dirname);
const files = generatedFiles();

for (const [file, text] of files) {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`${file}\n`);
}

// A schema that nothing prints any more must not stay behind; the pages beside ours in docs/ are other people's.
for (const name of readdirSync(join(root, SCHEMA_FOLDER))) {
  if (!files.has(`${SCHEMA_FOLDER}/${name}`)) rmSync(join(root, SCHEMA_FOLDER, name));
}
