import { expect, test } from 'vitest';

import { NAMES_KEPT_MAX, StepKeeper } from '../../src/core/planned-step.ts';
import { candidate, WEDNESDAY } from '../helpers/candidates.ts';

test('a plan names its steps as the queue had them: lead, enrollment, sequence and step', () => {
  const first = candidate({ enrollment: { rowId: 7, dueAt: WEDNESDAY } });
  const kept = new StepKeeper().keep(first);
  expect(kept.lead).toEqual({
    rowId: 1,
    id: 'l-1',
    email: 'maren@vogt.example',
    name: 'Maren Vogt',
    company: 'Vogt',
    zone: 'Europe/Berlin',
  });
  expect(kept.enrollment).toEqual({ rowId: 7, dueAt: WEDNESDAY });
  expect(kept.sequence).toBe(first.sequence);
  expect(kept.step).toBe(first.step);
  expect(kept.job).toBe('drip');
});

test('B7: a follow-up that does not exist yet has no enrollment', () => {
  const kept = new StepKeeper().keep(candidate({ job: 'nurture', enrollment: null }));
  expect(kept.enrollment).toBeNull();
});

test('P7: names are kept for as many as a report may show, addresses for all', () => {
  const keeper = new StepKeeper();
  for (let kept = 1; kept < NAMES_KEPT_MAX; kept += 1) keeper.keep(candidate());
  expect(keeper.keep(candidate()).lead).toMatchObject({ name: 'Maren Vogt', company: 'Vogt' });
  const { lead } = keeper.keep(candidate());
  expect(lead).toMatchObject({ name: null, company: null, email: 'maren@vogt.example' });
});
