import type { ZonesOfCountry } from '../core/zones-of-country.ts';

/** Names in use that the runtime's tables still have under an older spelling. */
const RENAMED: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
};

/** The zones of a country from the Unicode data in the runtime (C4); none on a runtime that does not know the question. */
export const zonesOfCountry: ZonesOfCountry = (country) => {
  const zones = new Intl.Locale(`und-${country}`).getTimeZones() ?? [];
  return zones.map((zone) => RENAMED[zone] ?? zone);
};
