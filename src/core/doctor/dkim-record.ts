import { checkDesk, type CheckDesk, type Finding } from './finding.ts';
import { askDns, tagsOf, type Lookup } from './records.ts';

/** The public half of the key that we sign with. */
export interface OwnDkimKey {
  readonly kind: 'rsa' | 'ed25519';
  readonly bits: number;
  /** What `p=` may hold: the key in each encoding that receivers read, the usual one first. Base64. */
  readonly published: readonly [string, ...string[]];
}

export interface DkimFacts {
  readonly domain: string;
  readonly selector: string;
  /** Our key, or why it could not be read: then only the record is judged. */
  readonly key: OwnDkimKey | { readonly unreadable: string };
  readonly answer: Lookup<string>;
}

const RSA_BITS_ADVISED = 2_048;

/** A8, D10: the published key is the one that we sign with, and receivers accept it (RFC 6376, 3.6.1; RFC 8301). */
export function judgeDkim(facts: DkimFacts): Finding {
  const { domain, selector, key, answer } = facts;
  const desk = checkDesk('mail', 'dkim');
  const name = `${selector}._domainkey.${domain}`;
  const title = `DKIM key ${selector} of ${domain}`;
  if (answer.kind === 'failed')
    return desk.problem(`${title} could not be read`, answer.words, askDns('TXT', name));
  const records = answer.kind === 'found' ? answer.records.filter((record) => tagsOf(record).has('p')) : [];
  const [record] = records;
  const publish =
    'published' in key ? recordLine(name, key) : `${askDns('TXT', name)}   and publish the key there`;
  if (record === undefined)
    return desk.problem(
      `${title} is not published`,
      `no key at ${name}: receivers call every signature false`,
      publish,
    );
  if (records.length > 1)
    return desk.problem(
      `${title} is there ${String(records.length)} times`,
      'receivers may take either',
      publish,
    );
  const refusal = refusalOf(tagsOf(record));
  if (refusal !== null) return desk.problem(title, refusal, publish);
  if (!('published' in key)) return desk.skipped(title, `a key is published; ${key.unreadable}`);
  return judgeOwnKey({ desk, title, publish }, key, tagsOf(record));
}

function refusalOf(tags: ReadonlyMap<string, string>): string | null {
  if (tags.get('p') === '') return 'the published key was revoked (p= is empty)';
  const version = tags.get('v');
  if (version !== undefined && version !== 'DKIM1') return `v=${version} is no version of DKIM`;
  const services = words(tags.get('s') ?? '*');
  if (!services.includes('*') && !services.includes('email')) return 'the published key is not for mail (s=)';
  const hashes = words(tags.get('h') ?? 'sha256');
  return hashes.includes('sha256') ? null : 'the published key does not allow SHA-256 (h=)';
}

function judgeOwnKey(
  { desk, title, publish }: { desk: CheckDesk; title: string; publish: string },
  key: OwnDkimKey,
  tags: ReadonlyMap<string, string>,
): Finding {
  const published = (tags.get('p') ?? '').replaceAll(/\s/g, '');
  const kind = (tags.get('k') ?? 'rsa').toLowerCase();
  if (kind !== key.kind || !key.published.includes(published))
    return desk.problem(`${title} is not the one that signs`, 'every signature would be false', publish);
  if (key.kind === 'rsa' && key.bits < RSA_BITS_ADVISED) {
    const make = 'openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out dkim.pem';
    return desk.warn(title, `it has ${String(key.bits)} bits; ${String(RSA_BITS_ADVISED)} are advised`, make);
  }
  if (words(tags.get('t') ?? '').includes('y'))
    return desk.warn(title, 'it is published as a test (t=y): receivers may ignore it', publish);
  return desk.pass(
    title,
    `matches ours, ${key.kind === 'rsa' ? `${String(key.bits)} bits` : 'Ed25519'}, aligned`,
  );
}

/** The record as a zone file, or the form of a DNS provider, takes it. */
function recordLine(name: string, { kind, published: [usual] }: OwnDkimKey): string {
  return `${name}. TXT "v=DKIM1; k=${kind}; p=${usual}"`;
}

function words(list: string): readonly string[] {
  return list.split(':').map((word) => word.trim().toLowerCase());
}
