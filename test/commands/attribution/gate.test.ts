import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { LeadFields } from '../../../src/core/model.ts';
import { sequenceDefinition } from '../../helpers/definitions.ts';
import { DAY_MS, desk, type Desk } from '../desk.ts';

/** B8 through the real commands: who is drafted, who is not, and what is kept of it. */

const OPEN = `timezone = "UTC"

[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"

[web]
token_secret = { file = "secret" }
`;

function bench(config = ''): Desk {
  return desk({ config: `${OPEN}${config}` });
}

/** Everybody is enrolled in a sequence of two steps. */
function enrolled(of: Desk, leads: Readonly<Record<string, Partial<LeadFields>>>): void {
  const sequence = of.apply(sequenceDefinition('drip', ['hello', 'again']));
  for (const [name, fields] of Object.entries(leads)) of.enroll(of.lead(name, fields), sequence);
}

function verdicts(of: Desk): Readonly<Record<string, unknown>> {
  const rows = of.database
    .prepare<[], { name: string; verdict: string | null; by: string | null }>(
      'SELECT first_name AS name, attribution AS verdict, attribution_by AS "by" FROM leads ORDER BY row_id',
    )
    .all();
  return Object.fromEntries(
    rows.map(({ name, verdict, by }) => [name, by === null ? verdict : `${verdict ?? ''} ${by}`]),
  );
}

function drafts(of: Desk): readonly unknown[] {
  return of.database
    .prepare<[], { name: string; state: string; ask: string | null }>(
      `SELECT l.first_name AS name, m.state, m.ask_reason AS ask FROM messages m JOIN leads l ON l.row_id = m.lead_row_id
       ORDER BY l.row_id`,
    )
    .all()
    .map(({ name, state, ask }) => `${name} ${state} ${ask ?? ''}`.trim());
}

const OLD_MILL = { company: 'Old Mill', companyDomain: 'oldmill.example' };
const at = (email: string, more: Partial<LeadFields> = {}): Partial<LeadFields> => ({
  email,
  emailKey: email,
  ...more,
});

describe('B8: before a new lead’s first draft', () => {
  test('a lead at its company is drafted, one that cannot be judged waits for a person, one at the wrong company is out', async () => {
    const of = bench();
    enrolled(of, {
      grace: at('grace@oldmill.example', { companyDomain: 'newmill.example' }),
      maren: at('maren@vogt.example', { companyDomain: 'vogt.example' }),
      tom: at('tom@gmail.com', { company: 'Lakeside' }),
      ilse: {},
    });
    for (const name of ['a', 'b', 'c']) of.lead(name, at(`${name}@oldmill.example`, OLD_MILL));
    expect((await of.run(['drip', '--force'])).code).toBe(0);
    expect(verdicts(of)).toMatchObject({
      grace: 'mismatch leads',
      maren: 'verified domains',
      tom: 'unknown domains',
      ilse: 'not_applicable domains',
      a: null,
    });
    expect(drafts(of)).toEqual([
      'maren pending_approval',
      'tom pending_approval attribution_unknown',
      'ilse pending_approval',
    ]);
    expect(
      of.row(`SELECT e.status, e.cancel_reason FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
      WHERE l.first_name = 'grace'`),
    ).toEqual({ status: 'cancelled', cancel_reason: 'wrong_attribution' });
    const [grace] = (await of.json(['leads', 'show', 'grace@oldmill.example'])).items;
    expect(grace).toMatchObject({
      attribution: 'mismatch',
      attribution_by: 'leads',
      attribution_note: 'oldmill.example is oldmill.example to the others there, not newmill.example',
      timeline: expect.arrayContaining([
        expect.objectContaining({
          kind: 'attribution',
          text: 'mismatch (leads): oldmill.example is oldmill.example to the others there, not newmill.example',
        }),
      ]) as unknown,
    });
  });

  test('A16: an outage makes first emails late, and nobody at the wrong company gets theirs for that', async () => {
    const of = bench();
    await of.run(['drip', '--force']);
    of.clock.advance(1);
    enrolled(of, {
      grace: at('grace@oldmill.example', { companyDomain: 'newmill.example' }),
      maren: at('maren@vogt.example', { companyDomain: 'vogt.example' }),
    });
    for (const name of ['a', 'b', 'c']) of.lead(name, at(`${name}@oldmill.example`, OLD_MILL));
    of.clock.advance(30 * DAY_MS);
    expect((await of.run(['drip', '--force'])).code).toBe(0);
    expect(drafts(of)).toEqual(['maren pending_approval late']);
    expect(verdicts(of)).toMatchObject({ grace: 'mismatch leads', maren: 'verified domains' });
  });

  test('colleagues below the domain teach as well, though the new lead is at the domain itself', async () => {
    const of = bench();
    enrolled(of, { grace: at('grace@oldmill.example', { companyDomain: 'newmill.example' }) });
    for (const name of ['a', 'b', 'c']) of.lead(name, at(`${name}@eu.oldmill.example`, OLD_MILL));
    await of.run(['drip', '--force']);
    expect(verdicts(of)).toMatchObject({ grace: 'mismatch leads' });
    expect(drafts(of)).toEqual([]);
  });

  test('a preview shows the same and keeps no verdict', async () => {
    const of = bench();
    enrolled(of, {
      tom: at('tom@gmail.com', { company: 'Lakeside' }),
      maren: at('maren@vogt.example', { companyDomain: 'vogt.example' }),
    });
    const { counts } = await of.json(['drip', '--preview']);
    expect(counts).toMatchObject({ would_draft: 2 });
    expect(verdicts(of)).toEqual({ tom: null, maren: null });
  });

  test('attribution.unknown = "wait" drafts nobody who cannot be judged, until somebody says otherwise', async () => {
    const of = bench('[attribution]\nunknown = "wait"\n');
    enrolled(of, { tom: at('tom@gmail.com', { company: 'Lakeside' }) });
    await of.run(['drip', '--force']);
    expect(drafts(of)).toEqual([]);
    const why = await of.json(['leads', 'why', 'tom@gmail.com']);
    expect(JSON.stringify(why.items)).toContain('attribution_unknown');

    await of.run(['leads', 'verify', 'tom@gmail.com', '--as', 'verified', '--reason', 'we met']);
    await of.run(['drip', '--force']);
    expect(drafts(of)).toEqual(['tom pending_approval']);
    expect(verdicts(of)).toEqual({ tom: 'verified operator' });
  });

  test('switched off, nobody is judged', async () => {
    const of = bench('[attribution]\nmode = "off"\n');
    enrolled(of, { tom: at('tom@gmail.com', { company: 'Lakeside' }) });
    await of.run(['drip', '--force']);
    expect(drafts(of)).toEqual(['tom pending_approval']);
    expect(verdicts(of)).toEqual({ tom: null });
  });

  test('the operator’s list counts, and a list that cannot be read stops the run before anything is drafted', async () => {
    const of = bench('[attribution]\nallow = "pairs.txt"\n');
    enrolled(of, { a: at('a@themeforest.net', { companyDomain: 'envato.com' }) });
    expect(await of.run(['drip', '--force'])).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('pairs.txt') as string,
    });
    writeFileSync(join(of.directory, 'pairs.txt'), 'envato.com\n');
    expect(await of.run(['drip', '--force'])).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('pairs.txt:1: "envato.com" stands alone') as string,
    });
    expect(drafts(of)).toEqual([]);
    writeFileSync(join(of.directory, 'pairs.txt'), 'envato.com themeforest.net\n');
    await of.run(['drip', '--force']);
    expect(verdicts(of)).toEqual({ a: 'verified list' });
  });

  test('a lead that is not drafted is not judged: the gate may cost money', async () => {
    const of = bench('[limits]\ndrafts_per_run_drip = 1\n');
    enrolled(of, {
      maren: at('maren@vogt.example', { companyDomain: 'vogt.example' }),
      tom: at('tom@gmail.com', { company: 'Lakeside' }),
    });
    await of.run(['drip', '--force']);
    expect(verdicts(of)).toEqual({ maren: 'verified domains', tom: null });
  });

  test('a lead that changes its company is judged anew; the same company again is not', async () => {
    const of = bench();
    enrolled(of, { maren: at('maren@vogt.example', { companyDomain: 'vogt.example' }) });
    await of.run(['drip', '--force']);
    await of.run(['leads', 'set', 'maren@vogt.example', 'stage=contacted']);
    expect(verdicts(of)).toEqual({ maren: 'verified domains' });
    await of.run(['leads', 'set', 'maren@vogt.example', 'company_domain=kestrel.example']);
    expect(verdicts(of)).toEqual({ maren: null });
  });
});

describe('leads verify', () => {
  test('judges whoever has no verdict, keeps it, and reports whom to look at', async () => {
    const of = bench();
    of.lead('maren', at('maren@vogt.example', { companyDomain: 'vogt.example' }));
    of.lead('tom', at('tom@gmail.com', { company: '=HYPERLINK("x")' }));
    const first = await of.json(['leads', 'verify', '--csv', 'v.csv', '--html', 'v.html']);
    expect(first).toMatchObject({
      counts: { judged: 2, verified: 1, unknown: 1, mismatch: 0, not_applicable: 0 },
      items: [{ email: 'tom@gmail.com', attribution: 'unknown', by: 'domains' }],
      files: [join(of.directory, 'v.csv'), join(of.directory, 'v.html')],
    });
    expect(await of.json(['leads', 'verify'])).toMatchObject({
      counts: { judged: 0, verified: 1, unknown: 1 },
      items: [],
    });
    expect(await of.json(['leads', 'verify', '--all'])).toMatchObject({ counts: { judged: 0 } });
    of.clock.advance(DAY_MS);
    expect(await of.json(['leads', 'verify', '--all'])).toMatchObject({ counts: { judged: 2 } });
  });

  test('a mismatch that it finds is out of every sequence, and a person can say otherwise for good', async () => {
    const of = bench();
    enrolled(of, { grace: at('grace@oldmill.example', { companyDomain: 'newmill.example' }) });
    for (const name of ['a', 'b', 'c']) of.lead(name, at(`${name}@oldmill.example`, OLD_MILL));
    await of.run(['leads', 'verify']);
    expect(of.row('SELECT status FROM enrollments')).toEqual({ status: 'cancelled' });
    const noReason = await of.run(['leads', 'verify', 'grace@oldmill.example', '--as', 'verified']);
    expect(noReason).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('only with a reason') as string,
    });
    await of.run(['leads', 'verify', 'grace@oldmill.example', '--as', 'verified', '--reason', 'moved there']);
    of.clock.advance(DAY_MS);
    await of.run(['leads', 'verify', '--all']);
    expect(verdicts(of)).toMatchObject({ grace: 'verified operator' });
  });

  test.each([
    ['a word that is no verdict', ['a@a.example', '--as', 'verifid', '--reason', 'x'], '--as verified'],
    ['a lead without a verdict', ['a@a.example'], '--as'],
    ['a verdict without a lead', ['--as', 'verified', '--reason', 'x'], 'needs a lead'],
    ['a time without --all', ['--judged-before', '2026-01-01'], '--all'],
    ['a time that is none', ['--all', '--judged-before', 'yesterday'], 'no time'],
  ])('%s is refused with what to type', async (_, words, fix) => {
    const of = bench();
    of.lead('a');
    expect(await of.run(['leads', 'verify', ...words])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining(fix) as string,
    });
  });
});
