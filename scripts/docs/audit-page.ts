import { AUDIT_KINDS } from '../../src/core/audit/kinds.ts';
import { code, generatedNote, table } from './markdown.ts';

/** `docs/reference/audit-kinds.md`: every kind of entry in the audit trail. */
export function renderAuditReference(): string {
  return [
    '# Entries of the audit trail',
    '',
    generatedNote('src/core/audit/kinds.ts'),
    '',
    'The closed list of what the trail records, for `headgate audit show --kind`. What it proves, and how an entry is made, is told in',
    '[the audit trail](../explanation/the-audit-trail.md).',
    '',
    ...table(
      ['kind', 'records that'],
      Object.entries(AUDIT_KINDS).map(([kind, meaning]) => [code(kind), meaning]),
    ),
  ].join('\n');
}
