import type { Weekday } from './model.ts';

/** A11: the hours in which anything may be drafted or sent, in the lead's zone. `endMinute` is exclusive, up to 1440. */
export interface WorkingHours {
  readonly weekdays: readonly Weekday[];
  readonly startMinute: number;
  readonly endMinute: number;
}

/** A6, A8, D2, D7: hard numbers, each already validated and never "unlimited". */
export interface Limits {
  readonly draftsPerRunDrip: number;
  readonly draftsPerRunNurture: number;
  readonly draftsPerDay: number;
  readonly sendsPerRun: number;
  readonly sendsPerDay: number;
  readonly watermarkMs: number;
  readonly coldStartMs: number;
  readonly blastRadiusFactor: number;
  readonly blastRadiusFloor: number;
  readonly undoMs: number;
  readonly draftExpiryMs: number;
  readonly maxLateMs: number;
  readonly replyAgeMs: number;
  readonly bootConfirmMs: number;
  readonly nurtureMaxPerLead: number;
}

/** Everything of the configuration that a planner or a guard reads. Hashed whole into every saved plan (A17). */
export interface Policy {
  readonly live: boolean;
  /** The operator's IANA zone. */
  readonly timezone: string;
  /** The operator's holidays, YYYY-MM-DD. */
  readonly holidays: readonly string[];
  readonly hours: WorkingHours;
  readonly limits: Limits;
  readonly nurture: { readonly coldMs: number; readonly quietMs: number };
  readonly attribution: { readonly mode: 'off' | 'domains' | 'model'; readonly unknown: 'ask' | 'wait' };
  /** D9: when not empty, nobody else receives anything. */
  readonly allowlist: readonly string[];
  /** A21: ids of the configured sources that bring replies. */
  readonly replySourceIds: readonly string[];
}
