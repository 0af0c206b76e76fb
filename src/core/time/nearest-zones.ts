import { editDistance } from '../nearest.ts';

/** Names in use that the runtime lists only under their older spelling. */
const RENAMED = [
  'UTC',
  'America/Argentina/Buenos_Aires',
  'America/Indiana/Indianapolis',
  'America/Nuuk',
  'Asia/Ho_Chi_Minh',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Yangon',
  'Europe/Kyiv',
  'Pacific/Kanton',
] as const;

const TEXT_CHARACTERS_MAX = 64;

/**
 * The zones whose names come closest to a text that is none ("America/New_Yrok", "Berlin"), best first, at most `max`;
 * empty when nothing is near (hardening 91). Only error paths call this: the list of zones is dear to load.
 */
export function nearestZones(text: string, max: number): string[] {
  const wanted = text.trim().toLowerCase().replaceAll(' ', '_').slice(0, TEXT_CHARACTERS_MAX);
  const names = new Set<string>([...Intl.supportedValuesOf('timeZone'), ...RENAMED]);
  return [...names]
    .map((name) => ({ name, distance: zoneDistance(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= tolerance(wanted))
    .sort((left, right) => left.distance - right.distance)
    .slice(0, max)
    .map(({ name }) => name);
}

/** A third of the letters may be wrong, but a word of three letters is never near to everything. */
function tolerance(wanted: string): number {
  return Math.max(1, Math.floor(wanted.length / 3));
}

/** People name the city: "Berlin" is as near to Europe/Berlin as the whole name would be. */
function zoneDistance(wanted: string, name: string): number {
  const whole = editDistance(wanted, name);
  return wanted.includes('/')
    ? whole
    : Math.min(whole, editDistance(wanted, name.slice(name.lastIndexOf('/') + 1)));
}
