import { nearestWord } from '../../core/nearest.ts';
import type { Instant } from '../../core/model.ts';
import { APPROVE_AFTER_DEFAULT_MS } from '../../core/rehearsal/person.ts';
import { REHEARSED_GUARDS } from '../../core/rehearsal/guards.ts';
import { parseSpan } from '../../core/rehearsal/span.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import { parseDurationMs } from '../../core/time/durations.ts';
import { parseInstant } from '../../core/time/instants.ts';
import type { Invocation } from '../cli-context.ts';
import { countOption, flagOption, listOption, textOption, usageError } from '../options.ts';
import type { Span } from './script.ts';

const DAYS_DEFAULT = 14;
const DAYS_MAX = 366;
const SPANS_MAX = 50;

/** What the flags of `simulate` ask for. */
export interface RehearsalRequest {
  readonly days: number;
  /** False where `days` is what nobody said. */
  readonly isDaysAsked: boolean;
  /** Null: now. */
  readonly at: Instant | null;
  readonly story: string | null;
  /** Empty: all guards; the comparison with an outage is made then. */
  readonly without: readonly string[];
  readonly approveAfterMs: number | null;
  readonly seed: number;
  /** Shares of 1; null: by the state's own history. */
  readonly replyShare: number | null;
  readonly bounceShare: number | null;
  readonly htmlFile: string | null;
  /** True: the sequence files are applied on the copy first (C5). */
  readonly withEdits: boolean;
}

/** Reads the flags (cli.md 2.2); throws 64 for what cannot be meant. */
export function readRehearsalRequest(invocation: Invocation): RehearsalRequest {
  const days = countOption(invocation, 'days') ?? DAYS_DEFAULT;
  if (days < 1 || days > DAYS_MAX)
    throw usageError(`--days ${String(days)} is not between 1 and ${String(DAYS_MAX)}`);
  const at = textOption(invocation, 'at');
  return {
    days,
    isDaysAsked: textOption(invocation, 'days') !== null,
    at: at === null ? null : instantOf('at', at),
    story: textOption(invocation, 'story'),
    without: guardsOf(listOption(invocation, 'without')),
    approveAfterMs: approveAfterOf(textOption(invocation, 'approveAfter')),
    seed: countOption(invocation, 'seed') ?? 1,
    replyShare: shareOf(invocation, 'replies'),
    bounceShare: shareOf(invocation, 'bounces'),
    htmlFile: textOption(invocation, 'html'),
    withEdits: flagOption(invocation, 'edits'),
  };
}

/** Outages and reboots are dates of the operator, so they are read once the configuration is. Throws 64. */
export function readInterruptions(
  invocation: Invocation,
  zone: string,
): { readonly outages: readonly Span[]; readonly reboots: readonly Instant[] } {
  const outages = listOption(invocation, 'outage').map((text) => {
    const span = parseSpan(text, zone);
    if ('problem' in span)
      throw usageError(`--outage: ${span.problem}`, 'headgate simulate --outage 2026-02-18..2026-03-10');
    return span;
  });
  const reboots = listOption(invocation, 'reboot').map((text) => instantOf('reboot', text));
  if (outages.length > SPANS_MAX || reboots.length > SPANS_MAX)
    throw usageError(`at most ${String(SPANS_MAX)} outages and as many reboots`);
  const inOrder = [...outages].sort((one, other) => one.fromAt - other.fromAt);
  const overlap = inOrder.find((span, index) => span.fromAt < (inOrder[index - 1]?.toAt ?? -Infinity));
  if (overlap !== undefined) throw usageError('--outage: two of them overlap', 'Give one that holds both.');
  return { outages: inOrder, reboots: [...new Set(reboots)].sort((one, other) => one - other) };
}

function guardsOf(typed: readonly string[]): readonly string[] {
  const names = [
    ...new Set(typed.flatMap((text) => text.split(',')).map((name) => name.trim().replaceAll('-', '_'))),
  ];
  for (const name of names) {
    if (REHEARSED_GUARDS.includes(name)) continue;
    const near = nearestWord(name, REHEARSED_GUARDS);
    throw usageError(
      name === '' ? '--without names no guard' : `--without ${name}: there is no such guard`,
      near === null
        ? `One of: ${REHEARSED_GUARDS.join(', ')}`
        : `Did you mean ${near}? All: ${REHEARSED_GUARDS.join(', ')}`,
    );
  }
  return names;
}

function approveAfterOf(text: string | null): number | null {
  if (text === null) return APPROVE_AFTER_DEFAULT_MS;
  if (text === 'never') return null;
  const ms = text === '0' ? 0 : parseDurationMs(text);
  if (typeof ms === 'number' && ms <= 31 * DAY_MS) return ms;
  throw usageError(`--approve-after "${text}" is no time to wait: write 0, "90m", "6h", "2d" or "never"`);
}

/** Percent, as typed, to a share of 1. */
function shareOf(invocation: Invocation, name: string): number | null {
  const text = textOption(invocation, name);
  if (text === null) return null;
  const percent = Number(text);
  if (/^\d{1,3}(\.\d{1,3})?$/.test(text) && percent <= 100) return percent / 100;
  throw usageError(`--${name} takes percent from 0 to 100, not "${text}"`);
}

function instantOf(name: string, text: string): Instant {
  const instant = parseInstant(text);
  if (typeof instant === 'number') return instant;
  throw usageError(`--${name}: ${instant.problem}`, `headgate simulate --${name} 2026-02-18T09:03:00Z`);
}
