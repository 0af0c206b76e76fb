/**
 * Bundles src/entry.ts into dist/headgate.cjs: one CommonJS file starts in half the time of the same modules
 * loaded one by one (docs/adr/0001). `--if-stale` builds only when a source is newer than the bundle.
 */
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { build, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const BUNDLE = join(ROOT, 'dist/headgate.cjs');
const INPUTS = ['src/**/*', 'scripts/build.ts', 'package.json', 'package-lock.json'];

/**
 * Commander imports child_process for sub-commands that are programs of their own; we have none, and loading
 * it costs every start 2 ms.
 */
const commanderWithoutChildProcess: Plugin = {
  name: 'commander-without-child-process',
  setup(plugin) {
    plugin.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[/\\]commander[/\\]/.test(importer)
        ? { path: 'child-process-of-commander', namespace: 'empty' }
        : undefined,
    );
    plugin.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {}' }));
  },
};

/**
 * better-sqlite3's own JavaScript is bundled (its 13 small files cost 3 ms to find one by one); only the binary stays
 * in node_modules, so its loader has to look there from dist/.
 */
const betterSqliteBinary: Plugin = {
  name: 'better-sqlite3-binary',
  setup(plugin) {
    plugin.onLoad({ filter: /[/\\]better-sqlite3[/\\]lib[/\\]binding\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        '__dirname',
        "require('node:path').join(__dirname, '../node_modules/better-sqlite3/lib')",
      ),
    }));
  },
};

function isStale(): boolean {
  if (!existsSync(BUNDLE)) return true;
  const builtAtMs = statSync(BUNDLE).mtimeMs;
  return globSync(INPUTS, { cwd: ROOT }).some((path) => statSync(join(ROOT, path)).mtimeMs > builtAtMs);
}

/** Builds beside the old bundle and renames, so that a timer which fires meanwhile finds a whole file. */
async function bundle(): Promise<void> {
  const staging = join(ROOT, `dist/.build-${String(process.pid)}`);
  mkdirSync(staging, { recursive: true });
  try {
    await build({
      absWorkingDir: ROOT,
      entryPoints: { headgate: 'src/entry.ts' },
      outdir: staging,
      outExtension: { '.js': '.cjs' },
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node26',
      // Not minified: it starts no slower, and a stack trace names real functions and lines.
      legalComments: 'none',
      sourcemap: 'linked',
      sourcesContent: false,
      loader: { '.sql': 'text', '.toml': 'text', '.md': 'text', '.csv': 'text', '.html': 'text' },
      define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
      logOverride: { 'empty-import-meta': 'error' },
      logLevel: 'warning',
      plugins: [commanderWithoutChildProcess, betterSqliteBinary],
    });
    renameSync(join(staging, 'headgate.cjs.map'), `${BUNDLE}.map`);
    renameSync(join(staging, 'headgate.cjs'), BUNDLE);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

if (!process.argv.includes('--if-stale') || isStale()) {
  try {
    await bundle();
  } catch (error) {
    // esbuild has already shown each error with its line; its own stack helps nobody.
    if (!(error instanceof Error && 'errors' in error)) throw error;
    process.exitCode = 1;
  }
}
