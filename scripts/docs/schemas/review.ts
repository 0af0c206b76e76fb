import { MESSAGE_STATES } from '../../../src/core/model.ts';
import { counts, lead, next, reason } from './common.ts';
import {
  count,
  described,
  flag,
  idOf,
  instant,
  listOf,
  nullable,
  objectOf,
  oneOf,
  text,
  type Shapes,
} from './shapes.ts';

const states = oneOf(MESSAGE_STATES);

const message: Shapes = {
  id: idOf('m'),
  state: states,
  lead: objectOf({ id: idOf('l'), email: text, tz: text, name: nullable(text) }),
  sequence: text,
  step: text,
  subject: nullable(text),
  drafted_at: nullable(instant),
  edited_at: nullable(instant),
  approved_at: nullable(instant),
  approved_by: nullable(text),
  leaves_at: nullable(instant),
  sent_at: nullable(instant),
  message_id: nullable(text),
  reason: nullable(text),
  note: nullable(text),
  hold_cause: nullable(oneOf(['blast_radius', 'doubt', 'operator', 'validation', 'lead'])),
  held_from: nullable(states),
  held_until: nullable(instant),
  job: oneOf(['drip', 'nurture']),
  run: idOf('r'),
  revision: count,
  dry: flag,
  hash: nullable(text),
};

const decisions = ['approve', 'reject', 'discard', 'edit', 'hold', 'release', 'undo', 'take_back', 'settle'];

const refusals = [
  'wrong_state',
  'held',
  'not_held',
  'blast_radius',
  'expired',
  'too_late',
  'needs_adopt',
  'text_changed',
  'somebody_was_faster',
];

/** Documents of `review …`. */
const model = described(
  nullable(objectOf({ name: text, calls: count, cost_micros: count })),
  'Who wrote it, in how many calls, for how many millionths of your currency; null for words of people.',
);

export const REVIEW_SHAPES: Shapes = {
  'headgate.review/1': objectOf(
    {
      items: listOf(
        objectOf(message, {
          text: nullable(text),
          preheader: nullable(text),
          model,
          result: oneOf(['done', 'unchanged', 'refused']),
          refused: nullable(oneOf(refusals)),
          detail: nullable(text),
        }),
      ),
    },
    { counts, decision: oneOf(decisions), next },
  ),
  'headgate.review-plan/1': objectOf({
    plan: objectOf({
      id: idOf('p'),
      job: oneOf(['drip', 'nurture']),
      run: idOf('r'),
      state: oneOf(['waiting', 'confirmed', 'vetoed', 'declined', 'superseded']),
      made_at: instant,
      narrowed: flag,
      doubts: listOf(reason),
    }),
    items: listOf(
      objectOf({
        action: { const: 'draft' },
        lead: {
          ...lead,
          required: ['id', 'email', 'name', 'tz'],
          properties: { ...lead.properties, name: nullable(text) },
        },
        sequence: text,
        step: text,
        due_at: instant,
        reason: nullable(reason),
        subject: text,
        preheader: nullable(text),
        text,
        hash: text,
        held: described(
          nullable(text),
          "Of a model's words: why the draft would be held; null: they passed.",
        ),
        model,
      }),
    ),
    next,
  }),
};
