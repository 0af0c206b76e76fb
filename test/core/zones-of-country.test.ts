import { describe, expect, test } from 'vitest';

import { zonesOfCountry } from '../../src/adapters/country-zones.ts';
import { nearestWords } from '../../src/core/nearest.ts';
import { isZone } from '../../src/core/time/zone.ts';
import { createZoneFinder } from '../../src/core/zones-of-country.ts';

const zoneOf = createZoneFinder({ operatorZone: 'Europe/London', zonesOfCountry });
const NOWHERE = { timezone: null, country: null, region: null };

test.each([
  [{ timezone: 'Asia/Tokyo', country: 'DE', region: 'BY' }, 'Asia/Tokyo', 'explicit'],
  [{ ...NOWHERE, country: 'US', region: 'California' }, 'America/Los_Angeles', 'region'],
  [{ ...NOWHERE, country: 'US', region: 'us-tx' }, 'America/Chicago', 'region'],
  [{ ...NOWHERE, country: 'US', region: 'New York State' }, 'America/New_York', 'region'],
  [{ ...NOWHERE, country: 'CA', region: 'Qu\u00e9bec' }, 'America/Toronto', 'region'],
  [{ ...NOWHERE, country: 'AU', region: 'State of Western Australia' }, 'Australia/Perth', 'region'],
  [{ ...NOWHERE, country: 'BR', region: 'Amazonas' }, 'America/Manaus', 'region'],
  [{ ...NOWHERE, country: 'MX', region: 'BCN' }, 'America/Tijuana', 'region'],
  [{ ...NOWHERE, country: 'RU', region: 'Sverdlovsk Oblast' }, 'Asia/Yekaterinburg', 'region'],
  [{ ...NOWHERE, country: 'PT', region: '20' }, 'Atlantic/Azores', 'region'],
  [{ ...NOWHERE, country: 'US', region: 'Nowhere' }, 'America/New_York', 'country'],
  [{ ...NOWHERE, country: 'DE', region: 'Bayern' }, 'Europe/Berlin', 'country'],
  [{ ...NOWHERE, country: 'IN' }, 'Asia/Kolkata', 'country'],
  [{ ...NOWHERE, country: 'HM' }, 'Europe/London', 'operator'],
  [NOWHERE, 'Europe/London', 'operator'],
] as const)('C4: a lead of %j lives in %s, by %s', (place, zone, rule) => {
  expect(zoneOf(place)).toEqual({ zone, rule });
  expect(zoneOf(place)).toEqual({ zone, rule });
});

describe('every zone that a table names exists', () => {
  const finder = createZoneFinder({ operatorZone: 'none', zonesOfCountry });
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
  const countries = letters.flatMap((first) => letters.map((second) => first + second));

  test('by country: those with several zones have a main one, and old spellings are gone', () => {
    const zones = countries
      .map((country) => finder({ ...NOWHERE, country }))
      .filter(({ rule }) => rule === 'country');
    expect(zones.length).toBeGreaterThan(245);
    expect(zones.filter(({ zone }) => !isZone(zone))).toEqual([]);
    expect(zones.map(({ zone }) => zone)).not.toContain('Asia/Calcutta');
  });

  test('a place is looked up once, and a file full of different ones does not fill the memory with them', () => {
    let asked = 0;
    const find = createZoneFinder({
      operatorZone: 'none',
      zonesOfCountry: () => ((asked += 1), ['Europe/Oslo']),
    });
    const zoneOf = (index: number) =>
      find({ ...NOWHERE, country: 'NO', region: `Place ${String(index)}` }).zone;
    for (let index = 0; index < 10_000; index += 1) expect(zoneOf(index)).toBe('Europe/Oslo');
    expect([zoneOf(0), asked]).toEqual(['Europe/Oslo', 10_000]);
    // One more than is remembered, and the memory begins anew.
    zoneOf(10_000);
    expect([zoneOf(0), zoneOf(0), asked]).toEqual(['Europe/Oslo', 'Europe/Oslo', 10_002]);
  });

  test('a country alone and a region of it that is called nothing in particular are two places', () => {
    expect(finder({ ...NOWHERE, country: 'US', region: 'Ohio' }).rule).toBe('region');
    expect(finder({ ...NOWHERE, country: 'US' }).rule).toBe('country');
  });
});

test('words that were probably meant come nearest first, and nothing is near to everything', () => {
  expect(nearestWords('Contcated', ['new', 'contacted', 'context'], 2)).toEqual(['contacted']);
  expect(nearestWords('x', ['alpha', 'beta'], 3)).toEqual([]);
  expect(nearestWords('propsal', ['proposal', 'disposal'], 1)).toEqual(['proposal']);
});
