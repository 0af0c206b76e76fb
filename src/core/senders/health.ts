import { DAY_MS } from '../time/durations.ts';

/** So far back bounces and complaints count against a sender. */
export const HEALTH_WINDOW_MS = 30 * DAY_MS;
/** With fewer mails than this, a rate says nothing. */
export const HEALTH_SAMPLE_MIN = 100;
/** One unlucky recipient is no pattern, however few the mails. */
const EVENTS_TO_STOP_MIN = 2;

const LINES = {
  bounces: { warn: 0.02, stop: 0.05, words: 'hard bounces' },
  complaints: { warn: 0.001, stop: 0.003, words: 'complaints' },
} as const;

/** What became of the mails of one sender within the window, since a person last resumed it. */
export interface SenderRecord {
  /** Mails that left, or were refused at the door of the recipient's server. */
  readonly mails: number;
  readonly bounces: number;
  readonly complaints: number;
}

export type SenderHealth =
  /** Too few mails to say. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'well' }
  | { readonly kind: 'warn' | 'stop'; readonly detail: string };

/**
 * D6: too many addresses that do not exist, or people who complain, cost a mailbox its name: it warns at 2 % hard bounces or 0.1 %
 * complaints and stops at 5 % or 0.3 % (the large mailbox providers ask for less than 0.3 %), from 100 mails on.
 */
export function judgeHealth(record: SenderRecord): SenderHealth {
  if (record.mails < HEALTH_SAMPLE_MIN) return { kind: 'unknown' };
  const found = (['bounces', 'complaints'] as const)
    .map((cause) => judgeCause(record, cause))
    .filter((each) => each !== null);
  return found.find(({ kind }) => kind === 'stop') ?? found[0] ?? { kind: 'well' };
}

/** Null: nothing against it. */
function judgeCause(record: SenderRecord, cause: 'bounces' | 'complaints'): SenderHealth | null {
  const { warn, stop, words } = LINES[cause];
  const count = record[cause];
  const rate = count / record.mails;
  if (rate < warn) return null;
  const isStop = rate >= stop && count >= EVENTS_TO_STOP_MIN;
  const line = isStop ? `it stops at ${percent(stop)}` : `it warns at ${percent(warn)}`;
  const detail = `${percent(rate)} ${words} (${String(count)} of ${String(record.mails)} mails; ${line})`;
  return { kind: isStop ? 'stop' : 'warn', detail };
}

/** `5 %`, `0.3 %`, `2.17 %`. */
function percent(rate: number): string {
  return `${String(Math.round(rate * 10_000) / 100)} %`;
}
