import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { COMMANDS, type CommandEntry } from '../../src/commands/registry.ts';
import { EXIT_CODES } from '../../src/core/exits.ts';
import { openState } from '../../src/store/database.ts';
import { messageById, moveMessage } from '../../src/store/messages.ts';
import { COMMAND_EXITS, COMMON_EXITS } from '../../scripts/docs/command-exits.ts';
import { SCHEMA_FOLDER } from '../../scripts/docs/pages.ts';
import { SCHEMA_NAMES, schemaFileName } from '../../scripts/docs/schemas/catalogue.ts';
import { runCli, type CliOptions } from '../helpers/cli.ts';
import { FakeClock, FakeMachine, SeededRandom } from '../helpers/fakes.ts';
import { temporaryDirectory } from '../helpers/state.ts';
import { GOOD_WORDS, OpenAiServer } from '../servers/models.ts';
import { problemsOf } from './json-schema.ts';
import { wordsOf } from './shell-words.ts';

const ROOT = join(import.meta.dirname, '../..');
const HOUR_MS = 3_600_000;

interface Document {
  readonly schema: string;
  readonly items?: readonly Readonly<Record<string, unknown>>[];
  readonly exit: { readonly code: number; readonly name: string };
  readonly [key: string]: unknown;
}

const SCHEMAS = new Map(
  SCHEMA_NAMES.map((name) => {
    const text = readFileSync(join(ROOT, SCHEMA_FOLDER, schemaFileName(name)), 'utf8');
    return [name, JSON.parse(text) as unknown];
  }),
);

/** Runs a command line with `--json` and holds its document against the committed schema and its exit against the reference. */
async function documentOf(words: readonly string[], options: CliOptions): Promise<Document> {
  const result = await runCli([...words, '--json'], options);
  const document = result.json() as Document;
  const line = `headgate ${words.join(' ')}\n${result.stdout}${result.stderr}`;
  const schema = SCHEMAS.get(document.schema);
  expect(schema, `${line}: no schema ${document.schema}`).toBeDefined();
  expect(problemsOf(schema, document), line).toEqual([]);
  expect(document.exit, line).toMatchObject({ code: result.code });
  const entry = commandOf(words);
  if (entry === null) return document;
  const exits = [...COMMON_EXITS, ...(COMMAND_EXITS[entry.path] ?? [])].map((name) => EXIT_CODES[name]);
  expect(exits, line).toContain(result.code);
  return document;
}

/** The command that a line names; null for help and for what is no command. */
function commandOf(words: readonly string[]): CommandEntry | null {
  const line = words.join(' ');
  const named = COMMANDS.filter(({ path }) => line === path || line.startsWith(`${path} `));
  return named.toSorted((a, b) => b.path.length - a.path.length)[0] ?? null;
}

/** A sample workspace with a state, and the commands that an operator types in it, each checked. */
class Desk {
  readonly directory = temporaryDirectory();
  readonly clock = new FakeClock();
  /** What the next commands find on stdin. */
  input = '';
  /** Commands that got to their end, whatever they found. */
  readonly done = new Set<string>();
  #machine = new FakeMachine();
  #random = new SeededRandom();

  async run(
    line: string,
    exit: keyof typeof EXIT_CODES = 'OK',
    env: Record<string, string> = {},
  ): Promise<Document> {
    // As in life: a clock that stands still between two runs would make them one moment.
    this.clock.advance(1_000);
    const words = wordsOf(line);
    const { clock, input } = this;
    const options = { cwd: this.directory, clock, env, input, machine: this.#machine, random: this.#random };
    const document = await documentOf(words, options);
    expect(document.exit.name, `headgate ${line}: ${JSON.stringify(document.exit)}`).toBe(exit);
    const entry = commandOf(words);
    if (entry !== null && !('error' in document)) {
      expect(document.schema, line).toBe(entry.schema);
      this.done.add(entry.path);
    }
    return document;
  }

  /** The ids in `items` of a document, such as those of `review list`. */
  async ids(line: string): Promise<readonly string[]> {
    const { items = [] } = await this.run(line);
    return items.map(({ id }) => String(id));
  }

  path(name: string): string {
    return join(this.directory, name);
  }
}

const INIT =
  'init . --sample --no-input --name Tom --from tom@mail.example.com --timezone UTC --postal-address "1 Mill Lane"';

async function sampleDesk(): Promise<Desk> {
  const desk = new Desk();
  await desk.run(INIT);
  return desk;
}

async function lookAround(desk: Desk): Promise<void> {
  for (const line of [
    'config show',
    'config validate',
    'config explain',
    'status',
    'runs list',
    'audit show --limit 5',
    'audit verify',
    'sends list',
    'report --no-names --days 14',
    'simulate --days 3 --reboot 2026-02-19T12:00:00Z --without cap',
    'web login',
    // Nobody asks for anything.
    'web --listen 127.0.0.1:0 --idle 1',
    'doctor --offline --only config state',
    'completion bash',
  ]) {
    await desk.run(line);
  }
  for (const line of [
    'lint',
    'fmt',
    'list',
    'plan',
    'show website-lead',
    'new autumn',
    'plan',
    'apply --yes',
  ]) {
    await desk.run(`sequences ${line}`);
  }
  await desk.run('sequences test website-lead --to me@example.com');
  for (const line of ['list', 'list --sequence website-lead --limit 3', 'list --stage customer']) {
    await desk.run(`leads ${line}`);
  }
  for (const id of await desk.ids('leads list')) {
    await desk.run(`leads show ${id}`);
    await desk.run(`leads why ${id}`);
  }
  await desk.run('sequences test website-lead --to tom@vogt.example');
  await desk.run('outbox list');
}

/** Copy that a model proposes: words that pass, and words that do not. */
async function letModelWrite(desk: Desk): Promise<void> {
  const server = await OpenAiServer.start();
  const config = readFileSync(desk.path('headgate.toml'), 'utf8');
  const url = `base_url = "${server.url}/v1"`;
  const ai = `[ai]\nprovider = "openai"\n${url}\nkey = { file = "model-key" }\nmodel = "${OpenAiServer.MODEL}"\n`;
  writeFileSync(desk.path('headgate.toml'), `${config}\n${ai}`);
  writeFileSync(desk.path('model-key'), OpenAiServer.KEY, { mode: 0o600 });
  server.say = () => ({ text: `Subject: Your invoices\n\n${GOOD_WORDS}` });
  await desk.run(
    'steps generate website-lead welcome --length short --briefing "Ask about invoices" --preview',
  );
  server.say = () => ({ text: 'No.' });
  await desk.run('sequences generate autumn --yes', 'PARTIAL');
  await desk.run('drip --preview --with-copy', 'COLD_START');
  writeFileSync(desk.path('headgate.toml'), config);
}

/** The first runs, and every decision about what they made. */
async function draftAndDecide(desk: Desk): Promise<void> {
  const first = await desk.run('drip', 'COLD_START');
  await desk.run(`review plan ${planOf(first)}`);
  await desk.run(`review veto ${planOf(first)}`);
  const second = await desk.run('drip', 'COLD_START');
  await desk.run('status');
  await desk.run(`confirm ${planOf(second)} -n`);
  await desk.run(`confirm ${planOf(second)} --yes`);
  await desk.run('confirm --detailed-exit-code', 'NOTHING_DUE');
  await desk.run('nurture', 'COLD_START');
  await desk.run('confirm --none --yes');
  await desk.run('review');
  const [one = '', two = '', three = '', four = '', five = ''] = await desk.ids('review list');
  await desk.run(`review show ${one} ${two}`);
  await desk.run(`review approve ${one} ${two} ${three}`);
  await desk.run(`review undo ${one}`, 'PARTIAL');
  await desk.run(`review edit ${four} --subject "Other words"`);
  await desk.run(`review approve ${four} --expect abcdef`, 'STALE_PLAN');
  await desk.run(`review hold ${four} --until 3d --reason "trade fair"`);
  await desk.run(`review reject ${five} --reason "met in person"`);
  await desk.run('review list --state held rejected');
  await desk.run(`review release ${four}`);
  await desk.run(`review discard ${four}`);
}

async function sendAndSettle(desk: Desk): Promise<void> {
  await desk.run('send --preview --detailed-exit-code', 'WOULD_ACT');
  const [held = ''] = await desk.ids('review list --state approved');
  await desk.run(`review hold ${held}`);
  await desk.run('send');
  await desk.run('outbox list');
  await desk.run('outbox open');
  await desk.run('sends list');
  const runs = await desk.ids('runs list');
  for (const id of runs) await desk.run(`runs show ${id}`);
  await desk.run(`review release ${held}`);
  makeUncertain(desk, held);
  await desk.run('status');
  await desk.run(`review settle ${held} not-sent`);
}

/** What only a crash in the middle of a delivery leaves behind. */
function makeUncertain(desk: Desk, id: string): void {
  const db = openState({ file: desk.path('headgate.db'), mode: 'write' });
  for (const to of ['sending', 'uncertain'] as const) {
    const message = messageById(db, id);
    if (message === null) throw new Error(`${id} is gone`);
    const change =
      to === 'sending' ? { claimed_at: desk.clock.now(), attempts: 1 } : { last_error: 'no answer' };
    db.write(() => moveMessage(db, message, { to, change }));
  }
  db.close();
}

async function changeLeads(desk: Desk): Promise<void> {
  const [first = '', second = '', third = ''] = await desk.ids('leads list --sequence website-lead');
  await desk.run(`leads set ${first} timezone=Asia/Kolkata hold_until=2026-03-02 hold_note=fair`);
  await desk.run(`leads set ${second} stage=customer`);
  await desk.run(`leads stop ${third} --reason "met in person"`);
  await desk.run('suppressions add gone@nowhere.example --reason bounced');
  await desk.run('holidays load');
  await desk.run('holidays list --country DE');
  await desk.run('leads verify --csv verdicts.csv');
  await desk.run(`leads verify ${first} --as verified --reason "met them"`);
  await desk.run('suppressions list');
  await desk.run('suppressions export');
  await desk.run('leads export --all --to leads-out.csv');
  await desk.run(`leads export ${first} --to lead.json`);
  await desk.run(`leads export ${first}`);
  writeFileSync(desk.path('list.csv'), 'email\nother@nowhere.example\nnobody\n');
  await desk.run('suppressions import list.csv', 'PARTIAL');
  await desk.run('suppressions remove gone@nowhere.example --reason "a new mailbox"');
  const { items = [] } = await desk.run('leads list');
  const live = items.find((item) => JSON.stringify(item['enrollments']).includes('"status":"pending"'));
  await desk.run(`leads due ${String(live?.['id'])}`);
  writeFileSync(desk.path('more.csv'), 'email,source\nnew@new.example,form:contact\nno address,x\n');
  await desk.run('leads import more.csv -n', 'PARTIAL');
  await desk.run('leads import more.csv --yes', 'PARTIAL');
  await desk.run('leads import more.csv --map email=nonsense', 'DATAERR');
  await desk.run('leads erase new@new.example', 'USAGE');
  await desk.run('leads erase new@new.example --yes');
  await desk.run('leads erase new@new.example --yes');
}

async function stopAndGoOn(desk: Desk): Promise<void> {
  await desk.run('pause --reason "wrong price"');
  for (const job of ['drip', 'nurture', 'send', 'confirm']) await desk.run(job, 'PAUSED');
  await desk.run('status');
  await desk.run('resume --yes');
  await desk.run('resume --yes');
  desk.clock.advance(2 * HOUR_MS);
  const flood = { HEADGATE_LIMITS__BLAST_RADIUS_FACTOR: '1', HEADGATE_LIMITS__BLAST_RADIUS_FLOOR: '0' };
  const held = await desk.run('drip', 'HELD', flood);
  await desk.run('drip --detailed-exit-code', 'NOTHING_DUE');
  await desk.run(`review release --run ${runOf(held)}`);
  appendFileSync(
    desk.path('sequences/website-lead/sequence.toml'),
    '\n[[step]]\nid = "welcome"\nafter = "1d"\n',
  );
  await desk.run('sequences lint', 'DATAERR');
  await desk.run('sequences plan', 'DATAERR');
}

async function careForIt(desk: Desk): Promise<void> {
  await desk.run('sync');
  await desk.run('digest');
  await desk.run('listen');
  const { items = [] } = await desk.run('backup');
  const file = String(items[0]?.['file']);
  await desk.run(`restore ${file} --yes`);
  await desk.run('drip', 'COLD_START');
  await desk.run('send', 'COLD_START');
  await desk.run('adopt --yes');
  await desk.run('adopt --yes');
  const config = desk.path('headgate.toml');
  writeFileSync(config, readFileSync(config, 'utf8').replace('live = false', 'live = true'));
  await desk.run('drip', 'CONFIG');
  await desk.run('go-live --restart --yes');
}

/** In another system's folder: a test changes no unit of the machine that it runs on. */
async function installUnits(desk: Desk): Promise<void> {
  await desk.run('units print');
  await desk.run('units print headgate-send.timer --send "*-*-* *:07/10:00 UTC"');
  await desk.run('units diff --root system --detailed-exit-code', 'WOULD_ACT');
  await desk.run('units install --root system --yes');
  await desk.run('units install --root system --yes --user mailer');
  await desk.run('units diff --root system');
  await desk.run('units remove --root system --yes');
  desk.input = 'hunter2';
  await desk.run('secrets set smtp-password --root system');
  await desk.run('secrets list --root system');
  await desk.run('secrets remove smtp-password --root system --yes');
  desk.input = '';
  for (const _ of [1, 2]) await desk.run('units alert headgate-drip.service --result timeout --status TERM');
}

describe('every document that --json prints fits its schema in docs/schema (cli.md 2.6)', () => {
  test('of every command that got to its end, in a workspace with a past', async () => {
    const desk = await sampleDesk();
    for (const part of [
      lookAround,
      letModelWrite,
      draftAndDecide,
      sendAndSettle,
      changeLeads,
      stopAndGoOn,
      installUnits,
      careForIt,
    ])
      await part(desk);
    const missing = COMMANDS.map(({ path }) => path).filter((path) => !desk.done.has(path));
    expect(missing).toEqual([]);
  });

  test.each(COMMANDS.map(({ path, examples }) => [path, examples] as const))(
    'of %s when it fails, as in its examples without a workspace and without a state',
    async (path, examples) => {
      const desk = new Desk();
      for (const line of failingLines(path, examples)) {
        const { cwd, ...rest } = { cwd: desk.directory, clock: desk.clock };
        const document = await documentOf(wordsOf(line), { cwd, ...rest });
        expect(document, line).toMatchObject({ items: [], error: {} });
      }
      if (!opensState(path)) return;
      await desk.run(INIT);
      rmSync(desk.path('headgate.db'));
      for (const example of examples) {
        const words = wordsOf(example).slice(1);
        expect(await documentOf(words, { cwd: desk.directory }), example).toMatchObject({
          items: [],
          error: {},
        });
      }
    },
  );

  test.each([
    '',
    '--help',
    '--version',
    'help exit-codes',
    'help leads',
    'drip --help',
    'nonsense',
    'drip --nonsense',
    'leads',
  ])('of "headgate %s", which runs no command', async (line) => {
    await documentOf(wordsOf(line), {});
  });

  test('and the validator does see what is missing, wrong or not in a schema', () => {
    const version = {
      schema: 'headgate.version/1',
      items: [],
      version: '1',
      node: 'v1',
      exit: { code: 0, name: 'OK', message: null, fix: null },
    };
    const schema = SCHEMAS.get('headgate.version/1');
    expect(problemsOf(schema, version)).toEqual([]);
    expect(problemsOf(schema, { ...version, node: 1 })).toEqual(['$.node is number, not string']);
    expect(problemsOf(schema, { ...version, secret: 1 })).toEqual(['$.secret is not in the schema']);
    expect(problemsOf(schema, { ...version, items: [1] })).toEqual(['$.items has 1 items']);
    const { node: _node, ...without } = version;
    expect(problemsOf(schema, without)).toEqual(['$.node is missing']);
    expect(() => problemsOf({ format: 'uri' }, 'x')).toThrow('format');
  });
});

/** Command lines that cannot work: the examples without a workspace, or what `init` and `config explain` refuse. */
function failingLines(path: string, examples: readonly string[]): readonly string[] {
  if (path === 'init') return ['init --no-input', 'init . --no-input --name Tom'];
  if (path === 'config explain') return ['config explain banana'];
  if (path === 'completion') return ['completion tcsh'];
  // Removing what was never installed is no failure.
  if (path === 'units remove') return ['units remove everything'];
  return examples.map((example) => `${example.replace(/^headgate /, '')} -C nowhere`);
}

/** Those for which a missing state is exit 30, by the reference. */
function opensState(path: string): boolean {
  return path !== 'pause' && path !== 'sequences lint' && (COMMAND_EXITS[path] ?? []).includes('COLD_START');
}

function planOf(document: Document): string {
  return String((document['run'] as Readonly<Record<string, unknown>>)['plan']);
}

function runOf(document: Document): string {
  return String((document['run'] as Readonly<Record<string, unknown>>)['id']);
}
