import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { signalProcess } from '../helpers/kill-process.ts';
import { OpenAiServer } from '../servers/models.ts';
import { buildProgram, program, succeed, type Ended, type Place } from './program.ts';
import { removeFolder } from './workspace.ts';

/** bin/drip itself, as built, ended while a model answers: what a run had made stays, and nothing of what it was making. */

const LEADS = ['ann', 'ben', 'cid', 'dan'];

let folder: string;

beforeAll(() => {
  buildProgram();
}, 120_000);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-model-'));
});

afterEach(() => {
  removeFolder(folder);
});

async function workspace(server: OpenAiServer): Promise<Place> {
  const place: Place = { folder, port: 25 };
  const answers = ['--name', 'Ledd', '--from', 'tom@mail.example.com', '--timezone', 'UTC'];
  const brand = ['--postal-address', '1 Mill Lane, Leeds'];
  await succeed(place, ['headgate', 'init', folder, '--no-input', ...answers, ...brand]);
  writeFileSync(join(folder, 'headgate.toml'), configOf(server));
  writeFileSync(join(folder, 'web-token-secret'), 'x'.repeat(64), { mode: 0o600 });
  writeFileSync(join(folder, 'model-key'), OpenAiServer.KEY, { mode: 0o600 });
  mkdirSync(join(folder, 'sequences/words'), { recursive: true });
  writeFileSync(
    join(folder, 'sequences/words/sequence.toml'),
    'name = "Words"\nstatus = "active"\n[trigger]\nsource = ["words"]\n[[step]]\nid = "hello"\nafter = "0d"\n',
  );
  writeFileSync(
    join(folder, 'sequences/words/hello.md'),
    'Subject: Hello {{ first_name }}\nMode: ai\nLength: short\nBriefing: One question.\n\nHi {{ first_name }},\n\n{{ ai }}\n\nTom\n',
  );
  const rows = LEADS.map((name) => `${name}@${name}.example,${name},words`);
  writeFileSync(join(folder, 'leads.csv'), ['email,first_name,source', ...rows, ''].join('\n'));
  await succeed(place, ['headgate', 'sequences', 'apply', '--yes']);
  await succeed(place, ['headgate', 'leads', 'import', join(folder, 'leads.csv')]);
  return place;
}

function configOf(server: OpenAiServer): string {
  return `timezone = "UTC"
[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"
[web]
token_secret = { file = "web-token-secret" }
[ai]
provider = "openai"
base_url = "${server.url}/v1"
key = { file = "model-key" }
model = "${OpenAiServer.MODEL}"
input_price = 2
output_price = 10
`;
}

/** Runs drip, or another command, and signals it when it has asked so often; the model never answers that question. */
async function endedAt(
  place: Place,
  server: OpenAiServer,
  at: { readonly question: number; readonly signal: NodeJS.Signals; readonly words?: readonly string[] },
): Promise<Ended> {
  let pid = 0;
  let asked = 0;
  server.failBy(() => (asked >= at.question ? { kind: 'silence', acts: false } : null));
  server.watch = () => {
    asked += 1;
    if (asked === at.question) signalProcess(pid, at.signal);
  };
  return program(place, at.words ?? ['drip', '--force'], { started: (started) => (pid = started) });
}

interface Left {
  readonly drafts: readonly string[];
  readonly unfinished: number;
  readonly marked: number;
  readonly calls: readonly string[];
  readonly uncounted: number;
}

function left(): Left {
  const db = new Database(join(folder, 'headgate.db'), { readonly: true });
  const list = (sql: string): string[] => db.prepare<[], string>(sql).pluck().all();
  const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
  const found = {
    drafts: list(`SELECT l.first_name FROM messages m JOIN leads l ON l.row_id = m.lead_row_id ORDER BY 1`),
    unfinished: count(`SELECT count(*) FROM messages WHERE state = 'reserved' OR trim(body_markdown) = ''`),
    marked: count('SELECT count(*) FROM leads WHERE watermark_at IS NOT NULL'),
    calls: list('SELECT outcome FROM model_calls ORDER BY row_id'),
    uncounted: count('SELECT count(*) FROM model_calls WHERE coalesce(cost_micros, 0) = 0'),
  };
  db.close();
  return found;
}

test('D4, A7: kill -9 and SIGTERM in the middle of a call leave whole drafts, counted calls, and a next run that is clean', async () => {
  const server = await OpenAiServer.start();
  const place = await workspace(server);

  const killed = await endedAt(place, server, { question: 2, signal: 'SIGKILL' });
  expect(killed.signal ?? killed.code, killed.stderr).toBe('SIGKILL');
  expect(left()).toMatchObject({ unfinished: 0, marked: 1, calls: ['words', 'asked'], uncounted: 0 });
  expect(left().drafts).toHaveLength(1);

  // Two minutes would be the patience of the call.
  const ended = await endedAt(place, server, { question: 2, signal: 'SIGTERM' });
  expect(ended.code, ended.stderr).toBe(143);
  expect(left()).toMatchObject({ unfinished: 0, marked: 2, uncounted: 0 });
  expect(left().calls).toEqual(['words', 'asked', 'words', 'asked']);

  server.watch = null;
  server.failBy(() => null);
  const clean = await program(place, ['drip', '--force']);
  expect(clean.code, clean.stderr).toBe(0);
  expect(left()).toMatchObject({ drafts: LEADS, unfinished: 0, marked: LEADS.length });
}, 60_000);

test('A17, F3, C5: kill -9 in a preview with copy and in generate leaves counted calls and nothing else', async () => {
  const server = await OpenAiServer.start();
  const place = await workspace(server);

  const words = ['drip', '--preview', '--with-copy'];
  const killed = await endedAt(place, server, { question: 2, signal: 'SIGKILL', words });
  expect(killed.signal ?? killed.code, killed.stderr).toBe('SIGKILL');
  expect(left()).toMatchObject({ drafts: [], marked: 0, calls: ['words', 'asked'], uncounted: 0 });

  const steps = join(folder, 'sequences/words');
  const before = readFileSync(join(steps, 'hello.md'), 'utf8');
  const generate = ['headgate', 'steps', 'generate', 'words', 'hello', '--yes'];
  await endedAt(place, server, { question: 1, signal: 'SIGKILL', words: generate });
  expect([readFileSync(join(steps, 'hello.md'), 'utf8'), readdirSync(steps)]).toEqual([
    before,
    ['hello.md', 'sequence.toml'],
  ]);
  expect(left()).toMatchObject({ calls: ['words', 'asked', 'asked'], uncounted: 0 });

  server.watch = null;
  server.failBy(() => null);
  const shown = await program(place, [...words, '--json']);
  expect(shown.code, shown.stderr).toBe(30);
  const { run } = JSON.parse(shown.stdout) as { run: { plan: string } };
  const asked = server.asked.length;
  await succeed(place, ['headgate', 'confirm', run.plan, '--yes']);
  expect(server.asked).toHaveLength(asked);
  expect(left()).toMatchObject({ drafts: LEADS, unfinished: 0 });
}, 60_000);
