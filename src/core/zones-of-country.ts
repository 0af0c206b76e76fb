import type { LeadFields, ZoneRule } from './model.ts';
import { zoneOfRegion } from './region-zones.ts';

/** All IANA zones of a country (ISO 3166-1 alpha-2), or none when it is not known. */
export type ZonesOfCountry = (country: string) => readonly string[];

export interface LeadZone {
  readonly zone: string;
  readonly rule: ZoneRule;
}

/** Countries with several zones: the one in which most people live, or that of the capital where that is unclear. */
const MAIN_ZONES: Readonly<Record<string, string>> = {
  AQ: 'Antarctica/McMurdo',
  AR: 'America/Argentina/Buenos_Aires',
  AU: 'Australia/Sydney',
  BR: 'America/Sao_Paulo',
  CA: 'America/Toronto',
  CD: 'Africa/Kinshasa',
  CL: 'America/Santiago',
  CN: 'Asia/Shanghai',
  CY: 'Asia/Nicosia',
  DE: 'Europe/Berlin',
  EC: 'America/Guayaquil',
  ES: 'Europe/Madrid',
  FM: 'Pacific/Pohnpei',
  GL: 'America/Nuuk',
  ID: 'Asia/Jakarta',
  KI: 'Pacific/Tarawa',
  KZ: 'Asia/Almaty',
  MH: 'Pacific/Majuro',
  MN: 'Asia/Ulaanbaatar',
  MX: 'America/Mexico_City',
  MY: 'Asia/Kuala_Lumpur',
  NZ: 'Pacific/Auckland',
  PF: 'Pacific/Tahiti',
  PG: 'Pacific/Port_Moresby',
  PS: 'Asia/Gaza',
  PT: 'Europe/Lisbon',
  RU: 'Europe/Moscow',
  UA: 'Europe/Kyiv',
  UM: 'Pacific/Midway',
  US: 'America/New_York',
  UZ: 'Asia/Tashkent',
};

/**
 * Which zone judges a lead's hours, and by which rule (C4): its own, else region and country, else the country, else the
 * operator's. The function it returns remembers what it worked out, since an import asks for the same few places
 * over and over.
 */
export function createZoneFinder(options: {
  readonly operatorZone: string;
  readonly zonesOfCountry: ZonesOfCountry;
}): (lead: Pick<LeadFields, 'timezone' | 'country' | 'region'>) => LeadZone {
  const operator: LeadZone = { zone: options.operatorZone, rule: 'operator' };
  const byPlace = new Map<string, LeadZone>();
  const byZone = new Map<string, LeadZone>();
  return ({ timezone, country, region }) => {
    if (timezone !== null) return remembered(byZone, timezone, () => ({ zone: timezone, rule: 'explicit' }));
    if (country === null) return operator;
    const place = region === null ? country : `${country} ${region}`;
    return remembered(byPlace, place, () => zoneOfPlace(country, region, options.zonesOfCountry) ?? operator);
  };
}

function zoneOfPlace(
  country: string,
  region: string | null,
  zonesOfCountry: ZonesOfCountry,
): LeadZone | null {
  const ofRegion = region === null ? null : zoneOfRegion(country, region);
  if (ofRegion !== null) return { zone: ofRegion, rule: 'region' };
  const zone = MAIN_ZONES[country] ?? zonesOfCountry(country)[0];
  return zone === undefined ? null : { zone, rule: 'country' };
}

/** Regions are free text: a file full of different ones must not fill the memory. */
const PLACES_MAX = 10_000;

function remembered(places: Map<string, LeadZone>, place: string, find: () => LeadZone): LeadZone {
  const known = places.get(place);
  if (known !== undefined) return known;
  if (places.size >= PLACES_MAX) places.clear();
  const found = find();
  places.set(place, found);
  return found;
}
