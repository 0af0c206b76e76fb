import { describe, expect, it, test } from 'vitest';

import { framedCopy, writtenCopy, type CopyResult, type RunPlan } from '../../src/core/planner.ts';
import { GAP_MARK, type Frame } from '../../src/core/writing/gap.ts';
import { candidate, DAY_MS, guardContext, WEDNESDAY } from '../helpers/candidates.ts';
import { CAPS, COPY, leads, plan } from '../helpers/plans.ts';

const WORDS = { subject: 'A subject', preheader: 'Before', bodyMarkdown: 'A body' };
const FRAME: Frame = {
  subject: 'A subject',
  preheader: null,
  bodyMarkdown: `Hi ${GAP_MARK}`,
  isAssist: false,
};
const BY_MODEL = { askedFor: 'm-1', unfit: null, isAssist: false };

describe('the words of a planned draft', () => {
  test('A17: words that are written already are the words of the draft, and no model is said to be behind them', () => {
    const copy = writtenCopy(WORDS);
    expect(copy.subject).toBe('A subject');
    expect(copy.words()).toEqual(WORDS);
    expect(copy).not.toHaveProperty('byModel');
    expect(writtenCopy(WORDS, BY_MODEL).byModel).toEqual(BY_MODEL);
  });

  test('D3: a frame shows its gap as copywriters write it', () => {
    const copy = framedCopy(FRAME);
    expect(copy.subject).toBe('A subject');
    expect(copy.frame).toBe(FRAME);
    expect(copy.words()).toEqual({ subject: 'A subject', preheader: null, bodyMarkdown: 'Hi {{ ai }}' });
  });
});

describe('D3: who approves what a model helps to write', () => {
  const planned = (copy: ReturnType<typeof writtenCopy>, parts = {}): RunPlan['drafts'][number] | undefined =>
    plan([candidate({ previousReason: 'model', ...parts })], {
      context: guardContext({ silences: [{ startedAt: 0, endedAt: WEDNESDAY }] }),
      writeCopy: (): CopyResult => ({ kind: 'rendered', copy }),
    }).drafts[0];

  test.each([
    ['words of nobody’s but the step’s', COPY, null],
    ['a gap that a model fills by itself', framedCopy(FRAME), null],
    ['a gap that a model only helps with', framedCopy({ ...FRAME, isAssist: true }), 'model'],
    ['words that a model wrote by itself', writtenCopy(WORDS, BY_MODEL), null],
    ['words that a model helped with', writtenCopy(WORDS, { ...BY_MODEL, isAssist: true }), 'model'],
  ])('%s', (_title, copy, askReason) => {
    expect(planned(copy)?.askReason).toBe(askReason);
  });

  it('A16: lateness is the reason that is named where there are two', () => {
    const late = { enrollment: { dueAt: WEDNESDAY - 10 * DAY_MS } };
    expect(planned(framedCopy({ ...FRAME, isAssist: true }), late)?.askReason).toBe('late');
  });

  it('A13: why it was held back before goes along where a model is still to be asked, and nowhere else', () => {
    expect(planned(framedCopy(FRAME))?.previousReason).toBe('model');
    expect(planned(COPY)).not.toHaveProperty('previousReason');
  });
});

describe('what a plan says of those it holds back', () => {
  const twice = () => [candidate({ enrollment: { rowId: 1 } }), candidate({ enrollment: { rowId: 2 } })];

  it.each([
    ['cap_run', 'over the cap of 5 a run'],
    ['cap_day', 'over the cap of 10 a day'],
  ] as const)('A6: over %s it names the number that the operator set', (bindingReason, detail) => {
    const { heldBack } = plan(leads(1), { caps: { ...CAPS, left: 0, bindingReason } });
    expect(heldBack).toHaveLength(1);
    expect(heldBack[0]).toMatchObject({ reason: bindingReason, until: null, detail });
  });

  it('A1: the second step of a lead waits from the draft that this very run makes', () => {
    const { heldBack } = plan(twice());
    expect(heldBack).toMatchObject([
      { reason: 'watermark', until: WEDNESDAY + DAY_MS, detail: 'this run already moves the lead' },
    ]);
  });

  it('A1: a lead over the cap is one draft of the demand, however many of its steps are due', () => {
    const { countsByReason, demand } = plan(twice(), { caps: { ...CAPS, left: 0 } });
    expect([countsByReason, demand]).toEqual([{ cap_run: 1, watermark: 1 }, 1]);
  });

  it('A1: a step that is refused anyway keeps its own reason', () => {
    const [first, second] = twice();
    const asleep = { ...second!, enrollment: { ...second!.enrollment!, nextDueAt: WEDNESDAY + 1 } };
    expect(plan([first!, asleep]).countsByReason).toEqual({ not_due: 1 });
  });

  it('A6: only a rehearsal without the cap goes over it', () => {
    const context = guardContext({ without: new Set(['cap']) });
    expect(plan(leads(7), { context }).drafts).toHaveLength(7);
  });

  it('A13: who is merely not due is counted where the queue was looked at, and unknown where it was not', () => {
    expect(plan([], { notDue: 7 }).notDue).toBe(7);
    expect(plan([], { notDue: 0 }).notDue).toBe(0);
    expect(plan([]).notDue).toBeNull();
  });
});

describe('what a plan changes besides drafts', () => {
  it('B9: a follow-up that does not exist yet cannot be pushed out of a paused sequence', () => {
    const followUp = candidate({ job: 'nurture', enrollment: null, sequence: { status: 'paused' } });
    const { countsByReason, adjustments } = plan([followUp], { job: 'nurture' });
    expect([countsByReason, adjustments]).toEqual([{ sequence_paused: 1 }, []]);
  });

  it('B7: who is under way in a drip is never put off as nurture puts off its leads', () => {
    const { countsByReason, adjustments } = plan([candidate({ lead: { optedOut: true } })]);
    expect([countsByReason, adjustments]).toEqual([{ opted_out: 1 }, []]);
  });
});
