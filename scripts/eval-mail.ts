/**
 * `npm run eval:mail -- DIR [--misses | --explain | --rules]`: scores the classifier of incoming mail on real messages. DIR holds `mail/`
 * and `labels.tsv`, one row for each labelled recipient (columns file, recipient_no, class), and perhaps `not-bounce/`, ordinary mail that
 * no notice may be made of. Prints one line for each class: its name, precision, recall and counts. `--misses` adds the mails that it got
 * wrong, `--explain` all of them, each with what decided; `--rules` adds the rules that decided, the rarest last: one that rests on a
 * single mail was perhaps learnt by heart.
 * A DIR of `emails/` and `trimmed/` holds replies as text and the new words in them: prints how many are found exactly.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { readInboundMail } from '../src/adapters/inbound-mail.ts';
import { classifyMail } from '../src/core/inbound/classify.ts';
import { readReply } from '../src/core/inbound/reply-text.ts';
import { ruleLines, scoreLines, type Sample } from './eval-score.ts';
import type { InboundKind, InboundVerdict } from '../src/core/inbound/verdict.ts';

/**
 * The kinds of the classifier in the words of the labels, unless these have a class of the same name. Delays, and feedback that complains
 * about nothing, are listed with their kin.
 */
const LABELS: Readonly<Record<InboundKind, string>> = {
  dead_address: 'hard_bounce',
  soft_bounce: 'soft_recipient_or_transient',
  delay: 'soft_recipient_or_transient',
  blocked: 'soft_sender_or_policy_block',
  unknown_bounce: 'bounce_reason_unknown',
  complaint: 'complaint',
  feedback: 'complaint',
  // Someone used the unsubscribe address: the labels list it with the reports of RFC 6650.
  opt_out: 'complaint',
  auto_reply: 'auto_reply',
  robot: 'robot',
  delivery_notice: 'delivery_notice',
  human_reply: 'human_reply',
  wrong_person: 'human_reply',
};

/** Without a label of its own an ordinary mail is only required not to be one of these. */
const NOTICES = new Set<InboundKind>([
  'dead_address',
  'soft_bounce',
  'blocked',
  'unknown_bounce',
  'delay',
  'complaint',
  'feedback',
  'delivery_notice',
]);
/** Dates in mails are not scored. */
const CONTEXT = { receivedOn: '2026-01-01' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    misses: { type: 'boolean', default: false },
    explain: { type: 'boolean', default: false },
    rules: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (folder !== undefined && existsSync(join(folder, 'trimmed'))) {
  console.log(replyLine(folder));
  process.exit(0);
}
if (folder === undefined || !existsSync(join(folder, 'labels.tsv'))) {
  console.error(
    'usage: npm run eval:mail -- DIR [--misses | --explain | --rules]   (DIR holds mail/ and labels.tsv)',
  );
  process.exit(64);
}

const samples = [...(await labelled(folder)), ...(await ordinary(join(folder, 'not-bounce')))];
for (const line of scoreLines(samples)) console.log(line);
if (values.rules) for (const line of ruleLines(samples)) console.log(line);
if (values.misses || values.explain) {
  for (const { name, expected, actual, note } of samples) {
    if (expected !== actual) console.log(`${name}: ${expected}, taken for ${actual} (${note})`);
    else if (values.explain) console.log(`${name}: ${expected} (${note})`);
  }
}

async function labelled(dir: string): Promise<readonly Sample[]> {
  const [head = '', ...rows] = readFileSync(join(dir, 'labels.tsv'), 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const columns = head.split('\t');
  const [file, number, label] = ['file', 'recipient_no', 'class'].map((name) => columns.indexOf(name));
  const known = new Set(rows.map((row) => row.split('\t')[label ?? 0]));
  const verdicts = new Map<string, InboundVerdict>();
  const found: Sample[] = [];
  for (const row of rows) {
    const cells = row.split('\t');
    const name = cells[file ?? 0] ?? '';
    const verdict = verdicts.get(name) ?? (await classified(join(dir, 'mail', name)));
    verdicts.set(name, verdict);
    const recipient = verdict.recipients[Number(cells[number ?? 1] ?? 1) - 1] ?? verdict.recipients.at(-1);
    const kind = recipient?.kind ?? verdict.kind;
    const note = [...verdict.evidence, recipient?.rule ?? '', recipient?.diagnostic ?? '']
      .join(' | ')
      .slice(0, 300);
    found.push({
      name,
      expected: cells[label ?? columns.length - 1] ?? '',
      actual: known.has(kind) ? kind : LABELS[kind],
      rule: recipient?.rule ?? verdict.evidence[0] ?? '',
      note,
    });
  }
  return found;
}

async function ordinary(dir: string): Promise<readonly Sample[]> {
  if (!existsSync(dir)) return [];
  const found: Sample[] = [];
  for (const name of readdirSync(dir).sort()) {
    const verdict = await classified(join(dir, name));
    const actual = NOTICES.has(verdict.kind) ? LABELS[verdict.kind] : 'not_bounce';
    const [rule = ''] = verdict.evidence;
    found.push({ name, expected: 'not_bounce', actual, rule, note: verdict.evidence.join(' | ') });
  }
  return found;
}

async function classified(path: string): Promise<InboundVerdict> {
  return classifyMail(await readInboundMail(readFileSync(path)), CONTEXT);
}

function replyLine(dir: string): string {
  const names = readdirSync(join(dir, 'trimmed'));
  const right = names.filter((name) => {
    const { text } = readReply(readFileSync(join(dir, 'emails', name), 'utf8'));
    return squeezed(text) === squeezed(readFileSync(join(dir, 'trimmed', name), 'utf8'));
  });
  return `reply_text  exact ${right.length} of ${names.length}`;
}

/** Space at the ends of lines, and how many empty lines there are in a row, are no words. */
function squeezed(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
