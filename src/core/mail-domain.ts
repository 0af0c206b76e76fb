/** A mail domain in its stored form, or one sentence why it is none. */
export type DomainResult =
  { readonly domain: string; readonly isLookAlike: boolean } | { readonly problem: string };

/** RFC 5321 4.5.3.1.2. */
const DOMAIN_BYTES_MAX = 255;
/** RFC 1035 2.3.4. */
const LABEL_BYTES_MAX = 63;

const ASCII = /^[\u0021-\u007E]+$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const NUMERIC_TOP = /(?:^|\.)[0-9]+$/;

/**
 * Reads a domain: lower case, U-labels as A-labels (hardening 23), at least two labels. Address literals,
 * `localhost` and other names without a dot are problems (27), and so is a trailing dot (25). `isLookAlike`
 * tells that a label mixes Latin letters with others that look like them, or imitates them whole (22).
 */
export function parseDomain(text: string): DomainResult {
  if (text === '') return { problem: 'no domain after the @' };
  if (text.startsWith('[')) return { problem: 'an address literal in brackets is not accepted as a domain' };
  if (text.endsWith('.')) return { problem: 'the domain ends in a dot' };
  if (text.startsWith('.') || text.includes('..')) return { problem: 'the domain has an empty part' };
  const domain = asciiDomain(text.toLowerCase());
  const problem = domain === null ? 'the domain is not valid' : problemOf(domain);
  if (domain === null || problem !== null) return { problem: problem ?? 'the domain is not valid' };
  return { domain, isLookAlike: domain !== text.toLowerCase() && text.split('.').some(isLookAlikeLabel) };
}

function problemOf(domain: string): string | null {
  if (domain.length > DOMAIN_BYTES_MAX) {
    return `the domain is longer than ${String(DOMAIN_BYTES_MAX)} bytes`;
  }
  if (NUMERIC_TOP.test(domain)) return 'a numeric address is not accepted as a domain';
  const labels = domain.split('.');
  if (labels.length < 2) return `"${domain}" is a name without a dot: mail to it stays on one machine`;
  for (const label of labels) {
    if (label.length > LABEL_BYTES_MAX)
      return `a part of the domain is longer than ${String(LABEL_BYTES_MAX)} bytes`;
    if (!LABEL.test(label)) return `"${label}" cannot be a part of a domain`;
  }
  return null;
}

/** UTS 46 by way of the URL parser, which is the only implementation the language gives; null when it refuses. */
function asciiDomain(lower: string): string | null {
  if (ASCII.test(lower) && !lower.includes('xn--')) return lower;
  // IDNA 2008 knows letters, marks, digits and little else; UTS 46 alone would let a fraction slash pass, and a URL has
  // other uses for / and %.
  if (!/^[\p{L}\p{M}\p{N}\u00B7\u3002.-]+$/u.test(lower)) return null;
  const host = URL.parse(`http://${lower}/`)?.hostname ?? '';
  return host === '' ? null : host;
}

/** Cyrillic letters that are drawn like Latin ones; a label of nothing else reads as a Latin word. */
const ONLY_CYRILLIC_TWINS = /^[авекмнорстухсԁеһіјӏорԛѕԝхуѵ0-9-]+$/u;

/** Regular expressions over whole scripts take 0.5 ms to make, so they are made when a look-alike is looked for. */
function isLookAlikeLabel(label: string): boolean {
  const lower = label.toLowerCase();
  if (!/[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(lower))
    return false;
  return /\p{Script=Latin}/u.test(lower) || ONLY_CYRILLIC_TWINS.test(lower);
}
