import { parseMailbox } from '../../config/check-mail.ts';
import {
  atDoor,
  chooseSender,
  deskOf,
  type SenderAtDoor,
  type SenderDesk,
} from '../../core/senders/assignment.ts';
import { capOnDay } from '../../core/senders/ramp.ts';
import { isSameAddress, type SenderRules } from '../../core/senders/sender.ts';
import { startOfLocalDay } from '../../core/time/zone.ts';
import { noteSendingDay, senderCounts } from '../../store/senders.ts';
import type { Engine } from './engine.ts';
import { unwellSenders } from './sender-health.ts';

/** The configured mailboxes, as `config/senders.ts` has them. */
export interface KnownSenders {
  readonly all: readonly SenderRules[];
  readonly areNamed: boolean;
}

/** Whom a message is for, as far as its sender depends on it. */
export interface SenderQuestion {
  /** `from` of its sequence, as written; null for none. */
  readonly from: string | null;
  readonly leadSender: string | null;
}

/** One mailbox today. */
export interface DeskToday extends SenderDesk {
  readonly sentToday: number;
  /** The how-manieth day of its warming up this is, from 1. */
  readonly rampDay: number;
}

/**
 * D6: what every mailbox may still send. Counted once, in the transaction that claims, and kept up to date by what is taken from it:
 * a claim costs the same whatever left today. Counted again when anybody else has written, when a claim came back, and on a new day.
 */
export class SenderBook {
  readonly senders: KnownSenders;
  readonly #isRehearsal: boolean;
  readonly #addresses = new Map<string, string | null>();
  readonly #noted = new Set<string>();
  #desks: DeskToday[] = [];
  #pauses: ReadonlyMap<string, string> = new Map();
  #countedAt: string | null = null;

  constructor(senders: KnownSenders, { isRehearsal }: { readonly isRehearsal: boolean }) {
    this.senders = senders;
    this.#isRehearsal = isRehearsal;
  }

  /** In the transaction whose claims it is to answer for. */
  refresh(engine: Engine): void {
    const countedAt = `${String(engine.db.foreignCommits())} ${engine.operatorDay}`;
    if (this.#countedAt === countedAt) return;
    this.#count(engine);
    this.#countedAt = countedAt;
  }

  /** A claim did not come to a delivery: what it used is free again, so count anew. */
  forget(): void {
    this.#countedAt = null;
  }

  /**
   * Who writes, and whether it may now. `proposed`: whom the mail was composed for; a lead without a sender goes to that one, so that
   * the bytes and the count agree.
   */
  at({ from, leadSender }: SenderQuestion, proposed: string | null = null): SenderAtDoor {
    const fixed = this.fixedSender(from);
    const found = chooseSender(
      { fixed, kept: leadSender },
      { desks: this.#desks, areNamed: this.senders.areNamed },
    );
    const isFree = fixed === null && leadSender === null && proposed !== null;
    const desk = isFree ? deskOf(this.#desks, proposed) : undefined;
    const sender = desk === undefined ? found : atDoor(desk);
    const pausedReason = this.#pauses.get(sender.address.toLowerCase()) ?? null;
    return pausedReason === sender.pausedReason ? sender : { ...sender, pausedReason };
  }

  /** The bare address of a sequence's `from`. */
  fixedSender(from: string | null): string | null {
    if (from === null) return null;
    const known = this.#addresses.get(from);
    if (known !== undefined) return known;
    const address = parseMailbox(from)?.address ?? null;
    this.#addresses.set(from, address);
    return address;
  }

  /** One mail more from this address. */
  take(address: string): void {
    this.#desks = this.#desks.map((desk) =>
      isSameAddress(desk.address, address) ? { ...desk, used: desk.used + 1 } : desk,
    );
  }

  /** A mail left from this address, or may have: today warms it up. In the caller's transaction. */
  noteLeft({ db, operatorDay }: Engine, address: string): void {
    const key = `${address} ${operatorDay}`;
    if (this.#noted.has(key)) return;
    noteSendingDay(db, { address, operatorDay, isRehearsal: this.#isRehearsal });
    this.#noted.add(key);
  }

  desks(): readonly DeskToday[] {
    return this.#desks;
  }

  #count(engine: Engine): void {
    const { db, now, operatorDay, policy } = engine;
    const dayStartedAt = startOfLocalDay(operatorDay, policy.timezone);
    const counts = senderCounts(db, { now, operatorDay, dayStartedAt, isRehearsal: this.#isRehearsal });
    const pauses = new Map([...counts.pauses].map(([address, { reason }]) => [address, reason]));
    // Above a line and not paused yet: it is before the next mail, so a preview must show it so already.
    for (const { address, health } of unwellSenders(engine))
      if (health.kind === 'stop' && !pauses.has(address)) pauses.set(address, health.detail);
    this.#pauses = pauses;
    this.#desks = this.senders.all.map((rules) => {
      const key = rules.address.toLowerCase();
      const days = counts.daysBefore.get(key) ?? 0;
      return {
        ...rules,
        cap: capOnDay(rules, days),
        used: counts.used.get(key) ?? 0,
        sentToday: counts.sentToday.get(key) ?? 0,
        rampDay: days + 1,
        pausedReason: pauses.get(key) ?? null,
      };
    });
  }
}
