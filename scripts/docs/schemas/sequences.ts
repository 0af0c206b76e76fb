import { ENROLLMENT_STATUSES } from '../../../src/core/model.ts';
import { counts, next, nullableId } from './common.ts';
import {
  count,
  described,
  flag,
  instant,
  integer,
  listOf,
  nullable,
  number,
  objectOf,
  oneOf,
  text,
  type Shape,
  type Shapes,
} from './shapes.ts';

const window = nullable(objectOf({ start: text, end: text, tz: text, weekdays: listOf(count) }));

const trigger = objectOf({
  form: listOf(text),
  source: listOf(text),
  platform: listOf(text),
  notes_contain: listOf(text),
  tags: listOf(text),
  where: listOf(objectOf({ field: text, equals: text })),
  catch_all: flag,
  priority: integer,
  allow_parallel: flag,
});

const step = objectOf({
  id: text,
  position: count,
  timing: { anyOf: [objectOf({ after: text }), objectOf({ day: count })] },
  window,
  deleted_at: nullable(instant),
});

const perStatus: Shape = objectOf(Object.fromEntries(ENROLLMENT_STATUSES.map((status) => [status, count])));

/** Only in `sequences show`. */
const funnel = objectOf({
  enrolled: count,
  steps: listOf(
    objectOf({
      id: text,
      sent: count,
      rehearsed: count,
      waiting: count,
      replied: count,
      share: described(
        nullable(number),
        'Of those enrolled, 0 to 1; a rehearsal counts until the state went live.',
      ),
    }),
  ),
  completed: count,
  replied: count,
  bounced: count,
  complained: count,
  unsubscribed: count,
  stopped: described(count, 'Any other end before the last step.'),
});

const change = objectOf({
  sequence: text,
  step: nullable(text),
  change: oneOf([
    ...['new', 'removed', 'renamed', 'moved', 'timing', 'window', 'copy', 'settings', 'status', 'trigger'],
  ]),
  affected_count: count,
  moved_count: described(count, 'Those of them whose next email is another one or leaves at another time.'),
  earliest_shift_seconds: nullable(integer),
  latest_shift_seconds: nullable(integer),
  completes: count,
  drafts_withdrawn_count: count,
  past_it_count: described(count, 'Of a new step: people under way who are past its place and never get it.'),
  changed_lines: described(nullable(count), 'Of a change of words: how many lines, headers included.'),
});

const totals: Shapes = {
  double_send_risk_count: count,
  moved_count: count,
  completed_count: count,
  cancelled_count: count,
  drafts_withdrawn_count: count,
  emails_added_count: count,
  first_effect: described(
    nullable(objectOf({ job: oneOf(['apply', 'drip', 'nurture']), at: nullable(instant) })),
    'When anybody under way first notices. `apply`: at once. `at`: when the email is due; the first run from then on takes it.',
  ),
};

const finding = objectOf(
  {
    file: nullable(text),
    line: nullable(count),
    column: nullable(count),
    severity: oneOf(['error', 'warning']),
    code: text,
    message: text,
    fix: nullable(text),
  },
  { key: nullable(text), got: nullable(text) },
);

/** Documents of `sequences …`; what `config validate` finds has the form of lint too. */
export const SEQUENCE_SHAPES: Shapes = {
  'headgate.sequences/1': objectOf(
    {
      items: listOf(
        objectOf(
          {
            id: text,
            name: text,
            description: nullable(text),
            status: oneOf(['draft', 'active', 'paused', 'archived']),
            kind: oneOf(['drip', 'nurture']),
            approve: oneOf(['ask', 'auto']),
            window,
            trigger,
            steps: listOf(step),
            enrollments: perStatus,
            applied_at: instant,
          },
          { funnel },
        ),
      ),
    },
    { next },
  ),
  'headgate.lint/1': objectOf(
    { items: listOf(finding) },
    {
      counts: objectOf({ sequences: count, steps: count, errors: count, warnings: count }),
      config_file: text,
      keys_set: count,
    },
  ),
  'headgate.generate/1': objectOf({
    items: listOf(
      objectOf({
        sequence: text,
        step: text,
        file: text,
        state: oneOf(['written', 'declined', 'shown', 'unchanged', 'refused', 'unasked']),
        problem: described(nullable(text), 'Why the words do not pass, or were not asked for.'),
        before: described(nullable(text), 'The file as it was; null: there was none.'),
        text: described(nullable(text), 'The file as it is, or would be, with the words of the model.'),
        answer: described(
          nullable(text),
          'What the model said, where it does not pass: for a person to read.',
        ),
        warnings: listOf(finding),
        cost_micros: count,
      }),
    ),
    counts,
    model: objectOf({ calls: count, input_tokens: count, output_tokens: count, cost_micros: count }),
    next,
  }),
  'headgate.sequences-plan/1': objectOf({
    items: listOf(change),
    ...totals,
    fingerprint: described(nullable(text), 'For `sequences apply --expect`; null with `--against`.'),
    against: nullable(objectOf({ ref: text, commit: text })),
    next,
  }),
  'headgate.sequences-apply/1': objectOf({
    items: listOf(change),
    ...totals,
    applied: flag,
    enrolled_count: count,
    retried_count: described(
      count,
      'Leads that waited because a model found no words, and that are tried again with the corrected ones.',
    ),
  }),
  'headgate.sequences-new/1': objectOf({
    items: listOf(objectOf({ id: text, status: oneOf(['draft']), files: listOf(text) })),
    next,
  }),
  'headgate.sequences-fmt/1': objectOf({
    items: listOf(objectOf({ file: text, outcome: oneOf(['unchanged', 'formatted', 'would_format']) })),
    counts: objectOf({ files: count, changed: count }),
  }),
  'headgate.sequences-test/1': objectOf({
    items: listOf(
      objectOf({
        sequence: text,
        step: text,
        id: nullableId('m'),
        to: text,
        subject: nullable(text),
        outcome: oneOf(['accepted', 'refused', 'unknown', 'withdrawn', 'not_written']),
        detail: text,
      }),
    ),
    live: flag,
    next,
  }),
};
