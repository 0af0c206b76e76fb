import {
  anything,
  count,
  described,
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

const hash = { type: 'string', pattern: '^[0-9a-f]{64}$' };

/** Documents of the audit trail. */
export const AUDIT_SHAPES: Shapes = {
  'headgate.audit/1': objectOf({
    items: listOf(
      objectOf({
        number: count,
        at: instant,
        kind: text,
        actor: text,
        subject: nullable(text),
        detail: described(nullable(mapOf(anything)), 'Null: it is not what this program wrote.'),
        previous_hash: text,
        hash: text,
        hashed: described(text, 'The very text whose SHA-256 is `hash`.'),
      }),
    ),
  }),
  'headgate.audit-verify/1': objectOf({
    items: listOf(
      objectOf({
        verdict: oneOf(['whole', 'breaks_shown', 'restored', 'tampered']),
        entries: count,
        head: nullable(objectOf({ number: count, hash })),
        outside: objectOf({ stamp: flag, journal_lines: count }),
        breaks: listOf(
          objectOf({
            number: count,
            kind: oneOf(['restored', 'adopted']),
            at: instant,
            actor: text,
            missing: count,
            outside_number: nullable(count),
          }),
        ),
        faults: described(
          listOf(
            objectOf({
              number: count,
              fault: oneOf(['changed', 'not_linked', 'missing', 'cut_off', 'rewritten', 'no_beginning']),
              detail: text,
            }),
          ),
          'The first hundred, by number.',
        ),
        fault_count: count,
      }),
    ),
  }),
};
