import { createHash } from 'node:crypto';

import type { Instant } from '../../core/model.ts';
import { HOUR_MS } from '../../core/time/durations.ts';
import type { OperatorNotice } from '../../ports.ts';
import type { WaitingNotice } from '../../store/notices.ts';
import { formatDateTime } from '../output/time.ts';
import { countOf, escapeLines } from '../output/text.ts';

/** Up to so many waiting notices go out one by one; more become one summary. */
const SINGLE_MAX = 3;
/** Room for the head of a summary within one message of Telegram. */
const SUMMARY_TEXT_MAX = 3_500;

const REPEAT_LINE = '(Perhaps a repeat: an earlier run ended before it knew whether this arrived.)';

/** What one message is made of. */
export interface LetterParts {
  readonly host: string;
  readonly timezone: string;
  readonly now: Instant;
  /** What has to be said of the channels themselves. */
  readonly remarks: readonly string[];
}

/** The first of the waiting notices that make the next message: one, or, when many wait, as many as it holds. */
export function nextBatch(waiting: readonly WaitingNotice[]): readonly WaitingNotice[] {
  if (waiting.length <= SINGLE_MAX) return waiting.slice(0, 1);
  let length = 0;
  const batch = waiting.filter((notice) => (length += notice.text.length + 60) <= SUMMARY_TEXT_MAX);
  // One that is too long by itself still goes out; the channel cuts it.
  return batch.length === 0 || batch[0] !== waiting[0] ? waiting.slice(0, 1) : batch;
}

/** The text of one message. Names and answers of strangers are shown, never obeyed. */
export function letterText(batch: readonly WaitingNotice[], parts: LetterParts): string {
  const lines = batch.length === 1 ? singleLines(batch, parts) : summaryLines(batch, parts);
  return [...lines, ...parts.remarks].flatMap(escapeLines).join('\n');
}

function singleLines(batch: readonly WaitingNotice[], parts: LetterParts): readonly string[] {
  return batch.flatMap((notice) => [headOf(notice, parts), '', notice.text, ...repeatLines(batch)]);
}

/** F1: after a silence one summary, in the order in which it happened. */
function summaryLines(batch: readonly WaitingNotice[], parts: LetterParts): readonly string[] {
  const { host, timezone } = parts;
  const [first] = batch;
  const since = first === undefined ? '' : `, the first from ${formatDateTime(first.createdAt, timezone)}`;
  return [
    `Headgate · ${host}`,
    `${countOf(batch.length, 'notice')}${since}`,
    ...batch.flatMap((notice) => [
      '',
      [formatDateTime(notice.createdAt, timezone), ...jobOf(notice)].join(' · '),
      notice.text,
    ]),
    ...repeatLines(batch),
  ];
}

function headOf(notice: WaitingNotice, { host, timezone, now }: LetterParts): string {
  const isOld = Math.abs(now - notice.createdAt) > HOUR_MS;
  const at = isOld ? [formatDateTime(notice.createdAt, timezone)] : [];
  return ['Headgate', host, ...jobOf(notice), ...at].join(' · ');
}

function jobOf({ job }: WaitingNotice): readonly string[] {
  return job === null ? [] : [job];
}

/** An honest word costs less than an alert that is lost. */
function repeatLines(batch: readonly WaitingNotice[]): readonly string[] {
  return batch.some(({ claimedAt }) => claimedAt !== null) ? ['', REPEAT_LINE] : [];
}

/** For programs. Row ids stay inside; a restored state would use them again. */
export function operatorNotice(notice: WaitingNotice): OperatorNotice {
  const { kind, job, text, runId, createdAt: at, claimedAt } = notice;
  const facts = JSON.stringify([kind, job, text, runId, at]);
  const id = `n-${createHash('sha256').update(facts).digest('hex').slice(0, 16)}`;
  return { id, kind, job, text, runId, at, mayBeRepeat: claimedAt !== null };
}
