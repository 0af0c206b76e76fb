import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { defineConfig, type Plugin } from 'vitest/config';

/** The same files that scripts/build.ts loads as text. */
const TEXT_FILE = /\.(?:sql|toml|md|csv|html|css)$|\/web\/private\/assets\/\w+\.js$/;

const AS_TEXT = '.text';

const textFiles: Plugin = {
  name: 'text-files',
  enforce: 'pre',
  // Under their own names style sheets would go through Vite, which leaves nothing of them.
  async resolveId(source, importer, options) {
    if (!source.endsWith('.css')) return null;
    const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
    return resolved === null ? null : `${resolved.id}${AS_TEXT}`;
  },
  load(id) {
    const name = (id.split('?')[0] ?? id).replace(AS_TEXT, '');
    if (!TEXT_FILE.test(name)) return null;
    // Vite may name a file from the root of the project.
    const path = existsSync(name) ? name : join(import.meta.dirname, name);
    return `export default ${JSON.stringify(readFileSync(path, 'utf8'))};`;
  },
};

export default defineConfig({
  plugins: [textFiles],
  test: {
    include: ['test/**/*.test.ts'],
    // Worker threads share one process, so a test file costs milliseconds instead of a Node start.
    pool: 'threads',
    // Vitest would leave one processor to others: half of a small machine. Most of what tests wait for are processes of their own.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A test that needs longer is waiting for something it should have been given. On a quiet machine the longest without a time of its
    // own takes four seconds; on one that others use as well, ten times as long.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    coverage: { include: ['src/**/*.ts'] },
  },
});
