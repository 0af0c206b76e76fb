/** Forms of companies and words of ownership, which no domain carries. */
const FORMS: ReadonlySet<string> = new Set(
  (
    'ab ag as asa aps a/s bv bvba co company corp corporation eg ek eurl gbr gmbh inc incorporated kft kg kgaa kk limitada ' +
    'limited llc llp lp ltd ltda mbh nv ohg oy oyj plc pllc pte pty ug sa sarl sas sasu sc scs se sl slu snc spa spzoo sro srl ' +
    'the und and y et'
  ).split(' '),
);

/** A name that is shorter says too little: half of all companies could be meant. */
const NAME_LENGTH_MIN = 4;

/**
 * Whether a domain's name is the company's name: `Kok & Zonen B.V.` is `kokzonen` and `kok-zonen`. All of its words must be there, since
 * `apple` is not the `Apple Leisure Group`.
 */
export function isNamedAfter(domainName: string, company: string): boolean {
  const words = wordsOf(company);
  const joined = words.join('');
  if (joined.length < NAME_LENGTH_MIN) return false;
  return plainLetters(domainName).replaceAll('-', '') === joined;
}

const ASCII = /^[\u0020-\u007e]*$/;

/** Most names are plain, and the classes of all letters take long to make and much to keep. */
function wordsOf(company: string): readonly string[] {
  const words = ASCII.test(company)
    ? company
        .toLowerCase()
        .replace(DOTTED_INITIALS, '')
        .split(/[^a-z0-9]/)
    : plainLetters(company)
        .replace(DOTTED_INITIALS, '')
        .split(/[^\p{L}\p{N}]/u);
  return words.filter((word) => !FORMS.has(word));
}

/** The dots of `B.V.` and `S.p.A.`. */
const DOTTED_INITIALS = /(?<=\b[a-z])\.(?=[a-z]\b)/g;

/** `Müller` is `muller`: domains come with and without their accents. */
function plainLetters(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/ß/g, 'ss');
}
