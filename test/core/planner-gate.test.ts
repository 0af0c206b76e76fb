import { describe, expect, it, test } from 'vitest';

import type { AttributionClaim } from '../../src/core/attribution/claim.ts';
import type { Attribution } from '../../src/core/attribution/judge.ts';
import type { AttributionVerdict } from '../../src/core/model.ts';
import type { RunPlan } from '../../src/core/planner.ts';
import { candidate, DAY_MS, guardContext, testPolicy, WEDNESDAY } from '../helpers/candidates.ts';
import { CAPS, leads, plan } from '../helpers/plans.ts';

const CLAIM: AttributionClaim = { email: 'maren@vogt.example', company: 'Vogt', companyDomain: null };
/** Nothing ran for as long as anybody remembers. */
const SILENCES = [{ startedAt: 0, endedAt: WEDNESDAY }];

function said(verdict: AttributionVerdict): Attribution {
  return { verdict, by: 'domains', note: `said ${verdict}` };
}

function contextOf(unknown: 'ask' | 'wait' = 'ask') {
  return guardContext({
    policy: testPolicy({ attribution: { mode: 'domains', unknown } }),
    silences: SILENCES,
  });
}

/** A plan over one lead that nobody has judged yet, of whom the gate says this. */
function planOf(finding: Attribution | AttributionClaim | null, unknown: 'ask' | 'wait' = 'ask'): RunPlan {
  return plan(leads(1), { context: contextOf(unknown), attribute: () => finding });
}

describe('B8: the gate before a new lead’s first draft', () => {
  it.each([
    ['verified', null],
    ['not_applicable', null],
    ['unknown', 'attribution_unknown'],
  ] as const)(
    '%s is drafted, the verdict goes with the draft, and a person is asked: %s',
    (verdict, asked) => {
      const finding = said(verdict);
      const { drafts, attributions } = planOf(finding);
      expect(drafts).toHaveLength(1);
      expect(drafts[0]).toMatchObject({ attribution: finding, askReason: asked });
      expect(drafts[0]).not.toHaveProperty('claim');
      expect(drafts[0]).not.toHaveProperty('previousReason');
      // Kept with the draft, and therefore not a second time.
      expect(attributions).toEqual([]);
    },
  );

  it('a mismatch gets no draft; the plan says why, and keeps what was found about the lead', () => {
    const finding = said('mismatch');
    const { drafts, heldBack, attributions } = planOf(finding);
    expect(drafts).toEqual([]);
    expect(heldBack).toMatchObject([
      { reason: 'attribution_mismatch', detail: 'said mismatch', until: null },
    ]);
    expect(heldBack).toHaveLength(1);
    expect(attributions).toEqual([{ attribution: finding, leadRowIds: [1] }]);
  });

  it('unknown waits where the operator wants that, and its verdict is kept', () => {
    const finding = said('unknown');
    const { drafts, heldBack, attributions } = planOf(finding, 'wait');
    expect(drafts).toEqual([]);
    expect(heldBack).toMatchObject([{ reason: 'attribution_unknown', detail: 'said unknown' }]);
    expect(attributions).toEqual([{ attribution: finding, leadRowIds: [1] }]);
  });

  it('leads of one verdict are kept together, those of another by themselves', () => {
    const [mismatch, unknown] = [said('mismatch'), said('unknown')];
    const { attributions } = plan(leads(4), {
      context: contextOf('wait'),
      attribute: ({ lead }) => (lead.rowId === 3 ? unknown : mismatch),
    });
    expect(attributions).toEqual([
      { attribution: mismatch, leadRowIds: [1, 2, 4] },
      { attribution: unknown, leadRowIds: [3] },
    ]);
  });

  it('the verdict is kept where the words could not be written, so that it is not paid for twice', () => {
    const finding = said('verified');
    const { attributions } = plan(leads(1), {
      context: contextOf(),
      attribute: () => finding,
      writeCopy: () => ({ kind: 'problem', reason: 'template', detail: 'first_name is empty' }),
    });
    expect(attributions).toEqual([{ attribution: finding, leadRowIds: [1] }]);
  });

  it('a lead that came in while the run began is judged by the next one, and the plan says so', () => {
    const { drafts, heldBack, attributions } = planOf(null);
    expect(drafts).toEqual([]);
    expect(heldBack).toMatchObject([
      { reason: 'attribution_unknown', detail: 'it came in during this run; the next one judges it' },
    ]);
    expect(attributions).toEqual([]);
  });

  it('what a model has still to judge is drafted with its claim and with why it was held back before', () => {
    const before = candidate({ previousReason: 'budget' });
    const { drafts, attributions } = plan([before], { context: contextOf(), attribute: () => CLAIM });
    expect(drafts[0]).toMatchObject({ claim: CLAIM, previousReason: 'budget', askReason: null });
    expect(drafts[0]).not.toHaveProperty('attribution');
    expect(attributions).toEqual([]);
  });

  it('what a model has still to judge is no verdict of this run when its words cannot be written', () => {
    const { attributions } = plan(leads(1), {
      context: contextOf(),
      attribute: () => CLAIM,
      writeCopy: () => ({ kind: 'problem', reason: 'template', detail: 'first_name is empty' }),
    });
    expect(attributions).toEqual([]);
  });
});

describe('B8: whom the gate is asked about, since an answer may cost money', () => {
  const asked = (changes: Parameters<typeof plan>[1], parts: Parameters<typeof leads>[1] = {}): number[] => {
    const seen: number[] = [];
    plan(leads(3, parts), {
      context: contextOf(),
      ...changes,
      attribute: ({ lead }) => {
        seen.push(lead.rowId);
        return said('verified');
      },
    });
    return seen;
  };

  test.each([
    ['everybody whom this run drafts', {}, {}, [1, 2, 3]],
    ['nobody over the cap', { caps: { ...CAPS, left: 1 } }, {}, [1]],
    ['nobody who is held back for another reason', {}, { lead: { optedOut: true } }, []],
    ['nobody who has been judged', {}, { lead: { attribution: 'verified' as const } }, []],
    [
      'nobody in a rehearsal without it',
      { context: guardContext({ without: new Set(['attribution']) }) },
      {},
      [],
    ],
  ])('%s', (_title, changes, parts, expected) => {
    expect(asked(changes, parts)).toEqual(expected);
  });
});

describe('B8: a step that is late and asks a person besides', () => {
  const late = candidate({ enrollment: { dueAt: WEDNESDAY - 10 * DAY_MS } });
  const planLate = (finding: Attribution, unknown: 'ask' | 'wait' = 'ask'): RunPlan =>
    plan([late], { context: contextOf(unknown), attribute: () => finding });

  it('does not reach somebody at the wrong company after an outage', () => {
    expect(planLate(said('mismatch')).countsByReason).toEqual({ attribution_mismatch: 1 });
  });

  it('waits for an unknown address as any other step does', () => {
    expect(planLate(said('unknown'), 'wait').countsByReason).toEqual({ attribution_unknown: 1 });
  });

  it('asks for one of its reasons, and for lateness where the address is right', () => {
    expect(planLate(said('unknown')).drafts).toMatchObject([{ askReason: 'attribution_unknown' }]);
    const verified = said('verified');
    expect(planLate(verified).drafts).toMatchObject([{ askReason: 'late', attribution: verified }]);
  });
});
