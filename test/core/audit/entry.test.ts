import { expect, test } from 'vitest';

import {
  auditPreimage,
  BEFORE_THE_FIRST,
  nextEntry,
  personActor,
  runActor,
  shortHash,
  type AuditAct,
} from '../../../src/core/audit/entry.ts';
import { AUDIT_KINDS, BREAK_KINDS, isAuditKind } from '../../../src/core/audit/kinds.ts';
import { sha256 } from '../../../src/core/text-hash.ts';

const ACT: AuditAct = {
  at: 5,
  kind: 'approved',
  actor: 'terminal:tom',
  subject: null,
  detail: { words: 'x', attempt: 1, allowed: ['b', 'a'] },
};

test('A13: an entry is hashed over the documented text, its details in the order of their names', () => {
  const first = nextEntry(BEFORE_THE_FIRST, ACT);
  const detail = '{"allowed":["b","a"],"attempt":1,"words":"x"}';
  expect(first).toMatchObject({ number: 1, subject: null, detail, previousHash: '0'.repeat(64) });
  const preimage = `["${'0'.repeat(64)}",1,5,"approved","terminal:tom",null,${JSON.stringify(detail)}]`;
  expect(auditPreimage(first)).toBe(preimage);
  expect(first.hash).toBe(sha256(preimage));
  expect(nextEntry(first, ACT)).toMatchObject({ number: 2, previousHash: first.hash });
  expect(nextEntry(first, ACT, 9)).toMatchObject({ number: 9, previousHash: first.hash });
  expect(shortHash({ hash: '0123456789abcdef' })).toBe('0123456789ab');
});

test('A13: who acted is told by the door and a name that can carry nothing else', () => {
  expect(personActor('web', 'tom.o+x@mail-1_a')).toBe('web:tom.o+x@mail-1_a');
  expect(personActor('chat', '47 11\n"<ü')).toBe('chat:47_11____');
  expect(personActor('terminal', 'a'.repeat(65))).toBe(`terminal:${'a'.repeat(64)}`);
  expect(runActor('r-one')).toBe('run:r-one');
});

test('A13: the list of what is recorded is closed, and every word of it says what it means', () => {
  expect(['approved', 'restored'].every(isAuditKind)).toBe(true);
  expect(['', 'approve', 'toString', 'constructor'].some(isAuditKind)).toBe(false);
  for (const [kind, meaning] of Object.entries(AUDIT_KINDS)) {
    expect(kind).toMatch(/^[a-z_]+$/);
    expect(meaning, kind).toMatch(/^\S.{15,}$/);
  }
  expect([...BREAK_KINDS].every(isAuditKind)).toBe(true);
});
