import type { Instant } from '../model.ts';
import { BEFORE_THE_FIRST, entryHash, type AuditEntry, type AuditHead } from './entry.ts';
import { BREAK_KINDS } from './kinds.ts';

/** Something that nobody may do to a trail; `number` is the entry at which it shows. */
export interface AuditFault {
  readonly number: number;
  readonly fault:
    /** Its fields are not those that its hash was made of. */
    | 'changed'
    /** It does not follow the entry before it: one was removed, put in or moved. */
    | 'not_linked'
    /** Numbers before it are missing, and no `restored` entry says why. */
    | 'missing'
    /** The trail ends before an entry that is known outside of it. */
    | 'cut_off'
    /** What is known outside of it is another entry of that number, or none. */
    | 'rewritten'
    /** There is no first entry, or it is that of another state. */
    | 'no_beginning';
  readonly detail: string;
}

/** A place at which the trail goes on otherwise, and says so. */
export interface AuditBreak {
  readonly number: number;
  readonly kind: string;
  readonly at: Instant;
  readonly actor: string;
  /** How many entries are known to be gone. */
  readonly missing: number;
  /** The last number that was known outside of the state; null when nobody knew one. */
  readonly outsideNumber: number | null;
}

export interface Verification {
  readonly entries: number;
  /** Where the trail ends; null for an empty one. */
  readonly head: AuditHead | null;
  readonly breaks: readonly AuditBreak[];
  /** The first ones, by number. */
  readonly faults: readonly AuditFault[];
  /** How many there are in all. */
  readonly faultCount: number;
  /** What is known outside behind the last entry, if anything is: each is a fault too. */
  readonly cutOff: CutOff | null;
}

export interface CutOff {
  /** Each once. */
  readonly sources: readonly string[];
  /** How many heads are known behind the end. */
  readonly count: number;
  /** The newest of them. */
  readonly last: number;
}

/** `restored`: whole as far as it goes, and an older copy than what is known outside: it waits for `adopt`. */
export type TrailVerdict = 'whole' | 'breaks_shown' | 'restored' | 'tampered';

/**
 * A13, A15: what a trail is taken for. One that only ends too early is an older copy's, unless the state itself has come as far as the
 * stamp that knows more of its trail: then the trail alone was cut. Beside a stamp that was put back too, or is gone, nobody can tell.
 */
export function trailVerdict(
  { faultCount, breaks, cutOff }: Pick<Verification, 'faultCount' | 'breaks' | 'cutOff'>,
  { writeCounter, stampedCounter }: { readonly writeCounter: number; readonly stampedCounter: number | null },
): TrailVerdict {
  if (faultCount === 0) return breaks.length > 0 ? 'breaks_shown' : 'whole';
  if (cutOff === null || cutOff.count < faultCount) return 'tampered';
  const isKnownByStamp = cutOff.sources.includes(STAMP_SOURCE);
  return isKnownByStamp && writeCounter >= (stampedCounter ?? 0) ? 'tampered' : 'restored';
}

/** The stamp among the sources of what is known outside. */
export const STAMP_SOURCE = 'stamp.json';

/** What somebody outside of the state knows of its trail. */
export interface OutsideHead extends AuditHead {
  /** `stamp.json`, `send-journal.jsonl` */
  readonly source: string;
}

export interface VerifyRequest {
  /** In the order of their numbers. */
  readonly entries: Iterable<AuditEntry>;
  /** The state's own id, which its first entry names. */
  readonly stateId: string;
  /** Every head that is known outside, in any order. Read after the entries: what a program adds meanwhile is found by `hashAt`. */
  readonly outside: Iterable<OutsideHead>;
  /** The hash that is stored under a number; null for none. */
  readonly hashAt: (number: number) => string | null;
  /** Entries up to this one are taken for good: only what follows is read. Null: from the first. */
  readonly after?: AuditHead | null;
}

const FAULTS_NAMED_MAX = 100;

/**
 * Reads a trail from its beginning (or from `after`) and says at which entries it was tampered with, and at which it breaks off and says so.
 * Whoever can write the state, its stamp and its journal can make all three agree again; nobody else can.
 */
export function verifyTrail(request: VerifyRequest): Verification {
  const walk = new Walk(request.after ?? null);
  for (const entry of request.entries) walk.visit(entry);
  walk.begin(request.stateId);
  for (const head of request.outside) walk.compare(head, request.hashAt);
  return walk.result();
}

class Walk {
  private readonly start: AuditHead;
  private readonly isWhole: boolean;
  private previous: AuditHead;
  private first: AuditEntry | null = null;
  private entries = 0;
  private readonly breaks: AuditBreak[] = [];
  /** Ranges of numbers that a `restored` entry accounts for. */
  private readonly gaps: { readonly from: number; readonly to: number }[] = [];
  private readonly faults: AuditFault[] = [];
  private faultCount = 0;
  private cutOff: CutOff | null = null;

  constructor(after: AuditHead | null) {
    this.start = after ?? BEFORE_THE_FIRST;
    this.isWhole = after === null;
    this.previous = this.start;
  }

  visit(entry: AuditEntry): void {
    this.first ??= entry;
    this.entries += 1;
    const { number } = entry;
    const told = BREAK_KINDS.has(entry.kind) ? breakOf(entry, this.previous) : null;
    if (told !== null) this.breaks.push(told);
    if (number !== this.previous.number + 1) this.leap(entry, told);
    if (entry.previousHash !== this.previous.hash) {
      this.fault(
        number,
        'not_linked',
        'it does not follow the entry before it: one was removed, put in or moved',
      );
    }
    if (entryHash(entry) !== entry.hash) {
      this.fault(number, 'changed', 'it is not what it was when it was written');
    }
    this.previous = entry;
  }

  private leap({ number }: AuditEntry, told: AuditBreak | null): void {
    const from = this.previous.number + 1;
    const to = number - 1;
    if (told?.kind === 'restored' && told.outsideNumber === to) {
      this.gaps.push({ from, to });
      return;
    }
    const which = from === to ? `entry ${String(from)} is` : `entries ${String(from)} to ${String(to)} are`;
    this.fault(number, 'missing', `${which} missing before it`);
  }

  /** Every state begins with an entry that names it. */
  begin(stateId: string): void {
    if (!this.isWhole) return;
    const { first } = this;
    if (first?.kind === 'created' && first.number === 1 && first.subject === stateId) return;
    this.fault(1, 'no_beginning', 'the first entry is not the one with which this state was made');
  }

  compare({ source, number, hash }: OutsideHead, hashAt: VerifyRequest['hashAt']): void {
    if (number <= this.start.number && !this.isWhole) return;
    const stored = hashAt(number);
    if (stored === hash || (stored === null && this.isAccountedFor(number))) return;
    const { number: last } = this.previous;
    if (stored === null && number > last) {
      this.fault(number, 'cut_off', `${source} knows it, but the trail ends with ${String(last)}`);
      const before = this.cutOff ?? { sources: [], count: 0, last: 0 };
      this.cutOff = {
        sources: [...new Set([...before.sources, source])],
        count: before.count + 1,
        last: Math.max(before.last, number),
      };
      return;
    }
    const what = stored === null ? 'it is missing' : 'it is another one';
    this.fault(number, 'rewritten', `${source} knows it, but in the trail ${what}`);
  }

  private isAccountedFor(number: number): boolean {
    return this.gaps.some(({ from, to }) => number >= from && number <= to);
  }

  private fault(number: number, fault: AuditFault['fault'], detail: string): void {
    this.faultCount += 1;
    if (this.faults.length < FAULTS_NAMED_MAX) this.faults.push({ number, fault, detail });
  }

  result(): Verification {
    const { entries, breaks, faultCount, cutOff } = this;
    const faults = this.faults.toSorted((one, other) => one.number - other.number);
    return {
      entries,
      head: this.previous.number === 0 ? null : headOf(this.previous),
      breaks,
      faults,
      faultCount,
      cutOff,
    };
  }
}

function headOf({ number, hash }: AuditHead): AuditHead {
  return { number, hash };
}

function breakOf({ number, kind, at, actor, detail }: AuditEntry, previous: AuditHead): AuditBreak {
  const outsideNumber = outsideNumberOf(detail);
  const missing = outsideNumber === null ? 0 : Math.max(0, outsideNumber - previous.number);
  return { number, kind, at, actor, missing: kind === 'restored' ? missing : 0, outsideNumber };
}

function outsideNumberOf(detail: string): number | null {
  try {
    const value: unknown = JSON.parse(detail);
    if (typeof value !== 'object' || value === null || !('outside_number' in value)) return null;
    return typeof value.outside_number === 'number' ? value.outside_number : null;
  } catch {
    // Not as it was written: its own hash says so.
    return null;
  }
}
