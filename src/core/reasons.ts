/**
 * The closed list of guards and their reasons (cli.md 2.7). The same words appear in `leads why`,
 * `items[].reason`, the log, the counts of a run and the report.
 */
export const REASONS_BY_GUARD = {
  run: [
    'paused',
    'no_checkpoint',
    'gap',
    'first_boot',
    'machine',
    'restored',
    'clock',
    'replies_unread',
    'weekend',
    'holiday',
    'blast_radius',
    'hold_open',
    'cap_run',
    'cap_day',
  ],
  suppressed: ['suppressed'],
  bail: ['opted_out', 'dnc', 'stage', 'status', 'spam'],
  attribution: ['attribution_mismatch', 'attribution_unknown'],
  reservation: ['waiting', 'in_flight', 'quiet_days', 'nurture_done'],
  watermark: ['watermark'],
  due: ['not_due', 'retry_wait', 'sequence_paused', 'no_reply_wait'],
  hours: ['lead_weekday', 'lead_holiday', 'hours', 'window'],
  late: ['late'],
  copy: ['template', 'model', 'validation', 'budget'],
  lead: ['lead_hold'],
  send: ['doubt', 'expired', 'undo', 'sender_cap', 'allowlist', 'pace'],
} as const;

export type GuardName = keyof typeof REASONS_BY_GUARD;
export type Reason = (typeof REASONS_BY_GUARD)[GuardName][number];

/** What makes the engine distrust time, machine or state (architecture: wake guard). */
export type DoubtReason =
  'no_checkpoint' | 'gap' | 'first_boot' | 'machine' | 'restored' | 'clock' | 'replies_unread';
