import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { defineConfig, type Plugin } from 'vitest/config';

/** The same files that scripts/build.ts loads as text. */
const TEXT_FILE = /\.(?:sql|toml|md|csv|html|css)$|\/web\/private\/assets\/\w+\.js$/;

const AS_TEXT = '.text';

const textFiles: Plugin = {
  name: 'text-files',
  enforce: 'pre',
  // Under their own names style sheets would go through Vite, which leaves nothing of them.
  resolveId(source, importer) {
    if (!source.endsWith('.css') || importer === undefined) return null;
    return `${join(dirname(importer), source)}${AS_TEXT}`;
  },
  load(id) {
    const path = (id.split('?')[0] ?? id).replace(AS_TEXT, '');
    if (!TEXT_FILE.test(path)) return null;
    return `export default ${JSON.stringify(readFileSync(path, 'utf8'))};`;
  },
};

export default defineConfig({
  plugins: [textFiles],
  test: {
    include: ['test/**/*.test.ts'],
    // Worker threads share one process, so a test file costs milliseconds instead of a Node start.
    pool: 'threads',
    // A test that needs longer is waiting for something it should have been given. On a quiet machine the longest without a time of its
    // own takes four seconds; on one that others use as well, ten times as long.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    coverage: { include: ['src/**/*.ts'] },
  },
});
