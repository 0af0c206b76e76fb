import { nearestWords } from './nearest.ts';

/** ISO 3166-1 alpha-2, all 249. */
const CODES: ReadonlySet<string> = new Set(
  `
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
  BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
  EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
  HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
  LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
  NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
  SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
  TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
`
    .trim()
    .split(/\s+/),
);

/** What people write besides the name of the Unicode locale data; folded by `foldName`. A map: a plain object has a "constructor". */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['uk', 'GB'],
  ['great britain', 'GB'],
  ['england', 'GB'],
  ['scotland', 'GB'],
  ['wales', 'GB'],
  ['northern ireland', 'GB'],
  ['usa', 'US'],
  ['u s a', 'US'],
  ['u s', 'US'],
  ['u k', 'GB'],
  ['united states of america', 'US'],
  ['america', 'US'],
  ['uae', 'AE'],
  ['holland', 'NL'],
  ['the netherlands', 'NL'],
  ['czech republic', 'CZ'],
  ['russian federation', 'RU'],
  ['republic of korea', 'KR'],
  ['korea', 'KR'],
  ['viet nam', 'VN'],
  ['turkey', 'TR'],
  ['hong kong', 'HK'],
  ['macao', 'MO'],
  ['macau', 'MO'],
  ['ivory coast', 'CI'],
  ['myanmar', 'MM'],
  ['burma', 'MM'],
  ['swaziland', 'SZ'],
  ['palestine', 'PS'],
  ['macedonia', 'MK'],
  ['republic of ireland', 'IE'],
]);

const SUGGESTIONS_MAX = 3;

/**
 * Reads a country as ISO 3166-1 alpha-2 in any case, or as its English name ("Germany", "UK"), which is as clear.
 * Anything else is a problem with the nearest names.
 */
export function readCountry(text: string): { readonly country: string } | { readonly problem: string } {
  if (CODES.has(text)) return { country: text };
  const upper = text.toUpperCase();
  if (CODES.has(upper)) return { country: upper };
  const folded = foldName(text);
  const named = OTHER_NAMES.get(folded) ?? countriesByName().get(folded);
  if (named !== undefined) return { country: named };
  const near = nearestWords(folded, [...countriesByName().keys()], SUGGESTIONS_MAX);
  const meant = near.map((name) => `${countriesByName().get(name) ?? ''} (${name})`).join(', ');
  return {
    problem: `no country: write its two letters, such as DE${meant === '' ? '' : `; did you mean ${meant}?`}`,
  };
}

let byName: ReadonlyMap<string, string> | undefined;

/** Made only when a file writes countries as words: the names are dear to load. */
function countriesByName(): ReadonlyMap<string, string> {
  if (byName !== undefined) return byName;
  const names = new Intl.DisplayNames('en', { type: 'region' });
  byName = new Map([...CODES].map((code) => [foldName(names.of(code) ?? code), code]));
  return byName;
}

/** Without case, accents and punctuation, with "and" for "&". */
function foldName(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
