import { describe, expect, test } from 'vitest';

import { judgeDkim, type OwnDkimKey } from '../../../src/core/doctor/dkim-record.ts';
import { judgeDmarc } from '../../../src/core/doctor/dmarc.ts';
import { judgeMx } from '../../../src/core/doctor/mx.ts';
import { taggedRecords, tagsOf, type Lookup } from '../../../src/core/doctor/records.ts';
import { judgeSpf, spfReferences } from '../../../src/core/doctor/spf.ts';
import { lineOf } from './line-of.ts';

const found = (...records: string[]): Lookup<string> => ({ kind: 'found', records });
const NONE: Lookup<string> = { kind: 'none' };
const SILENT: Lookup<string> = { kind: 'failed', words: 'SERVFAIL' };

describe('F7, A8: what is wrong with SPF is told whole, with the line that mends it', () => {
  const spf = (answer: Lookup<string>, change: Partial<Parameters<typeof judgeSpf>[0]> = {}): string =>
    lineOf(
      judgeSpf({
        domain: 'b.example',
        fromDomain: 'f.example',
        isAligned: true,
        lookups: 1,
        answer,
        ...change,
      }),
    );

  test.each<[string, Lookup<string>, string]>([
    ['right', found('v=spf1 mx -all'), 'pass: SPF of b.example | aligned, 1 of 10 lookups'],
    [
      'right, spaced',
      found('  v=spf1   mx\tRedirect=x.example '),
      'pass: SPF of b.example | aligned, 1 of 10 lookups',
    ],
    [
      'of every term',
      found(
        'v=spf1 +a a:x a/24 ?mx/24 ptr ptr:x.example ip4:192.0.2.1 ip6:2001:DB8::/32 exists:x.example exp=x x-y.z= ~all',
      ),
      'pass: SPF of b.example | aligned, 1 of 10 lookups',
    ],
    ['silent', SILENT, 'problem: SPF of b.example could not be read | SERVFAIL | dig +short TXT b.example'],
    [
      'missing',
      NONE,
      'problem: SPF of b.example is missing | receivers cannot tell your relay from anybody else | b.example. TXT "v=spf1 include:YOUR-RELAY ~all"   in the DNS of b.example',
    ],
    [
      'there twice',
      found('v=spf1 -all', 'v=spf1 mx -all'),
      'problem: SPF of b.example is there 2 times | receivers take several records for none | dig +short TXT b.example   and join them into one',
    ],
    [
      'with a slip, of which forty letters are told',
      found(`v=spf1 ${'x'.repeat(50)} -all`),
      `problem: SPF of b.example | "${'x'.repeat(40)}" is no term of SPF | dig +short TXT b.example   and correct it`,
    ],
    [
      'with a slip before a term',
      found('v=spf1 x:mx -all'),
      'problem: SPF of b.example | "x:mx" is no term of SPF | dig +short TXT b.example   and correct it',
    ],
    [
      'with a slip behind a term',
      found('v=spf1 mxx -all'),
      'problem: SPF of b.example | "mxx" is no term of SPF | dig +short TXT b.example   and correct it',
    ],
    [
      'open to everybody',
      found('v=spf1 +all'),
      'problem: SPF of b.example | it lets everybody send as you (+all) | dig +short TXT b.example   and end it with ~all',
    ],
    [
      'closed to nobody',
      found('v=spf1 mx'),
      'warn: SPF of b.example | it refuses nobody: it has no ~all or -all | dig +short TXT b.example   and end it with ~all',
    ],
  ])('%s', (_name, answer, line) => {
    expect(spf(answer)).toBe(`mail/spf ${line}`);
  });

  test('by what receivers have to look up', () => {
    const answer = found('v=spf1 mx ~all');
    expect(spf(answer, { lookups: 10 })).toBe('mail/spf pass: SPF of b.example | aligned, 10 of 10 lookups');
    expect(spf(answer, { lookups: 11 })).toBe(
      'mail/spf problem: SPF of b.example | it takes more than 10 lookups, and then counts as an error | dig +short TXT b.example   and take an include out',
    );
    expect(spf(answer, { lookups: null })).toBe(
      'mail/spf warn: SPF of b.example | an include in it leads nowhere | dig +short TXT b.example   and take it out',
    );
    expect(spf(answer, { isAligned: false })).toBe(
      'mail/spf warn: SPF of b.example does not count for f.example | the return address is of another domain than From, so DMARC rests on DKIM alone | headgate config explain mail.bounce_address',
    );
  });

  test('what costs a lookup is counted however it is written, and only that', () => {
    const lookups = (terms: string): number => spfReferences(`v=spf1 ${terms}`).lookups;
    expect(
      ['a', 'A:x', '+a/24', 'mx', '-mx:x', 'ptr', '~ptr:x', 'EXISTS:x', 'Include:x', 'redirect=x'].map(
        lookups,
      ),
    ).toEqual(Array.from({ length: 10 }, () => 1));
    expect(['all', '-all', 'ip4:192.0.2.1', 'exp=x', 'x=include:y', 'xa', 'aa', 'mxx'].map(lookups)).toEqual(
      Array.from({ length: 8 }, () => 0),
    );
    expect(spfReferences('  v=spf1   Include:a.example\t-include:b.example REDIRECT=c.example  ')).toEqual({
      lookups: 3,
      names: ['a.example', 'b.example', 'c.example'],
    });
    expect(spfReferences('v=spf1 x-include:a.example').names).toEqual([]);
  });
});

describe('F7, D10: what is wrong with a DKIM key is told whole', () => {
  const OWN: OwnDkimKey = { kind: 'rsa', bits: 2_048, published: ['AAAA', 'BBBB'] };
  const dkim = (answer: Lookup<string>, key: Parameters<typeof judgeDkim>[0]['key'] = OWN): string =>
    lineOf(judgeDkim({ domain: 'b.example', selector: 's1', key, answer }));
  const NAME = 's1._domainkey.b.example';
  const TITLE = 'DKIM key s1 of b.example';
  const RECORD = `${NAME}. TXT "v=DKIM1; k=rsa; p=AAAA"`;

  test.each<[string, Lookup<string>, string]>([
    ['right', found('v=DKIM1; K=RSA; p=AAAA'), `pass: ${TITLE} | matches ours, 2048 bits, aligned`],
    [
      'right, beside a text',
      found('hello', 'p=BB\tBB; s=x: Email ; h=sha1 : SHA256; t=s'),
      `pass: ${TITLE} | matches ours, 2048 bits, aligned`,
    ],
    ['right for everything', found('p=AAAA; s=*'), `pass: ${TITLE} | matches ours, 2048 bits, aligned`],
    ['silent', SILENT, `problem: ${TITLE} could not be read | SERVFAIL | dig +short TXT ${NAME}`],
    [
      'missing',
      NONE,
      `problem: ${TITLE} is not published | no key at ${NAME}: receivers call every signature false | ${RECORD}`,
    ],
    [
      'there twice',
      found('p=AAAA', 'p=BBBB'),
      `problem: ${TITLE} is there 2 times | receivers may take either | ${RECORD}`,
    ],
    ['revoked', found('p='), `problem: ${TITLE} | the published key was revoked (p= is empty) | ${RECORD}`],
    [
      'of another version',
      found('v=DKIM2; p=AAAA'),
      `problem: ${TITLE} | v=DKIM2 is no version of DKIM | ${RECORD}`,
    ],
    [
      'not for mail',
      found('p=AAAA; s=tlsrpt'),
      `problem: ${TITLE} | the published key is not for mail (s=) | ${RECORD}`,
    ],
    [
      'for SHA-1',
      found('p=AAAA; h=sha1'),
      `problem: ${TITLE} | the published key does not allow SHA-256 (h=) | ${RECORD}`,
    ],
    [
      'of others',
      found('p=CCCC'),
      `problem: ${TITLE} is not the one that signs | every signature would be false | ${RECORD}`,
    ],
    [
      'a test',
      found('p=AAAA; t=s: Y'),
      `warn: ${TITLE} | it is published as a test (t=y): receivers may ignore it | ${RECORD}`,
    ],
  ])('%s', (_name, answer, line) => {
    expect(dkim(answer)).toBe(`mail/dkim ${line}`);
  });

  test('by the key that signs', () => {
    const short = { ...OWN, bits: 2_047 };
    expect(dkim(found('p=AAAA'), short)).toBe(
      `mail/dkim warn: ${TITLE} | it has 2047 bits; 2048 are advised | openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out dkim.pem`,
    );
    const ed: OwnDkimKey = { kind: 'ed25519', bits: 256, published: ['EEEE'] };
    expect(dkim(found('k=ed25519; p=EEEE'), ed)).toBe(
      `mail/dkim pass: ${TITLE} | matches ours, Ed25519, aligned`,
    );
    expect(dkim(found('p=EEEE'), ed)).toContain(`${NAME}. TXT "v=DKIM1; k=ed25519; p=EEEE"`);
    const hidden = { unreadable: 'only its unit can' };
    expect(dkim(found('p=AAAA'), hidden)).toBe(
      `mail/dkim skipped: ${TITLE} | a key is published; only its unit can`,
    );
    expect(dkim(NONE, hidden)).toBe(
      `mail/dkim problem: ${TITLE} is not published | no key at ${NAME}: receivers call every signature false | dig +short TXT ${NAME}   and publish the key there`,
    );
  });
});

describe('F7, A8: what is wrong with DMARC is told whole', () => {
  const dmarc = (answer: Lookup<string>, above: Lookup<string> | null = null, isSpfExact = true): string =>
    lineOf(
      judgeDmarc({
        domain: 'm.b.example',
        answer,
        isSpfExact,
        above: above === null ? null : { domain: 'b.example', answer: above },
      }),
    );
  const MISSING =
    'mail/dmarc problem: DMARC of m.b.example is missing | Gmail, Yahoo and Microsoft ask for one of everybody who writes to many | _dmarc.m.b.example. TXT "v=DMARC1; p=none; rua=mailto:postmaster@m.b.example"';

  test.each<[string, Lookup<string>, Lookup<string> | null, string]>([
    [
      'its own',
      found('v=DMARC1; p=Reject; sp=none'),
      NONE,
      'mail/dmarc pass: DMARC of m.b.example | p=reject',
    ],
    [
      'from above',
      NONE,
      found('v=DMARC1; p=reject'),
      'mail/dmarc pass: DMARC of m.b.example | p=reject, from b.example',
    ],
    [
      'from above while its own is silent',
      SILENT,
      found('v=DMARC1; p=none'),
      'mail/dmarc pass: DMARC of m.b.example | p=none, from b.example',
    ],
    ['missing', NONE, null, MISSING],
    ['missing above too', NONE, NONE, MISSING],
    [
      'silent',
      SILENT,
      null,
      'mail/dmarc problem: DMARC of m.b.example could not be read | SERVFAIL | dig +short TXT _dmarc.m.b.example',
    ],
    [
      'silent above',
      NONE,
      SILENT,
      'mail/dmarc problem: DMARC of m.b.example could not be read | SERVFAIL | dig +short TXT _dmarc.m.b.example',
    ],
    [
      'there twice',
      found('v=DMARC1; p=none', 'v=DMARC1; p=none'),
      null,
      'mail/dmarc problem: DMARC of m.b.example is there 2 times | receivers take several records for none | dig +short TXT _dmarc.m.b.example   and leave one of them',
    ],
    [
      'there twice above',
      NONE,
      found('v=DMARC1; p=none', 'v=DMARC1; p=none'),
      'mail/dmarc problem: DMARC of m.b.example is there 2 times | receivers take several records for none | dig +short TXT _dmarc.b.example   and leave one of them',
    ],
    [
      'without a policy',
      found('v=DMARC1; p=deny'),
      null,
      'mail/dmarc problem: DMARC of m.b.example | it has no policy: p= must be none, quarantine, reject | dig +short TXT _dmarc.m.b.example   and set p=none',
    ],
    [
      'without a policy above',
      NONE,
      found('v=DMARC1; rua=mailto:x'),
      'mail/dmarc problem: DMARC of m.b.example | it has no policy: p= must be none, quarantine, reject | dig +short TXT _dmarc.b.example   and set p=none',
    ],
  ])('%s', (_name, answer, above, line) => {
    expect(dmarc(answer, above)).toBe(line);
  });

  test('a strict wish for SPF, in any case of letters', () => {
    const strict = found('v=DMARC1; p=none; aspf=S');
    expect(dmarc(strict, null, false)).toBe(
      'mail/dmarc warn: DMARC of m.b.example | p=none; aspf=s wants the return address of exactly this domain, so it rests on DKIM alone | headgate config explain mail.bounce_address',
    );
    expect(dmarc(found('v=DMARC1; p=none; aspf=r'), null, false)).toContain('mail/dmarc pass');
  });
});

test('F7, A8: what is wrong with the way back is told whole', () => {
  const mx = (answer: Parameters<typeof judgeMx>[0]['answer'], hasAddress = false): string =>
    lineOf(judgeMx({ domain: 'b.example', answer, hasAddress }));
  const publish = 'b.example. MX 10 YOUR-MAIL-SERVER.   in the DNS of b.example';
  const refused = `mail/mx problem: MX of b.example | it says that this domain takes no mail (RFC 7505) | ${publish}`;
  expect(mx({ kind: 'found', records: [{ exchange: 'a.example', priority: 10 }] })).toBe(
    'mail/mx pass: MX of b.example | a.example',
  );
  expect(mx({ kind: 'found', records: [{ exchange: '.', priority: 0 }] })).toBe(refused);
  expect(mx({ kind: 'found', records: [{ exchange: '', priority: 0 }] })).toBe(refused);
  expect(mx({ kind: 'found', records: [] })).toBe(refused);
  expect(mx({ kind: 'none' })).toBe(
    `mail/mx problem: MX of b.example is missing | answers and notices of failure cannot come back | ${publish}`,
  );
  expect(mx({ kind: 'none' }, true)).toBe(
    `mail/mx warn: MX of b.example is missing | mail goes to the address of the name itself, which few mean | ${publish}`,
  );
  expect(mx({ kind: 'failed', words: 'SERVFAIL' })).toBe(
    'mail/mx problem: MX of b.example could not be read | SERVFAIL | dig +short MX b.example',
  );
});

test('a record is read as its standard says: tags in any case, the first of two, and none without a name', () => {
  expect([...tagsOf(' V = DKIM1 ;p=a=b; p=c;; =d;rest; K=')]).toEqual([
    ['v', 'DKIM1'],
    ['p', 'a=b'],
    ['k', ''],
  ]);
  const records = ['v=DMARC1;p=none', ' V=dmarc1 ', 'v=DMARC1', 'v=DMARC10', 'x v=DMARC1', 'v=DMARC1x'];
  expect(taggedRecords(found(...records), 'v=DMARC1')).toEqual(records.slice(0, 3));
  expect([taggedRecords(NONE, 'v=DMARC1'), taggedRecords(SILENT, 'v=DMARC1')]).toEqual([[], []]);
});
