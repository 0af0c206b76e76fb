import { checkDesk, type Finding } from './finding.ts';
import { askDns, taggedRecords, type Lookup } from './records.ts';

/** RFC 7208, 4.6.4: a record that makes receivers ask more often is an error for them. */
export const SPF_LOOKUPS_MAX = 10;

export interface SpfFacts {
  /** The domain of the return address, for which SPF speaks. */
  readonly domain: string;
  readonly answer: Lookup<string>;
  /** How often a receiver has to ask the DNS for the whole record; null when that could not be followed to its end. */
  readonly lookups: number | null;
  /** Whether this domain and that of From belong together, so that a pass counts for DMARC. */
  readonly isAligned: boolean;
  readonly fromDomain: string;
}

/** A8: one SPF record, that names somebody, refuses the rest, and counts for the domain in From. */
export function judgeSpf(facts: SpfFacts): Finding {
  const { domain, answer, lookups } = facts;
  const desk = checkDesk('mail', 'spf');
  const title = `SPF of ${domain}`;
  if (answer.kind === 'failed')
    return desk.problem(`${title} could not be read`, answer.words, askDns('TXT', domain));
  const records = taggedRecords(answer, 'v=spf1');
  const [record] = records;
  if (record === undefined)
    return desk.problem(
      `${title} is missing`,
      'receivers cannot tell your relay from anybody else',
      `${domain}. TXT "v=spf1 include:YOUR-RELAY ~all"   in the DNS of ${domain}`,
    );
  if (records.length > 1)
    return desk.problem(
      `${title} is there ${String(records.length)} times`,
      'receivers take several records for none',
      `${askDns('TXT', domain)}   and join them into one`,
    );
  const weakness = weaknessOf(record, lookups);
  if (weakness !== null)
    return desk[weakness.verdict](title, weakness.words, `${askDns('TXT', domain)}   ${weakness.advice}`);
  if (!facts.isAligned)
    return desk.warn(
      `${title} does not count for ${facts.fromDomain}`,
      'the return address is of another domain than From, so DMARC rests on DKIM alone',
      'headgate config explain mail.bounce_address',
    );
  return desk.pass(title, `aligned, ${String(lookups ?? 0)} of ${String(SPF_LOOKUPS_MAX)} lookups`);
}

interface Weakness {
  readonly verdict: 'warn' | 'problem';
  readonly words: string;
  readonly advice: string;
}

function weaknessOf(record: string, lookups: number | null): Weakness | null {
  const terms = record.trim().toLowerCase().split(/\s+/).slice(1);
  const unknown = terms.find((term) => !TERM.test(term));
  if (unknown !== undefined)
    return {
      verdict: 'problem',
      words: `"${unknown.slice(0, 40)}" is no term of SPF`,
      advice: 'and correct it',
    };
  if (terms.includes('+all') || terms.includes('all'))
    return {
      verdict: 'problem',
      words: 'it lets everybody send as you (+all)',
      advice: 'and end it with ~all',
    };
  if (lookups !== null && lookups > SPF_LOOKUPS_MAX) {
    const words = `it takes more than ${String(SPF_LOOKUPS_MAX)} lookups, and then counts as an error`;
    return { verdict: 'problem', words, advice: 'and take an include out' };
  }
  if (lookups === null)
    return { verdict: 'warn', words: 'an include in it leads nowhere', advice: 'and take it out' };
  if (!terms.some((term) => term === '~all' || term === '-all' || term.startsWith('redirect=')))
    return {
      verdict: 'warn',
      words: 'it refuses nobody: it has no ~all or -all',
      advice: 'and end it with ~all',
    };
  return null;
}

/** RFC 7208, 12. */
const TERM =
  /^(?:[+?~-]?(?:all|include:\S+|a(?:[:/]\S+)?|mx(?:[:/]\S+)?|ptr(?::\S+)?|ip4:[\d.]+(?:\/\d+)?|ip6:[\da-f:.]+(?:\/\d+)?|exists:\S+)|[a-z][\w.-]*=\S*)$/;

/** The names of the records that one record makes a receiver read, and how many lookups it costs itself. */
export function spfReferences(record: string): {
  readonly lookups: number;
  readonly names: readonly string[];
} {
  const terms = record.trim().split(/\s+/).slice(1);
  const names = terms.flatMap((term) => {
    const name = /^(?:[+?~-]?include:|redirect=)(\S+)$/i.exec(term)?.[1];
    // A macro depends on the mail: nobody can follow it beforehand.
    return name === undefined || name.includes('%') ? [] : [name];
  });
  const lookups = terms.filter((term) =>
    /^(?:[+?~-]?(?:include:|a\b|mx\b|ptr\b|exists:)|redirect=)/i.test(term),
  );
  return { lookups: lookups.length, names };
}
