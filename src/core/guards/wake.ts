import { isSameBoot } from '../boot.ts';
import type { Instant } from '../model.ts';
import type { Limits } from '../policy.ts';
import type { DoubtReason } from '../reasons.ts';

/** What lifts a doubt: `--force` or `confirm`; `adopt`; or only the world being right again. */
export type LiftedBy = 'confirm' | 'adopt' | 'being_right';

export interface Doubt {
  readonly reason: DoubtReason;
  readonly liftedBy: LiftedBy;
  /** One sentence for the operator. */
  readonly detail: string;
}

export interface WakeFacts {
  readonly now: Instant;
  readonly checkpointAt: Instant | null;
  readonly checkpointBootId: string | null;
  /** Null where the machine does not tell: counts as a new boot, since unknown means "do nothing". */
  readonly bootId: string | null;
  /** A5: a veto keeps the job preview-only until a person acts, whatever the boot says. */
  readonly vetoedAt: Instant | null;
}

const HOUR_MS = 3_600_000;

/**
 * A4, A5: the doubts that a gap or a reboot raises for one job. A gap of exactly the limit is no doubt, one
 * millisecond more is. Without any checkpoint the boot is not asked: there is nothing it could be compared with.
 */
export function wakeDoubts(facts: WakeFacts, limits: Limits): readonly Doubt[] {
  if (facts.checkpointAt === null) {
    return [
      {
        reason: 'no_checkpoint',
        liftedBy: 'confirm',
        detail: 'no live run of this job has ever succeeded here',
      },
    ];
  }
  const doubts: Doubt[] = [];
  const gapMs = facts.now - facts.checkpointAt;
  if (gapMs > limits.coldStartMs) {
    const limitHours = limits.coldStartMs / HOUR_MS;
    doubts.push({
      reason: 'gap',
      liftedBy: 'confirm',
      detail: `the last full run was ${(gapMs / HOUR_MS).toFixed(1)} h ago, the limit is ${String(limitHours)} h`,
    });
  }
  if (!isSameBoot(facts.bootId, facts.checkpointBootId)) {
    doubts.push({
      reason: 'first_boot',
      liftedBy: 'confirm',
      detail: 'this is the first run since the machine booted',
    });
  } else if (facts.vetoedAt !== null) {
    doubts.push({
      reason: 'first_boot',
      liftedBy: 'confirm',
      detail: 'its preview was vetoed and no person has acted since',
    });
  }
  return doubts;
}

/** One configured source of replies and how far it was read (A21). */
export interface ReplySourceFacts {
  readonly sourceId: string;
  readonly readToEndAt: Instant | null;
  readonly readOnBootId: string | null;
}

export interface ReplyFacts {
  readonly now: Instant;
  readonly bootId: string | null;
  readonly sources: readonly ReplySourceFacts[];
}

/** A21: while any configured source was not read to its end recently, and since this boot, an answer may be waiting. */
export function repliesUnread(facts: ReplyFacts, limits: Limits): readonly Doubt[] {
  const unread = facts.sources.filter((source) => {
    if (source.readToEndAt === null) return true;
    const isOld = facts.now - source.readToEndAt > limits.replyAgeMs;
    return isOld || !isSameBoot(source.readOnBootId, facts.bootId);
  });
  return unread.map((source) => ({
    reason: 'replies_unread',
    liftedBy: 'being_right',
    detail: `${source.sourceId} was ${readText(source, facts, limits)}; an answer may be waiting there`,
  }));
}

function readText(source: ReplySourceFacts, { now, bootId }: ReplyFacts, limits: Limits): string {
  if (source.readToEndAt === null) return 'never read to its end';
  const ageMs = now - source.readToEndAt;
  const when = `last read to its end ${(ageMs / HOUR_MS).toFixed(1)} h ago`;
  if (ageMs > limits.replyAgeMs) return when;
  return bootId === null
    ? `${when}, and this machine does not tell whether it has booted since`
    : `${when}, before the machine booted`;
}

/** A20: what is left of the doubts when the operator says `--force` (or confirms by hand). */
export function liftByPerson(doubts: readonly Doubt[]): readonly Doubt[] {
  return doubts.filter((doubt) => doubt.liftedBy !== 'confirm');
}
