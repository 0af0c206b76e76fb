import { describe, expect, test } from 'vitest';

import { sequenceDefinition } from '../helpers/definitions.ts';
import { DAY_MS, desk, type Desk } from './desk.ts';

/** A11: public holidays of a lead's country, written into the state by one command and read there by every run. */

const CONFIG = `timezone = "UTC"

[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"

[web]
token_secret = { file = "secret" }
`;
const GOOD_FRIDAY = Date.parse('2026-04-03T09:00:00Z');

function bench(more = ''): Desk {
  const of = desk({ config: `${CONFIG}${more}`, now: GOOD_FRIDAY });
  const sequence = of.apply(sequenceDefinition('website', ['hello', 'again']));
  for (const [name, country] of [
    ['hans', 'DE'],
    ['amy', 'US'],
    ['io', null],
  ] as const)
    of.enroll(of.lead(name, { country }), sequence);
  return of;
}

function drafted(of: Desk): readonly string[] {
  return of.database
    .prepare<[], { name: string }>(
      'SELECT l.first_name AS name FROM messages m JOIN leads l ON l.row_id = m.lead_row_id ORDER BY name',
    )
    .all()
    .map(({ name }) => name);
}

describe('A11: holidays load', () => {
  test('a lead is not written to on a public holiday of its country, and is the day after', async () => {
    const of = bench();
    expect(await of.json(['holidays', 'load'])).toMatchObject({
      counts: { countries: 2, unknown: 0, forgotten: 0 },
      items: [{ country: 'DE' }, { country: 'US' }],
    });
    await of.run(['drip', '--force']);
    expect(drafted(of), 'Good Friday is one in Germany').toEqual(['amy', 'io']);
    const why = await of.json(['leads', 'why', 'hans@hans.example']);
    expect(JSON.stringify(why.items)).toContain('lead_holiday');
    of.clock.advance(DAY_MS);
    await of.run(['drip', '--force']);
    expect(drafted(of)).toEqual(['amy', 'hans', 'io']);
  });

  test('without it nobody has a holiday', async () => {
    const of = bench();
    await of.run(['drip', '--force']);
    expect(drafted(of)).toEqual(['amy', 'hans', 'io']);
  });

  test('days are real days of this year and the next, and a second load replaces the first', async () => {
    const of = bench();
    await of.run(['holidays', 'load']);
    const first = await of.json(['holidays', 'list', '--country', 'germany']);
    await of.run(['holidays', 'load']);
    expect(await of.json(['holidays', 'list', '--country', 'DE'])).toEqual(first);
    const days = first.items.map(({ day }) => String(day));
    expect(days).toContain('2026-10-03');
    expect(days).toContain('2027-03-26');
    expect(days.every((day) => day >= '2026-04-03' && day < '2028')).toBe(true);
    expect(first.items).toContainEqual({
      country: 'DE',
      day: '2026-12-25',
      name: expect.any(String) as string,
    });
  });

  test('holidays.countries names whose count; the others are taken out again', async () => {
    const of = bench();
    await of.run(['holidays', 'load']);
    const env = { HEADGATE_HOLIDAYS__COUNTRIES: 'US, XX' };
    expect((await of.run(['holidays', 'load'], { env })).code, 'XX is no country').toBe(78);
    const onlyUs = { env: { HEADGATE_HOLIDAYS__COUNTRIES: 'US' } };
    expect(await of.json(['holidays', 'load'], onlyUs)).toMatchObject({
      counts: { countries: 1, forgotten: 1 },
    });
    await of.run(['drip', '--force']);
    expect(drafted(of)).toEqual(['amy', 'hans', 'io']);
  });

  test('a country that nobody has written down has none, and is named', async () => {
    const of = bench();
    of.lead('ice', { country: 'AQ' });
    const loaded = await of.run(['holidays', 'load']);
    expect(loaded.stdout).toContain('No table of holidays for AQ');
    expect(loaded.code).toBe(0);
  });

  test.each(['0', '11', 'two'])('--years %s is refused', async (years) => {
    const of = bench();
    expect((await of.run(['holidays', 'load', '--years', years])).code).toBe(64);
  });
});
