import type { SenderRules } from './sender.ts';

/**
 * D6: the cap of one day. A mailbox that is warmed up begins at `rampStart` and may send `rampStep` more for each day on which it has
 * sent before; a day without mail warms nothing up. Null: no cap of its own.
 */
export function capOnDay(
  { dailyCap, rampStart, rampStep }: Pick<SenderRules, 'dailyCap' | 'rampStart' | 'rampStep'>,
  sendingDaysBefore: number,
): number | null {
  if (dailyCap === null || rampStart === null) return dailyCap;
  return Math.min(dailyCap, rampStart + rampStep * sendingDaysBefore);
}
