/**
 * What was promised to the operator, in numbers, as the checker believes it: written down a second time on purpose, so that a
 * mistake in the program's own policy is not believed twice. Durations in milliseconds, minutes of the local day.
 */
export interface Rules {
  readonly operatorZone: string;
  /** YYYY-MM-DD in the operator's zone. */
  readonly holidays: readonly string[];
  /** ISO weekdays, 1 Monday to 7 Sunday. */
  readonly weekdays: readonly number[];
  readonly startMinute: number;
  /** Exclusive. */
  readonly endMinute: number;
  readonly watermarkMs: number;
  readonly coldStartMs: number;
  readonly draftsPerRun: Readonly<Record<string, number>>;
  readonly draftsPerDay: number;
  readonly sendsPerRun: number;
  readonly sendsPerDay: number;
  readonly blastRadiusFactor: number;
  readonly blastRadiusFloor: number;
  readonly draftExpiryMs: number;
  readonly maxLateMs: number;
  readonly confirmAfterMs: number;
  readonly quietMs: number;
  readonly coldMs: number;
  readonly nurtureMax: number;
  /** D6: by address; empty where the one sender has no cap of its own. */
  readonly senders: Readonly<Record<string, SenderRule>>;
}

/** The most mails that one mailbox may send in a day, and how it is warmed up; no `rampStart`: not at all. */
export interface SenderRule {
  readonly dailyCap: number;
  readonly rampStart?: number;
  readonly rampStep?: number;
}

/** The blocks of headgate.toml that say the same. */
export function senderBlocks(senders: Rules['senders']): string {
  return Object.entries(senders)
    .flatMap(([address, { dailyCap, rampStart, rampStep }]) => [
      '[[sender]]',
      `address = "${address}"`,
      `daily_cap = ${dailyCap}`,
      ...(rampStart === undefined ? [] : [`ramp_start = ${rampStart}`, `ramp_step = ${rampStep ?? 1}`]),
      '',
    ])
    .join('\n');
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The defaults of a workspace that says nothing else. */
export const DEFAULT_RULES: Rules = {
  operatorZone: 'UTC',
  holidays: [],
  weekdays: [1, 2, 3, 4, 5],
  startMinute: 9 * 60,
  endMinute: 17 * 60,
  watermarkMs: DAY_MS,
  coldStartMs: 36 * HOUR_MS,
  draftsPerRun: { drip: 5, nurture: 5 },
  draftsPerDay: 10,
  sendsPerRun: 10,
  sendsPerDay: 50,
  blastRadiusFactor: 3,
  blastRadiusFloor: 4,
  draftExpiryMs: 7 * DAY_MS,
  maxLateMs: 7 * DAY_MS,
  confirmAfterMs: 10 * 60_000,
  quietMs: 7 * DAY_MS,
  coldMs: 3 * DAY_MS,
  nurtureMax: 3,
  senders: {},
};

/** The wall clock of a zone, as Intl knows it: an opinion of its own beside the program's arithmetic. */
export interface Wall {
  readonly isoDate: string;
  readonly weekday: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export function wallAt(instant: number, zone: string): Wall {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '';
  return {
    isoDate: `${part('year')}-${part('month')}-${part('day')}`,
    weekday: WEEKDAYS.indexOf(part('weekday')) + 1,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}
