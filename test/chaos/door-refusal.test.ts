import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { SmtpTestServer } from '../helpers/smtp-server.ts';
import { buildProgram, program } from './program.ts';
import { makeTemplate, removeFolder, type Template } from './workspace.ts';

let template: Template;

beforeAll(async () => {
  buildProgram();
  template = await makeTemplate(3);
}, 120_000);

afterAll(() => {
  removeFolder(template.folder);
});

test('E4: bin/send itself, as built, finds the rules that judge a refusal, and suppresses the dead address alone', async () => {
  const server = await SmtpTestServer.start();
  const refusals = ['550 5.1.1 user unknown', '554 5.7.1 blocked by policy'];
  server.plan(
    refusals.map(
      (line, index) => ({ at: 'RCPT', fault: { kind: 'reply', line }, after: index, times: 1 }) as const,
    ),
  );
  const { code, stderr } = await program({ folder: template.folder, port: server.port }, ['send', '--json']);
  expect(code, stderr).toBe(32);
  const db = new Database(join(template.folder, 'headgate.db'), { readonly: true });
  const kinds = db
    .prepare("SELECT kind FROM message_events WHERE source_id = 'send' ORDER BY kind")
    .pluck()
    .all();
  const suppressed = db.prepare('SELECT reason FROM suppressions').pluck().all();
  const states = db.prepare('SELECT state FROM messages ORDER BY state').pluck().all();
  db.close();
  expect({ kinds, suppressed, states }).toEqual({
    kinds: ['block', 'hard_bounce'],
    suppressed: ['bounced'],
    states: ['failed', 'failed', 'sent'],
  });
});
