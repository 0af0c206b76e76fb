import { generateKeyPairSync } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { composeMail } from '../../../src/adapters/mail/compose.ts';
import type { MailToCompose } from '../../../src/adapters/mail/compose.ts';
import { createDkimSigner } from '../../../src/adapters/mail/dkim.ts';
import { HeadgateError } from '../../../src/core/errors.ts';
import { ed25519Key, judgeDkim, rsaKey, signedNames } from '../../helpers/dkim.ts';
import type { DkimKey } from '../../helpers/dkim.ts';
import { NAUGHTY_TEXTS } from './naughty-texts.ts';
import { mailToCompose } from './sample-mail.ts';

const DOMAIN = 'sender.example';
const KEYS: Readonly<Record<string, DkimKey>> = { rsa: rsaKey(), ed25519: ed25519Key() };
const THREAD = { inReplyTo: '<m-b@sender.example>', references: ['<m-a@sender.example>'] };
const REPLY: Partial<MailToCompose> = { replyTo: 'desk@sender.example', thread: THREAD };

function keyOf(name: string): DkimKey {
  return KEYS[name] ?? rsaKey();
}

async function signed(keyName: string, change: Partial<MailToCompose> = {}): Promise<Buffer> {
  const sign = createDkimSigner({ domain: DOMAIN, selector: 's1', privateKey: keyOf(keyName).pem });
  return Buffer.from(sign((await composeMail(mailToCompose(change))).raw));
}

function judged(raw: Uint8Array, keyName: string): ReturnType<typeof judgeDkim> {
  return judgeDkim(raw, { 's1._domainkey.sender.example': keyOf(keyName).record });
}

describe.each(['rsa', 'ed25519'])(
  'RFC 6376, RFC 8463: an independent verifier judges %s signatures',
  (name) => {
    test('D10: it accepts the mail, and both unsubscribe headers are covered', async () => {
      const raw = await signed(name, REPLY);
      const { verdict, signature } = await judged(raw, name);
      expect(verdict).toBe('pass');
      expect(signature).toMatchObject({
        signingDomain: DOMAIN,
        selector: 's1',
        algo: `${name}-sha256`,
        format: 'relaxed/relaxed',
      });
      expect(signedNames(raw)).toEqual([
        ...['from', 'from', 'to', 'subject', 'date', 'message-id', 'reply-to', 'in-reply-to', 'references'],
        ...['mime-version', 'content-type', 'list-unsubscribe', 'list-unsubscribe-post'],
      ]);
    });

    test('the From of the mail is aligned with the signature, as DMARC asks', async () => {
      const { signature } = await judged(await signed(name), name);
      expect(signature?.status.aligned).toBe(DOMAIN);
    });

    test('hardening 41 to 57: whatever stands in names, subjects and copy, it accepts the mail', async () => {
      const text = fc.oneof(fc.constantFrom(...NAUGHTY_TEXTS), fc.string({ unit: 'binary', maxLength: 300 }));
      await fc.assert(
        fc.asyncProperty(text, text, text, async (subject, leadName, body) => {
          const raw = await signed(name, {
            ...REPLY,
            subject: `S ${subject}`,
            lead: { email: 'jan@lead.example', name: leadName },
            bodyMarkdown: `Hi\n\n${body}   \n\n\n\n`,
          });
          expect((await judged(raw, name)).verdict).toBe('pass');
        }),
        { numRuns: 60, seed: 6376 },
      );
    });

    test('a relay that refolds and respaces leaves it valid; one that changes a word does not', async () => {
      const text = (await signed(name)).toString('latin1');
      const respaced = text
        .replace('\r\nSubject: A quick', '\r\nsubject:\r\n  A \t quick')
        .replace('One thought.', 'One thought.  ');
      expect((await judged(Buffer.from(`${respaced}\r\n\r\n`), name)).verdict).toBe('pass');
      const changes: readonly (readonly [string, string])[] = [
        ['One thought.', 'Two thoughts.'],
        ['Subject: A quick', 'Subject: A quiet'],
        ['https://sender.example/u/token>', 'https://other.example/u/token>'],
        ['List-Unsubscribe=One-Click', 'List-Unsubscribe=Two-Clicks'],
        ['\r\nTo: ', '\r\nFrom: other@sender.example\r\nTo: '],
      ];
      for (const [from, to] of changes) {
        expect(text).toContain(from);
        expect((await judged(Buffer.from(text.replace(from, to)), name)).verdict, to).not.toBe('pass');
      }
    });
  },
);

describe('the bytes of the signature', () => {
  test('D1: signed twice, and by a signer made anew, the mail differs in no byte', async () => {
    expect(await signed('rsa', REPLY)).toEqual(await signed('rsa', REPLY));
    expect(await signed('ed25519', REPLY)).toEqual(await signed('ed25519', REPLY));
  });

  test('every line is ASCII, ends in CRLF and is short, and the mail below is untouched', async () => {
    const { raw } = await composeMail(mailToCompose(REPLY));
    const text = (await signed('rsa', REPLY)).toString('latin1');
    const plain = Buffer.from(raw).toString('latin1');
    expect(text.endsWith(plain)).toBe(true);
    const head = text.slice(0, -plain.length);
    expect(head).toMatch(/^DKIM-Signature: [\x20-\x7e\r\n]+\r\n$/);
    for (const line of head.split('\r\n').slice(0, -1)) expect(line.length).toBeLessThanOrEqual(78);
    expect(head).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
  });

  test('a mail to the operator has no unsubscribe headers, and its signature says so', async () => {
    const raw = await signed('rsa', { unsubscribeUrl: null });
    expect((await judged(raw, 'rsa')).verdict).toBe('pass');
    expect(signedNames(raw)).not.toContain('list-unsubscribe');
  });

  test('an empty body and one of empty lines are signed as the standard says', async () => {
    const sign = createDkimSigner({ domain: DOMAIN, selector: 's1', privateKey: keyOf('rsa').pem });
    for (const body of ['', '\r\n', '\r\n\r\n', ' \r\n', 'a', 'a \t b\r\n\r\n'])
      expect((await judged(sign(Buffer.from(`From: a@${DOMAIN}\r\n\r\n${body}`)), 'rsa')).verdict).toBe(
        'pass',
      );
  });
});

describe('a key that would leave mail unsigned is refused by name', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const wrong: Readonly<Record<string, { pem: string; says: string }>> = {
    'no key': { pem: 'hello', says: 'not a private key in PEM' },
    empty: { pem: '', says: 'not a private key in PEM' },
    'too short': { pem: rsaKey(768).pem, says: 'it has 768 bits' },
    'another kind': { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }), says: 'kind ec' },
  };

  test.each(Object.keys(wrong))('%s', (name) => {
    const { pem, says } = wrong[name] ?? { pem: '', says: '' };
    const act = () => createDkimSigner({ domain: DOMAIN, selector: 's1', privateKey: pem });
    expect(act).toThrow(says);
    expect(act).toThrow(HeadgateError);
  });

  test('a domain or selector that would add tags of its own is refused', () => {
    for (const change of [{ domain: 'a.example; l=0' }, { selector: 's1;t=y' }, { selector: '' }])
      expect(() =>
        createDkimSigner({ domain: DOMAIN, selector: 's1', privateKey: keyOf('rsa').pem, ...change }),
      ).toThrow('not one of DNS');
  });
});
