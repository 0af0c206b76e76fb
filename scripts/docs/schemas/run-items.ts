import { MESSAGE_STATES } from '../../../src/core/model.ts';
import { lead, reason } from './common.ts';
import { count, described, flag, idOf, instant, nullable, objectOf, oneOf, text } from './shapes.ts';

/** What a run did, or would do, one by one (cli.md 2.6). */

export const draft = objectOf(
  {
    action: { const: 'draft' },
    lead,
    sequence: text,
    step: text,
    due: instant,
    local: text,
    subject: text,
    ask: nullable(reason),
  },
  {
    message: idOf('m'),
    state: oneOf(MESSAGE_STATES),
    words: described(
      objectOf({
        preheader: nullable(text),
        text,
        by_model: flag,
        held: described(nullable(text), 'Why the draft would be held for its words; null: they passed.'),
        calls: count,
        cost_micros: count,
      }),
      'Of a preview with --with-copy: what confirm drafts, and what a model was asked for it.',
    ),
  },
);

export const heldBack = objectOf(
  {
    action: { const: 'hold_back' },
    lead,
    sequence: text,
    step: text,
    reason,
    detail: text,
    retry_after: nullable(instant),
  },
  { id: idOf('m'), subject: nullable(text) },
);

export const sent = objectOf(
  {
    action: { const: 'send' },
    id: idOf('m'),
    lead,
    sequence: text,
    step: text,
    subject: nullable(text),
  },
  { outcome: oneOf(['sent', 'uncertain', 'retry', 'failed', 'withdrawn']), detail: text },
);

export const asked = objectOf({
  action: { const: 'ask' },
  id: idOf('m'),
  lead,
  sequence: text,
  step: text,
  subject: nullable(text),
});
