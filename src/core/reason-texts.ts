import { REASONS_BY_GUARD, type GuardName, type Reason } from './reasons.ts';

/** Every reason in the order of the guards, each once. */
export const REASONS: readonly Reason[] = [...new Set<Reason>(Object.values(REASONS_BY_GUARD).flat())];

/** What each guard asks, for the reference. */
export const GUARD_TEXTS: Readonly<Record<GuardName, string>> = {
  run: 'May this run do anything at all?',
  suppressed: 'Is the address one that never receives anything?',
  bail: 'Is the lead in a state in which nobody writes to it?',
  attribution: 'Does the address belong to the company that the lead names?',
  reservation: 'Does an email for this lead wait, or was there one too recently for a follow-up?',
  watermark: 'Was something drafted for, or sent to, this lead too recently?',
  due: 'Is the step due?',
  hours: 'Is it a time at which this lead may hear from us?',
  late: 'Did the step sleep through a silence of the engine?',
  copy: 'Could the words be written?',
  lead: 'Is this lead on hold?',
  send: 'May this approved message leave now?',
};

/** A reason in a few words, for counts: `4  outside their hours`. */
export const REASON_PHRASES: Readonly<Record<Reason, string>> = {
  paused: 'everything is paused',
  no_checkpoint: 'the first run of all',
  gap: 'too long since the last run',
  first_boot: 'the first run since the boot',
  machine: 'the state of another machine',
  restored: 'a state that may be a restored one',
  clock: 'a clock that cannot be right',
  replies_unread: 'answers not read yet',
  weekend: 'no working day of the operator',
  holiday: 'a holiday of the operator',
  blast_radius: 'far more than usual',
  hold_open: 'a held batch waits',
  cap_run: 'over the cap of this run',
  cap_day: 'over the cap of this day',
  suppressed: 'suppressed',
  opted_out: 'opted out',
  dnc: 'marked do-not-contact',
  stage: 'in a stage that gets no email',
  status: 'unqualified',
  spam: 'marked as spam',
  attribution_mismatch: 'company does not match',
  attribution_unknown: 'company cannot be checked',
  waiting: 'a draft already waits',
  in_flight: 'in flight in a drip',
  quiet_days: 'heard from us too recently',
  nurture_done: 'had all their follow-ups',
  watermark: 'drafted too recently',
  not_due: 'not due yet',
  retry_wait: 'waiting after a failed attempt',
  sequence_paused: 'their sequence is at rest',
  no_reply_wait: 'waiting for a longer silence',
  lead_weekday: 'not a working day there',
  lead_holiday: 'a public holiday there',
  hours: 'outside their hours',
  window: "outside the step's window",
  late: 'late after a silence',
  template: 'a field for the words is missing',
  model: 'a step whose words nobody wrote',
  validation: 'words that did not pass a check',
  budget: 'no budget for the words',
  lead_hold: 'on hold',
  doubt: 'approved before a doubt',
  expired: 'waited too long for approval',
  undo: 'can still be undone',
  sender_cap: 'their sender can send no more now',
  allowlist: 'not on the allowlist',
  pace: 'waiting for its turn',
};

/**
 * What each reason means and what ends it, in one sentence or two: for the reference and `leads why --verbose`. A reason
 * without a text here does not compile. Keys of the configuration and commands stand in back quotes.
 */
export const REASON_TEXTS: Readonly<Record<Reason, string>> = {
  paused:
    'The file `STOP` is in the state folder. Nothing that touches people runs until `headgate resume`, or until the file is gone.',
  no_checkpoint:
    'No live run of this job has ever succeeded on this state. A person confirms its first plan.',
  gap: 'The last full run of this job is longer ago than `limits.cold_start_hours`. A person confirms the plan.',
  first_boot:
    'It is the first run of this job since the machine booted, or its preview was vetoed. The confirm timer acts on a plain reboot after `limits.boot_confirm_minutes`, a person at any time.',
  machine: 'The state belongs to another machine. Only `headgate adopt` lifts that.',
  restored:
    'The state is older than the stamp beside it, has no stamp, or was restored. Only `headgate adopt` lifts that.',
  clock:
    'The clock went back by more than two minutes, or is more than a year ahead of its last reading. It ends when the clock is right again, or with `headgate adopt`.',
  replies_unread:
    'A source of replies was not read to its end within `limits.reply_age_hours` and since this boot, so an answer may be waiting there. It ends when the source is read.',
  weekend: "The day is not in `hours.weekdays`, in the operator's zone. It ends by itself.",
  holiday: "The day is one of `holidays`, in the operator's zone. It ends by itself.",
  blast_radius:
    'The day would exceed the hold line, `limits.blast_radius_factor` times what is usual. The whole batch is held until a person releases or discards it.',
  hold_open: 'An earlier batch of this job is still held. The job goes on when it is released or discarded.',
  cap_run:
    'The run has made as many as `limits.drafts_per_run_drip`, `limits.drafts_per_run_nurture`, `limits.sends_per_run` or `--limit` allow. Those who waited longest come first in the next one.',
  cap_day:
    "The day has had as many as `limits.drafts_per_day` or `limits.sends_per_day` allow, counted over the operator's day and over the last 24 hours.",
  suppressed: 'The address is on the suppression list.',
  opted_out: 'The lead asked for no more email.',
  dnc: 'The lead is marked do-not-contact.',
  stage:
    'The stage is customer or disqualified; for a follow-up of nurture anything but new, contacted and proposal.',
  status: 'The status is unqualified.',
  spam: 'The lead is marked as spam.',
  attribution_mismatch: 'The address does not belong to the company that the lead names.',
  attribution_unknown:
    'Nothing shows whether the address belongs to the company. `attribution.unknown` says whether a person is asked or the lead waits.',
  waiting:
    'A message for this lead is written and has neither left nor ended. What waits counts like what was sent; it ends when that message does.',
  in_flight: 'The lead is under way in a drip sequence, so it gets no follow-up beside it.',
  quiet_days: 'Something was drafted, rejected or sent for the lead within `nurture.quiet_days`.',
  nurture_done: 'The lead had as many follow-ups as `limits.nurture_max_per_lead` allows.',
  watermark:
    'A draft was made for this lead, or a message sent to it, within `limits.watermark_hours`, by whichever job.',
  not_due: 'The next step is not due yet; for a follow-up, the last contact is not `nurture.cold_days` ago.',
  retry_wait: 'The last attempt failed in a way that may pass. The next comes after a while.',
  sequence_paused:
    'The sequence is paused, or was made a draft again. Each due step is pushed out hour by hour until it is active again.',
  no_reply_wait: 'The step says `no_reply` and the last email is not that long ago.',
  lead_weekday: 'Where the lead lives it is not one of `hours.weekdays`.',
  lead_holiday: 'Where the lead lives it is a public holiday.',
  hours: 'Where the lead lives it is not between `hours.start` and `hours.end`.',
  window: 'It is outside the window of the step or of its sequence.',
  late: 'The step fell due while nothing ran, and `max_late` has passed. The sequence says what happens: `late` is ask, skip or restart.',
  template:
    'The template of the step cannot be filled for this lead: a field is empty and has no default. Fill the field, or give it a default.',
  model: 'The step has Mode ai or assist, and no model is available to write its words.',
  validation: 'The words that a model wrote did not pass the checks.',
  budget: 'The budget for the model is used up.',
  lead_hold: 'The lead is on hold until a date. `headgate leads set ID hold_until=` lifts it.',
  doubt:
    'It was approved before the engine came to distrust time, machine or state. One release by a person sends it on.',
  expired:
    'The draft waited longer than `limits.draft_expiry_days`. The next run ends it, and its step is due again.',
  undo: 'The approval can still be taken back (`limits.undo_minutes`), or just was.',
  sender_cap:
    'The mailbox that writes to this lead has had its mails of the day (`sender.daily_cap`, with `sender.ramp_start` and `sender.ramp_step`), is paused for bounces or complaints until `headgate resume --sender ADDRESS`, or is no longer in headgate.toml. A lead keeps its sender, so it waits.',
  allowlist: '`mail.allowlist` names addresses, and this is none of them.',
  pace: 'The pause between two mails (`mail.pace_seconds_min`, `mail.pace_seconds_max`) is not over.',
};
