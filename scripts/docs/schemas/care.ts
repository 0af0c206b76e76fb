import { GROUPS, VERDICTS } from '../../../src/core/doctor/finding.ts';
import { counts, doubt, next, nullableId } from './common.ts';
import {
  anything,
  count,
  flag,
  instant,
  listOf,
  mapOf,
  nullable,
  objectOf,
  oneOf,
  text,
  type Shapes,
} from './shapes.ts';

const journal = objectOf({
  sent: count,
  uncertain: count,
  unknown: listOf(objectOf({ recipient: text, sequence: text, step: text })),
});

const resumed = objectOf({
  paused: flag,
  reason: nullable(text),
  approved: count,
  jobs: listOf(
    objectOf({
      job: oneOf(['drip', 'nurture']),
      due: count,
      allowed: count,
      would_draft: count,
      held_back: counts,
      doubts: listOf(doubt),
      quiet: nullable(text),
    }),
  ),
});

const resumedSender = objectOf({ sender: text, paused: flag, reason: text });

const adopted = objectOf(
  {
    adopted: flag,
    doubts: listOf(objectOf({ reason: text, detail: text, facts: mapOf(anything) })),
    ahead: mapOf(count),
    lowered: mapOf(count),
    held: count,
    uncertain: count,
    journal: nullable(journal),
    cold_jobs: listOf(text),
    plans_superseded: count,
    run: nullableId('r'),
  },
  { machine: text },
);

const difference = objectOf({
  name: text,
  path: text,
  change: oneOf(['missing', 'changed', 'mode', 'masked', 'unknown', 'drop_in', 'disabled']),
  persistent: flag,
  removed: listOf(text),
  added: listOf(text),
});

/** Documents of set-up and care: init, config, pause, resume, adopt, restore, go-live, doctor, web, units. */
export const CARE_SHAPES: Shapes = {
  'headgate.init/1': objectOf({
    workspace: text,
    state_dir: text,
    items: listOf(objectOf({ path: text, action: oneOf(['created', 'kept']) })),
    counts: objectOf({ sequences: count, leads: count }),
    next,
  }),
  'headgate.config/1': objectOf({
    config_file: text,
    state_dir: text,
    items: listOf(
      objectOf({
        key: text,
        value: anything,
        source: oneOf(['default', 'file', 'environment']),
        file: nullable(text),
        line: nullable(count),
        variable: nullable(text),
        note: nullable(text),
      }),
    ),
  }),
  'headgate.explain/1': objectOf({
    items: listOf(
      objectOf({
        file: text,
        key: text,
        accepts: text,
        unit: nullable(text),
        default: anything,
        default_text: text,
        required: flag,
        summary: text,
        environment: nullable(text),
        available: flag,
        later: nullable(text),
      }),
    ),
  }),
  'headgate.pause/1': objectOf({
    items: listOf(
      objectOf({
        paused: flag,
        reason: nullable(text),
        since_at: instant,
        was_paused: flag,
        file: text,
        recorded: flag,
      }),
    ),
    next,
  }),
  'headgate.resume/1': objectOf({ items: listOf({ anyOf: [resumed, resumedSender] }) }, { next }),
  'headgate.holidays/1': objectOf({ items: listOf(objectOf({ country: text, day: text, name: text })) }),
  'headgate.holidays-load/1': objectOf({
    counts,
    items: listOf(objectOf({ country: text, days: nullable(count) })),
  }),
  'headgate.adopt/1': objectOf({ items: listOf(adopted) }, { next }),
  'headgate.restore/1': objectOf({
    items: listOf(
      objectOf(
        { file: text, restored: flag },
        { set_aside: nullable(text), journal, held: count, uncertain: count, erased_again: count },
      ),
    ),
  }),
  'headgate.units/1': objectOf({
    items: listOf(objectOf({ name: text, path: text, mode: text, text })),
  }),
  'headgate.units-diff/1': objectOf({ items: listOf(difference), next }),
  'headgate.units-install/1': objectOf({
    items: listOf(difference),
    installed: flag,
    enabled: listOf(text),
    next,
  }),
  'headgate.units-remove/1': objectOf({ items: listOf(objectOf({ path: text })), removed: flag }),
  'headgate.secrets-set/1': objectOf({
    items: listOf(
      objectOf({ name: text, form: oneOf(['encrypted', 'plain']), path: text, units: listOf(text) }),
    ),
  }),
  'headgate.secrets/1': objectOf({
    items: listOf(
      objectOf({
        name: text,
        form: oneOf(['encrypted', 'plain', 'missing']),
        path: nullable(text),
        units: listOf(text),
      }),
    ),
  }),
  'headgate.secrets-remove/1': objectOf({
    items: listOf(objectOf({ name: text, form: oneOf(['encrypted', 'plain']), path: text })),
    removed: flag,
  }),
  'headgate.units-alert/1': objectOf({
    items: listOf(
      objectOf({
        unit: text,
        result: text,
        status: text,
        stored: flag,
        silent: nullable(oneOf(['told_itself', 'told_today'])),
      }),
    ),
  }),
  'headgate.web/1': objectOf({ items: listOf(objectOf({ address: text })) }),
  'headgate.web-login/1': objectOf({
    items: listOf(objectOf({ url: text, person: text, ends_at: instant })),
  }),
  'headgate.completion/1': objectOf({
    items: listOf(objectOf({ shell: oneOf(['bash', 'zsh', 'fish']), script: text })),
  }),
  'headgate.doctor/1': objectOf({
    config_file: nullable(text),
    versions: objectOf({ headgate: text, node: text, sqlite: nullable(text), system: text }),
    items: listOf(
      objectOf({
        group: oneOf([...GROUPS]),
        check: text,
        verdict: oneOf([...VERDICTS]),
        title: text,
        detail: text,
        fix: nullable(text),
      }),
    ),
    counts: objectOf({ pass: count, warn: count, problem: count, skipped: count }),
  }),
  'headgate.go-live/1': objectOf({
    items: listOf(objectOf({ messages: count, enrollments: count, approvals: count, restarted: count })),
  }),
};
