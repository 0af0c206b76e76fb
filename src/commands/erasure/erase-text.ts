import type { ForgottenFiles } from '../../adapters/person-files.ts';
import type { Lead } from '../../core/model.ts';
import type { PersonalCounts } from '../../store/erase-lead.ts';
import { leadName } from '../lead-document.ts';
import { countOf, escapeText } from '../output/text.ts';
import type { Compaction } from './compact.ts';
import type { HoldingCopy } from './copies.ts';

/** What came of `leads erase`. */
export interface Erased {
  readonly lead: Lead;
  readonly outcome: 'erased' | 'erased_before' | 'declined';
  /** Rows that named the person before. */
  readonly counts: PersonalCounts;
  /** Null when there was nothing to do in them. */
  readonly files: ForgottenFiles | null;
  readonly compaction: Compaction | null;
  readonly copies: readonly HoldingCopy[];
}

/** In the order in which a person is told; the rest are counted together. */
const NOUNS: readonly (readonly [table: string, one: string, many: string])[] = [
  ['enrollments', 'enrollment', 'enrollments'],
  ['messages', 'mail with its words', 'mails with their words'],
  ['outgoing_mail', 'mail as it was sent', 'mails as they were sent'],
  ['message_events', 'answer, bounce or opening', 'answers, bounces and openings'],
  ['timeline', 'line of their story', 'lines of their story'],
  ['plan_items', 'mail of a preview', 'mails of previews'],
  ['suppressions', 'line of the suppression list', 'lines of the suppression list'],
  ['notices', 'notice that names them', 'notices that name them'],
  ['chat_pages', 'page of the chat', 'pages of the chat'],
  ['chat_updates', 'message of yours in the chat', 'messages of yours in the chat'],
];

/** What is held, before anybody agrees. */
export function surveyLines(lead: Lead, counts: PersonalCounts): readonly string[] {
  return [
    '',
    ` ${escapeText(leadName(lead))}  ${escapeText(lead.email)}  ${lead.id}`,
    '',
    ' Everything that is held about them is overwritten, for good:',
    '   the lead with all its fields',
    ...NOUNS.flatMap(([table, one, many]) => {
      const count = counts[table] ?? 0;
      return count === 0 ? [] : [`   ${countOf(count, one, many)}`];
    }),
    '   their mails in outbox/, their rows in rejects/, the report',
    '',
    ' A keyed hash of the address stays, so that nobody mails it again.',
    ' What they are enrolled in ends, and unsent drafts are withdrawn.',
    '',
  ];
}

export function doneLines(erased: Erased): readonly string[] {
  const { lead, outcome, copies } = erased;
  if (outcome === 'declined') return [' Nothing was erased.'];
  const head =
    outcome === 'erased' ? ` Erased ${lead.id}.` : ` ${lead.id} was erased before: nothing is left of them.`;
  return [head, ...fileLines(erased), ...compactionLines(erased), ...copyLines(copies), ...OUTSIDE];
}

function fileLines({ files }: Erased): readonly string[] {
  if (files === null) return [];
  return [
    ...(files.outbox === 0 ? [] : [`   ${countOf(files.outbox, 'mail')} removed from outbox/`]),
    ...(files.journal_lines === 0
      ? []
      : [
          `   ${countOf(files.journal_lines, 'line')} of the send journal name${files.journal_lines === 1 ? 's' : ''} a hash now`,
        ]),
    ...(files.reject_rows === 0 ? [] : [`   ${countOf(files.reject_rows, 'row')} removed from rejects/`]),
    ...(files.report ? ['   the report is gone: headgate report makes it anew'] : []),
    ...unreadLines(files.unread),
  ];
}

function unreadLines(unread: readonly string[]): readonly string[] {
  if (unread.length === 0) return [];
  return [
    '',
    ` ${unread.length === 1 ? 'This file is' : 'These files are'} no CSV any more, and nobody was taken out of ${unread.length === 1 ? 'it' : 'them'}:`,
    ...unread.map((path) => `     ${escapeText(path)}`),
    '   Look for the person there yourself, or delete what you do not need.',
  ];
}

const COMPACTION_WORDS: Readonly<Record<Exclude<Compaction, 'done'>, readonly string[]>> = {
  log: [
    'Another program reads the state, so that unused parts of the file and its log',
    'still hold old words. End it (the review page, Litestream), then erase once more.',
  ],
  no_room: [
    'No room to write the state anew: unused parts of the file may hold old words.',
    'Free three times its size, then erase once more.',
  ],
  too_large: [
    'The state is over 1 GB and was not written anew: unused parts of the file may',
    'hold old words. While nothing runs: sqlite3 headgate.db VACUUM',
  ],
};

function compactionLines({ compaction }: Erased): readonly string[] {
  return compaction === null || compaction === 'done'
    ? []
    : COMPACTION_WORDS[compaction].map((line) => `   ${line}`);
}

/** Longer lists are in the document. */
const COPIES_SHOWN_MAX = 5;

function copyLines(copies: readonly HoldingCopy[]): readonly string[] {
  if (copies.length === 0) return [];
  const kept = copies.filter(({ goneAfterBackups }) => goneAfterBackups === null);
  const last = Math.max(0, ...copies.map(({ goneAfterBackups }) => goneAfterBackups ?? 0));
  const shown = copies.slice(0, COPIES_SHOWN_MAX).map(({ path }) => `     ${escapeText(path)}`);
  const more = copies.length - shown.length;
  return [
    '',
    ` Still in ${countOf(copies.length, 'older copy', 'older copies')} of the state, read only when one is restored:`,
    ...shown,
    ...(more === 0 ? [] : [`     and ${String(more)} more`]),
    ...(last === 0
      ? []
      : [`   Backups age out: none of them is left after ${countOf(last, 'more backup')}.`]),
    ...(kept.length === 0 ? [] : ['   What a restore set aside stays until you delete it.']),
    '   Restoring one of them erases this person again.',
  ];
}

const OUTSIDE = [
  '',
  ' Not in reach: files you imported them from, tables that sync reads, copies of',
  ' backups elsewhere, the system journal, your mail provider and the mailbox that',
  ' answers go to.',
];

/** The item of `leads erase --json`. */
export function erasedDocument({
  lead,
  outcome,
  counts,
  files,
  compaction,
  copies,
}: Erased): Readonly<Record<string, unknown>> {
  return {
    id: lead.id,
    outcome,
    held: counts,
    files: files ?? { outbox: 0, journal_lines: 0, reject_rows: 0, report: false, unread: [] },
    compaction,
    copies: copies.map(({ path, goneAfterBackups, isSure }) => ({
      path,
      gone_after_backups: goneAfterBackups,
      sure: isSure,
    })),
  };
}
