import { isSameAddress, type SenderRules } from './sender.ts';

/** One mailbox at this moment. */
export interface SenderDesk extends SenderRules {
  /** Today's cap with its warming up; null: none of its own. */
  readonly cap: number | null;
  /** What left, or may have, on the operator's day or in the last 24 hours, whichever is more (A6). */
  readonly used: number;
  /** Why it is paused; null when it is not. */
  readonly pausedReason: string | null;
}

/** Who writes to a lead, and whether it may now: what the guard `sender_cap` looks at. */
export interface SenderAtDoor {
  readonly address: string;
  /** Mails that it may still send; null: no cap of its own. */
  readonly room: number | null;
  readonly pausedReason: string | null;
  /** The sender that the lead had, and that is none any more; null when all is in order. */
  readonly removed: string | null;
}

/** What decides who writes. */
export interface Addressee {
  /** `from` of the sequence (cli.md 2.7): always this one. */
  readonly fixed: string | null;
  /** The sender that the lead keeps; null before its first mail. */
  readonly kept: string | null;
}

/**
 * D6: who writes to a lead. A sequence with a `from` of its own always uses that; a lead keeps its sender for life, and follows it to
 * whoever took it over by name; a new lead gets the sender with the most room left for its cap, the first in the file of equals. A
 * sender that is named no more, and that nobody took over, leaves its leads waiting. `areNamed`: there are [[sender]] blocks; else the
 * one sender has all leads, whoever wrote before.
 */
export function chooseSender(
  { fixed, kept }: Addressee,
  senders: { readonly desks: readonly SenderDesk[]; readonly areNamed: boolean },
): SenderAtDoor {
  const { desks, areNamed } = senders;
  if (fixed !== null) return atDoor(deskOf(desks, fixed) ?? unlisted(fixed));
  const best = mostRoom(desks);
  if (kept === null || !areNamed) return atDoor(best);
  const own = deskOf(desks, kept) ?? desks.find((desk) => isTakenOver(desk, kept));
  return own === undefined ? { ...atDoor(best), removed: kept } : atDoor(own);
}

/** The desk of an address among these; undefined when none has it. */
export function deskOf<T extends Pick<SenderRules, 'address'>>(
  desks: readonly T[],
  address: string,
): T | undefined {
  return desks.find((desk) => isSameAddress(desk.address, address));
}

function isTakenOver(desk: SenderDesk, address: string): boolean {
  return desk.takesOver.some((former) => isSameAddress(former, address));
}

/** How a desk looks to a message. */
export function atDoor({ address, cap, used, pausedReason }: SenderDesk): SenderAtDoor {
  return { address, room: cap === null ? null : Math.max(0, cap - used), pausedReason, removed: null };
}

/** A sender that only a sequence names has no cap of its own. */
function unlisted(address: string): SenderDesk {
  const rules = { address, dailyCap: null, rampStart: null, rampStep: 0, takesOver: [] };
  return { ...rules, cap: null, used: 0, pausedReason: null };
}

/** Fair: the shares that two senders have used of their caps never differ by more than one mail of the smaller cap. */
function mostRoom(desks: readonly SenderDesk[]): SenderDesk {
  const [first, ...others] = desks;
  if (first === undefined) throw new Error('there is always one sender');
  return others.reduce((best, desk) => (openness(desk) > openness(best) ? desk : best), first);
}

/** The part of the cap that is left, 0 to 1; a paused one stands behind all others. */
function openness({ cap, used, pausedReason }: SenderDesk): number {
  if (pausedReason !== null) return -1;
  if (cap === null) return 1;
  return cap === 0 ? 0 : Math.max(0, cap - used) / cap;
}
