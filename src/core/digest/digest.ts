import type { AuditHead } from '../audit/entry.ts';
import type { Instant } from '../model.ts';

/** One draft that waits, as much of it as a morning needs. */
export interface WaitingDraft {
  readonly id: string;
  readonly leadName: string;
  readonly company: string | null;
  readonly sequenceId: string;
  readonly stepId: string;
  readonly subject: string;
  /** The beginning of its text. */
  readonly opening: string;
  /** Of its words, which an approval is bound to. */
  readonly textHash: string;
}

export interface JobVolumeFacts {
  readonly job: string;
  /** Oldest first; the last one is today's. */
  readonly days: readonly number[];
  readonly mean: number;
  readonly line: number;
}

export interface JobForecast {
  readonly job: string;
  /** What the planner would draft now. */
  readonly drafts: number;
  /** Why it drafts nothing today, whatever is due: weekend, holiday, hold_open, paused or a doubt; null for no such reason. */
  readonly restsFor: string | null;
}

/** Everything that a digest is made of, read from the state at one moment. */
export interface DigestFacts {
  readonly at: Instant;
  /** The operator's day that it is for, YYYY-MM-DD. */
  readonly day: string;
  readonly isLive: boolean;
  readonly pausedReason: string | null;
  readonly doubts: readonly { readonly job: string; readonly detail: string }[];
  readonly vetoed: readonly string[];
  /** Jobs with a batch above the hold line that nobody decided on. */
  readonly openHolds: readonly string[];
  readonly held: number;
  readonly uncertain: number;
  readonly late: readonly { readonly job: string; readonly lastSuccessAt: Instant }[];
  /** Jobs whose last three runs ended 75. */
  readonly stuck: readonly string[];
  readonly senders: readonly {
    readonly address: string;
    readonly detail: string;
    readonly isPaused: boolean;
  }[];
  readonly lostSenders: readonly { readonly address: string; readonly leads: number }[];
  /** Alerts that no channel took yet. */
  readonly untold: number;
  readonly waiting: { readonly total: number; readonly first: readonly WaitingDraft[] };
  readonly approved: { readonly count: number; readonly nextLeavesAt: Instant | null };
  readonly yesterday: YesterdayFacts;
  readonly volume: readonly JobVolumeFacts[];
  readonly forecast: readonly JobForecast[];
  /** Drafts that the day's cap still allows. */
  readonly roomToday: number;
  /** Days until the next one on which nothing runs; 0 for today, null when none is near. */
  readonly restInDays: number | null;
  /** Emails of the coming days, today first (F5); a day on which nothing runs is not open. */
  readonly coming: readonly { readonly day: string; readonly isOpen: boolean; readonly total: number }[];
  /** A13: where the audit trail ends: kept in the chat, it is known where nobody with the state can change it. */
  readonly audit?: AuditHead;
}

export interface YesterdayFacts {
  readonly drafted: number;
  readonly sent: number;
  readonly failed: number;
  readonly replies: readonly string[];
  readonly bounced: number;
  readonly complained: number;
  readonly unsubscribed: number;
  /** What models were asked and cost, in millionths of the operator's currency; null when they were not asked. */
  readonly model: { readonly calls: number; readonly costMicros: number } | null;
}

/** What needs a person, most urgent first. */
export type Attention =
  | { readonly kind: 'paused'; readonly reason: string }
  | { readonly kind: 'doubt'; readonly jobs: readonly string[]; readonly detail: string }
  | { readonly kind: 'hold'; readonly jobs: readonly string[]; readonly held: number }
  | { readonly kind: 'uncertain'; readonly count: number }
  | { readonly kind: 'vetoed'; readonly jobs: readonly string[] }
  | { readonly kind: 'late'; readonly job: string; readonly lastSuccessAt: Instant }
  | { readonly kind: 'stuck'; readonly job: string }
  | { readonly kind: 'sender'; readonly address: string; readonly detail: string; readonly isPaused: boolean }
  | { readonly kind: 'lost_sender'; readonly address: string; readonly leads: number }
  | { readonly kind: 'untold'; readonly count: number };

export interface Digest {
  readonly facts: DigestFacts;
  readonly attention: readonly Attention[];
  /** What will be drafted today at most: both jobs, within the day's cap. */
  readonly draftsAhead: number;
  /** Nothing waits, nothing is wrong, nothing happened and nothing is due: not worth a message. */
  readonly isEmpty: boolean;
}

/** F1: what a morning needs to know, judged from the facts alone. */
export function makeDigest(facts: DigestFacts): Digest {
  const attention = attentionOf(facts);
  const planned = facts.forecast
    .filter(({ restsFor }) => restsFor === null)
    .reduce((sum, { drafts }) => sum + drafts, 0);
  const draftsAhead = Math.min(planned, Math.max(0, facts.roomToday));
  const { waiting, approved } = facts;
  const isEmpty =
    attention.length === 0 &&
    waiting.total === 0 &&
    approved.count === 0 &&
    draftsAhead === 0 &&
    !hasHappened(facts.yesterday);
  return { facts, attention, draftsAhead, isEmpty };
}

function attentionOf(facts: DigestFacts): readonly Attention[] {
  const { pausedReason, openHolds, held, uncertain, vetoed, untold } = facts;
  return [
    ...(pausedReason === null ? [] : [{ kind: 'paused', reason: pausedReason } as const]),
    ...doubtsByDetail(facts),
    ...(held > 0 || openHolds.length > 0 ? [{ kind: 'hold', jobs: openHolds, held } as const] : []),
    ...(uncertain > 0 ? [{ kind: 'uncertain', count: uncertain } as const] : []),
    ...(vetoed.length > 0 ? [{ kind: 'vetoed', jobs: vetoed } as const] : []),
    ...facts.late.map((each) => ({ kind: 'late', ...each }) as const),
    ...facts.stuck.map((job) => ({ kind: 'stuck', job }) as const),
    ...facts.senders.map((each) => ({ kind: 'sender', ...each }) as const),
    ...facts.lostSenders.map((each) => ({ kind: 'lost_sender', ...each }) as const),
    ...(untold > 0 ? [{ kind: 'untold', count: untold } as const] : []),
  ];
}

/** One doubt of three jobs is one line. */
function doubtsByDetail({ doubts }: DigestFacts): readonly Attention[] {
  const jobsOf = new Map<string, string[]>();
  for (const { job, detail } of doubts) jobsOf.set(detail, [...(jobsOf.get(detail) ?? []), job]);
  return [...jobsOf].map(([detail, jobs]) => ({ kind: 'doubt', jobs, detail }) as const);
}

function hasHappened(yesterday: YesterdayFacts): boolean {
  const { drafted, sent, failed, replies, bounced, complained, unsubscribed } = yesterday;
  return drafted + sent + failed + replies.length + bounced + complained + unsubscribed > 0;
}

const BARS = '▁▂▃▄▅▆▇█';
const ASCII_BARS = '.:-=+*#@';

/** The volumes as a line of bars, the highest as high as can be; an empty day is the lowest. */
export function sparkline(values: readonly number[], { ascii }: { readonly ascii: boolean }): string {
  const bars = ascii ? ASCII_BARS : BARS;
  const most = Math.max(1, ...values);
  return values
    .map((value) => bars.charAt(Math.round((Math.max(0, value) / most) * (bars.length - 1))))
    .join('');
}
