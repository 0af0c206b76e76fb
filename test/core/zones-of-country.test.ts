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

  test('a file full of places that nobody knows does not fill the memory with them', () => {
    for (let index = 0; index < 10_500; index += 1) {
      expect(finder({ ...NOWHERE, country: 'US', region: `Place ${String(index)}` }).zone).toBe(
        'America/New_York',
      );
    }
  });
});

test('words that were probably meant come nearest first, and nothing is near to everything', () => {
  expect(nearestWords('Contcated', ['new', 'contacted', 'context'], 2)).toEqual(['contacted']);
  expect(nearestWords('x', ['alpha', 'beta'], 3)).toEqual([]);
  expect(nearestWords('propsal', ['proposal', 'disposal'], 1)).toEqual(['proposal']);
});
