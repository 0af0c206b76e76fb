import type { Instant } from '../../core/model.ts';
import { clampForward } from '../../core/time/windows.ts';
import { loadedHolidays } from '../../store/holidays.ts';
import { leadByRowId } from '../../store/leads.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { formatClock, formatDay, zoneLabel } from '../output/time.ts';
import type { Desk } from './desk.ts';

/** D7, A11: when a draft would leave if it were approved now, in the operator's zone and the lead's; sentence by sentence. */
export function leavingText(desk: Desk, message: StoredMessage): readonly string[] {
  const { policy } = desk.engine;
  if (!policy.live) return ['If you approve now: it goes to the outbox with the next send. Not live.'];
  const at = earliestLeaving(desk, message);
  if (at === null) return ['If you approve now: it waits, for the lead has no working hours this year.'];
  const here = `${timeText(at, policy.timezone, desk.engine.now)} ${zoneLabel(policy.timezone)}`;
  const there = `${timeText(at, message.leadZone, desk.engine.now)} in ${zoneLabel(message.leadZone)}`;
  return [`If you approve now: leaves at ${here} (${there}).`, 'Until then u takes it back.'];
}

/** When the undo is over, moved into the lead's hours and the step's window: the same rule as the guard at the door (D2). */
function earliestLeaving({ engine }: Desk, message: StoredMessage): Instant | null {
  const { db, now, policy } = engine;
  const sequence = [...engine.sequences.values()].find(({ id }) => id === message.sequenceId);
  const step = sequence?.steps.find(({ rowId }) => rowId === message.stepRowId);
  const holidays = loadedHolidays(db)(leadByRowId(db, message.leadRowId)?.country ?? null);
  const clamped = clampForward({
    notBefore: now + policy.limits.undoMs,
    window: step?.window ?? sequence?.window ?? null,
    hours: policy.hours,
    leadZone: message.leadZone,
    isHoliday: (isoDate) => holidays.has(isoDate),
  });
  return clamped?.at ?? null;
}

/** `09:40`; with its day when it is another one there. */
function timeText(at: Instant, zone: string, now: Instant): string {
  const day = formatDay(at, zone);
  return day === formatDay(now, zone) ? formatClock(at, zone) : `${day} ${formatClock(at, zone)}`;
}
