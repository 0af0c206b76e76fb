import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { describe, expect, test } from 'vitest';

/**
 * The layers and bans of docs/architecture.md, read from the sources themselves. Each rule is a pure function
 * of the files, so that it can be shown to fail on a file that breaks it; each message names the replacement.
 */

interface SourceFile {
  /** From the root of the repository, `src/…`. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  /** A path from the root for our own files, else the package or `node:` name. */
  readonly target: string;
  readonly kind: 'static' | 'dynamic' | 'type';
}

type Rule = (files: readonly SourceFile[]) => readonly string[];

const ROOT = join(import.meta.dirname, '..');
const FILE_LINES_MAX = 400;

const SOURCES: readonly SourceFile[] = globSync('src/**/*.ts', { cwd: ROOT })
  .filter((path) => !path.endsWith('.d.ts'))
  .sort()
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

const IMPORT =
  /^\s*(?:import|export)\s+(?<type>type\s)?(?:[\w*{][^;'"]*?\sfrom\s+)?'(?<from>[^']+)'|import\('(?<lazy>[^']+)'\)/gm;

function importsOf({ path, text }: SourceFile): readonly Import[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const { type, from, lazy } = match.groups ?? {};
    const name = from ?? lazy ?? '';
    const target = name.startsWith('.') ? normalize(join(dirname(path), name)) : name;
    const isType = type !== undefined || /typeof\s*$/.test(text.slice(0, match.index));
    return { target, kind: isType ? 'type' : lazy === undefined ? 'static' : 'dynamic' };
  });
}

/** The source without comments, so that a comment may name what the code must not do. */
function codeOf({ text }: SourceFile): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

const NODE = /^node:/;
const OWN = /^(?:src\/|package\.json$)/;

/** The first entry whose `area` matches a file is its layer. What `may` does not list is forbidden. */
const LAYERS: readonly { readonly area: RegExp; readonly name: string; readonly may: readonly RegExp[] }[] = [
  { area: /^src\/(?:cli|entry|unsub)\.ts$/, name: 'a composition root', may: [/./] },
  // A hash is arithmetic on its input; nothing else of Node is.
  {
    area: /^src\/core\/text-hash\.ts$/,
    name: 'src/core/text-hash.ts',
    may: [/^src\/core\//, /^node:crypto$/],
  },
  { area: /^src\/core\//, name: 'src/core', may: [/^src\/core\//] },
  { area: /^src\/ports\.ts$/, name: 'src/ports.ts', may: [/^src\/core\//] },
  {
    area: /^src\/store\//,
    name: 'src/store',
    may: [/^src\/(?:core|store)\//, /^src\/ports\.ts$/, /^better-sqlite3$/, NODE],
  },
  {
    area: /^src\/adapters\//,
    name: 'src/adapters',
    may: [/^src\/(?:core|adapters)\//, /^src\/ports\.ts$/, /^(?!src\/|better-sqlite3$)/],
  },
  {
    area: /^src\/config\//,
    name: 'src/config',
    may: [/^src\/(?:core|config)\//, /^(?:smol-toml|valibot|liquidjs)$/, NODE],
  },
  {
    area: /^src\/commands\/output\//,
    name: 'src/commands/output',
    may: [/^src\/core\//, /^src\/commands\/output\//],
  },
  {
    area: /^src\/commands\//,
    name: 'src/commands',
    may: [/^src\/(?:core|store|config|commands|adapters|web)\//, /^src\/ports\.ts$/, /^commander$/, NODE],
  },
  {
    area: /^src\/web\/public\//,
    name: 'src/web/public',
    may: [/^src\/(?:core|web\/public|web\/http)\//, /^src\/ports\.ts$/, NODE],
  },
  {
    area: /^src\/web\/http\//,
    name: 'src/web/http',
    may: [/^src\/(?:core|web\/http)\//, NODE],
  },
  {
    area: /^src\/web\//,
    name: 'src/web',
    may: [/^src\/(?:core|store|web)\//, /^src\/ports\.ts$/, NODE],
  },
];

/** Imports point only downwards. */
const layers: Rule = (files) =>
  files.flatMap((file) => {
    const layer = LAYERS.find(({ area }) => area.test(file.path));
    if (layer === undefined) return [`${file.path} belongs to no layer: name its folder in LAYERS`];
    return importsOf(file)
      .filter(({ target }) => !layer.may.some((allowed) => allowed.test(target)))
      .map(
        ({ target }) =>
          `${file.path} imports ${target}: ${layer.name} must not; pass it in as a parameter or a port`,
      );
  });

/** Libraries and modules that would slow every idle run down if one file imported them at its top. */
const LAZY = [
  'commander',
  'liquidjs',
  'marked',
  'nodemailer',
  'undici',
  'imapflow',
  'postal-mime',
  'csv-parse',
  'node:http',
  'node:https',
];

/** Or a part of one: `nodemailer/lib/…`. */
function isLazy(target: string): boolean {
  return LAZY.some((library) => target === library || target.startsWith(`${library}/`));
}

const lazyImports: Rule = (files) =>
  files.flatMap((file) =>
    importsOf(file)
      .filter(({ target, kind }) => kind === 'static' && isLazy(target))
      .map(
        ({ target }) =>
          `${file.path} imports ${target} at its top: write await import('${target}') where it is used`,
      ),
  );

/** Core is arithmetic: no I/O; Temporal only where zones are worked out. */
const pureCore: Rule = (files) =>
  files
    .filter(({ path }) => path.startsWith('src/core/'))
    .flatMap((file) => [
      ...(/\bTemporal\b/.test(codeOf(file)) && !file.path.startsWith('src/core/time/')
        ? [`${file.path} uses Temporal: use a function of src/core/time`]
        : []),
      ...(/\b(?:process|fetch|console|globalThis|setTimeout|require)\b\s*[.(]/.test(codeOf(file))
        ? [`${file.path} reaches outside: take the value as a parameter`]
        : []),
    ]);

const AMBIENT: readonly { readonly ban: RegExp; readonly instead: string }[] = [
  {
    ban: /\bDate\.now\b|\bnew Date\(\s*\)|\bTemporal\.Now\b/,
    instead: 'take `now`, or the Clock port at the edge',
  },
  { ban: /\bperformance\.now\b|\bhrtime\b/, instead: 'take the time from the Clock port' },
  {
    ban: /\bMath\.random\b|\brandom(?:Bytes|Int|UUID|Fill)\b|\bgetRandomValues\b/,
    instead: 'use the Random port',
  },
];
const AMBIENT_HOMES = ['src/adapters/clock.ts', 'src/adapters/random.ts'];

/** Time and chance enter in one place each, so that the simulator owns both. */
const noAmbient: Rule = (files) =>
  files
    .filter(({ path }) => !AMBIENT_HOMES.includes(path))
    .flatMap((file) =>
      AMBIENT.filter(({ ban }) => ban.test(codeOf(file))).map(
        ({ instead }) => `${file.path} asks the machine for time or chance: ${instead}`,
      ),
    );

const shortFiles: Rule = (files) =>
  files
    .filter(({ text }) => text.trimEnd().split('\n').length > FILE_LINES_MAX)
    .map(({ path }) => `${path} has more than ${FILE_LINES_MAX} lines: split it by what it is about`);

const SQL =
  /\b(?:SELECT\s+[\s\S]{1,200}?\bFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|PRAGMA\s)/;

const sqlInStore: Rule = (files) =>
  files
    .filter(({ path }) => !path.startsWith('src/store/'))
    .filter((file) => SQL.test(codeOf(file)) || /\.prepare[(<]/.test(codeOf(file)))
    .map(({ path }) => `${path} speaks SQL: add a function to src/store`);

/** `.get()` reads one row and hides a commit that fails (hardening 1). */
const noGetOnReturning: Rule = (files) =>
  files.flatMap((file) => {
    const code = codeOf(file);
    const inline = /RETURNING\b[^;]*?[`'"]\s*,?\s*\)\s*\.get\(/i.test(code);
    const names = [...code.matchAll(/(\w+)\s*=\s*[^;]*?RETURNING\b/gi)].map((match) => match[1] ?? '');
    const byName = names.some((name) => new RegExp(`\\b${name}\\s*(?:\\)\\s*)?\\.get\\(`).test(code));
    return inline || byName
      ? [
          `${file.path} reads RETURNING by .get(): use .all() inside StateDatabase.write, or run() and its changes`,
        ]
      : [];
  });

/** A mail leaves through one command: whoever holds a Mailer can send. */
const onlySendMails: Rule = (files) => {
  const mailers = files
    .filter(({ path }) => path.startsWith('src/adapters/'))
    .filter(
      (file) =>
        importsOf(file).some(({ target }) => target === 'nodemailer') || /\bMailer\b/.test(codeOf(file)),
    )
    .map(({ path }) => path);
  return files
    .filter(({ path }) => !/^src\/(?:adapters\/|commands\/send(?:-[a-z]+)?\.ts$)/.test(path))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target, kind }) => kind !== 'type' && mailers.includes(target))
        .map(({ target }) => `${file.path} imports ${target}: only src/commands/send may hold a Mailer`),
    );
};

/** Everything that these sources import, and what that imports, however late. */
function reachedFrom(files: readonly SourceFile[], roots: readonly string[]): readonly string[] {
  const sources = new Map(files.map((file) => [file.path, file]));
  const reached = new Set(roots);
  for (const path of reached) {
    const source = sources.get(path);
    for (const { target, kind } of source === undefined ? [] : importsOf(source))
      if (kind !== 'type') reached.add(target);
  }
  return [...reached];
}

/** What the whole world can reach opens no state and sends no mail, whatever it imports along the way (cli.md, the web page). */
const publicProgram: Rule = (files) =>
  reachedFrom(files, ['src/unsub.ts'])
    .filter((target) => OUT_OF_PUBLIC_REACH.test(target))
    .map((target) => `the public program reaches ${target}: leave a file in a spool for a command to read`);

/** The review page decides what may leave; it must never be able to let anything leave (F6). */
const reviewPage: Rule = (files) =>
  reachedFrom(files, ['src/commands/web.ts', 'src/commands/web-login.ts'])
    .filter((target) => OUT_OF_REVIEW_REACH.test(target))
    .map((target) => `the review page reaches ${target}: only src/commands/send may hold a Mailer`);

/** What makes a Mailer, and what is given one; http-peer and undici may tell the operator, and nobody else. */
const OUT_OF_REVIEW_REACH =
  /^(?:src\/adapters\/mail\/(?:smtp|resend|mailgun|stream|outbox-mailer|http\/)|src\/commands\/(?:send(?:-[a-z]+)?|drip|nurture)\.ts|nodemailer|imapflow)/;

/** F2: a tap decides and drafts; whoever hears it holds nothing that a mail could leave through. */
const chatReaders: Rule = (files) =>
  reachedFrom(files, ['src/commands/listen.ts', 'src/commands/sync.ts'])
    .filter((target) => OUT_OF_CHAT_REACH.test(target))
    .map((target) => `listen or sync reaches ${target}: only src/commands/send may hold a Mailer`);

/** How a body and a reply are written is read in bounces too. */
const OUT_OF_CHAT_REACH =
  /^(?:src\/adapters\/mail\/(?:smtp(?!-body|-reply)|resend|mailgun|stream|outbox-mailer)|src\/commands\/send(?:-[a-z]+)?\.ts|nodemailer)/;

/**
 * F5: a guard that is off stands in one object with the paths of a copy, made in one file, for the commands that `simulate` plays. What
 * a live run is made of cannot make one, nor reach what does.
 */
const rehearsalsApart: Rule = (files) =>
  files.flatMap((file) => [
    ...importsOf(file)
      .filter(
        ({ target, kind }) =>
          kind !== 'type' &&
          (target.startsWith('src/commands/rehearsal/') || target === 'src/store/mishaps.ts'),
      )
      .filter(() => !REHEARSES.test(file.path))
      .map(({ target }) => `${file.path} imports ${target}: only simulate may rehearse`),
    ...(file.path !== 'src/commands/rehearsal/stage.ts' && /\brehearsalSeat\s*[:=](?!=)/.test(codeOf(file))
      ? [
          `${file.path} seats a rehearsal: only src/commands/rehearsal/stage.ts does, with the copy's own paths`,
        ]
      : []),
    ...(/\bwithout:\s*new Set\((?!\))/.test(codeOf(file)) && !REHEARSES.test(file.path)
      ? [`${file.path} leaves a guard out: take guardsOff(invocation)`]
      : []),
  ]);

const REHEARSES = /^src\/commands\/(?:simulate\.ts|rehearsal\/)/;

const OUT_OF_PUBLIC_REACH =
  /^(?:src\/(?:store|commands|adapters\/mail|web\/private)\/|src\/cli\.ts|better-sqlite3|nodemailer|undici|imapflow)/;

/** Nothing unfinished is merged. */
const finished: Rule = (files) =>
  files
    .filter(({ text }) => /\b(?:TODO|FIXME|XXX)\b|@ts-(?:ignore|expect-error|nocheck)/.test(text))
    .map(({ path }) => `${path} leaves something open: finish it or open an issue`);

/** Every rule with files that it must refuse, so that a rule which stopped working is noticed. */
const RULES: readonly {
  readonly name: string;
  readonly rule: Rule;
  readonly broken: readonly SourceFile[];
  /** Files that are fine by themselves and make the broken one wrong. */
  readonly beside?: readonly SourceFile[];
}[] = [
  {
    name: 'imports follow the layers',
    rule: layers,
    broken: [
      { path: 'src/core/a.ts', text: "import { openState } from '../store/database.ts';" },
      { path: 'src/core/b.ts', text: "import { readFileSync } from 'node:fs';" },
      { path: 'src/core/c.ts', text: "import {\n  one,\n  two,\n} from '../adapters/clock.ts';" },
      { path: 'src/store/a.ts', text: "import { systemClock } from '../adapters/clock.ts';" },
      { path: 'src/adapters/a.ts', text: "export { main } from '../cli.ts';" },
      { path: 'src/adapters/b.ts', text: "const Database = await import('better-sqlite3');" },
      { path: 'src/commands/output/a.ts', text: "import type { Invocation } from '../cli-context.ts';" },
      { path: 'src/commands/a.ts', text: "import { parse } from 'smol-toml';" },
      { path: 'src/web/public/a.ts', text: "import { openState } from '../../store/database.ts';" },
      { path: 'src/elsewhere/a.ts', text: '' },
    ],
  },
  {
    name: 'heavy libraries are imported where they are used',
    rule: lazyImports,
    broken: [
      { path: 'src/adapters/a.ts', text: "import { createTransport } from 'nodemailer';" },
      { path: 'src/adapters/b.ts', text: "import Node from 'nodemailer/lib/mime-node';" },
      { path: 'src/adapters/c.ts', text: "import { Lexer } from 'marked';" },
    ],
  },
  {
    name: 'core is pure',
    rule: pureCore,
    broken: [
      { path: 'src/core/a.ts', text: 'Temporal.Instant.from(text);' },
      { path: 'src/core/b.ts', text: 'process.env;' },
    ],
  },
  {
    name: 'time and chance come through ports',
    rule: noAmbient,
    broken: [
      { path: 'src/core/a.ts', text: 'const now = Date.now();' },
      { path: 'src/adapters/a.ts', text: 'new Date( )' },
      { path: 'src/store/a.ts', text: 'Math.random()' },
      { path: 'src/commands/a.ts', text: "import { randomUUID } from 'node:crypto';" },
      { path: 'src/commands/b.ts', text: 'performance.now()' },
    ],
  },
  {
    name: `files have at most ${FILE_LINES_MAX} lines`,
    rule: shortFiles,
    broken: [{ path: 'src/core/a.ts', text: 'a;\n'.repeat(FILE_LINES_MAX + 1) }],
  },
  {
    name: 'SQL lives in src/store',
    rule: sqlInStore,
    broken: [
      { path: 'src/commands/a.ts', text: "db.prepare('x')" },
      { path: 'src/commands/b.ts', text: '`SELECT id\n FROM leads`' },
    ],
  },
  {
    name: 'a writing statement with RETURNING is not read by .get()',
    rule: noGetOnReturning,
    broken: [
      { path: 'src/store/a.ts', text: "db.prepare('DELETE FROM a RETURNING id').get();" },
      {
        path: 'src/store/b.ts',
        text: 'const CLAIM = `UPDATE a SET b = 1 RETURNING id`;\ndb.prepare(CLAIM).get(1);',
      },
      {
        path: 'src/store/c.ts',
        text: 'const claim = db.prepare(`UPDATE a SET b = 1 RETURNING id`);\nclaim.get(1);',
      },
    ],
  },
  {
    name: 'only send holds a Mailer',
    rule: onlySendMails,
    broken: [{ path: 'src/commands/drip.ts', text: "import { createSmtp } from '../adapters/smtp.ts';" }],
    beside: [
      { path: 'src/adapters/smtp.ts', text: "const { createTransport } = await import('nodemailer');" },
      { path: 'src/commands/send.ts', text: "import { createSmtp } from '../adapters/smtp.ts';" },
    ],
  },
  {
    name: 'the public program opens no state and sends no mail',
    rule: publicProgram,
    broken: [
      { path: 'src/unsub.ts', text: "import { openState } from './store/database.ts';" },
      { path: 'src/unsub.ts', text: "const sqlite = await import('better-sqlite3');" },
      { path: 'src/unsub.ts', text: "import { a } from './adapters/a.ts';" },
    ],
    beside: [{ path: 'src/adapters/a.ts', text: "import { run } from '../commands/send.ts';" }],
  },
  {
    name: 'whoever hears the chat sends no mail',
    rule: chatReaders,
    broken: [
      { path: 'src/commands/listen.ts', text: "const { run } = await import('./send.ts');" },
      { path: 'src/commands/sync.ts', text: "import { createSmtp } from '../adapters/mail/smtp.ts';" },
    ],
  },
  {
    name: 'no live run leaves a guard out',
    rule: rehearsalsApart,
    broken: [
      { path: 'src/commands/drip.ts', text: "import { Stage } from './rehearsal/stage.ts';" },
      { path: 'src/commands/run.ts', text: "const { play } = await import('./rehearsal/play.ts');" },
      { path: 'src/cli.ts', text: 'return { io, clock, rehearsalSeat: { without: new Set(env.OFF) } };' },
      { path: 'src/commands/drip.ts', text: 'context.rehearsalSeat = seat;' },
      { path: 'src/commands/run.ts', text: "openEngine({ db, policy, now, without: new Set(['cap']) });" },
    ],
  },
  {
    name: 'the review page sends no mail',
    rule: reviewPage,
    broken: [
      { path: 'src/commands/web.ts', text: "import { createSmtp } from '../adapters/mail/smtp.ts';" },
      { path: 'src/commands/web.ts', text: "const { run } = await import('./send.ts');" },
      { path: 'src/commands/web-login.ts', text: "import { a } from './a.ts';" },
    ],
    beside: [{ path: 'src/commands/a.ts', text: "import { createTransport } from 'nodemailer';" }],
  },
  {
    name: 'nothing is left open',
    rule: finished,
    broken: [{ path: 'src/core/a.ts', text: `// TODO: later` }],
  },
];

describe.each(RULES)('$name', ({ rule, broken, beside = [] }) => {
  test('in every source file', () => {
    expect(rule(SOURCES)).toEqual([]);
  });

  test('and the rule refuses a file that breaks it', () => {
    for (const file of broken) expect(rule([...beside, file]), file.path).not.toEqual([]);
  });
});

test('the rules do see the sources and their imports', () => {
  expect(SOURCES.length).toBeGreaterThan(50);
  expect(
    SOURCES.filter((file) => importsOf(file).some(({ target }) => OWN.test(target))).length,
  ).toBeGreaterThan(40);
});

test('a comment may name what the code must not do', () => {
  const file = {
    path: 'src/core/a.ts',
    text: '// never Date.now()\n/* Math.random() */\nconst url = "https://x";',
  };
  expect(noAmbient([file])).toEqual([]);
  expect(codeOf(file)).toContain('https://x');
});
