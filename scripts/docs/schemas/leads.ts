import {
  CANCEL_REASONS,
  ENROLLMENT_STATUSES,
  LEAD_STATUSES,
  MATCH_VERDICTS,
  MESSAGE_STATES,
  STAGES,
} from '../../../src/core/model.ts';
import { REASONS_BY_GUARD } from '../../../src/core/reasons.ts';
import { counts, lead, next, reason } from './common.ts';
import {
  count,
  described,
  flag,
  idOf,
  instant,
  listOf,
  mapOf,
  nullable,
  number,
  objectOf,
  oneOf,
  text,
  type Shapes,
} from './shapes.ts';

const enrollment = objectOf({
  id: idOf('e'),
  sequence: nullable(text),
  status: oneOf(ENROLLMENT_STATUSES),
  step: nullable(text),
  next_due_at: nullable(instant),
  cancel_reason: described(nullable(text), `${CANCEL_REASONS.join(', ')}, or an operator's own words.`),
  match_reason: nullable(
    oneOf(['source_form_id', 'pattern_exact', 'pattern_wildcard', 'predicate', 'catch_all']),
  ),
  enrolled_at: instant,
});

const listed: Shapes = {
  id: idOf('l'),
  email: text,
  first_name: nullable(text),
  last_name: nullable(text),
  company: nullable(text),
  stage: oneOf(STAGES),
  status: oneOf(LEAD_STATUSES),
  tz: text,
  tz_rule: oneOf(['explicit', 'region', 'country', 'operator']),
  suppressed: nullable(text),
  opted_out: flag,
  do_not_contact: flag,
  spam: flag,
  held_until: nullable(instant),
  attribution: nullable(oneOf(['verified', 'mismatch', 'not_applicable', 'unknown'])),
  enrollments: listOf(enrollment),
};

const shown: Shapes = {
  country: nullable(text),
  region: nullable(text),
  source: nullable(text),
  source_form_id: nullable(text),
  tags: listOf(text),
  notes: nullable(text),
  custom: mapOf(text),
  watermark_at: nullable(instant),
  hold_note: nullable(text),
  attribution_by: nullable(oneOf(['domains', 'list', 'leads', 'model', 'lead', 'operator'])),
  attribution_note: nullable(text),
  messages: listOf(
    objectOf({
      id: idOf('m'),
      state: oneOf(MESSAGE_STATES),
      sequence: text,
      step: text,
      subject: nullable(text),
      drafted_at: nullable(instant),
      sent_at: nullable(instant),
    }),
  ),
  timeline: listOf(objectOf({ at: instant, kind: text, text, ref: nullable(text) })),
};

/** Of set and stop. */
const changed: Shapes = {
  changed: listOf(text),
  cancelled: { anyOf: [described(count, 'set: how many'), described(listOf(idOf('e')), 'stop: which')] },
  enrolled: mapOf(count),
  rescheduled: count,
  at: instant,
  reason: nullable(text),
  leaving: listOf(idOf('m')),
};

const verdict = oneOf(['allow', 'skip', 'ask', 'hold']);

const dueItem = objectOf({
  lead,
  enrollment: idOf('e'),
  sequence: text,
  step: text,
  next_due_at: instant,
  verdict,
  held_back: listOf(objectOf({ reason: nullable(reason), detail: text, until: nullable(instant) })),
});

const guard = objectOf({
  name: oneOf(Object.keys(REASONS_BY_GUARD)),
  verdict,
  reason: nullable(reason),
  detail: text,
  facts: mapOf({ type: ['string', 'number', 'boolean', 'null'] }),
  until: nullable(instant),
});

/** Whom a person should look at after `leads verify`, or the one lead that was overruled. */
const judged = objectOf({
  id: idOf('l'),
  email: text,
  company: nullable(text),
  company_domain: nullable(text),
  attribution: nullable(oneOf(['verified', 'mismatch', 'not_applicable', 'unknown'])),
  by: nullable(oneOf(['domains', 'list', 'leads', 'model', 'lead', 'operator'])),
  note: nullable(text),
});

/** Documents of `leads …`: list, show, set, stop and due share one; why and import have their own. */
const suppressed = objectOf(
  { email: text },
  {
    reason: nullable(text),
    note: nullable(text),
    added_at: instant,
    added: flag,
    removed: flag,
    cancelled: count,
  },
);

/** One kind of thing that is held about a person; what its rows say depends on the kind. */
const section = objectOf({ section: text, about: text, rows: listOf({ type: 'object' }) });

export const LEAD_SHAPES: Shapes = {
  'headgate.leads-export/1': objectOf({
    items: listOf({
      anyOf: [
        objectOf({ lead: idOf('l'), exported_at: instant, about: text, sections: listOf(section) }),
        objectOf({ lead: idOf('l'), file: text }),
        objectOf({ leads: count, file: nullable(text), csv: nullable(text) }),
      ],
    }),
  }),
  'headgate.leads-erase/1': objectOf({
    items: listOf(
      objectOf({
        id: idOf('l'),
        outcome: oneOf(['erased', 'erased_before', 'declined']),
        held: counts,
        files: objectOf({
          outbox: count,
          journal_lines: count,
          reject_rows: count,
          report: flag,
          unread: listOf(text),
        }),
        compaction: nullable(oneOf(['done', 'log', 'no_room', 'too_large'])),
        copies: listOf(objectOf({ path: text, gone_after_backups: nullable(count), sure: flag })),
      }),
    ),
  }),
  'headgate.verify/1': objectOf({ items: listOf(judged) }, { counts, files: listOf(text), at: instant }),
  'headgate.suppressions/1': objectOf({ items: listOf(suppressed) }),
  'headgate.suppressions-import/1': objectOf({
    counts,
    items: listOf(objectOf({ line: number, problem: text })),
  }),
  'headgate.leads/1': objectOf(
    {
      items: listOf({
        anyOf: [objectOf(listed, { ...shown, ...changed }), dueItem],
      }),
    },
    { more: flag, next },
  ),
  'headgate.why/1': objectOf({
    lead,
    items: listOf(
      objectOf({
        job: oneOf(['drip', 'nurture']),
        sequence: text,
        step: text,
        enrollment: nullable(idOf('e')),
        verdict,
        reasons: listOf(reason),
        guards: listOf(guard),
      }),
    ),
    match: nullable(objectOf({ verdict: oneOf(MATCH_VERDICTS), text })),
    follow_up: flag,
    attribution: described(
      nullable(guard),
      'Of a lead at the wrong company, which no sequence writes to; null for any other.',
    ),
  }),
  'headgate.import/1': objectOf({
    preview: flag,
    file: text,
    counts,
    sequences: listOf(objectOf({ sequence: text, enrolled: count })),
    capacity: objectOf({ drafts_per_day: count, working_days: nullable(number) }),
    oldest_created_at: nullable(instant),
    remarks: mapOf(count),
    rejects_file: nullable(text),
    rejects: listOf(objectOf({ line: count, field: text, value: text, reason: text })),
  }),
};
