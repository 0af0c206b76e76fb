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
  if (wanted === '') return [];
  const names = new Set<string>([...Intl.supportedValuesOf('timeZone'), ...RENAMED]);
  return [...names]
    .map((name) => ({ name, distance: zoneDistance(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= tolerance(wanted))
    .sort((left, right) => left.distance - right.distance || (left.name < right.name ? -1 : 1))
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

/** Letters inserted, removed, replaced or swapped with their neighbour to turn one text into the other. */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const differs = left[row - 1] === right[column - 1] ? 0 : 1;
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const swap = swapped ? (beforePrevious[column - 2] ?? Infinity) + 1 : Infinity;
      const remove = (previous[column] ?? Infinity) + 1;
      const insert = (current[column - 1] ?? Infinity) + 1;
      const replace = (previous[column - 1] ?? Infinity) + differs;
      current.push(Math.min(remove, insert, replace, swap));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length] ?? Infinity;
}
