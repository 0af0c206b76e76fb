import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileMatcher, compileNurtureChoice } from '../../src/core/matching.ts';
import type { MatchableSequence, MatchContext, MatchOutcome } from '../../src/core/matching.ts';
import type { LeadFields, Trigger } from '../../src/core/model.ts';
import { sampleLead, sampleSequence, UNKNOWN_LEAD } from './matching-samples.ts';

function matchLead(
  lead: LeadFields,
  sequences: readonly MatchableSequence[],
  context: MatchContext,
): MatchOutcome {
  return compileMatcher(sequences)(lead, context);
}

function ids(matches: MatchOutcome['enroll']): string[] {
  return matches.map((match) => match.sequenceId);
}

describe('B1: the most specific line wins', () => {
  const ladder = [
    sampleSequence('e-catch-all', { catchAll: true, priority: 99 }),
    sampleSequence('d-predicate', { platforms: ['inbound'], priority: 50 }),
    sampleSequence('c-prefix', { sources: ['form:*'], priority: 20 }),
    sampleSequence('b-exact', { sources: ['form:contact'], priority: 10 }),
    sampleSequence('a-form', { forms: ['contact-2026'] }),
  ];
  const lead = sampleLead({ source: 'form:contact', sourceFormId: 'contact-2026', platform: 'inbound' });

  it.each([
    [5, 'a-form', 'source_form_id', 'contact-2026'],
    [4, 'b-exact', 'pattern_exact', 'form:contact'],
    [3, 'c-prefix', 'pattern_wildcard', 'form:*'],
    [2, 'd-predicate', 'predicate', 'platform: inbound'],
    [1, 'e-catch-all', 'catch_all', '*'],
  ])('B1: with %i sequences left, a higher priority below never beats %s', (count, id, reason, pattern) => {
    const outcome = matchLead(lead, ladder.slice(0, count), UNKNOWN_LEAD);
    expect(outcome.verdict).toBe('matched');
    expect(outcome.enroll).toEqual([
      {
        sequenceId: id,
        sequenceRowId: ladder.find((sequence) => sequence.id === id)?.rowId,
        parallel: false,
        reason,
        snapshot: { source: 'form:contact', sourceFormId: 'contact-2026', platform: 'inbound', pattern },
      },
    ]);
  });

  it('B1: a form id that differs in case alone belongs to another form', () => {
    const sequences = [sampleSequence('a', { forms: ['aBc'] })];
    expect(matchLead(sampleLead({ sourceFormId: 'abc' }), sequences, UNKNOWN_LEAD).verdict).toBe('no_match');
    expect(matchLead(sampleLead({ sourceFormId: 'aBc' }), sequences, UNKNOWN_LEAD).verdict).toBe('matched');
  });

  it.each<[string, Partial<Trigger>, Partial<LeadFields>]>([
    ['source', { sources: ['Outreach:Consulting'] }, { source: ' outreach:consulting' }],
    ['source prefix', { sources: ['Form:*'] }, { source: 'FORM:contact' }],
    ['platform', { platforms: ['Inbound'] }, { platform: 'inbound' }],
    ['notes', { notesContain: ['Website'] }, { notes: 'Needs a new WEBSITE by May' }],
    ['tag', { tags: ['Webinar'] }, { tags: ['other', 'webinar'] }],
    ['field', { where: [{ field: 'country', equals: 'de' }] }, { country: 'DE' }],
    ['custom field', { where: [{ field: 'job_title', equals: 'CTO' }] }, { custom: { 'Job Title': 'cto' } }],
  ])('B1: a lead is not lost because its %s is written in other case', (_what, trigger, fields) => {
    const outcome = matchLead(sampleLead(fields), [sampleSequence('a', trigger)], UNKNOWN_LEAD);
    expect(outcome.verdict).toBe('matched');
  });

  it.each<[string, Partial<Trigger>, Partial<LeadFields>, string]>([
    ['notes', { notesContain: ['Site'] }, { notes: 'a site' }, 'notes_contain: Site'],
    ['tags', { tags: ['Webinar'] }, { tags: ['webinar'] }, 'tags: Webinar'],
    ['where', { where: [{ field: 'country', equals: 'de' }] }, { country: 'DE' }, 'where: country = de'],
    ['form', { forms: [' F-1 '] }, { sourceFormId: 'F-1  ' }, ' F-1 '],
  ])(
    'B1: a lead’s story names the line of its %s that caught it, as it is written',
    (_what, trigger, fields, line) => {
      const { enroll } = matchLead(sampleLead(fields), [sampleSequence('a', trigger)], UNKNOWN_LEAD);
      expect(enroll.map((match) => match.snapshot.pattern)).toEqual([line]);
    },
  );

  it('B1: a prefix is compared to its end', () => {
    const sequences = [sampleSequence('a', { sources: ['form:*'] })];
    expect(matchLead(sampleLead({ source: 'fair:x' }), sequences, UNKNOWN_LEAD).verdict).toBe('no_match');
  });

  it('B1: a prefix does not catch a source that only contains it', () => {
    const sequences = [sampleSequence('a', { sources: ['form:*'] })];
    expect(matchLead(sampleLead({ source: 'old-form:x' }), sequences, UNKNOWN_LEAD).verdict).toBe('no_match');
  });

  it('B1: an empty value in a trigger matches nobody, not everybody', () => {
    const sequences = [sampleSequence('a', { notesContain: [''], sources: ['*'], tags: [''] })];
    const lead = sampleLead({ notes: 'anything', source: 'anything', tags: [''] });
    expect(matchLead(lead, sequences, UNKNOWN_LEAD).verdict).toBe('no_match');
  });

  it('B1: a where line reaches no prototype', () => {
    const sequences = [sampleSequence('a', { where: [{ field: '__proto__', equals: '[object Object]' }] })];
    expect(matchLead(sampleLead(), sequences, UNKNOWN_LEAD).verdict).toBe('no_match');
  });
});

describe('B2: ties, parallel sequences and leads in flight', () => {
  const lead = sampleLead({ source: 'form:contact', platform: 'inbound' });

  it('B2: priority breaks a tie inside the rank, then the name', () => {
    const low = sampleSequence('a', { sources: ['form:contact'] });
    const high = sampleSequence('z', { sources: ['form:contact'], priority: 1 });
    const same = sampleSequence('y', { sources: ['form:contact'], priority: 1 });
    expect(ids(matchLead(lead, [low, high], UNKNOWN_LEAD).enroll)).toEqual(['z']);
    expect(ids(matchLead(lead, [low, high, same], UNKNOWN_LEAD).enroll)).toEqual(['y']);
  });

  it('B2: every matching parallel sequence enrolls beside the winner, from lower ranks too', () => {
    const sequences = [
      sampleSequence('winner', { sources: ['form:contact'] }),
      sampleSequence('loser', { platforms: ['inbound'] }),
      sampleSequence('news', { platforms: ['inbound'], allowParallel: true }),
      sampleSequence('more', { sources: ['form:*'], allowParallel: true }),
    ];
    const outcome = matchLead(lead, sequences, UNKNOWN_LEAD);
    expect(ids(outcome.enroll)).toEqual(['winner', 'more', 'news']);
    expect(outcome.enroll.map((match) => match.parallel)).toEqual([false, true, true]);
  });

  it('B2: the winner is chosen among the matches that are not parallel', () => {
    const sequences = [
      sampleSequence('parallel', { sources: ['form:contact'], allowParallel: true }),
      sampleSequence('plain', { platforms: ['inbound'] }),
    ];
    expect(ids(matchLead(lead, sequences, UNKNOWN_LEAD).enroll)).toEqual(['plain', 'parallel']);
  });

  it('B2: a catch-all never fires when anything else matched, a parallel sequence included', () => {
    const sequences = [
      sampleSequence('all', { catchAll: true }),
      sampleSequence('news', { platforms: ['inbound'], allowParallel: true }),
    ];
    expect(ids(matchLead(lead, sequences, UNKNOWN_LEAD).enroll)).toEqual(['news']);
    expect(ids(matchLead(sampleLead(), sequences, UNKNOWN_LEAD).enroll)).toEqual(['all']);
  });

  it('B2: a lead in flight anywhere is not enrolled again, and what would have matched is kept', () => {
    const sequence = sampleSequence('a', { sources: ['form:*'] });
    const live: MatchContext = { suppressedReason: null, live: [{ sequenceRowId: 1, kind: 'drip' }] };
    const outcome = matchLead(lead, [sequence], live);
    expect(outcome.verdict).toBe('concurrent_drip_blocked');
    expect(outcome.enroll).toEqual([]);
    expect(ids(outcome.blocked)).toEqual(['a']);
    expect(outcome.blocked[0]?.reason).toBe('pattern_wildcard');
  });

  it('B2: a parallel sequence still enrolls a lead in flight, and says what was blocked', () => {
    const sequences = [
      sampleSequence('plain', { platforms: ['inbound'] }),
      sampleSequence('news', { platforms: ['inbound'], allowParallel: true }),
    ];
    const outcome = matchLead(lead, sequences, {
      suppressedReason: null,
      live: [{ sequenceRowId: 1, kind: 'drip' }],
    });
    expect([outcome.verdict, ids(outcome.enroll), ids(outcome.blocked)]).toEqual([
      'matched',
      ['news'],
      ['plain'],
    ]);
  });

  it('B4: a lead that is in a parallel sequence does not enter it twice', () => {
    const news = sampleSequence('news', { platforms: ['inbound'], allowParallel: true });
    const outcome = matchLead(lead, [news], {
      suppressedReason: null,
      live: [{ sequenceRowId: news.rowId, kind: 'drip' }],
    });
    expect([outcome.verdict, ids(outcome.blocked)]).toEqual(['concurrent_drip_blocked', ['news']]);
  });

  it('B7: a nurture follow-up never blocks a drip', () => {
    const outcome = matchLead(lead, [sampleSequence('a', { platforms: ['inbound'] })], {
      suppressedReason: null,
      live: [{ sequenceRowId: 1, kind: 'nurture' }],
    });
    expect(outcome.verdict).toBe('matched');
  });
});

describe('B3: who is never enrolled', () => {
  const sequences = [sampleSequence('all', { catchAll: true })];

  it.each<[string, Partial<LeadFields>, string | null]>([
    ['opted_out_at_match_time', { optedOut: true }, null],
    ['dnc', { doNotContact: true }, null],
    ['suppressed', {}, 'bounced'],
    ['spam', { spam: true }, null],
    ['stage_excluded', { stage: 'customer' }, null],
    ['stage_excluded', { stage: 'disqualified' }, null],
    ['status_excluded', { status: 'unqualified' }, null],
    ['no_match', { email: '' }, null],
  ])('B3: %s keeps a lead out of a catch-all (%o)', (verdict, fields, suppressedReason) => {
    const outcome = matchLead(sampleLead(fields), sequences, { suppressedReason, live: [] });
    expect(outcome).toEqual({ verdict, enroll: [], blocked: [], empty: [] });
  });

  it('B3: an opt-out is told before any other reason', () => {
    const lead = sampleLead({ optedOut: true, doNotContact: true, spam: true, stage: 'customer' });
    const outcome = matchLead(lead, [], { suppressedReason: 'bounced', live: [] });
    expect(outcome.verdict).toBe('opted_out_at_match_time');
  });

  it('B9: draft, paused, archived and nurture sequences match nobody', () => {
    const dormant = (['draft', 'paused', 'archived'] as const).map((status) =>
      sampleSequence(status, { catchAll: true }, { status }),
    );
    const nurture = sampleSequence('nurture', { catchAll: true }, { kind: 'nurture' });
    expect(matchLead(sampleLead(), [...dormant, nurture], UNKNOWN_LEAD).verdict).toBe('no_active_sequences');
  });

  it('B9: an active sequence without live steps enrolls nobody and is named', () => {
    const empty = sampleSequence('empty', { platforms: ['inbound'] }, { steps: [{ deletedAt: 0 }] });
    const outcome = matchLead(sampleLead({ platform: 'inbound' }), [empty, ...sequences], UNKNOWN_LEAD);
    expect([outcome.verdict, outcome.enroll, ids(outcome.empty)]).toEqual(['empty_sequence', [], ['empty']]);
  });
});

describe('B7: which sequence a follow-up comes from', () => {
  const nurture = (id: string, trigger: Partial<Trigger> = {}, rest: Partial<MatchableSequence> = {}) =>
    sampleSequence(id, trigger, { kind: 'nurture', ...rest });

  it('B7: a filter that fits goes before none, and none fits everybody', () => {
    const choose = compileNurtureChoice([nurture('any'), nurture('inbound', { platforms: ['inbound'] })]);
    expect(choose(sampleLead({ platform: 'inbound' }))?.id).toBe('inbound');
    expect(choose(sampleLead())?.id).toBe('any');
  });

  it('B7: a filter that does not fit takes nobody', () => {
    const lead = sampleLead({ platform: 'inbound', tags: ['vip'] });
    for (const trigger of [
      { forms: ['f'] },
      { sources: ['form:*'] },
      { platforms: ['website'] },
      { notesContain: ['print'] },
      { tags: ['other'] },
      { where: [{ field: 'country', equals: 'de' }] },
    ])
      expect(compileNurtureChoice([nurture('a', trigger)])(lead), JSON.stringify(trigger)).toBeNull();
  });

  it('B7: a sequence that could make nothing is not chosen', () => {
    const choose = compileNurtureChoice([
      nurture('empty', {}, { steps: [] }),
      nurture('paused', {}, { status: 'paused' }),
      sampleSequence('drip', { catchAll: true }),
    ]);
    expect(choose(sampleLead())).toBeNull();
  });
});

describe('B1 to B3 and B9 for any sequences and any lead', () => {
  const text = fc.constantFrom('form:a', 'form:b', 'list:a', 'inbound', 'website');
  const texts = fc.uniqueArray(text, { maxLength: 2 });
  const trigger = fc.record({
    forms: texts,
    sources: fc.uniqueArray(fc.constantFrom('form:a', 'form:*', 'list:*', 'f*'), { maxLength: 2 }),
    platforms: texts,
    notesContain: texts,
    tags: texts,
    where: fc.uniqueArray(
      text.map((equals) => ({ field: 'company', equals })),
      { maxLength: 1 },
    ),
    catchAll: fc.boolean(),
    priority: fc.integer({ min: 0, max: 2 }),
    allowParallel: fc.boolean(),
  });
  const sequences = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      trigger,
      status: fc.constantFrom('active' as const, 'active' as const, 'paused' as const),
      isEmpty: fc.boolean(),
    }),
    { maxLength: 5, selector: (sequence) => sequence.id },
  );
  const maybe = fc.option(text, { nil: null });
  const lead = fc.record({
    source: maybe,
    sourceFormId: maybe,
    platform: maybe,
    notes: maybe,
    company: maybe,
    tags: texts,
  });
  const live = fc.array(
    fc.record({
      sequenceRowId: fc.constantFrom('a', 'b', 'x').map((id) => sampleSequence(id).rowId),
      kind: fc.constantFrom('drip' as const, 'nurture' as const),
    }),
    { maxLength: 2 },
  );

  it('B1 to B9: the compiled tables decide as the plain reading of the rules does', () => {
    fc.assert(
      fc.property(sequences, lead, live, (drafts, fields, liveEnrollments) => {
        const all = drafts.map((draft) =>
          sampleSequence(draft.id, draft.trigger, {
            status: draft.status,
            steps: draft.isEmpty ? [] : [{ deletedAt: null }],
          }),
        );
        const context = { suppressedReason: null, live: liveEnrollments };
        const outcome = compileMatcher(all)(sampleLead(fields), context);
        expect({
          verdict: outcome.verdict,
          enroll: ids(outcome.enroll),
          blocked: ids(outcome.blocked),
          empty: ids(outcome.empty),
        }).toEqual(readPlainly(sampleLead(fields), all, context));
      }),
      { seed: 20260218, numRuns: 2_000 },
    );
  });

  it('B1: one matcher for a whole file decides as one made for each lead: leads of one origin may still differ', () => {
    fc.assert(
      fc.property(
        sequences,
        fc.array(lead, { minLength: 2, maxLength: 8 }),
        live,
        (drafts, leads, liveEnrollments) => {
          const all = drafts.map((draft) => sampleSequence(draft.id, draft.trigger));
          const match = compileMatcher(all);
          for (const fields of leads.map((each) =>
            sampleLead({ ...each, source: 'form:a', sourceFormId: null }),
          ))
            for (const context of [UNKNOWN_LEAD, { suppressedReason: null, live: liveEnrollments }])
              expect(match(fields, context)).toEqual(matchLead(fields, all, context));
        },
      ),
      { seed: 12, numRuns: 300 },
    );
  });

  it.each<[string, Partial<Trigger>, Partial<LeadFields>]>([
    ['notes', { notesContain: ['print'] }, { notes: 'wants print' }],
    ['tags', { tags: ['vip'] }, { tags: ['vip'] }],
    ['a field', { where: [{ field: 'company', equals: 'Kok' }] }, { company: 'Kok' }],
  ])(
    'B1: of two leads of one origin, %s may catch one alone, beside a sequence that looks at origins only',
    (_what, trigger, fields) => {
      const match = compileMatcher([
        sampleSequence('origin', { sources: ['list:*'] }),
        sampleSequence('a', { ...trigger, platforms: ['website'] }),
      ]);
      const one = { source: 'fair', platform: 'inbound' };
      expect(match(sampleLead(one), UNKNOWN_LEAD).verdict).toBe('no_match');
      expect(match(sampleLead({ ...one, ...fields }), UNKNOWN_LEAD).verdict).toBe('matched');
      expect(match(sampleLead(one), UNKNOWN_LEAD).verdict).toBe('no_match');
    },
  );

  it('P4: leads of one origin share one outcome where nothing else is looked at, and no other has it', () => {
    const match = compileMatcher([sampleSequence('a', { sources: ['form:a'], platforms: ['inbound'] })]);
    const outcome = (fields: Partial<LeadFields>): MatchOutcome => match(sampleLead(fields), UNKNOWN_LEAD);
    expect(outcome({ source: 'form:a' })).toBe(outcome({ source: 'form:a', notes: 'other' }));
    expect(outcome({ source: 'form:a', platform: 'website' }).verdict).toBe('matched');
    expect(outcome({ source: 'form:a', sourceFormId: 'F' }).enroll[0]?.snapshot.sourceFormId).toBe('F');
    expect(outcome({ source: 'form:b', platform: 'inbound' }).enroll[0]?.reason).toBe('predicate');
    expect(outcome({ source: 'form:b' }).verdict).toBe('no_match');
  });

  it('B1: the order in which sequences are handed over changes nothing', () => {
    fc.assert(
      fc.property(sequences, lead, (drafts, fields) => {
        const all = drafts.map((draft) => sampleSequence(draft.id, draft.trigger));
        const forward = matchLead(sampleLead(fields), all, UNKNOWN_LEAD);
        expect(matchLead(sampleLead(fields), [...all].reverse(), UNKNOWN_LEAD)).toEqual(forward);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

/** The rules again, sequence by sequence, without tables: what the matcher is held against. */
function readPlainly(lead: LeadFields, sequences: readonly MatchableSequence[], context: MatchContext) {
  const active = sequences.filter((sequence) => sequence.status === 'active');
  if (active.length === 0) return { verdict: 'no_active_sequences', enroll: [], blocked: [], empty: [] };
  const specific = active.filter((sequence) => plainRank(lead, sequence.trigger) < 5);
  const matches = (
    specific.length > 0 ? specific : active.filter((sequence) => sequence.trigger.catchAll)
  ).toSorted(
    (a, b) =>
      (specific.length > 0 ? plainRank(lead, a.trigger) - plainRank(lead, b.trigger) : 0) ||
      b.trigger.priority - a.trigger.priority ||
      a.id.localeCompare(b.id),
  );
  const chosen = [
    ...matches.filter((sequence) => !sequence.trigger.allowParallel).slice(0, 1),
    ...matches.filter((sequence) => sequence.trigger.allowParallel),
  ];
  const isEmpty = (sequence: MatchableSequence) => sequence.steps.length === 0;
  const isBlocked = (sequence: MatchableSequence) =>
    sequence.trigger.allowParallel
      ? context.live.some((enrollment) => enrollment.sequenceRowId === sequence.rowId)
      : context.live.some((enrollment) => enrollment.kind === 'drip');
  const enroll = chosen.filter((sequence) => !isEmpty(sequence) && !isBlocked(sequence));
  const blocked = chosen.filter((sequence) => !isEmpty(sequence) && isBlocked(sequence));
  const empty = chosen.filter(isEmpty);
  const verdict =
    enroll.length > 0
      ? 'matched'
      : blocked.length > 0
        ? 'concurrent_drip_blocked'
        : empty.length > 0
          ? 'empty_sequence'
          : 'no_match';
  const names = (list: readonly MatchableSequence[]) => list.map((sequence) => sequence.id);
  return { verdict, enroll: names(enroll), blocked: names(blocked), empty: names(empty) };
}

function plainRank(lead: LeadFields, trigger: Trigger): number {
  if (trigger.forms.some((form) => form === lead.sourceFormId)) return 1;
  if (trigger.sources.some((source) => source === lead.source)) return 2;
  const isPrefix = (source: string) =>
    source.endsWith('*') && lead.source?.startsWith(source.slice(0, -1)) === true;
  if (trigger.sources.some(isPrefix)) return 3;
  const hasPredicate =
    trigger.platforms.some((platform) => platform === lead.platform) ||
    trigger.notesContain.some((needle) => lead.notes?.includes(needle) === true) ||
    trigger.tags.some((tag) => lead.tags.includes(tag)) ||
    trigger.where.some((predicate) => predicate.equals === lead.company);
  return hasPredicate ? 4 : 5;
}
