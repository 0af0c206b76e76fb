import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { LeadFields } from '../../src/core/model.ts';
import { insertRows } from '../../src/store/bulk-insert.ts';
import type { StateDatabase } from '../../src/store/database.ts';
import {
  insertEnrollment,
  insertEnrollments,
  type EnrollmentStart,
} from '../../src/store/enrollment-insert.ts';
import { livePlaces } from '../../src/store/sequence-enrollments.ts';
import { cancelEnrollment, enrollmentsOfLead } from '../../src/store/enrollments.ts';
import { addTimelineOfMany, insertLeads, type NewLead } from '../../src/store/lead-insert.ts';
import {
  ALL_LEADS,
  findLead,
  leadByEmailKey,
  leadById,
  leadByRowId,
  leadsByEmailKeys,
  listLeads,
  updateLead,
} from '../../src/store/leads.ts';
import { refreshNurtureDue } from '../../src/store/nurture-queue.ts';
import { enrollmentCounts, saveSequences } from '../../src/store/sequences.ts';
import {
  addSuppression,
  isSuppressed,
  listSuppressions,
  removeSuppression,
  suppressionReasons,
} from '../../src/store/suppressions.ts';
import { leadTimeline } from '../../src/store/timeline.ts';
import { sequenceDefinition, storedSequence } from '../helpers/definitions.ts';
import { openHoursPolicy } from '../helpers/policy.ts';
import { testState } from '../helpers/state.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 1, 18, 9);

function leadCount(db: StateDatabase): number {
  return db.prepare<[], { count: number }>('SELECT count(*) AS count FROM leads').get()!.count;
}

const FULL: LeadFields = {
  email: 'Ann@x.example',
  emailKey: 'ann@x.example',
  firstName: 'Ann',
  lastName: 'Vogt',
  company: 'Vogt',
  companyDomain: 'vogt.example',
  country: 'DE',
  region: 'BY',
  timezone: 'Europe/Berlin',
  stage: 'proposal',
  status: 'working',
  source: 'website',
  sourceFormId: 'f',
  platform: 'inbound',
  tags: ['a', 'b'],
  notes: 'one\ntwo',
  createdAt: 1,
  updatedAt: 2,
  lastContactAt: 3,
  optedOut: true,
  doNotContact: true,
  spam: true,
  custom: { job: 'CTO' },
};
const BARE: LeadFields = {
  ...FULL,
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

function newLead(name: string, fields: LeadFields = BARE): NewLead {
  const email = `${name}@x.example`;
  return {
    id: `l-${name}`,
    fields: { ...fields, email, emailKey: email },
    zone: { zone: 'UTC', rule: 'operator' },
    nurtureDueAt: null,
  };
}

describe('leads', () => {
  test('a lead comes back as it was stored, in a batch of full and of bare ones', () => {
    const { database: db } = testState();
    const leads = [newLead('aaa', FULL), newLead('bbb')];
    const first = db.write(() => insertLeads(db, leads, NOW));
    expect(leadByRowId(db, first)).toEqual({
      ...FULL,
      email: 'aaa@x.example',
      emailKey: 'aaa@x.example',
      rowId: first,
      id: 'l-aaa',
      zone: 'UTC',
      zoneRule: 'operator',
      watermarkAt: null,
      attribution: null,
      heldUntil: null,
      holdNote: null,
      suppressedReason: null,
    });
    expect(leadByRowId(db, first + 1)).toMatchObject({
      ...BARE,
      email: 'bbb@x.example',
      emailKey: 'bbb@x.example',
    });
    expect(leadCount(db)).toBe(2);
  });

  test('any number of rows is stored in order, and the next batch follows it', () => {
    const { database: db } = testState();
    const names = Array.from({ length: 77 }, (_, index) => `n${String(index)}`);
    const first = db.write(() =>
      insertLeads(
        db,
        names.map((name) => newLead(name)),
        NOW,
      ),
    );
    const next = db.write(() => insertLeads(db, [newLead('later')], NOW));
    expect([...listLeads(db, ALL_LEADS)].map(({ id }) => id)).toEqual([
      ...names.map((name) => `l-${name}`),
      'l-later',
    ]);
    expect(next).toBe(first + 77);
  });

  test('E1: one lead per address; a batch with a taken one is refused whole', () => {
    const { database: db } = testState();
    db.write(() => insertLeads(db, [newLead('aaa')], NOW));
    expect(() =>
      db.write(() => insertLeads(db, [newLead('bbb'), { ...newLead('aaa'), id: 'l-ccc' }], NOW)),
    ).toThrow();
    expect(leadCount(db)).toBe(1);
  });

  test('rows are stored only inside a transaction', () => {
    const { database: db } = testState();
    const shape = { into: 'leads (id)', row: '(?)', perRow: 1, shared: {} };
    expect(() => insertRows(db, shape, ['l-a'])).toThrow('inside StateDatabase.write');
  });

  test('a person may type an id, the beginning of an id that only one lead has, or an address', () => {
    const { database: db } = testState();
    db.write(() => insertLeads(db, [newLead('abc'), newLead('abd'), newLead('xyz')], NOW));
    expect(findLead(db, 'l-abc')?.id).toBe('l-abc');
    expect(findLead(db, 'l-x')?.id).toBe('l-xyz');
    expect(findLead(db, 'l-ab')).toBeNull();
    expect(findLead(db, 'l-q')).toBeNull();
    expect(findLead(db, 'XYZ@X.example')?.id).toBe('l-xyz');
    expect(findLead(db, 'nobody@x.example')).toBeNull();
    expect(findLead(db, 'a b@x')).toBeNull();
    expect(findLead(db, '% OR 1')).toBeNull();
    expect(leadById(db, 'l-none')).toBeNull();
    expect(leadByEmailKey(db, 'abd@x.example')?.id).toBe('l-abd');
    expect([...leadsByEmailKeys(db, ['abc@x.example', 'none', 'xyz@x.example']).keys()]).toEqual([
      'abc@x.example',
      'xyz@x.example',
    ]);
  });

  test('F4: lists narrow by status, stage and sequence, and go on past a page', () => {
    const { database: db } = testState();
    const many = Array.from({ length: 1_002 }, (_, index) => newLead(`n${String(index)}`));
    const odd = newLead('odd', { ...BARE, stage: 'contacted', status: 'working' });
    const first = db.write(() => insertLeads(db, [...many, odd], NOW));
    const [sequence] = db.write(() => saveSequences(db, [provisional('welcome')]));
    db.write(() => insertEnrollment(db, { ...start(sequence!), id: 'e-1', leadRowId: first + 1_001 }));
    const ids = (query: object): string[] =>
      [...listLeads(db, { ...ALL_LEADS, ...query })].map(({ id }) => id);
    expect(ids({})).toHaveLength(1_003);
    expect(ids({ status: 'working' })).toEqual(['l-odd']);
    expect(ids({ stage: 'contacted', status: 'new' })).toEqual([]);
    expect(ids({ sequenceId: 'welcome' })).toEqual(['l-n1001']);
    expect(ids({ sequenceId: 'other' })).toEqual([]);
  });

  test('an update writes every field but the address', () => {
    const { database: db } = testState();
    const rowId = db.write(() => insertLeads(db, [newLead('aaa')], NOW));
    const zone = { zone: 'Europe/Berlin', rule: 'explicit' } as const;
    db.write(() => updateLead(db, { rowId, fields: FULL, zone, now: NOW + 1 }));
    expect(leadByRowId(db, rowId)).toMatchObject({
      ...FULL,
      email: 'aaa@x.example',
      emailKey: 'aaa@x.example',
      zone: 'Europe/Berlin',
    });
  });

  test('F4: one line for many leads is in the story of each', () => {
    const { database: db } = testState();
    const first = db.write(() => insertLeads(db, [newLead('aaa'), newLead('bbb'), newLead('ccc')], NOW));
    const entry = { at: NOW, kind: 'matched', text: 'welcome', ref: null };
    db.write(() => addTimelineOfMany(db, entry, [first, first + 2]));
    expect([0, 1, 2].map((offset) => leadTimeline(db, first + offset, 9))).toEqual([[entry], [], [entry]]);
  });
});

function provisional(id: string): ReturnType<typeof storedSequence> {
  const stored = storedSequence(sequenceDefinition(id, ['hello', 'again']), -1);
  return { ...stored, steps: stored.steps.map((step) => ({ ...step, rowId: -1 })) };
}

function start(sequence: ReturnType<typeof storedSequence>): EnrollmentStart {
  return {
    sequenceRowId: sequence.rowId,
    kind: 'drip',
    enrolledAt: NOW,
    dueAt: NOW,
    nextDueAt: NOW + 5,
    firstStepRowId: sequence.steps[0]!.rowId,
    matchReason: 'pattern_exact',
    matchSnapshotJson: '{}',
    parallel: true,
  };
}

/** e-7, e-8 and so on. */
function idsFrom(first: number): () => string {
  let next = first;
  return () => `e-${String(next++)}`;
}

describe('enrollments', () => {
  test('begin pending at the first step, one by one or many at once', () => {
    const { database: db } = testState();
    const first = db.write(() => insertLeads(db, [newLead('aaa'), newLead('bbb'), newLead('ccc')], NOW));
    const [sequence] = db.write(() => saveSequences(db, [provisional('welcome')]));
    const rowId = db.write(() => insertEnrollment(db, { ...start(sequence!), id: 'e-1', leadRowId: first }));
    const group = { start: start(sequence!), leadRowIds: [first + 1, first + 2] };
    db.write(() => insertEnrollments(db, [group], idsFrom(2)));
    const rows = db.prepare<[], object>('SELECT * FROM enrollments ORDER BY row_id').all();
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({ row_id: rowId, id: 'e-1', lead_row_id: first });
    for (const row of rows) {
      expect(row).toMatchObject({
        status: 'pending',
        anchor_at: NOW,
        enrolled_at: NOW,
        due_at: NOW,
        next_due_at: NOW + 5,
        next_step_row_id: sequence!.steps[0]!.rowId,
        last_step_row_id: null,
        is_first_step: 1,
        parallel: 1,
        match_reason: 'pattern_exact',
      });
    }
  });

  test('C2, C3: leads that begin differently are enrolled at once, each with its own due time', () => {
    const { database: db } = testState();
    const count = 40;
    const leads = Array.from({ length: count }, (_, index) => newLead(`n${String(index)}`));
    const first = db.write(() => insertLeads(db, leads, NOW));
    const [sequence] = db.write(() => saveSequences(db, [provisional('welcome')]));
    // More groups than one statement takes, of one lead and of three.
    const groups = Array.from({ length: 19 }, (_, index) => ({
      start: { ...start(sequence!), dueAt: NOW + index, nextDueAt: NOW + 100 + index },
      leadRowIds: index === 18 ? [first + 36, first + 37, first + 39] : [first + 2 * index],
    }));
    db.write(() => insertEnrollments(db, groups, idsFrom(1)));
    const rows = db
      .prepare<[], { id: string; leadRowId: number; dueAt: number; nextDueAt: number }>(
        `SELECT id, lead_row_id AS leadRowId, due_at AS dueAt, next_due_at AS nextDueAt FROM enrollments ORDER BY row_id`,
      )
      .all();
    const expected = groups.flatMap(({ start: { dueAt, nextDueAt }, leadRowIds }) =>
      leadRowIds.map((leadRowId) => ({ leadRowId, dueAt, nextDueAt })),
    );
    expect(rows).toEqual(expected.map((row, index) => ({ id: `e-${String(index + 1)}`, ...row })));
    const counts = db.prepare<[], { count: number }>('SELECT count FROM enrollment_counts').all();
    expect(counts).toEqual([{ count: rows.length }]);
  });

  test('P2: each is counted in its sequence, one by one, by the batch, and not at all when the transaction goes back', () => {
    const { database: db } = testState();
    const leads = ['aaa', 'bbb', 'ccc'].map((name) => newLead(name));
    const first = db.write(() => insertLeads(db, leads, NOW));
    const [welcome, other] = db.write(() =>
      saveSequences(db, [provisional('welcome'), provisional('other')]),
    );
    db.write(() => insertEnrollment(db, { ...start(other!), id: 'e-1', leadRowId: first }));
    const groups = [
      { start: start(welcome!), leadRowIds: [first, first + 2] },
      { start: start(other!), leadRowIds: [first + 1] },
      { start: { ...start(welcome!), dueAt: NOW }, leadRowIds: [first + 1] },
    ];
    db.write(() => insertEnrollments(db, groups, idsFrom(2)));
    const again = { ...start(other!), id: 'e-9', leadRowId: first + 2 };
    expect(() =>
      db.write(() => {
        insertEnrollment(db, again);
        throw new Error('no');
      }),
    ).toThrow('no');
    const counts = enrollmentCounts(db);
    expect([counts.get(welcome!.rowId)?.pending, counts.get(other!.rowId)?.pending]).toEqual([3, 2]);
  });

  test('P2: nothing but the module that counts them inserts enrollments', () => {
    const root = join(import.meta.dirname, '../..');
    const inserting = globSync('src/**/*.ts', { cwd: root }).filter((path) =>
      /INTO enrollments\b|`enrollments \(/.test(readFileSync(join(root, path), 'utf8')),
    );
    expect(inserting).toEqual(['src/store/enrollment-insert.ts']);
  });

  test('B4: a second live one in a group takes the whole transaction back', () => {
    const { database: db } = testState();
    const lead = db.write(() => insertLeads(db, [newLead('aaa')], NOW));
    const [sequence] = db.write(() => saveSequences(db, [provisional('welcome')]));
    const group = { start: start(sequence!), leadRowIds: [lead, lead] };
    expect(() => db.write(() => insertEnrollments(db, [group], idsFrom(1)))).toThrow('enrollments_by_lead');
    expect(enrollmentsOfLead(db, lead)).toEqual([]);
  });

  test('C5: the live ones of a sequence are found lead by lead, past a page, without reading ended ones', () => {
    const { database: db } = testState();
    const leads = Array.from({ length: 1_003 }, (_, index) => newLead(`n${String(index)}`));
    const first = db.write(() => insertLeads(db, leads, NOW));
    const [welcome, other] = db.write(() =>
      saveSequences(db, [provisional('welcome'), provisional('other')]),
    );
    const leadRowIds = leads.map((_, index) => first + index);
    db.write(() => insertEnrollments(db, [{ start: start(welcome!), leadRowIds }], idsFrom(1)));
    db.write(() => insertEnrollments(db, [{ start: start(other!), leadRowIds: [first] }], idsFrom(9_001)));
    const ended = enrollmentsOfLead(db, first + 1)[0]!.rowId;
    db.write(() => cancelEnrollment(db, { enrollmentRowId: ended, reason: 'operator', now: NOW }));
    const again = { ...start(welcome!), id: 'e-again', leadRowId: first + 1 };
    const rowId = db.write(() => insertEnrollment(db, again));
    const places = [...livePlaces(db, welcome!.rowId)];
    expect(places.map((place) => place.leadRowId)).toEqual(leadRowIds);
    expect(places[1]?.rowId).toBe(rowId);
    expect([...livePlaces(db, other!.rowId)].map((place) => place.leadRowId)).toEqual([first]);
  });

  test('B4: a second live one in the same sequence is refused by the database', () => {
    const { database: db } = testState();
    const lead = db.write(() => insertLeads(db, [newLead('aaa')], NOW));
    const [sequence] = db.write(() => saveSequences(db, [provisional('welcome')]));
    db.write(() => insertEnrollment(db, { ...start(sequence!), id: 'e-1', leadRowId: lead }));
    expect(() =>
      db.write(() => insertEnrollment(db, { ...start(sequence!), id: 'e-2', leadRowId: lead })),
    ).toThrow();
    expect(() => insertEnrollment(db, { ...start(sequence!), id: 'e-3', leadRowId: lead })).toThrow(
      'inside StateDatabase.write',
    );
  });

  test('B4: any number that ended, even at one moment, stand in nobody’s way, and are all found by their lead', () => {
    const { database: db } = testState();
    const lead = db.write(() => insertLeads(db, [newLead('aaa')], NOW));
    const [sequence] = db.write(() => saveSequences(db, [provisional('welcome')]));
    for (const id of ['e-1', 'e-2', 'e-3']) {
      const rowId = db.write(() => insertEnrollment(db, { ...start(sequence!), id, leadRowId: lead }));
      db.write(() => cancelEnrollment(db, { enrollmentRowId: rowId, reason: 'operator', now: NOW }));
    }
    db.write(() => insertEnrollment(db, { ...start(sequence!), id: 'e-4', leadRowId: lead }));
    expect(enrollmentsOfLead(db, lead).map(({ id }) => id)).toEqual(['e-1', 'e-2', 'e-3', 'e-4']);
    expect(() =>
      db.write(() => insertEnrollment(db, { ...start(sequence!), id: 'e-5', leadRowId: lead })),
    ).toThrow('enrollments_by_lead');
  });

  test('P2: those of one lead are found without reading the others, live ones and all', () => {
    const { database: db } = testState();
    for (const where of ['lead_row_id = 1', "lead_row_id = 1 AND status IN ('pending', 'active')"]) {
      const [plan] = db
        .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN SELECT * FROM enrollments WHERE ${where}`)
        .all();
      expect(plan?.detail).toContain('USING INDEX enrollments_by_lead (lead_row_id=?');
    }
  });
});

describe('B7: the queue of nurture', () => {
  const policy = openHoursPolicy();

  test('follows what the lead is and what runs for it', () => {
    const { database: db } = testState();
    const lead = db.write(() => insertLeads(db, [newLead('aaa')], NOW));
    const refreshed = (): number | null => {
      db.write(() => refreshNurtureDue(db, lead, { policy, now: NOW }));
      return db.prepare<[], { at: number | null }>('SELECT nurture_due_at AS at FROM leads').get()!.at;
    };
    expect(refreshed()).toBe(NOW + 3 * DAY_MS);
    db.write(() => addSuppression(db, { emailKey: 'aaa@x.example', reason: 'bounced', addedAt: NOW }));
    expect(refreshed()).toBeNull();
    db.write(() => removeSuppression(db, 'aaa@x.example'));
    expect(refreshed()).toBe(NOW + 3 * DAY_MS);
    const [sequence] = db.write(() => saveSequences(db, [provisional('welcome')]));
    db.write(() => insertEnrollment(db, { ...start(sequence!), id: 'e-1', leadRowId: lead }));
    expect(refreshed()).toBeNull();
  });

  test('a lead that is gone is nobody to queue', () => {
    const { database: db } = testState();
    expect(() => db.write(() => refreshNurtureDue(db, 99, { policy, now: NOW }))).not.toThrow();
  });
});

describe('suppressions', () => {
  test('the first reason stays, and only the very address is meant (hardening 19)', () => {
    const { database: db } = testState();
    const add = (reason: string, note?: string): boolean =>
      db.write(() =>
        addSuppression(db, {
          emailKey: 'ann@x.example',
          reason,
          addedAt: NOW,
          ...(note === undefined ? {} : { note }),
        }),
      );
    expect(suppressionReasons(db, ['ann@x.example'])).toEqual(new Map());
    expect(add('complained', 'abuse desk')).toBe(true);
    expect(add('opted_out')).toBe(false);
    expect(isSuppressed(db, 'ann@x.example')).toBe(true);
    expect(isSuppressed(db, 'ann+tag@x.example')).toBe(false);
    expect(suppressionReasons(db, ['ann@x.example', 'bob@x.example'])).toEqual(
      new Map([['ann@x.example', 'complained']]),
    );
    expect([...listSuppressions(db)]).toEqual([
      { emailKey: 'ann@x.example', reason: 'complained', note: 'abuse desk', addedAt: NOW },
    ]);
  });

  test('taking one off hands back what stood there, once', () => {
    const { database: db } = testState();
    db.write(() => addSuppression(db, { emailKey: 'ann@x.example', reason: 'manual', addedAt: NOW }));
    expect(db.write(() => removeSuppression(db, 'ann@x.example'))).toMatchObject({ reason: 'manual' });
    expect(db.write(() => removeSuppression(db, 'ann@x.example'))).toBeNull();
    expect(isSuppressed(db, 'ann@x.example')).toBe(false);
  });

  test('a long list is read past a page, by address', () => {
    const { database: db } = testState();
    const keys = Array.from({ length: 1_001 }, (_, index) => `a${String(index).padStart(4, '0')}@x.example`);
    db.write(() => {
      for (const emailKey of keys.toReversed())
        addSuppression(db, { emailKey, reason: 'manual', addedAt: NOW });
    });
    expect([...listSuppressions(db)].map(({ emailKey }) => emailKey)).toEqual(keys);
  });

  test('a suppressed lead says so', () => {
    const { database: db } = testState();
    const lead = db.write(() => insertLeads(db, [newLead('aaa')], NOW));
    db.write(() => addSuppression(db, { emailKey: 'aaa@x.example', reason: 'bounced', addedAt: NOW }));
    expect(leadByRowId(db, lead)?.suppressedReason).toBe('bounced');
  });
});
