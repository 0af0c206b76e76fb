/** Minutes of a day; an end before the start is the next morning. */
export interface QuietHours {
  readonly startMinute: number;
  readonly endMinute: number;
}

/** Whether a minute of the operator's day is quiet. The end is open again; null: there are no quiet hours. */
export function isQuietMinute(hours: QuietHours | null, minuteOfDay: number): boolean {
  if (hours === null) return false;
  const { startMinute, endMinute } = hours;
  if (startMinute <= endMinute) return minuteOfDay >= startMinute && minuteOfDay < endMinute;
  return minuteOfDay >= startMinute || minuteOfDay < endMinute;
}
