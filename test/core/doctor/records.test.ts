import { describe, expect, test } from 'vitest';

import { judgeDkim, type OwnDkimKey } from '../../../src/core/doctor/dkim-record.ts';
import { judgeDmarc } from '../../../src/core/doctor/dmarc.ts';
import { judgeMx } from '../../../src/core/doctor/mx.ts';
import type { Lookup } from '../../../src/core/doctor/records.ts';
import { judgeSpf, spfReferences } from '../../../src/core/doctor/spf.ts';

const found = (...records: string[]): Lookup<string> => ({ kind: 'found', records });
const NONE: Lookup<string> = { kind: 'none' };
const SILENT: Lookup<string> = { kind: 'failed', words: 'no name server answered in time' };
const DOMAIN = 'mail.example.com';

describe('F7, A8: an SPF record is judged as receivers will', () => {
  const spf = (answer: Lookup<string>, change: Partial<Parameters<typeof judgeSpf>[0]> = {}) =>
    judgeSpf({ domain: DOMAIN, fromDomain: DOMAIN, isAligned: true, lookups: 1, answer, ...change });

  test.each([
    [
      'one that names a relay and refuses the rest',
      found('v=spf1 include:relay.example ~all'),
      'pass',
      'aligned, 1 of 10 lookups',
    ],
    [
      'one beside other texts',
      found('google-site=1', 'v=spf1 ip4:192.0.2.1/32 ip6:2001:db8::1 -all'),
      'pass',
      'aligned',
    ],
    ['one that goes on elsewhere', found('v=spf1 redirect=_spf.example.com'), 'pass', 'aligned'],
    ['none', NONE, 'problem', 'receivers cannot tell your relay'],
    ['none among other texts', found('v=spf10 all', 'hello'), 'problem', 'receivers cannot tell'],
    ['two, which receivers take for none', found('v=spf1 -all', 'V=SPF1 ~all'), 'problem', 'for none'],
    ['one that lets everybody in', found('v=spf1 +all'), 'problem', '+all'],
    ['the same without a sign', found('v=spf1 mx all'), 'problem', '+all'],
    ['one that refuses nobody', found('v=spf1 mx'), 'warn', 'no ~all or -all'],
    ['one that leaves it open', found('v=spf1 mx ?all'), 'warn', 'no ~all or -all'],
    ['one with a slip', found('v=spf1 inclde:relay.example -all'), 'problem', 'inclde:relay.example'],
    ['nobody who answers', SILENT, 'problem', 'no name server'],
  ] as const)('%s', (_name, answer, verdict, detail) => {
    const finding = spf(answer);
    expect(finding).toMatchObject({ group: 'mail', check: 'spf', verdict });
    expect(finding.detail).toContain(detail);
    expect(finding.fix === null).toBe(verdict === 'pass');
  });

  test('eleven lookups are an error for receivers, and an include that leads nowhere may be one', () => {
    const answer = found('v=spf1 include:a.example -all');
    expect(spf(answer, { lookups: 11 })).toMatchObject({ verdict: 'problem', detail: /./ });
    expect(spf(answer, { lookups: 11 }).detail).toContain('more than 10');
    expect(spf(answer, { lookups: null })).toMatchObject({ verdict: 'warn' });
  });

  test('a return address of another domain passes SPF for nobody who reads From', () => {
    const finding = spf(found('v=spf1 mx -all'), { isAligned: false });
    expect(finding).toMatchObject({ verdict: 'warn', fix: 'headgate config explain mail.bounce_address' });
  });

  test('what a record makes receivers look up is counted, addresses are not', () => {
    const record =
      'v=spf1 ip4:192.0.2.1 a mx:x.example include:b.example ?include:c.example exists:%{i}.d.example redirect=e.example';
    expect(spfReferences(record)).toEqual({ lookups: 6, names: ['b.example', 'c.example', 'e.example'] });
    expect(spfReferences('v=spf1 include:%{d}.example -all')).toEqual({ lookups: 1, names: [] });
    expect(spfReferences('v=spf1 all')).toEqual({ lookups: 0, names: [] });
  });
});

describe('F7, D10: a published DKIM key has to be the one that signs', () => {
  const OWN: OwnDkimKey = { kind: 'rsa', bits: 2_048, published: ['AAAA', 'BBBB'] };
  const dkim = (answer: Lookup<string>, key: Parameters<typeof judgeDkim>[0]['key'] = OWN) =>
    judgeDkim({ domain: DOMAIN, selector: 's1', key, answer });

  test.each([
    ['the usual record', found('v=DKIM1; k=rsa; p=AAAA'), 'pass', '2048 bits'],
    ['one without its version and kind, folded', found('p=AA AA;'), 'pass', 'matches ours'],
    ['the other encoding of the same key', found('v=DKIM1;p=BBBB'), 'pass', 'matches ours'],
    ['no record', NONE, 'problem', 'calls? every signature false|no key at'],
    ['texts that are no key', found('hello'), 'problem', 'no key at'],
    ['another key', found('v=DKIM1; p=CCCC'), 'problem', 'every signature would be false'],
    [
      'the right bytes under another kind',
      found('v=DKIM1; k=ed25519; p=AAAA'),
      'problem',
      'every signature would be false',
    ],
    ['a revoked key', found('v=DKIM1; p='), 'problem', 'revoked'],
    ['two keys', found('v=DKIM1; p=AAAA', 'v=DKIM1; p=CCCC'), 'problem', 'either'],
    ['a key for something else', found('v=DKIM1; s=tlsrpt; p=AAAA'), 'problem', 'not for mail'],
    ['a key for SHA-1 alone', found('v=DKIM1; h=sha1; p=AAAA'), 'problem', 'SHA-256'],
    ['another version', found('v=DKIM2; p=AAAA'), 'problem', 'v=DKIM2'],
    ['a key under test', found('v=DKIM1; t=y:s; p=AAAA'), 'warn', 't=y'],
    ['nobody who answers', SILENT, 'problem', 'no name server'],
  ] as const)('%s', (_name, answer, verdict, detail) => {
    const finding = dkim(answer);
    expect(finding).toMatchObject({ check: 'dkim', verdict });
    expect(finding.detail).toMatch(new RegExp(detail));
  });

  test('what is wrong is mended by one record that can be typed as it stands', () => {
    expect(dkim(NONE).fix).toBe('s1._domainkey.mail.example.com. TXT "v=DKIM1; k=rsa; p=AAAA"');
  });

  test('a short key works, and a longer one is advised', () => {
    const finding = dkim(found('v=DKIM1; p=AAAA'), { ...OWN, bits: 1_024 });
    expect(finding).toMatchObject({ verdict: 'warn', detail: 'it has 1024 bits; 2048 are advised' });
  });

  test('a key that only a unit may read is not called right, and a missing record still wrong', () => {
    const hidden = { unreadable: 'the credential "dkim" is only there in its unit' };
    expect(dkim(found('v=DKIM1; p=AAAA'), hidden)).toMatchObject({ verdict: 'skipped' });
    expect(dkim(NONE, hidden)).toMatchObject({ verdict: 'problem' });
  });
});

describe('F7, A8: a DMARC policy, of the domain or of the one above it', () => {
  const dmarc = (answer: Lookup<string>, above: Lookup<string> | null = null, isSpfExact = true) =>
    judgeDmarc({
      domain: DOMAIN,
      answer,
      isSpfExact,
      above: above === null ? null : { domain: 'example.com', answer: above },
    });

  test.each([
    ['of its own', found('v=DMARC1; p=quarantine'), null, 'pass', 'p=quarantine'],
    [
      'from above, with a word for those below',
      NONE,
      found('v=DMARC1; p=reject; sp=none'),
      'pass',
      'p=none, from example.com',
    ],
    [
      'its own before that from above',
      found('v=DMARC1; p=none'),
      found('v=DMARC1; p=reject'),
      'pass',
      'p=none',
    ],
    ['none anywhere', NONE, NONE, 'problem', 'Gmail'],
    ['two', found('v=DMARC1; p=none', 'v=DMARC1; p=reject'), null, 'problem', 'for none'],
    ['without a policy', found('v=DMARC1; rua=mailto:x@example.com'), null, 'problem', 'no policy'],
    ['nobody who answers', SILENT, NONE, 'problem', 'no name server'],
  ] as const)('%s', (_name, answer, above, verdict, detail) => {
    const finding = dmarc(answer, above);
    expect(finding).toMatchObject({ check: 'dmarc', verdict });
    expect(finding.detail).toContain(detail);
  });

  test('a strict wish for SPF cannot be met by a return address of another name', () => {
    const strict = found('v=DMARC1; p=reject; aspf=s');
    expect(dmarc(strict).verdict).toBe('pass');
    expect(dmarc(strict, null, false)).toMatchObject({ verdict: 'warn' });
  });
});

describe('F7, A8: answers can come back', () => {
  const mx = (answer: Parameters<typeof judgeMx>[0]['answer'], hasAddress = false) =>
    judgeMx({ domain: DOMAIN, answer, hasAddress });

  test('to the nearest of the named servers', () => {
    const records = [
      { exchange: 'b.example', priority: 20 },
      { exchange: 'a.example', priority: 10 },
    ];
    expect(mx({ kind: 'found', records })).toMatchObject({ verdict: 'pass', detail: 'a.example' });
  });

  test('and not to a domain that says it takes none, has no server, or does not answer', () => {
    expect(mx({ kind: 'found', records: [{ exchange: '', priority: 0 }] }).verdict).toBe('problem');
    expect(mx({ kind: 'none' }).verdict).toBe('problem');
    expect(mx({ kind: 'none' }, true).verdict).toBe('warn');
    expect(mx({ kind: 'failed', words: 'SERVFAIL' }).verdict).toBe('problem');
  });
});
