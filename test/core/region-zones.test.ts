import { expect, test } from 'vitest';

import { zoneOfRegion } from '../../src/core/region-zones.ts';

type Region = readonly [region: string, zone: string | null];

// All rows of a country in one test: its table is read when it is first asked for.
test.each<readonly [country: string, regions: readonly Region[]]>([
  [
    'US',
    [
      ['NY', 'America/New_York'],
      ['New York', 'America/New_York'],
      ['Washington DC', 'America/New_York'],
      ['Guam', 'Pacific/Guam'],
      ['us-tx', 'America/Chicago'],
      ['US Texas', 'America/Chicago'],
      ['  (California)  ', 'America/Los_Angeles'],
      ['new   york -- state', 'America/New_York'],
      ['State  of Ohio', 'America/New_York'],
      ['State -- Ohio', 'America/New_York'],
      ['Nowhere', null],
      ['Statesboro', null],
      ['Stateohio', null],
      ['Ohiostate', null],
      ['NY New York', null],
      ['State', null],
      ['', null],
      ['!', null],
    ],
  ],
  [
    'CA',
    [
      ['Newfoundland and Labrador', 'America/St_Johns'],
      ['Labrador', 'America/St_Johns'],
      ['Québec', 'America/Toronto'],
      ['Province of Quebec', 'America/Toronto'],
      ['Ontario Province', 'America/Toronto'],
    ],
  ],
  [
    'AU',
    [
      ['ACT', 'Australia/Sydney'],
      ['Northern Territory', 'Australia/Darwin'],
    ],
  ],
  [
    'BR',
    [
      ['São Paulo', 'America/Sao_Paulo'],
      ['sp', 'America/Sao_Paulo'],
      ['Mato Grosso', 'America/Cuiaba'],
      ['Mato Grosso do Sul', 'America/Campo_Grande'],
    ],
  ],
  [
    'MX',
    [
      ['CDMX', 'America/Mexico_City'],
      ['CMX', 'America/Mexico_City'],
      ['Ciudad de México', 'America/Mexico_City'],
      ['Estado Republic of de Mexico', 'America/Mexico_City'],
      ['Baja California', 'America/Tijuana'],
    ],
  ],
  [
    'RU',
    [
      ['MOS', 'Europe/Moscow'],
      ['Moscow Oblast', 'Europe/Moscow'],
      ['Kabardino-Balkaria', 'Europe/Moscow'],
      ['Republic of Tatarstan', 'Europe/Moscow'],
      ['Komi Republic', 'Europe/Moscow'],
      ['Altai Krai', 'Asia/Barnaul'],
      ['Omsk region', 'Asia/Omsk'],
      ['Yamalo-Nenets Autonomous Okrug', 'Asia/Yekaterinburg'],
      ['Republic', null],
    ],
  ],
  [
    'ID',
    [
      ['Bali', 'Asia/Makassar'],
      ['West Java', 'Asia/Jakarta'],
    ],
  ],
  [
    'ES',
    [
      ['Tenerife', 'Atlantic/Canary'],
      ['GC', 'Atlantic/Canary'],
      ['Madrid', null],
    ],
  ],
  [
    'PT',
    [
      ['30', 'Atlantic/Madeira'],
      ['Açores', 'Atlantic/Azores'],
      ['Azores', 'Atlantic/Azores'],
    ],
  ],
  [
    'CL',
    [
      ['Isla de Pascua', 'Pacific/Easter'],
      ['Aysén', 'America/Coyhaique'],
    ],
  ],
  [
    'EC',
    [
      ['W', 'Pacific/Galapagos'],
      ['Galápagos', 'Pacific/Galapagos'],
    ],
  ],
  [
    'NZ',
    [
      ['CIT', 'Pacific/Chatham'],
      ['Chatham Islands', 'Pacific/Chatham'],
    ],
  ],
  [
    'MN',
    [
      ['043', 'Asia/Hovd'],
      ['Bayan-Ölgii', 'Asia/Hovd'],
      ['Uvs', 'Asia/Hovd'],
    ],
  ],
  [
    'CD',
    [
      ['NK', 'Africa/Lubumbashi'],
      ['Nord-Kivu', 'Africa/Lubumbashi'],
    ],
  ],
  [
    'DE',
    [
      ['BY', null],
      ['', null],
    ],
  ],
])('C4: a region of %s has its zone by code and by name, however it is written', (country, regions) => {
  const found = regions.map(([region]) => [region, zoneOfRegion(country, region)]);
  expect(found).toEqual(regions);
});
