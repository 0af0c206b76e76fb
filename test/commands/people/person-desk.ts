import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { outboxFileName } from '../../../src/adapters/mail/outbox.ts';
import { createSendJournal } from '../../../src/adapters/send-journal.ts';
import { MENTIONING_TABLES, PERSONAL_TABLES } from '../../../src/store/personal-data.ts';
import { addPage, markShown } from '../../../src/store/chat-pages.ts';
import { storeUpdates } from '../../../src/store/chat-updates.ts';
import { openDialog } from '../../../src/store/chat-dialogs.ts';
import { enqueueNotice } from '../../../src/store/notices.ts';
import { addSuppression } from '../../../src/store/suppressions.ts';
import { sendDesk, type SendDesk } from '../send/send-desk.ts';

export const ADDRESS = 'maren.vogt@vogt.example';
/** Stands in every column and file that says something about the person. */
export const CANARY = 'zzcanaryzz';

export interface Person {
  readonly rowId: number;
  readonly id: string;
  readonly messageId: string;
}

/** A workspace in which one person left traces wherever a person can, beside another who has nothing to do with it. */
export async function personDesk(): Promise<SendDesk & { readonly person: Person; readonly other: Person }> {
  const bench = sendDesk();
  const other = await addPerson(bench, { name: 'otto', email: 'otto@otto.example' });
  const person = await addPerson(bench, { name: 'maren', email: ADDRESS });
  leaveTraces(bench, person);
  leaveFiles(bench, person);
  return { ...bench, person, other };
}

async function addPerson(bench: SendDesk, of: { name: string; email: string }): Promise<Person> {
  const messageId = bench.approve(
    of.name,
    {},
    { email: of.email, emailKey: of.email, lastName: `${of.name}son`, notes: `${of.name} likes canals` },
  );
  await bench.send('--only', messageId);
  const { rowId, leadRowId } = bench.of(messageId);
  if (rowId === 0) throw new Error('the message was not made');
  return { rowId: leadRowId, id: bench.leadId(leadRowId), messageId };
}

/** Every table that can hold something of a person gets a row of this one, and every column that is overwritten the canary. */
function leaveTraces(bench: SendDesk, person: Person): void {
  const { database: db, clock } = bench;
  const now = clock.now();
  const message = bench.of(person.messageId);
  db.write(() => {
    addSuppression(db, { emailKey: ADDRESS, reason: 'manual', note: CANARY, addedAt: now });
    db.prepare(
      `INSERT INTO message_events (source_id, key, kind, at, read_at, message_row_id, lead_row_id, detail)
       VALUES ('imap', 'mail <abc@${CANARY}.example>', 'reply', ?, ?, ?, ?, ?)`,
    ).run(now, now, message.rowId, person.rowId, CANARY);
    db.prepare(
      `INSERT INTO model_calls (asked_at, operator_day, run_id, purpose, lead_id, message_id, model, outcome)
       VALUES (?, '2026-02-18', 'r-test', 'draft', ?, ?, 'a model', 'words')`,
    ).run(now, person.id, person.messageId);
    db.prepare(
      `INSERT INTO plans (id, job, run_id, made_at, state, narrowed, policy_hash, definitions_hash, doubts_json, summary_json)
       VALUES ('p-test', 'drip', 'r-test', ?, 'waiting', 0, '', '', '[]', '{}')`,
    ).run(now);
    db.prepare(
      `INSERT INTO plan_items (plan_id, ordinal, lead_row_id, sequence_row_id, step_row_id, due_at, subject, preheader, body_markdown, text_hash)
       VALUES ('p-test', 0, ?, ?, ?, ?, 's', 'p', 'b', 'h')`,
    ).run(person.rowId, bench.sequence.rowId, message.stepRowId, now);
    enqueueNotice(db, {
      kind: 'reply',
      job: 'sync',
      dedupeKey: `reply imap mail <abc@${CANARY}.example>`,
      text: `maren marenson answered.\n${CANARY}`,
      runId: null,
      now,
      repeatAfterMs: Infinity,
    });
    const page = addPage(db, {
      text: `1 maren marenson\n${CANARY}`,
      card: { kind: 'draft', id: person.messageId, hash: CANARY },
      now,
    });
    markShown(db, page, { version: 1, messageId: 77 });
    openDialog(
      db,
      {
        userId: 1,
        userName: 'Tom',
        kind: 'edit',
        pageRowId: page,
        cardRowId: null,
        draftId: person.messageId,
        hash: 'h',
      },
      now,
    );
    const body = { chatId: 1, chatName: null, isForwarded: false, messageId: 78, replyTo: 77 } as const;
    storeUpdates(
      db,
      [
        {
          updateId: 1,
          fromId: 1,
          fromName: 'Tom',
          body: { kind: 'words', text: `Dear maren marenson, ${CANARY}`, ...body },
        },
      ],
      now,
    );
  });
  fillColumns(bench, person);
}

/** Columns whose values a constraint or a reader chooses. */
const CHOSEN = new Set([
  'zone_rule',
  'stage',
  'status',
  'attribution',
  'email',
  'first_name',
  'last_name',
  'card_json',
  'body_json',
  'told_json',
]);

function fillColumns(bench: SendDesk, person: Person): void {
  const { database: db } = bench;
  const keys = { leadRowId: person.rowId, leadId: person.id, emailKey: ADDRESS };
  db.write(() => {
    db.prepare('DROP TRIGGER attempts_append_only_update').run();
    for (const { table, where, columns } of PERSONAL_TABLES) {
      for (const [column, treatment] of Object.entries(columns)) {
        if ('stays' in treatment || CHOSEN.has(column)) continue;
        const json = column === 'tags_json' ? `["${CANARY}"]` : `{"${CANARY}":"${CANARY}"}`;
        const value = column.endsWith('_json') ? json : CANARY;
        const { changes } = db
          .prepare(
            `UPDATE ${table} SET ${column} = ${column === 'raw' || column === 'payload' ? 'CAST(@value AS BLOB)' : '@value'} WHERE ${where}`,
          )
          .run({ ...keys, value });
        if (changes === 0) throw new Error(`nobody left a trace in ${table}`);
      }
    }
    db.prepare(`UPDATE enrollments SET cancel_reason = NULL WHERE lead_row_id = ?`).run(person.rowId);
    for (const { table, columns } of MENTIONING_TABLES) {
      if (!Object.hasOwn(columns, 'last_error')) continue;
      db.prepare(`UPDATE ${table} SET last_error = ?`).run(`550 <${ADDRESS}> ${CANARY}`);
    }
    db.prepare(
      `CREATE TRIGGER attempts_append_only_update BEFORE UPDATE ON attempts WHEN new.detail IS NOT NULL BEGIN SELECT RAISE(ABORT, 'attempts is append-only'); END`,
    ).run();
  });
}

function leaveFiles(bench: SendDesk, person: Person): void {
  const { directory } = bench;
  const folder = (name: string): string => {
    mkdirSync(join(directory, name), { recursive: true });
    return join(directory, name);
  };
  const [line] = createSendJournal(directory).read();
  createSendJournal(directory).append([
    { ...line!, messageId: 'm-unknowntothisstate', recipient: 'Maren.Vogt@vogt.example' },
  ]);
  // A mail that a restored state does not know.
  writeFileSync(
    join(folder('outbox'), outboxFileName('m-unknowntothisstate', bench.clock.now())),
    `Subject: Hello\r\nTo: Maren <${ADDRESS}>\r\n\r\n${CANARY}`,
  );
  writeFileSync(
    join(folder('rejects'), 'leads-r-1.csv'),
    `headgate_line,headgate_field,headgate_reason,email,notes\n2,stage,odd,${ADDRESS},"two\nlines ${CANARY}"\n3,stage,odd,otto@otto.example,stays\n`,
  );
  writeFileSync(join(folder('report'), 'index.html'), `<p>maren marenson ${CANARY}</p>`);
  leaveHalves(directory);
  if (person.rowId === 0) throw new Error('nobody');
}

/** What programs that were killed in the middle of writing these files left. */
function leaveHalves(directory: string): void {
  const pid = String(spawnSync('true').pid);
  const half = `To: ${ADDRESS}, ${CANARY}`;
  for (const name of [`report/index.html.${pid}.new`, `rejects/leads-r-1.csv.${pid}.new`])
    writeFileSync(join(directory, name), half);
  writeFileSync(join(directory, 'outbox/.m-unknowntothisstate.new'), half);
}

/** The names of all files of the workspace in which a text stands, whatever its case. */
export function filesWith(directory: string, text: string): readonly string[] {
  const wanted = text.toLowerCase();
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'latin1').toLowerCase().includes(wanted))
    .map((path) => path.slice(directory.length + 1))
    .sort();
}
