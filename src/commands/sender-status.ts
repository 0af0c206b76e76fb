import {
  HEALTH_WINDOW_MS,
  judgeHealth,
  type SenderHealth,
  type SenderRecord,
} from '../core/senders/health.ts';
import type { Instant } from '../core/model.ts';
import { leadsBySender, pausedSenders, troubledSenders } from '../store/senders.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { Senders } from '../config/senders.ts';
import type { Engine } from './engine/engine.ts';
import { SenderBook, type DeskToday } from './engine/sender-book.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';

/** One mailbox on the screen of `status`. */
export interface SenderStatus {
  readonly desk: DeskToday;
  readonly leads: number;
  /** Bounces and complaints of the last 30 days, or since it was resumed; null where nothing is known against it. */
  readonly record: SenderRecord | null;
  readonly health: SenderHealth['kind'];
  /** Why it is paused, or warned of; null when all is well. */
  readonly detail: string | null;
  readonly pausedSinceAt: Instant | null;
}

export interface SendersFacts {
  readonly areNamed: boolean;
  readonly senders: readonly SenderStatus[];
  /** Senders that are in no block any more, and that nobody took over: their leads wait. */
  readonly removed: readonly { readonly address: string; readonly leads: number }[];
}

/** D6: what every mailbox sent and may send today, and how it fares. In the caller's snapshot; reads only. */
export function sendersFacts(engine: Engine, senders: Senders): SendersFacts {
  const { db, now, policy } = engine;
  const book = new SenderBook(senders, { isRehearsal: !policy.live });
  book.refresh(engine);
  const leads = leadsBySender(db);
  const records = troubledSenders(db, now - HEALTH_WINDOW_MS);
  const pauses = pausedSenders(db);
  const statuses = book.desks().map((desk): SenderStatus => {
    const key = desk.address.toLowerCase();
    const record = records.get(key) ?? null;
    const health = record === null ? ({ kind: 'well' } as const) : judgeHealth(record);
    return {
      desk,
      leads: leads.get(key) ?? 0,
      record,
      health: health.kind,
      detail: desk.pausedReason ?? ('detail' in health ? health.detail : null),
      pausedSinceAt: pauses.get(key)?.at ?? null,
    };
  });
  return { areNamed: senders.areNamed, senders: statuses, removed: removedSenders(senders, leads) };
}

function removedSenders(
  { all, areNamed }: Senders,
  leads: ReadonlyMap<string, number>,
): SendersFacts['removed'] {
  if (!areNamed) return [];
  const known = new Set(all.flatMap(({ address, takesOver }) => [address, ...takesOver]).map(lowerCase));
  return [...leads]
    .filter(([address]) => !known.has(address))
    .map(([address, count]) => ({ address, leads: count }));
}

function lowerCase(address: string): string {
  return address.toLowerCase();
}

/** As `status --json` has them. */
export function sendersItem({
  senders,
  removed,
}: SendersFacts): Readonly<Record<'senders' | 'removed_senders', readonly unknown[]>> {
  return {
    senders: senders.map(({ desk, leads, record, health, detail, pausedSinceAt }) => ({
      address: desk.address,
      sent_today: desk.sentToday,
      cap_today: desk.cap,
      daily_cap: desk.dailyCap,
      ramp_day: isWarming(desk) ? desk.rampDay : null,
      leads,
      health: desk.pausedReason === null ? health : 'stop',
      detail,
      mails: record?.mails ?? null,
      bounces: record?.bounces ?? 0,
      complaints: record?.complaints ?? 0,
      paused: desk.pausedReason !== null,
      paused_since_at: pausedSinceAt === null ? null : formatInstant(pausedSinceAt),
    })),
    removed_senders: removed,
  };
}

/** The lines of the screen: all of several, the one only when something is the matter with it. */
export function senderLines(
  terminal: Terminal,
  { areNamed, senders, removed }: SendersFacts,
): readonly string[] {
  const dot = ` ${terminal.symbols.dot} `;
  const shown = areNamed ? senders : senders.filter(({ detail }) => detail !== null);
  const lines = [
    ...shown.flatMap((each) => [
      [escapeText(each.desk.address), todayText(each.desk), countOf(each.leads, 'lead')].join(dot),
      ...(each.detail === null ? [] : [terminal.yellow(`  ${stateText(each)}: ${each.detail}`)]),
    ]),
    ...removed.map(({ address, leads }) =>
      terminal.yellow(
        `${escapeText(address)} is in no [[sender]] block: ${countOf(leads, 'lead')} wait until one takes_over it`,
      ),
    ),
  ];
  return lines.map((line, index) => ` ${index === 0 ? 'Senders' : '       '}   ${line}`);
}

function stateText({ desk }: SenderStatus): string {
  return desk.pausedReason === null ? 'warning' : 'PAUSED';
}

function todayText(desk: DeskToday): string {
  const cap = desk.cap === null ? '' : ` of ${String(desk.cap)}`;
  const ramp = isWarming(desk) ? `, day ${String(desk.rampDay)} of warming up` : '';
  return `${String(desk.sentToday)}${cap} today${ramp}`;
}

/** Still below the cap that it is warmed up for. */
function isWarming({ rampStart, cap, dailyCap }: DeskToday): boolean {
  return rampStart !== null && cap !== null && dailyCap !== null && cap < dailyCap;
}
