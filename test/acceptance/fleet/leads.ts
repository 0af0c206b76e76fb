/** A lead file of any size: many countries and zones, several sources, and two rows in a hundred that cannot be taken. */

/** What the test itself knows of a lead, to check the program by. */
export interface WrittenLead {
  readonly email: string;
  readonly zone: string;
  readonly source: Source;
}

type Source = 'website' | 'quick' | 'window' | 'campaign' | 'company' | 'nobody';

export interface LeadFile {
  readonly text: string;
  readonly good: readonly WrittenLead[];
  readonly brokenRows: number;
}

/** Country, region and explicit zone as the file says, and the zone that must come of it. */
const PLACES: readonly (readonly [string, string, string, string])[] = [
  ['DE', '', '', 'Europe/Berlin'],
  ['GB', '', '', 'Europe/London'],
  ['US', '', 'America/New_York', 'America/New_York'],
  ['US', '', 'America/Los_Angeles', 'America/Los_Angeles'],
  ['US', '', 'Pacific/Honolulu', 'Pacific/Honolulu'],
  ['US', '', 'America/Denver', 'America/Denver'],
  ['CA', '', 'America/Toronto', 'America/Toronto'],
  ['BR', '', 'America/Sao_Paulo', 'America/Sao_Paulo'],
  ['MX', '', 'America/Mexico_City', 'America/Mexico_City'],
  ['FR', '', '', 'Europe/Paris'],
  ['ES', '', 'Europe/Madrid', 'Europe/Madrid'],
  ['PL', '', '', 'Europe/Warsaw'],
  ['SE', '', '', 'Europe/Stockholm'],
  ['IT', '', '', 'Europe/Rome'],
  ['GR', '', '', 'Europe/Athens'],
  ['TR', '', '', 'Europe/Istanbul'],
  ['KE', '', '', 'Africa/Nairobi'],
  ['NG', '', '', 'Africa/Lagos'],
  ['ZA', '', '', 'Africa/Johannesburg'],
  ['EG', '', '', 'Africa/Cairo'],
  ['AE', '', '', 'Asia/Dubai'],
  ['IN', '', '', 'Asia/Kolkata'],
  ['NP', '', '', 'Asia/Kathmandu'],
  ['SG', '', '', 'Asia/Singapore'],
  ['JP', '', '', 'Asia/Tokyo'],
  ['KR', '', '', 'Asia/Seoul'],
  ['AU', '', 'Australia/Sydney', 'Australia/Sydney'],
  ['AU', '', 'Australia/Perth', 'Australia/Perth'],
  ['NZ', '', 'Pacific/Auckland', 'Pacific/Auckland'],
  ['', '', '', 'UTC'],
];

const COLUMNS = [
  'email',
  'first_name',
  'last_name',
  'company',
  'country',
  'region',
  'timezone',
  'stage',
  'status',
  'source',
  'source_form_id',
  'tags',
  'created_at',
  'notes',
] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/** Each spoils a good row in its own way; round and round. */
const BREAKS: readonly ((row: Row) => Row)[] = [
  (row) => ({ ...row, email: 'nobody at example' }),
  (row) => ({ ...row, email: 'two@example.org, three@example.org' }),
  (row) => ({ ...row, email: `${'x'.repeat(65)}@example.org` }),
  (row) => ({ ...row, email: '' }),
  (row) => ({ ...row, email: 'someone@localhost' }),
  (row) => ({ ...row, stage: 'customr' }),
  (row) => ({ ...row, status: 'contactd' }),
  (row) => ({ ...row, country: 'XX' }),
  (row) => ({ ...row, timezone: 'America/New_Yrok' }),
  (row) => ({ ...row, created_at: '02/03/2026' }),
  (row) => ({ ...row, created_at: '2026-02-30' }),
  (row) => ({ ...row, first_name: 'cut\0off' }),
];

const BROKEN_EVERY = 50;

/**
 * `count` leads, and among them one broken row in fifty. Six in ten come from the website form, one in ten each with steps six
 * hours apart, with a narrow window, from a campaign that runs beside the others, and from nowhere (nurture's); the rest needs a company in its words.
 */
export function writeLeadFile(count: number): LeadFile {
  const good: WrittenLead[] = [];
  const lines = [COLUMNS.join(',')];
  let brokenRows = 0;
  for (let index = 0; index < count; index += 1) {
    if (index % BROKEN_EVERY === BROKEN_EVERY - 1) {
      const spoil = BREAKS[brokenRows % BREAKS.length];
      if (spoil !== undefined) lines.push(rowText(spoil(rowOf(index, 'website').row)));
      brokenRows += 1;
    }
    const source = sourceOf(index);
    const { row, zone } = rowOf(index, source);
    lines.push(rowText(row));
    good.push({ email: row.email ?? '', zone, source });
  }
  return { text: `${lines.join('\n')}\n`, good, brokenRows };
}

function sourceOf(index: number): Source {
  const digit = index % 10;
  if (digit === 3) return 'quick';
  if (digit === 5) return 'window';
  if (digit === 7) return 'campaign';
  if (digit === 8) return 'nobody';
  return index % 100 === 9 ? 'company' : 'website';
}

function rowOf(index: number, source: Source): { row: Row; zone: string } {
  // Steps through the places at another rhythm than the sources, so that every source has every zone.
  const place = PLACES[(index * 7 + Math.floor(index / PLACES.length)) % PLACES.length];
  const [country = '', region = '', timezone = '', zone = 'UTC'] = place ?? [];
  const name = `lead${String(index).padStart(5, '0')}`;
  const row: Row = {
    email: `${name}@${source}.example`,
    first_name: `First ${name}`,
    last_name: `Last, "${name}"`,
    // The tenth of those whose words need a company has none.
    company: source === 'company' && index % 200 === 109 ? '' : `Company ${name}`,
    country,
    region,
    timezone,
    source: source === 'nobody' ? 'address-book' : `form:${source}`,
    source_form_id: source === 'website' ? 'contact-2026' : '',
    tags: source === 'campaign' ? 'launch;vip' : '',
    // Old on purpose: nobody may be written to because of a past that nobody asked to relive (A19).
    created_at: `2025-${String((index % 12) + 1).padStart(2, '0')}-15T08:00:00Z`,
    notes: index % 25 === 0 ? 'line one\nline two' : '',
  };
  return { row, zone };
}

function rowText(row: Row): string {
  return COLUMNS.map((column) => cellText(row[column] ?? '')).join(',');
}

function cellText(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
