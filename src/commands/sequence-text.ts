import type { SendWindow, StepTiming, StoredSequence, StoredStep, Trigger } from '../core/model.ts';
import { formatDelay } from '../core/time/durations.ts';
import { formatInstant } from '../core/time/instants.ts';

/** Sequences in the words of sequence.toml: for documents the same keys, for people one short phrase. */

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `{ after: "2d" }` or `{ day: 5 }`. */
export function timingDocument(timing: StepTiming): Readonly<Record<string, string | number>> {
  return timing.kind === 'after' ? { after: formatDelay(timing.delay) } : { day: timing.day };
}

/** `after 2d`, `day 5`. */
export function timingText(timing: StepTiming): string {
  return timing.kind === 'after' ? `after ${formatDelay(timing.delay)}` : `day ${timing.day}`;
}

/** The four keys of a window (C3), or null. */
export function windowDocument(window: SendWindow | null): Readonly<Record<string, unknown>> | null {
  if (window === null) return null;
  const { startMinute, endMinute, zone, weekdays } = window;
  return { start: clockText(startMinute), end: clockText(endMinute), tz: zone, weekdays };
}

/** `09:00 to 11:00 lead, Tue Wed Thu`; `any time` for none. */
export function windowText(window: SendWindow | null): string {
  if (window === null) return 'any time';
  const days = window.weekdays.map((day) => WEEKDAYS[day - 1] ?? '').join(' ');
  const hours = `${clockText(window.startMinute)} to ${clockText(window.endMinute)} ${window.zone}`;
  return days === '' ? hours : `${hours}, ${days}`;
}

/** The keys of `[trigger]` (B1). */
export function triggerDocument(trigger: Trigger): Readonly<Record<string, unknown>> {
  return {
    form: trigger.forms,
    source: trigger.sources,
    platform: trigger.platforms,
    notes_contain: trigger.notesContain,
    tags: trigger.tags,
    where: trigger.where.map(({ field, equals }) => ({ field, equals })),
    catch_all: trigger.catchAll,
    priority: trigger.priority,
    allow_parallel: trigger.allowParallel,
  };
}

/** `form contact-2026 or source form:*`; `nothing` when no line could match. */
export function triggerText(trigger: Trigger): string {
  const lines = [
    ...trigger.forms.map((value) => `form ${value}`),
    ...trigger.sources.map((value) => `source ${value}`),
    ...trigger.platforms.map((value) => `platform ${value}`),
    ...trigger.notesContain.map((value) => `notes contain "${value}"`),
    ...trigger.tags.map((value) => `tag ${value}`),
    ...trigger.where.map(({ field, equals }) => `${field} = ${equals}`),
    ...(trigger.catchAll ? ['whatever nothing else catches'] : []),
  ];
  return lines.length === 0 ? 'nothing' : lines.join(' or ');
}

/** One step of `sequences list --json` (cli.md 2.6): tombstones included. `position` counts live steps from 0. */
export function stepDocument(step: StoredStep): Readonly<Record<string, unknown>> {
  return {
    id: step.id,
    position: step.position,
    timing: timingDocument(step.timing),
    window: windowDocument(step.window),
    deleted_at: step.deletedAt === null ? null : formatInstant(step.deletedAt),
  };
}

/** The steps that are still sent, in order. */
export function liveSteps(sequence: Pick<StoredSequence, 'steps'>): readonly StoredStep[] {
  return sequence.steps.filter((step) => step.deletedAt === null);
}

function clockText(minute: number): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}
