import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chooseSender, type SenderDesk } from '../../../src/core/senders/assignment.ts';
import { HEALTH_WINDOW_MS, judgeHealth } from '../../../src/core/senders/health.ts';
import { capOnDay } from '../../../src/core/senders/ramp.ts';

function desk(address: string, parts: Partial<SenderDesk> = {}): SenderDesk {
  const rules = { dailyCap: 50, rampStart: null, rampStep: 0, takesOver: [] };
  return { address, ...rules, cap: 50, used: 0, pausedReason: null, ...parts };
}

const NEW_LEAD = { fixed: null, kept: null };

describe('D6: a mailbox is warmed up', () => {
  it('from its first cap by its step for every day on which it sent, and never above its cap', () => {
    const rules = { dailyCap: 30, rampStart: 10, rampStep: 5 };
    expect([0, 1, 2, 3, 4, 5, 100].map((days) => capOnDay(rules, days))).toEqual([
      10, 15, 20, 25, 30, 30, 30,
    ]);
  });

  it('not above a cap that is smaller than where it would begin; not at all without a beginning', () => {
    expect(capOnDay({ dailyCap: 5, rampStart: 10, rampStep: 5 }, 0)).toBe(5);
    expect(capOnDay({ dailyCap: 5, rampStart: null, rampStep: 0 }, 0)).toBe(5);
    expect(capOnDay({ dailyCap: null, rampStart: null, rampStep: 0 }, 9)).toBeNull();
  });
});

describe('D6: who writes to a lead', () => {
  const desks = [desk('a@x.example'), desk('b@x.example', { cap: 30, used: 3 })];

  it('a new lead goes to the one with the most room for its cap, the first of equals, whatever their size', () => {
    expect(chooseSender(NEW_LEAD, { desks, areNamed: true }).address).toBe('a@x.example');
    const busy = [desk('a@x.example', { used: 6 }), desk('b@x.example', { cap: 30, used: 3 })];
    expect(chooseSender(NEW_LEAD, { desks: busy, areNamed: true }).address).toBe('b@x.example');
    const equal = [desk('a@x.example', { used: 5 }), desk('b@x.example', { cap: 30, used: 3 })];
    expect(chooseSender(NEW_LEAD, { desks: equal, areNamed: true }).address).toBe('a@x.example');
  });

  it('a lead keeps its sender, also when that one is full or paused: it waits', () => {
    const full = [desk('a@x.example', { used: 50, pausedReason: 'too many bounces' }), desk('b@x.example')];
    const found = chooseSender({ fixed: null, kept: 'A@X.example' }, { desks: full, areNamed: true });
    expect(found).toEqual({
      address: 'a@x.example',
      room: 0,
      pausedReason: 'too many bounces',
      removed: null,
    });
  });

  it('a sequence with a sender of its own always uses it, and counts it where it is one of the senders', () => {
    const lead = { fixed: 'b@x.example', kept: 'a@x.example' };
    expect(chooseSender(lead, { desks, areNamed: true })).toMatchObject({ address: 'b@x.example', room: 27 });
    const other = { fixed: 'c@x.example', kept: 'a@x.example' };
    expect(chooseSender(other, { desks, areNamed: true })).toMatchObject({
      address: 'c@x.example',
      room: null,
    });
  });

  it('the leads of a removed sender wait, until another takes it over by name', () => {
    const lead = { fixed: null, kept: 'old@x.example' };
    expect(chooseSender(lead, { desks, areNamed: true })).toMatchObject({ removed: 'old@x.example' });
    const heirs = [desk('a@x.example'), desk('b@x.example', { takesOver: ['Old@x.example'] })];
    expect(chooseSender(lead, { desks: heirs, areNamed: true })).toMatchObject({
      address: 'b@x.example',
      removed: null,
    });
  });

  it('without [[sender]] blocks the one sender has everybody, whoever wrote before', () => {
    const one = [desk('tom@x.example', { cap: null })];
    const lead = { fixed: null, kept: 'old@x.example' };
    expect(chooseSender(lead, { desks: one, areNamed: false })).toEqual({
      address: 'tom@x.example',
      room: null,
      pausedReason: null,
      removed: null,
    });
  });

  it('fairness: what two senders have used of their caps never differs by more than one mail of the smaller cap', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 6 }), (caps) => {
        let now = caps.map((cap, index) => desk(`s${String(index)}@x.example`, { cap }));
        const all = caps.reduce((sum, cap) => sum + cap, 0);
        for (let mail = 0; mail < all; mail += 1) {
          const { address, room } = chooseSender(NEW_LEAD, { desks: now, areNamed: true });
          expect(room).toBeGreaterThan(0);
          now = now.map((each) => (each.address === address ? { ...each, used: each.used + 1 } : each));
          const shares = now.map(({ used, cap }) => used / (cap ?? 1));
          const bound = 1 / Math.min(...caps) + 1e-9;
          expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(bound);
        }
        expect(chooseSender(NEW_LEAD, { desks: now, areNamed: true }).room).toBe(0);
      }),
      { seed: 6, numRuns: 100 },
    );
  });
});

describe('D6: a sender whose mail bounces or is complained about', () => {
  it.each([
    [{ mails: 99, bounces: 50, complaints: 9 }, 'unknown'],
    [{ mails: 100, bounces: 1, complaints: 0 }, 'well'],
    [{ mails: 100, bounces: 2, complaints: 0 }, 'warn'],
    [{ mails: 100, bounces: 4, complaints: 0 }, 'warn'],
    [{ mails: 100, bounces: 5, complaints: 0 }, 'stop'],
    [{ mails: 1_001, bounces: 0, complaints: 1 }, 'well'],
    [{ mails: 1_000, bounces: 0, complaints: 1 }, 'warn'],
    // One person is no pattern.
    [{ mails: 100, bounces: 0, complaints: 1 }, 'warn'],
    [{ mails: 667, bounces: 0, complaints: 2 }, 'warn'],
    [{ mails: 666, bounces: 0, complaints: 2 }, 'stop'],
    [{ mails: 1_000, bounces: 30, complaints: 3 }, 'stop'],
  ] as const)('%j: %s', (record, kind) => {
    expect(judgeHealth(record).kind).toBe(kind);
  });

  it('looks at thirty days, so that an old accident is forgotten', () => {
    expect(HEALTH_WINDOW_MS).toBe(30 * 86_400_000);
  });

  it('says how many of how many, and which line it crossed', () => {
    expect(judgeHealth({ mails: 230, bounces: 12, complaints: 0 })).toEqual({
      kind: 'stop',
      detail: '5.22 % hard bounces (12 of 230 mails; it stops at 5 %)',
    });
  });
});

it('D6: the operator reads which line was crossed, the one that warns or the one that stops', () => {
  const warned = judgeHealth({ mails: 1_000, bounces: 20, complaints: 0 });
  expect(warned).toEqual({
    kind: 'warn',
    detail: expect.stringMatching(/20 of 1000 mails; it warns at 2 %/),
  });
  const stopped = judgeHealth({ mails: 1_000, bounces: 50, complaints: 1 });
  expect(stopped).toEqual({
    kind: 'stop',
    detail: expect.stringMatching(/50 of 1000 mails; it stops at 5 %/),
  });
});

describe('D6: a new lead goes where there is room', () => {
  const chosen = (...desks: readonly SenderDesk[]): string =>
    chooseSender(NEW_LEAD, { desks, areNamed: true }).address;

  it('never to a mailbox that is paused while another one sends, however little that one has left', () => {
    expect(
      chosen(desk('paused@x.example', { pausedReason: 'bounces' }), desk('full@x.example', { used: 50 })),
    ).toBe('full@x.example');
  });

  it('to one without a cap before one that has used some of its own', () => {
    expect(chosen(desk('used@x.example', { used: 1 }), desk('free@x.example', { cap: null }))).toBe(
      'free@x.example',
    );
  });

  it('past one whose cap of the day is zero', () => {
    expect(chosen(desk('zero@x.example', { cap: 0 }), desk('some@x.example', { used: 49 }))).toBe(
      'some@x.example',
    );
  });
});

it('D6: a mailbox without a cap of its own is not warmed up to none', () => {
  expect(capOnDay({ dailyCap: null, rampStart: 5, rampStep: 1 }, 3)).toBeNull();
});
