/**
 * Bundles src/entry.ts into dist/headgate.cjs, and heavy libraries into files beside it: one CommonJS file starts
 * in half the time of the same modules loaded one by one (docs/adr/0001). `--if-stale` builds only when a source is newer than the bundle.
 *
 * For the acceptance tests alone: `--into DIR` builds somewhere else, and `--guards-off NAMES` builds a bundle without these guards, which
 * is refused for dist/, so that no installation can ever run one.
 */
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { build, type BuildOptions, type Plugin } from 'esbuild';

const { values: FLAGS } = parseArgs({
  options: {
    'if-stale': { type: 'boolean', default: false },
    into: { type: 'string' },
    'guards-off': { type: 'string' },
  },
});

const ROOT = join(import.meta.dirname, '..');
const DIST = FLAGS.into === undefined ? join(ROOT, 'dist') : resolve(FLAGS.into);
const BUNDLE = join(DIST, 'headgate.cjs');
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

/**
 * Libraries that only some commands need, each bundled into a file of its own beside ours: what is not in the main
 * bundle is neither read nor checked against the compile cache at every start. All parts of one library that we import
 * are in one file, so that its classes exist once.
 */
const SEPARATE = /^(commander|csv-parse|liquidjs|marked|nodemailer)(?:\/|$)/;

/** The import paths in use, by library. */
type SeparateImports = Map<string, Set<string>>;

/** Points imports of separate libraries to their own bundles, and notes which are used. */
function separateLibraries(used: SeparateImports): Plugin {
  return {
    name: 'separate-libraries',
    setup(plugin) {
      plugin.onResolve({ filter: SEPARATE }, ({ path }) => ({ path, namespace: 'separate' }));
      plugin.onLoad({ filter: /.*/, namespace: 'separate' }, ({ path }) => {
        const library = SEPARATE.exec(path)?.[1] ?? path;
        used.set(library, (used.get(library) ?? new Set()).add(path));
        const [file, part] = [`./${library}.cjs`, path].map((text) => JSON.stringify(text));
        return { contents: `module.exports = require(${file ?? ''})[${part ?? ''}];` };
      });
      plugin.onResolve({ filter: /^\.\/[\w-]+\.cjs$/, namespace: 'separate' }, ({ path }) => ({
        path,
        external: true,
      }));
    },
  };
}

function separateEntry(paths: ReadonlySet<string>): string {
  return [...paths]
    .map((path) => `exports[${JSON.stringify(path)}] = require(${JSON.stringify(path)});`)
    .join('\n');
}

const OPTIONS: BuildOptions = {
  absWorkingDir: ROOT,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node26',
  // Names stay, so that a stack trace can be read; whitespace is a quarter of what every start has to read.
  minifyWhitespace: true,
  legalComments: 'none',
  loader: { '.sql': 'text', '.toml': 'text', '.md': 'text', '.csv': 'text', '.html': 'text' },
  define: {
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
    ...(FLAGS['guards-off'] === undefined
      ? {}
      : { HEADGATE_GUARDS_OFF: JSON.stringify(FLAGS['guards-off']) }),
  },
  logOverride: { 'empty-import-meta': 'error' },
  logLevel: 'warning',
};

/** Builds beside the old bundles and renames, ours last, so that a timer which fires meanwhile finds whole files. */
async function bundle(): Promise<void> {
  const staging = join(DIST, `.build-${process.pid}`);
  const separate: SeparateImports = new Map();
  try {
    await build({
      ...OPTIONS,
      entryPoints: { headgate: 'src/entry.ts' },
      outdir: staging,
      sourcemap: 'linked',
      sourcesContent: false,
      plugins: [separateLibraries(separate), betterSqliteBinary],
    });
    for (const [library, paths] of separate) {
      await build({
        ...OPTIONS,
        stdin: { contents: separateEntry(paths), resolveDir: ROOT },
        outfile: join(staging, `${library}.cjs`),
        plugins: [commanderWithoutChildProcess],
      });
    }
    const made = readdirSync(staging).filter((file) => !file.startsWith('headgate.'));
    for (const file of [...made, 'headgate.cjs.map', 'headgate.cjs']) {
      renameSync(join(staging, file), join(DIST, file));
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

if (FLAGS['guards-off'] !== undefined && FLAGS.into === undefined) {
  throw new Error('--guards-off needs --into: dist/ always has every guard');
}
if (!FLAGS['if-stale'] || isStale()) {
  try {
    await bundle();
  } catch (error) {
    // esbuild has already shown each error with its line; its own stack helps nobody.
    if (!(error instanceof Error && 'errors' in error)) throw error;
    process.exitCode = 1;
  }
}
