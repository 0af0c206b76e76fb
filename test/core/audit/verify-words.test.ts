import { describe, expect, test } from 'vitest';

import { nextEntry, type AuditAct } from '../../../src/core/audit/entry.ts';
import { trailVerdict, verifyTrail, type OutsideHead } from '../../../src/core/audit/verify.ts';
import { CREATED, headOf, STATE_ID, trail, verify } from './trail.ts';

const COUNTERS = { writeCounter: 9, stampedCounter: 9 };
const APPROVED: AuditAct = { ...CREATED, kind: 'approved' };
/** Entries 1 to 6. */
const SIX = trail(Array.from({ length: 5 }, () => APPROVED));

function journal(number: number, hash = SIX[number - 1]!.hash): OutsideHead {
  return { source: 'send-journal.jsonl', number, hash };
}

/** The first two entries of six, then one that says that the rest is gone. */
function restored(detail: AuditAct['detail'], number = 7, kind: 'restored' | 'adopted' = 'restored') {
  return [...SIX.slice(0, 2), nextEntry(SIX[1]!, { ...CREATED, kind, detail }, number)];
}

describe('A13: what a trail is taken for', () => {
  test('whole, or whole with breaks that say what they are', () => {
    expect(trailVerdict(verify(SIX), COUNTERS)).toBe('whole');
    expect(trailVerdict(verify(restored({ outside_number: 6 })), COUNTERS)).toBe('breaks_shown');
  });

  test('tampered with, where nothing was cut off', () => {
    const changed = SIX.with(2, { ...SIX[2]!, at: 1 });
    expect(trailVerdict(verify(changed), { writeCounter: 1, stampedCounter: 9 })).toBe('tampered');
  });
});

describe('A13: a fault says what is wrong, so that a person can look', () => {
  const told = (...wrong: Parameters<typeof verify>): readonly string[] =>
    verify(...wrong).faults.map(({ number, fault, detail }) => `${String(number)} ${fault}: ${detail}`);

  test('an entry that was changed, and one that does not follow', () => {
    expect(told(SIX.with(2, { ...SIX[2]!, at: 1 }))).toEqual([
      '3 changed: it is not what it was when it was written',
    ]);
    const forged = nextEntry(SIX[1]!, { ...APPROVED, actor: 'terminal:somebody' });
    expect(told(SIX.with(2, forged))).toEqual([
      '4 not_linked: it does not follow the entry before it: one was removed, put in or moved',
    ]);
  });

  test('one entry that is missing, or several', () => {
    const notLinked = 'not_linked: it does not follow the entry before it: one was removed, put in or moved';
    expect(told(SIX.toSpliced(2, 1))).toEqual(['4 missing: entry 3 is missing before it', `4 ${notLinked}`]);
    expect(told(SIX.toSpliced(2, 2))).toEqual([
      '5 missing: entries 3 to 4 are missing before it',
      `5 ${notLinked}`,
    ]);
  });

  test('a beginning that is no beginning: another act, another number, another state', () => {
    const line = '1 no_beginning: the first entry is not the one with which this state was made';
    expect(told([])).toEqual([line]);
    expect(
      told([nextEntry({ number: 0, hash: '0'.repeat(64) }, { ...APPROVED, subject: STATE_ID })]),
    ).toEqual([line]);
    expect(told([nextEntry({ number: 0, hash: '0'.repeat(64) }, CREATED, 2)])).toContain(line);
    expect(
      told([nextEntry({ number: 0, hash: '0'.repeat(64) }, { ...CREATED, subject: 's-other' })]),
    ).toEqual([line]);
  });

  test('what is known outside: behind the end, another one, or one that is not there', () => {
    expect(told(SIX.slice(0, 4), [headOf(SIX)])).toEqual([
      '6 cut_off: stamp.json knows it, but the trail ends with 4',
    ]);
    expect(told(SIX, [journal(6, 'f'.repeat(64))])).toEqual([
      '6 rewritten: send-journal.jsonl knows it, but in the trail it is another one',
    ]);
    expect(told(SIX.toSpliced(2, 1), [journal(3)])[0]).toBe(
      '3 rewritten: send-journal.jsonl knows it, but in the trail it is missing',
    );
  });

  test('in the order of the entries, the first hundred of them, and how many there are', () => {
    const long = trail(Array.from({ length: 120 }, () => APPROVED));
    const changed = long.map((entry) => ({ ...entry, at: entry.at + 1 }));
    const found = verify(changed, [journal(1, 'f'.repeat(64))]);
    expect(found.faults.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(found.faultCount).toBe(122);
    const few = verify(SIX.with(4, { ...SIX[4]!, at: 1 }), [journal(2, 'f'.repeat(64))]);
    expect(few.faults.map(({ number }) => number)).toEqual([2, 5]);
  });
});

describe('A15: what a restored copy accounts for', () => {
  test('all that is known outside up to its number, and nothing beside', () => {
    const entries = restored({ outside_number: 6 });
    expect(verify(entries, [journal(3), journal(4), journal(6)]).faults).toEqual([]);
    expect(verify(entries, [journal(2, 'f'.repeat(64))]).faults).toMatchObject([{ fault: 'rewritten' }]);
    const longer = [...entries, nextEntry(entries[2]!, APPROVED, 10)];
    expect(verify(longer, [journal(3), { ...journal(6), number: 8 }]).faults).toMatchObject([
      { number: 8, fault: 'rewritten' },
      { number: 10, fault: 'missing' },
    ]);
  });

  test('not what another kind of entry leaps over, nor what it does not name', () => {
    expect(verify(restored({ outside_number: 6 }, 7, 'adopted')).faults).toMatchObject([
      { fault: 'missing' },
    ]);
    expect(verify(restored({ outside_number: 5 })).faults).toMatchObject([{ fault: 'missing' }]);
  });

  test.each([
    [{ outside_number: 6 }, 7, 'restored', { missing: 4, outsideNumber: 6 }],
    [{ outside_number: 1 }, 3, 'restored', { missing: 0, outsideNumber: 1 }],
    [{}, 3, 'restored', { missing: 0, outsideNumber: null }],
    [{ outside_number: '6' }, 3, 'restored', { missing: 0, outsideNumber: null }],
    [{ outside_number: 6 }, 3, 'adopted', { missing: 0, outsideNumber: 6 }],
  ] as const)('a break of %j at %i, %s, shows %j', (detail, number, kind, shown) => {
    expect(verify(restored(detail, number, kind)).breaks).toEqual([
      { number, kind, at: CREATED.at, actor: 'terminal:tom', ...shown },
    ]);
  });

  test.each(['nonsense', '7', 'null', '[]', '"outside_number"'])(
    'a break whose detail somebody made %s is shown, and told as changed',
    (detail) => {
      const [one, two, third] = restored({ outside_number: 6 }, 3);
      const found = verify([one!, two!, { ...third!, detail }]);
      expect(found.breaks).toMatchObject([{ number: 3, missing: 0, outsideNumber: null }]);
      expect(found.faults).toMatchObject([{ number: 3, fault: 'changed' }]);
    },
  );
});

describe('F7: what was verified before is not read again', () => {
  const byNumber = new Map(SIX.map(({ number, hash }) => [number, hash]));
  const after = { number: 3, hash: SIX[2]!.hash };
  const rest = (outside: readonly OutsideHead[], entries = SIX.slice(3)) =>
    verifyTrail({
      ...{ entries, stateId: STATE_ID, outside, after },
      hashAt: (number) => byNumber.get(number) ?? null,
    });

  test('what is known outside of it is believed, and of the rest compared', () => {
    const wrong = 'f'.repeat(64);
    expect(rest([journal(2, wrong), journal(3, wrong)]).faults).toEqual([]);
    expect(rest([journal(4, wrong)]).faults).toMatchObject([{ number: 4, fault: 'rewritten' }]);
  });

  test('where nothing followed, it ends where it ended', () => {
    expect(rest([], [])).toMatchObject({ entries: 0, head: after, faults: [] });
  });

  test('an empty trail has no end', () => {
    expect(verify([]).head).toBeNull();
  });
});
