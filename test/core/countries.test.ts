import { describe, expect, test, vi } from 'vitest';

import { readCountry } from '../../src/core/countries.ts';

const country = (text: string): string | null => {
  const read = readCountry(text);
  return 'country' in read ? read.country : null;
};

describe('C4: a country is understood as people write it', () => {
  test('its two letters, in any case', () => {
    expect(['DE', 'de', 'Gb', 'zw'].map(country)).toEqual(['DE', 'DE', 'GB', 'ZW']);
  });

  test('its English name, whatever accents, signs and capitals are used', () => {
    expect(
      ['Germany', 'côte d’ivoire', 'Cote d Ivoire', 'Bosnia & Herzegovina', '  ÅLAND islands. '].map(country),
    ).toEqual(['DE', 'CI', 'CI', 'BA', 'AX']);
  });

  test.each([
    ['GB', 'UK', 'Great Britain', 'England', 'Scotland', 'Wales', 'Northern Ireland', 'U.K.'],
    ['US', 'USA', 'U.S.A.', 'U.S.', 'United States of America', 'America'],
    ['AE', 'UAE'],
    ['NL', 'Holland', 'The Netherlands'],
    ['CZ', 'Czech Republic'],
    ['RU', 'Russian Federation'],
    ['KR', 'Republic of Korea', 'Korea'],
    ['VN', 'Viet Nam'],
    ['TR', 'Turkey'],
    ['HK', 'Hong Kong'],
    ['MO', 'Macao', 'Macau'],
    ['CI', 'Ivory Coast'],
    ['MM', 'Myanmar', 'Burma'],
    ['SZ', 'Swaziland'],
    ['PS', 'Palestine'],
    ['MK', 'Macedonia'],
    ['IE', 'Republic of Ireland'],
  ])('%s is also called %s', (code, ...names) => {
    expect(names.map(country)).toEqual(names.map(() => code));
  });
});

describe('hardening 91: what is no country is refused with what was meant', () => {
  test('the nearest names, with the letters to write', () => {
    expect(readCountry('Austrla')).toEqual({
      problem: 'no country: write its two letters, such as DE; did you mean AT (austria), AU (australia)?',
    });
  });

  test('and nothing where nothing is near', () => {
    expect(readCountry('Xyzzyxyzzyxyzzy')).toEqual({
      problem: 'no country: write its two letters, such as DE',
    });
    expect(['', '??', 'constructor', 'XX'].map(country)).toEqual([null, null, null, null]);
  });
});

test('the names are loaded for a file that writes words, once, and never for one that writes letters', async () => {
  vi.resetModules();
  const fresh = await import('../../src/core/countries.ts');
  const loaded = vi.spyOn(Intl, 'DisplayNames');
  fresh.readCountry('DE');
  fresh.readCountry('de');
  expect(loaded).not.toHaveBeenCalled();
  fresh.readCountry('Germany');
  fresh.readCountry('France');
  expect(loaded).toHaveBeenCalledTimes(1);
});
