import type { FileSchema, KeySpec, SectionSpec } from './key-spec.ts';
import { RETENTION } from './retention.ts';
import { CHANNEL_SECTIONS } from './schema-channels.ts';

/** No cap can be larger, whatever the file says (A6). */
export const CAP_MAXIMUM = 10_000;

const TOP: SectionSpec = {
  section: '',
  title: 'Top of the file',
  summary: 'What holds for the whole installation. These keys stand above the first [section].',
  keys: [
    {
      key: 'live',
      type: { kind: 'boolean' },
      defaultValue: false,
      summary:
        'false: every mail lands in outbox/ as an .eml file, whatever the transport. While unsubscribe links cannot be served yet, true with an SMTP transport is accepted only for a relay on this machine.',
    },
    {
      key: 'timezone',
      type: { kind: 'zone' },
      defaultValue: 'UTC',
      summary: "The operator's time zone: days are counted, weekends and holidays judged in it.",
    },
    {
      key: 'holidays',
      type: { kind: 'dates' },
      defaultValue: [],
      summary: 'Days on which nothing outbound runs, judged in `timezone`.',
    },
    {
      key: 'holidays.countries',
      type: { kind: 'lead_countries' },
      defaultValue: 'lead',
      summary:
        "Whose public holidays close a lead's day, besides the operator's own: every country of a lead, or these alone. They count once `headgate holidays load` has run.",
    },
  ],
};

const HOURS: SectionSpec = {
  section: 'hours',
  title: 'Hours',
  summary:
    "When anything may be drafted or sent. Weekdays are judged in the operator's zone for the run and in the lead's zone for the lead, start and end in the lead's zone; all must allow. Nothing lifts them.",
  keys: [
    {
      key: 'hours.weekdays',
      type: { kind: 'weekdays' },
      defaultValue: [1, 2, 3, 4, 5],
      summary: 'ISO weekdays that are open.',
    },
    {
      key: 'hours.start',
      type: { kind: 'time', role: 'start' },
      defaultValue: '09:00',
      summary: 'First minute that is open.',
    },
    {
      key: 'hours.end',
      type: { kind: 'time', role: 'end' },
      defaultValue: '17:00',
      summary:
        'First minute that is closed again. Before `hours.start`: open through the night, on open weekdays only. Equal to it is refused.',
    },
  ],
};

const LIMITS: SectionSpec = {
  section: 'limits',
  title: 'Limits',
  summary: 'Hard numbers, checked in the database. None of them can be unlimited; a flag can only lower one.',
  keys: [
    cap('drafts_per_run_drip', 5, ['drafts', 'Most drafts that one run of `drip` makes. 0 makes none.']),
    cap('drafts_per_run_nurture', 5, [
      'drafts',
      'Most drafts that one run of `nurture` makes. 0 makes none.',
    ]),
    cap('drafts_per_day', 10, [
      'drafts',
      "Most drafts of both jobs together, over the operator's day and over the last 24 h.",
    ]),
    cap('sends_per_run', 10, ['mails', 'Most mails that one run of `send` delivers. 0 delivers none.']),
    cap('sends_per_day', 50, [
      'mails',
      "Most mails delivered, over the operator's day and over the last 24 h.",
    ]),
    limit({
      name: 'watermark_hours',
      defaultValue: 24,
      minimum: 1,
      maximum: 8760,
      unit: 'hours',
      summary: 'Least time between two drafts for one lead, whichever job asks. Never below one hour.',
    }),
    limit({
      name: 'cold_start_hours',
      defaultValue: 36,
      minimum: 1,
      maximum: 720,
      unit: 'hours',
      summary:
        'A job whose last full run is older than this previews instead of acting, and tells the operator.',
    }),
    {
      key: 'limits.blast_radius_factor',
      type: { kind: 'number', minimum: 1, maximum: 100 },
      defaultValue: 3,
      summary:
        'A batch is held when the day would exceed this factor times max(mean of the last 7 operating days, floor).',
    },
    limit({
      name: 'blast_radius_floor',
      defaultValue: 4,
      minimum: 0,
      maximum: CAP_MAXIMUM,
      unit: 'drafts or mails a day',
      summary: 'The mean counts as at least this, so that a quiet week does not hold an ordinary day.',
    }),
    {
      ...limit({
        name: 'undo_minutes',
        defaultValue: 15,
        minimum: 0,
        maximum: 1440,
        unit: 'minutes',
        summary: 'How long an approval can be taken back before its mail may leave.',
      }),
      defaultNote: '0 while not live',
    },
    limit({
      name: 'draft_expiry_days',
      defaultValue: 7,
      minimum: 1,
      maximum: 365,
      unit: 'days',
      summary:
        'A draft older than this, counted from drafting or its last edit, expires and its step is due again.',
    }),
    limit({
      name: 'max_late_days',
      defaultValue: 7,
      minimum: 1,
      maximum: 365,
      unit: 'days',
      summary:
        'A step that no run could serve for this long after it was due is late: its sequence says what happens.',
    }),
    limit({
      name: 'reply_age_hours',
      defaultValue: 6,
      minimum: 1,
      maximum: 168,
      unit: 'hours',
      summary:
        'While a source of replies has not been read to its end for this long, nothing is drafted or sent.',
    }),
    limit({
      name: 'boot_confirm_minutes',
      defaultValue: 10,
      minimum: 1,
      // A17: a plan is stale after a day.
      maximum: 720,
      unit: 'minutes',
      summary: 'After a reboot, the earliest time at which the timer may confirm the saved preview.',
    }),
    limit({
      name: 'nurture_max_per_lead',
      defaultValue: 3,
      minimum: 0,
      maximum: 100,
      unit: 'follow-ups',
      summary: 'Most nurture follow-ups that one lead ever gets.',
    }),
  ],
};

const NURTURE: SectionSpec = {
  section: 'nurture',
  title: 'Nurture',
  summary: 'When a lead counts as gone cold.',
  keys: [
    {
      key: 'nurture.cold_days',
      type: { kind: 'integer', minimum: 1, maximum: 3650 },
      defaultValue: 3,
      unit: 'days',
      summary: 'Days without contact before a follow-up is considered.',
    },
    {
      key: 'nurture.quiet_days',
      type: { kind: 'integer', minimum: 1, maximum: 3650 },
      defaultValue: 7,
      unit: 'days',
      summary: 'Days in which nothing may have been drafted, waiting, rejected or sent for the lead.',
    },
  ],
};

const ATTRIBUTION: SectionSpec = {
  section: 'attribution',
  title: 'Attribution',
  summary: "Whether a lead's address belongs to the company it claims, judged before the first draft.",
  keys: [
    {
      key: 'attribution.mode',
      type: {
        kind: 'choice',
        choices: ['off', 'domains', 'model'],
      },
      defaultValue: 'domains',
      summary:
        "How the gate judges: not at all, by the domains of address and company, the operator's list and what other leads teach, or besides by the model of [ai] about the rest.",
    },
    {
      key: 'attribution.unknown',
      type: { kind: 'choice', choices: ['ask', 'wait'] },
      defaultValue: 'ask',
      summary:
        'What happens to a lead that cannot be judged: drafted and shown to a person, or left waiting.',
    },
    {
      key: 'attribution.allow',
      type: { kind: 'text', maximumLength: 1000 },
      defaultValue: null,
      summary:
        "A file of the operator's own: on each line two or more domains of one company. Relative to this file.",
    },
  ],
};

/** Every key of `headgate.toml`: validation, defaults, `config explain`, the reference page and the sample read this. */
export const CONFIG_SCHEMA: FileSchema = {
  fileName: 'headgate.toml',
  sections: [TOP, HOURS, LIMITS, NURTURE, ATTRIBUTION, RETENTION, ...CHANNEL_SECTIONS],
};

function cap(name: string, defaultValue: number, told: readonly [unit: string, summary: string]): KeySpec {
  const [unit, summary] = told;
  return limit({ name, defaultValue, minimum: 0, maximum: CAP_MAXIMUM, unit, summary });
}

function limit(options: {
  readonly name: string;
  readonly defaultValue: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  readonly summary: string;
}): KeySpec {
  const { name, defaultValue, minimum, maximum, unit, summary } = options;
  const type = { kind: 'integer', minimum, maximum } as const;
  return { key: `limits.${name}`, type, defaultValue, unit, summary };
}
