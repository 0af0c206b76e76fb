import { describe, expect, test } from 'vitest';

import { bailReason } from '../../src/core/bail.ts';
import { changedFields, mergeLead } from '../../src/core/lead-merge.ts';
import type { LeadRow } from '../../src/core/lead-row.ts';
import type { LeadFields } from '../../src/core/model.ts';
import { sampleLead } from '../../src/core/sample-lead.ts';
import { coldSince, nurtureDueAt, type NurtureFacts } from '../../src/core/nurture-due.ts';
import { openHoursPolicy } from '../helpers/policy.ts';

const DAY_MS = 86_400_000;

const BLANK: LeadFields = {
  email: 'ann@x.example',
  emailKey: 'ann@x.example',
  firstName: null,
  lastName: null,
  company: null,
  companyDomain: null,
  country: null,
  region: null,
  timezone: null,
  stage: 'new',
  status: 'new',
  source: null,
  sourceFormId: null,
  platform: null,
  tags: [],
  notes: null,
  createdAt: null,
  updatedAt: null,
  lastContactAt: null,
  optedOut: false,
  doNotContact: false,
  spam: false,
  custom: {},
};

function row(fields: Partial<LeadFields>): LeadRow {
  return {
    kind: 'lead',
    fields: { ...BLANK, ...fields },
    hasStage: fields.stage !== undefined,
    hasStatus: fields.status !== undefined,
    enrolledAt: null,
    remarks: [],
  };
}

/** What changes when a lead like this meets a row like that. */
function merged(
  stored: Partial<LeadFields>,
  incoming: Partial<LeadFields>,
  how: 'update' | 'skip' = 'update',
): object {
  const before = { ...BLANK, ...stored };
  const { fields, changed } = mergeLead(before, row(incoming), how);
  expect(changed).toEqual(changedFields(before, fields));
  return Object.fromEntries(changed.map((key) => [key, fields[key]]));
}

describe('E1: a row about a known lead', () => {
  test('that says nothing new changes nothing (E7)', () => {
    const lead = { company: 'A', tags: ['a'], custom: { x: '1', y: '2' }, updatedAt: 5, createdAt: 1 };
    expect(merged(lead, { ...lead, custom: { y: '2', x: '1' } })).toEqual({});
    expect(merged(lead, {})).toEqual({});
  });

  test('with a later time replaces what it has a value for, and never erases', () => {
    const stored = {
      company: 'A',
      firstName: 'Ann',
      stage: 'proposal',
      tags: ['a'],
      custom: { x: '1' },
      updatedAt: 5,
    } as const;
    expect(
      merged(stored, { company: 'B', stage: 'new', tags: ['b'], custom: { y: '2' }, updatedAt: 6 }),
    ).toEqual({
      company: 'B',
      stage: 'new',
      tags: ['b'],
      custom: { x: '1', y: '2' },
      updatedAt: 6,
    });
  });

  test('with an earlier time, or none where one is known, fills gaps only (hardening 33)', () => {
    const stored = {
      company: 'A',
      stage: 'proposal',
      tags: ['a'],
      custom: { x: '1' },
      updatedAt: 5,
    } as const;
    const older = {
      company: 'B',
      firstName: 'Ann',
      stage: 'customer',
      tags: ['b'],
      custom: { x: '0', y: '2' },
    } as const;
    for (const updatedAt of [4, null]) {
      expect(merged(stored, { ...older, updatedAt })).toEqual({
        firstName: 'Ann',
        custom: { x: '1', y: '2' },
      });
    }
    expect(merged({ updatedAt: 5 }, { tags: ['b'], updatedAt: 4 })).toEqual({ tags: ['b'] });
  });

  test('of the same age replaces texts, but moves stage and status only forward', () => {
    expect(
      merged(
        { company: 'A', stage: 'contacted', status: 'working' },
        { company: 'B', stage: 'new', status: 'new' },
      ),
    ).toEqual({ company: 'B' });
    expect(merged({ stage: 'contacted', status: 'new' }, { stage: 'customer', status: 'qualified' })).toEqual(
      {
        stage: 'customer',
        status: 'qualified',
      },
    );
    expect(merged({ stage: 'customer' }, { stage: 'disqualified' })).toEqual({});
  });

  test('that does not speak of stage and status leaves them, whatever its age (A3)', () => {
    expect(merged({ stage: 'proposal', status: 'working' }, { updatedAt: 9 })).toEqual({ updatedAt: 9 });
  });

  test('keeps the first creation and the latest contact', () => {
    expect(merged({ createdAt: 5, lastContactAt: 9 }, { createdAt: 1, lastContactAt: 4 })).toEqual({});
    expect(merged({ lastContactAt: 4 }, { createdAt: 1, lastContactAt: 9 })).toEqual({
      createdAt: 1,
      lastContactAt: 9,
    });
  });

  test('that is newer, or as new, has the last word on a further column', () => {
    for (const updatedAt of [5, 6])
      expect(
        merged({ custom: { x: '1', y: '1' }, updatedAt: 5 }, { custom: { x: '2' }, updatedAt }),
      ).toMatchObject({ custom: { x: '2', y: '1' } });
  });

  test('brings tags to a lead without any, and a row without tags takes none away', () => {
    expect(merged({}, { tags: ['b'] })).toEqual({ tags: ['b'] });
    expect(merged({ tags: ['a'] }, {})).toEqual({});
  });

  test('times from before 1970 are times, and later than none', () => {
    expect(merged({ stage: 'proposal' }, { stage: 'new', updatedAt: -5 })).toEqual({
      stage: 'new',
      updatedAt: -5,
    });
    expect(merged({ lastContactAt: null }, { lastContactAt: -5 })).toEqual({ lastContactAt: -5 });
    expect(merged({ lastContactAt: -5 }, { lastContactAt: null })).toEqual({});
  });

  test('brings opt-out, do-not-contact and spam always, even when skipped, and takes none back (hardening 32)', () => {
    const flags = { optedOut: true, doNotContact: true, spam: true };
    expect(merged({ updatedAt: 5 }, { ...flags, company: 'B', updatedAt: 1 }, 'skip')).toEqual(flags);
    expect(merged(flags, { company: 'B', updatedAt: 9 })).toEqual({ company: 'B', updatedAt: 9 });
    expect(merged({ company: 'A' }, { company: 'B' }, 'skip')).toEqual({});
  });
});

test('E7: no field of a lead changes unnoticed', () => {
  const filled: LeadFields = {
    ...sampleLead(['budget']),
    ...{ stage: 'proposal', status: 'qualified', createdAt: 1, updatedAt: 2, lastContactAt: 3 },
    ...{ optedOut: true, doNotContact: true, spam: true },
  };
  // Who it is cannot change.
  const { email, emailKey, ...others } = filled;
  for (const [name, value] of Object.entries(others))
    expect(changedFields(BLANK, { ...BLANK, email, emailKey, [name]: value })).toEqual([name]);
});

test('E7: further columns in another order are the same, tags in another order are not', () => {
  const lead = { ...BLANK, tags: ['a', 'b'], custom: { x: '1', y: '2', z: '3' } };
  expect(changedFields(lead, { ...lead, custom: { y: '2', z: '3', x: '1' } })).toEqual([]);
  expect(changedFields(lead, { ...lead, custom: { z: '3', y: '2', x: '1' } })).toEqual([]);
  expect(changedFields(lead, { ...lead, custom: { x: '2', y: '1', z: '3' } })).toEqual(['custom']);
  expect(changedFields(lead, { ...lead, tags: ['a', 'b'] })).toEqual([]);
  expect(changedFields(lead, { ...lead, tags: ['b', 'a'] })).toEqual(['tags']);
});

test.each([
  [{}, null],
  [{ optedOut: true, spam: true }, 'opted_out'],
  [{ doNotContact: true }, 'dnc'],
  [{ spam: true }, 'spam'],
  [{ stage: 'customer' as const }, 'stage_customer'],
  [{ stage: 'disqualified' as const }, 'stage_disqualified'],
  [{ status: 'unqualified' as const }, 'status_unqualified'],
  [{ status: 'qualified' as const, stage: 'proposal' as const }, null],
])('B6: a lead with %j is cancelled for %s', (fields, reason) => {
  expect(bailReason({ ...BLANK, ...fields })).toBe(reason);
});

describe('B7: when nurture need look at a lead', () => {
  const policy = openHoursPolicy();
  const due = (facts: Partial<NurtureFacts>): number | null =>
    nurtureDueAt(
      {
        lead: BLANK,
        isSuppressed: false,
        isInFlight: false,
        nurtureCount: 0,
        coldSinceAt: 0,
        lastMessageAt: null,
        ...facts,
      },
      policy,
    );

  test('is cold days after the last contact and quiet days after the last message, whichever is later', () => {
    expect(due({})).toBe(3 * DAY_MS);
    expect(due({ coldSinceAt: 10 * DAY_MS, lastMessageAt: DAY_MS })).toBe(13 * DAY_MS);
    expect(due({ lastMessageAt: DAY_MS })).toBe(8 * DAY_MS);
  });

  test.each(['new', 'contacted', 'proposal'] as const)('is when it is cold in stage %s', (stage) => {
    expect(due({ lead: { ...BLANK, stage } })).toBe(3 * DAY_MS);
  });

  test.each<Partial<NurtureFacts>>([
    { isSuppressed: true },
    { isInFlight: true },
    { nurtureCount: 3 },
    { lead: { ...BLANK, optedOut: true } },
    { lead: { ...BLANK, doNotContact: true } },
    { lead: { ...BLANK, spam: true } },
    { lead: { ...BLANK, stage: 'customer' } },
    { lead: { ...BLANK, status: 'unqualified' } },
  ])('is never while %j', (facts) => {
    expect(due(facts)).toBeNull();
  });

  test('contact counts from the last one, else from the last update, else from the beginning', () => {
    expect(coldSince({ lastContactAt: 3, updatedAt: 2, createdAt: 1 }, 9)).toBe(3);
    expect(coldSince({ lastContactAt: null, updatedAt: 2, createdAt: 1 }, 9)).toBe(2);
    expect(coldSince({ lastContactAt: null, updatedAt: null, createdAt: 1 }, 9)).toBe(1);
    expect(coldSince({ lastContactAt: null, updatedAt: null, createdAt: null }, 9)).toBe(9);
  });
});
