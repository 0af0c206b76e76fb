import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { BEFORE_THE_FIRST, nextEntry, type AuditHead } from '../../../src/core/audit/entry.ts';
import { AUDIT_KINDS, isAuditKind, type AuditKind } from '../../../src/core/audit/kinds.ts';
import { trailVerdict, verifyTrail } from '../../../src/core/audit/verify.ts';
import { CREATED, headOf, STATE_ID, trail, verify } from './trail.ts';

const KINDS = (Object.keys(AUDIT_KINDS).filter(isAuditKind) satisfies AuditKind[]).filter(
  (kind) => !['created', 'restored', 'adopted'].includes(kind),
);
const acts = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    kind: fc.constantFrom(...KINDS),
    actor: fc.constantFrom('terminal:tom', 'chat:4711', 'run:send r-abcdefghijklmnop'),
    subject: fc.option(fc.constantFrom('m-aaaaaaaaaaaaaaaa', 'l-bbbbbbbbbbbbbbbb')),
    detail: fc.dictionary(fc.constantFrom('attempt', 'count', 'transport'), fc.integer()),
  }),
  { minLength: 3, maxLength: 30 },
);

describe('A15: an older copy is not taken for a trail that somebody cut', () => {
  const entries = trail(Array.from({ length: 5 }, () => ({ ...CREATED, kind: 'approved' as const })));
  const known = headOf(entries);
  const older = verify(entries.slice(0, 4), [known, { ...known, source: 'send-journal.jsonl' }]);

  test.each([
    ['a copy that is older than its stamp', { writeCounter: 7, stampedCounter: 9 }, 'restored'],
    ['a state that is as new as its stamp says', { writeCounter: 9, stampedCounter: 9 }, 'tampered'],
    ['a state that a person wrote to since', { writeCounter: 12, stampedCounter: 9 }, 'tampered'],
  ] as const)('%s, whose trail ends too early', (_, counters, verdict) => {
    expect(older.cutOff).toEqual({ sources: ['stamp.json', 'send-journal.jsonl'], count: 2, last: 6 });
    expect(trailVerdict(older, counters)).toBe(verdict);
  });

  test.each([7, null])(
    'known by the send journal alone, beside a stamp that was put back or is gone',
    (stampedCounter) => {
      const found = verify(entries.slice(0, 4), [{ ...known, source: 'send-journal.jsonl' }]);
      expect(trailVerdict(found, { writeCounter: 7, stampedCounter })).toBe('restored');
    },
  );

  test('an older copy in which an entry was changed is tampered with all the same', () => {
    const changed = entries.slice(0, 4).map((entry) => (entry.number === 2 ? { ...entry, at: 1 } : entry));
    const found = verify(changed, [known]);
    expect(trailVerdict(found, { writeCounter: 7, stampedCounter: 9 })).toBe('tampered');
  });
});

describe('A13: the trail', () => {
  test('a whole trail verifies, and agrees with every head that was ever known outside', () => {
    fc.assert(
      fc.property(acts, (all) => {
        const entries = trail(all);
        const outside = entries.map(({ number, hash }) => ({ source: 'send-journal.jsonl', number, hash }));
        expect(verify(entries, outside)).toEqual({
          entries: entries.length,
          head: { number: entries.length, hash: entries.at(-1)!.hash },
          breaks: [],
          faults: [],
          faultCount: 0,
          cutOff: null,
        });
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test('one field of one entry changed: verify names that entry', () => {
    fc.assert(
      fc.property(
        acts,
        fc.nat(),
        fc.constantFrom('at', 'kind', 'actor', 'subject', 'detail'),
        (all, at, field) => {
          const entries = trail(all);
          const index = at % entries.length;
          const entry = entries[index]!;
          const value =
            field === 'at' ? entry.at + 1 : field === 'subject' ? 'm-cccccccccccccccc' : `${entry[field]}x`;
          const changed = entries.with(index, { ...entry, [field]: value });
          expect(verify(changed).faults).toContainEqual(
            expect.objectContaining({ number: entry.number, fault: 'changed' }),
          );
        },
      ),
      { seed: 2, numRuns: 100 },
    );
  });

  test('one entry changed and hashed anew: verify names the one that followed it', () => {
    fc.assert(
      fc.property(acts, fc.nat(), (all, at) => {
        const entries = trail(all);
        const index = at % (entries.length - 1);
        const before = index === 0 ? BEFORE_THE_FIRST : entries[index - 1]!;
        const forged = nextEntry(before, { ...CREATED, kind: 'approved', actor: 'terminal:somebody' });
        expect(verify(entries.with(index, forged)).faults).toContainEqual(
          expect.objectContaining({ number: index + 2, fault: 'not_linked' }),
        );
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  test('one entry removed: verify names the one after it and says which is missing', () => {
    fc.assert(
      fc.property(acts, fc.nat(), (all, at) => {
        const entries = trail(all);
        const index = at % (entries.length - 1);
        const gone = entries[index]!.number;
        expect(verify(entries.toSpliced(index, 1)).faults).toContainEqual(
          expect.objectContaining({
            number: gone + 1,
            fault: 'missing',
            detail: expect.stringContaining(`entry ${gone} is missing`),
          }),
        );
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  test('two entries that changed places, or one put in between: verify names the first that is wrong', () => {
    fc.assert(
      fc.property(acts, fc.nat(), (all, at) => {
        const entries = trail(all);
        const index = at % (entries.length - 1);
        const [one, other] = [entries[index]!, entries[index + 1]!];
        const swapped = entries
          .with(index, { ...other, number: one.number })
          .with(index + 1, { ...one, number: other.number });
        expect(verify(swapped).faults[0]?.number).toBe(one.number);
        const inserted = nextEntry(one, { ...CREATED, kind: 'approved' });
        const later = entries.slice(index + 1).map((entry) => ({ ...entry, number: entry.number + 1 }));
        const longer = [...entries.slice(0, index + 1), inserted, ...later];
        expect(verify(longer).faults[0]?.number).toBe(other.number + 1);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  test('the end cut off, or all of it written anew: seen by whoever knows the head outside', () => {
    fc.assert(
      fc.property(acts, fc.integer({ min: 1, max: 3 }), (all, cut) => {
        const entries = trail(all);
        const known = headOf(entries);
        const shorter = entries.slice(0, -cut);
        expect(verify(shorter).faultCount).toBe(0);
        expect(verify(shorter, [known]).faults).toEqual([
          { number: known.number, fault: 'cut_off', detail: expect.stringContaining('stamp.json knows it') },
        ]);
        const anew = trail(all.map((act) => ({ ...act, actor: 'terminal:nobody' })));
        expect(verify(anew).faultCount).toBe(0);
        expect(verify(anew, [known]).faults).toMatchObject([{ number: known.number, fault: 'rewritten' }]);
      }),
      { seed: 6, numRuns: 50 },
    );
  });

  test('A15: an older copy that says so is a break and no fault; its numbers are never used again', () => {
    const entries = trail([
      { ...CREATED, kind: 'approved' },
      { ...CREATED, kind: 'released' },
    ]);
    const known = headOf(entries);
    const older = entries.slice(0, 1);
    const detail = { outside_number: known.number, outside_hash: known.hash, missing: 2 };
    const restored = nextEntry(older[0]!, { ...CREATED, kind: 'restored', detail }, known.number + 1);
    const { faults, breaks } = verify([...older, restored], [known]);
    expect(faults).toEqual([]);
    expect(breaks).toMatchObject([{ number: 4, kind: 'restored', missing: 2, outsideNumber: 3 }]);
  });

  test('a gap that a restored entry does not account for is a fault', () => {
    const entries = trail([
      { ...CREATED, kind: 'approved' },
      { ...CREATED, kind: 'released' },
    ]);
    const detail = { outside_number: 2, outside_hash: entries[1]!.hash, missing: 1 };
    const restored = nextEntry(entries[0]!, { ...CREATED, kind: 'restored', detail }, 9);
    expect(verify([entries[0]!, restored]).faults).toMatchObject([{ number: 9, fault: 'missing' }]);
  });

  test('a trail without its beginning, or of another state, is none', () => {
    const entries = trail([{ ...CREATED, kind: 'approved' }]);
    expect(verify([]).faults).toMatchObject([{ number: 1, fault: 'no_beginning' }]);
    const foreign = [nextEntry(BEFORE_THE_FIRST, { ...CREATED, subject: 's-other' }), ...entries.slice(1)];
    expect(verify(foreign).faults.map(({ fault }) => fault)).toContain('no_beginning');
  });

  test('what follows a point that was verified before is judged alone', () => {
    const entries = trail([
      { ...CREATED, kind: 'approved' },
      { ...CREATED, kind: 'released' },
    ]);
    const after: AuditHead = { number: 1, hash: entries[0]!.hash };
    const rest = { entries: entries.slice(1), stateId: STATE_ID, outside: [], hashAt: () => null, after };
    expect(verifyTrail(rest)).toMatchObject({ entries: 2, faultCount: 0 });
    expect(verifyTrail({ ...rest, after: { number: 1, hash: 'f'.repeat(64) } }).faults).toMatchObject([
      { number: 2, fault: 'not_linked' },
    ]);
  });

  test('the hash of an entry is the documented one: whoever wrote a verifier goes on being right', () => {
    const [created] = trail([]);
    expect(created).toEqual({
      number: 1,
      at: 1_771_405_200_000,
      kind: 'created',
      actor: 'terminal:tom',
      subject: STATE_ID,
      detail: '{}',
      previousHash: '0'.repeat(64),
      // printf '%s' '["0000…",1,1771405200000,"created","terminal:tom","s-abcdefghijklmnop","{}"]' | sha256sum
      hash: '9ee1bc6a1d6ce3b8259b64f8799bea880fa1d6619ee5a0089409b06c8350b94a',
    });
  });
});
