import { describe, expect, test } from 'vitest';

import { zoneOfRegion } from '../../src/core/region-zones.ts';

describe('C4: a region of a country with several zones is found', () => {
  test.each([
    ['US', 'Washington DC', 'America/New_York'],
    ['US', 'NY', 'America/New_York'],
    ['US', 'New York', 'America/New_York'],
    ['CA', 'Newfoundland and Labrador', 'America/St_Johns'],
    ['AU', 'ACT', 'Australia/Sydney'],
    ['BR', 'São Paulo', 'America/Sao_Paulo'],
    ['MX', 'CDMX', 'America/Mexico_City'],
    ['MX', 'CMX', 'America/Mexico_City'],
    ['MX', 'Ciudad de México', 'America/Mexico_City'],
    ['RU', 'MOS', 'Europe/Moscow'],
    ['RU', 'Moscow Oblast', 'Europe/Moscow'],
    ['RU', 'Kabardino-Balkaria', 'Europe/Moscow'],
    ['ID', 'Bali', 'Asia/Makassar'],
    ['ES', 'Tenerife', 'Atlantic/Canary'],
    ['PT', '30', 'Atlantic/Madeira'],
    ['PT', 'Açores', 'Atlantic/Azores'],
    ['CL', 'Isla de Pascua', 'Pacific/Easter'],
    ['EC', 'Galápagos', 'Pacific/Galapagos'],
    ['NZ', 'Chatham Islands', 'Pacific/Chatham'],
    ['MN', '043', 'Asia/Hovd'],
    ['MN', 'Bayan-Ölgii', 'Asia/Hovd'],
    ['CD', 'Nord-Kivu', 'Africa/Lubumbashi'],
  ])('%s %s: %s', (country, region, zone) => {
    expect(zoneOfRegion(country, region)).toBe(zone);
  });

  test.each([
    ['US', 'us-tx', 'America/Chicago'],
    ['US', '  (California)  ', 'America/Los_Angeles'],
    ['US', 'new   york -- state', 'America/New_York'],
    ['US', 'State of  Ohio', 'America/New_York'],
    ['MX', 'Estado Republic of de Mexico', 'America/Mexico_City'],
    ['RU', 'Republic of Tatarstan', 'Europe/Moscow'],
    ['CA', 'Province of Quebec', 'America/Toronto'],
  ])('however it is written: %s %j', (country, region, zone) => {
    expect(zoneOfRegion(country, region)).toBe(zone);
  });

  test('what the table does not know has none, and neither has a region that is only the word for one', () => {
    expect(zoneOfRegion('US', 'Nowhere')).toBeNull();
    expect(zoneOfRegion('US', 'State')).toBeNull();
    expect(zoneOfRegion('US', '')).toBeNull();
    expect(zoneOfRegion('US', '!')).toBeNull();
    expect(zoneOfRegion('DE', 'BY')).toBeNull();
    expect(zoneOfRegion('DE', '')).toBeNull();
  });
});
