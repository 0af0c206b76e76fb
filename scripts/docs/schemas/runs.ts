import { MESSAGE_STATES } from '../../../src/core/model.ts';
import { counts, doubt, lead, next, nullableId, runMode } from './common.ts';
import { asked, draft, heldBack, sent } from './run-items.ts';
import {
  count,
  day,
  described,
  flag,
  idOf,
  instant,
  listOf,
  nullable,
  number,
  objectOf,
  oneOf,
  text,
  type Shapes,
} from './shapes.ts';

const run = objectOf(
  {
    id: idOf('r'),
    command: text,
    job: oneOf(['drip', 'nurture', 'send']),
    mode: runMode,
    plan: nullableId('p'),
    started: instant,
    ms: count,
    machine: text,
    version: text,
    forced: flag,
    narrowed: flag,
    reason: nullable(text),
  },
  { live: described(flag, 'Of send only: false means that mails land in the outbox.') },
);

const guards = objectOf({
  cold_start: objectOf(
    { ok: flag, doubts: listOf(doubt) },
    { gap_hours: nullable(number), limit_hours: number, avoided: nullable(count) },
  ),
  blast_radius: nullable(
    objectOf({ ok: flag, limit: number, average_7d: number }, { drafts: count, demand: count }),
  ),
  cap: objectOf({
    per_run: count,
    used: count,
    per_day: count,
    used_today: described(nullable(count), 'Before this run; null for one that planned nothing.'),
  }),
  paused: flag,
});

const recordedRun: Shapes = {
  id: idOf('r'),
  command: text,
  mode: runMode,
  started_at: instant,
  finished_at: nullable(instant),
  ms: nullable(count),
  exit: nullable(count),
  reason: nullable(text),
  counts,
  plan: nullableId('p'),
  forced: flag,
  narrowed: flag,
};

const volume = { average_7d: number, limit: number, days: listOf(objectOf({ day, drafts: count })) };

const modelOfDay = described(
  nullable(objectOf({ calls: count, cost_micros: count })),
  'What models were asked that day, and for how many millionths of your currency; null: nothing.',
);

const STATUS = objectOf({
  at: instant,
  all_clear: flag,
  summary: described(text, '`all clear`, or what is most wrong.'),
  queue: objectOf({
    pending_approval: count,
    approved: count,
    next_leaves_at: nullable(instant),
    held: count,
    sending: count,
    uncertain: count,
  }),
  today: objectOf({
    sent: count,
    drafted: count,
    failed: count,
    replies: count,
    bounced: count,
    complained: count,
    unsubscribed: count,
    model: modelOfDay,
  }),
  volume: objectOf({ job: text, ...volume, nurture: objectOf(volume) }),
  forecast: described(
    listOf(objectOf({ day, open: flag, drafts: count, sends: count })),
    'Drafts and emails of the coming days if a person decides two hours after a draft and nobody answers; `open`: the operator works.',
  ),
  jobs: listOf(
    objectOf({
      name: text,
      last_success_at: nullable(instant),
      last_run_at: nullable(instant),
      run: nullableId('r'),
      exit: nullable(count),
      result: nullable(text),
      late_after: nullable(instant),
      late: flag,
      interval_seconds: count,
      next_at: described(
        nullable(instant),
        'One interval after the last run began; systemd knows the minute.',
      ),
      failed: flag,
      busy_in_a_row: flag,
    }),
  ),
  guards: objectOf({
    doubts: listOf(objectOf({ job: text, reason: text, detail: text, lifted_by: text })),
    vetoed: listOf(text),
    hold_open: listOf(text),
    quiet_today: nullable(oneOf(['weekend', 'holiday'])),
    person_needed_since_at: nullable(instant),
    cold_start_hours: number,
    watermark_hours: number,
    drafts_per_run: objectOf({ drip: count, nurture: count }),
    drafts_per_day: count,
    sends_per_run: count,
    sends_per_day: count,
  }),
  machine: objectOf({ host: text, this_host: text, bound_at: instant, matches: flag }),
  live: flag,
  went_live_at: nullable(instant),
  paused: flag,
  paused_reason: nullable(text),
  paused_since_at: nullable(instant),
  undelivered_notices: count,
  audit: nullable(objectOf({ number: count, hash: text })),
  senders: listOf(
    objectOf({
      address: text,
      sent_today: count,
      cap_today: nullable(count),
      daily_cap: nullable(count),
      ramp_day: nullable(count),
      leads: count,
      health: oneOf(['unknown', 'well', 'warn', 'stop']),
      detail: nullable(text),
      mails: nullable(count),
      bounces: count,
      complaints: count,
      paused: flag,
      paused_since_at: nullable(instant),
    }),
  ),
  removed_senders: listOf(objectOf({ address: text, leads: count })),
});

const ATTENTION = objectOf(
  {
    kind: oneOf([
      'paused',
      'doubt',
      'hold',
      'uncertain',
      'vetoed',
      'late',
      'stuck',
      'sender',
      'lost_sender',
      'untold',
    ]),
  },
  {
    reason: text,
    jobs: listOf(text),
    job: text,
    detail: text,
    held: count,
    count,
    leads: count,
    address: text,
    paused: flag,
    last_success_at: instant,
  },
);

const DIGEST = objectOf({
  day,
  at: instant,
  live: flag,
  empty: flag,
  attention: listOf(ATTENTION),
  waiting: objectOf({
    total: count,
    first: listOf(
      objectOf({
        id: idOf('m'),
        lead: text,
        company: nullable(text),
        sequence: text,
        step: text,
        subject: text,
      }),
    ),
  }),
  approved: objectOf({ count, next_leaves_at: nullable(instant) }),
  yesterday: objectOf({
    drafted: count,
    sent: count,
    failed: count,
    replies: count,
    replied: listOf(text),
    bounced: count,
    complained: count,
    unsubscribed: count,
    model: modelOfDay,
  }),
  volume: listOf(objectOf({ job: text, days: listOf(count), average_7d: number, limit: number })),
  today: objectOf({
    drafts_ahead: count,
    forecast: listOf(objectOf({ job: text, drafts: count, rests_for: nullable(text) })),
    rest_in_days: nullable(count),
  }),
  coming: listOf(objectOf({ day, open: flag, sends: count })),
});

/** Documents of runs and of what they left: run, runs, sends, outbox, status, digest, backup. */
export const RUN_SHAPES: Shapes = {
  'headgate.run/1': objectOf(
    { run, guards, counts, items: listOf({ anyOf: [draft, heldBack, sent, asked] }), next },
    {
      jobs: described(
        listOf(objectOf({ run, guards, counts })),
        'Of confirm without an id: each job by itself. Beside it, run and guards are those of the job that decided the exit, counts are added, items and next are those of both.',
      ),
    },
  ),
  'headgate.runs/1': objectOf({
    items: listOf(
      objectOf(recordedRun, {
        messages: listOf(
          objectOf({
            id: idOf('m'),
            state: oneOf(MESSAGE_STATES),
            lead: objectOf({ id: idOf('l'), email: text }),
            sequence: text,
            step: text,
          }),
        ),
      }),
    ),
  }),
  'headgate.sends/1': objectOf({
    items: listOf(
      objectOf({
        id: idOf('m'),
        state: oneOf(MESSAGE_STATES),
        lead,
        sequence: text,
        step: text,
        subject: nullable(text),
        approved_at: nullable(instant),
        claimed_at: nullable(instant),
        sent_at: nullable(instant),
        attempts: count,
        opens: count,
        machine_opens: described(count, 'By programs that look at mail, not by people.'),
        clicks: count,
        replied: flag,
        rehearsal: flag,
        message_id: nullable(text),
        last_error: nullable(text),
      }),
    ),
  }),
  'headgate.outbox/1': objectOf(
    {
      items: listOf(
        objectOf(
          { id: idOf('m'), file: text, at: instant },
          {
            to: nullable(text),
            subject: nullable(text),
            message_id: nullable(text),
            headers: { type: 'object', additionalProperties: text },
            text: nullable(text),
            html: nullable(text),
          },
        ),
      ),
    },
    { total: count },
  ),
  'headgate.status/1': objectOf({ items: listOf(STATUS), next }),
  'headgate.listen/1': objectOf({
    run: nullable(objectOf({ id: idOf('r'), started: instant, ms: count })),
    counts,
    items: listOf({}),
  }),
  'headgate.sync/1': objectOf({
    run: objectOf({ id: nullableId('r'), mode: oneOf(['live', 'preview']), started: instant, ms: count }),
    counts,
    taps: nullable(
      objectOf({
        outcome: oneOf(['read', 'failed', 'busy', 'resting']),
        error: nullable(text),
        taken: count,
        done: count,
        refused: count,
        waiting: count,
      }),
    ),
    items: listOf(
      objectOf({
        source: text,
        outcome: oneOf(['read', 'unfinished', 'failed', 'resting', 'busy']),
        facts: count,
        applied: count,
        repeated: count,
        unmatched: count,
        doubted: count,
        new: count,
        updated: count,
        unchanged: count,
        erased: count,
        rejected: count,
        error: nullable(text),
        retry_after: nullable(instant),
      }),
    ),
  }),
  'headgate.digest/1': objectOf({ items: listOf(DIGEST), to: nullable(text) }, { report: nullable(text) }),
  'headgate.report/1': objectOf({
    items: listOf(objectOf({ path: text, bytes: count, days: count, from: day, to: day, names: flag })),
  }),
  'headgate.backup/1': objectOf({
    items: listOf(
      objectOf({
        file: text,
        bytes: count,
        leads: count,
        enrollments: count,
        messages: count,
        pruned: listOf(text),
        forgotten: counts,
      }),
    ),
  }),
};
