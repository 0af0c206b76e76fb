import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';

import * as fc from 'fast-check';
import { CompactSign, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';

import { createUnsubscribeTokens, TOKEN_CHARACTERS_MAX } from '../../src/adapters/unsubscribe-token.ts';
import { HeadgateError } from '../../src/core/errors.ts';
import { TEST_NOW } from '../helpers/fakes.ts';

const SECRET = 'a'.repeat(40);
const OLD_SECRET = 'b'.repeat(40);
const LEAD = 'l-abcdefghijklmnop';
const DAY_MS = 86_400_000;
const REFUSED = { kind: 'refused' };

const tokens = createUnsubscribeTokens({ current: SECRET, old: [] });

function signed(leadId = LEAD): Promise<string> {
  return tokens.sign({ leadId, purpose: 'unsubscribe', now: TEST_NOW });
}

function verified(token: string, now = TEST_NOW): ReturnType<typeof tokens.verify> {
  return tokens.verify(token, 'unsubscribe', now);
}

function base64url(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

const KEY_ID = createHash('sha256').update(SECRET).digest('hex').slice(0, 8);
const CLAIMS = {
  sub: LEAD,
  pur: 'unsubscribe',
  iat: TEST_NOW / 1_000,
  exp: TEST_NOW / 1_000 + 180 * 86_400,
};

/** A token that is wrong in one place and rightly signed. */
function forged(header: unknown, claims: unknown, secret: string | Buffer = SECRET): string {
  const signedPart = `${base64url(header)}.${base64url(claims)}`;
  return `${signedPart}.${createHmac('sha256', secret).update(signedPart).digest('base64url')}`;
}

describe('D10: the token names its lead and lasts 180 days', () => {
  test('a lead who clicks on the day of the mail is found again', async () => {
    expect(await verified(await signed())).toEqual({ kind: 'valid', leadId: LEAD });
  });

  test('the token is a JSON Web Token of HS256 with the agreed header and claims, written as any library writes it', async () => {
    const token = await signed();
    expect(token).toBe(forged({ alg: 'HS256', kid: KEY_ID }, CLAIMS));
    expect(token.length).toBeLessThan(300);
  });

  test('a library that is not ours reads it', async () => {
    const { payload, protectedHeader } = await jwtVerify(await signed(), new TextEncoder().encode(SECRET), {
      algorithms: ['HS256'],
      subject: LEAD,
      currentDate: new Date(TEST_NOW),
    });
    expect([payload, protectedHeader]).toEqual([CLAIMS, { alg: 'HS256', kid: KEY_ID }]);
  });

  test('D1: the same mail carries the same token on every attempt, and two leads never share one', async () => {
    expect(await signed()).toBe(await signed());
    expect(await signed('l-qrstuvwxyz234567')).not.toBe(await signed());
  });

  test('hardening 121: after 180 days it still says whose it is, and that it expired', async () => {
    const token = await signed();
    expect(await verified(token, TEST_NOW + 180 * DAY_MS - 1)).toEqual({ kind: 'valid', leadId: LEAD });
    expect(await verified(token, TEST_NOW + 180 * DAY_MS)).toEqual({ kind: 'expired', leadId: LEAD });
    expect(await verified(token, TEST_NOW + 9_000 * DAY_MS)).toEqual({ kind: 'expired', leadId: LEAD });
  });

  test('a clock that was set back since does not take the way out away', async () => {
    expect(await verified(await signed(), TEST_NOW - 400 * DAY_MS)).toEqual({ kind: 'valid', leadId: LEAD });
  });
});

describe('hardening 119: a token that was touched opens nothing', () => {
  test('one flipped bit anywhere is refused, in the last character too', async () => {
    const token = await signed();
    for (let place = 0; place < token.length; place += 1) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
        const flipped = String.fromCharCode(token.charCodeAt(place) ^ bit);
        const changed = token.slice(0, place) + flipped + token.slice(place + 1);
        expect(await verified(changed), `bit ${bit} of character ${place}`).toEqual(REFUSED);
      }
    }
  });

  test('cut anywhere it is refused', async () => {
    const token = await signed();
    for (let length = 0; length < token.length; length += 1)
      expect(await verified(token.slice(0, length)), `${length} characters`).toEqual(REFUSED);
  });

  test('1 MB, also as a token whose signature would be right, is refused unread', async () => {
    expect(await verified('a'.repeat(1_048_576))).toEqual(REFUSED);
    const long = forged({ alg: 'HS256', kid: KEY_ID }, { ...CLAIMS, more: 'x'.repeat(TOKEN_CHARACTERS_MAX) });
    expect(await verified(long)).toEqual(REFUSED);
  });

  test('any text at all is refused and breaks nothing', async () => {
    const [head = '', body = '', mark = ''] = (await signed()).split('.');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        const attempts = [
          text,
          `${text}.${body}.${mark}`,
          `${head}.${text}.${mark}`,
          `${head}.${body}.${text}`,
        ];
        for (const attempt of attempts) expect(await verified(attempt)).toEqual(REFUSED);
        const segments = [base64url(text), body, mark].join('.');
        expect(await verified(segments)).toEqual(REFUSED);
      }),
      { numRuns: 200, seed: 119 },
    );
  });
});

describe('hardening 120: the signature covers purpose and key', () => {
  test('a token of another purpose is refused, though we signed it', async () => {
    for (const pur of ['approve', 'Unsubscribe', '', null, ['unsubscribe'], undefined])
      expect(await verified(forged({ alg: 'HS256', kid: KEY_ID }, { ...CLAIMS, pur }))).toEqual(REFUSED);
  });

  test('another installation, with a secret of its own, cannot speak for our leads', async () => {
    expect(await verified(forged({ alg: 'HS256', kid: KEY_ID }, CLAIMS, OLD_SECRET))).toEqual(REFUSED);
    const others = createUnsubscribeTokens({ current: OLD_SECRET, old: [] });
    const token = await others.sign({ leadId: LEAD, purpose: 'unsubscribe', now: TEST_NOW });
    expect(await verified(token)).toEqual(REFUSED);
  });

  test('what names no lead, or no end, is refused though we signed it', async () => {
    const bodies = [
      null,
      [],
      'text',
      7,
      {},
      { ...CLAIMS, sub: '../../etc/passwd' },
      { ...CLAIMS, sub: 5 },
      { ...CLAIMS, exp: '2026' },
    ];
    for (const body of bodies)
      expect(await verified(forged({ alg: 'HS256', kid: KEY_ID }, body))).toEqual(REFUSED);
    expect(await verified(forged({ alg: 'HS256', kid: KEY_ID }, '{"sub":'))).toEqual(REFUSED);
  });

  test('a name that is no public id of a lead is never signed', async () => {
    await expect(signed('maren@vogt.example')).rejects.toThrow(RangeError);
  });
});

describe('hardening 122: a changed secret keeps the links of yesterday working', () => {
  test('a link signed with an old secret opts out as long as the secret is listed', async () => {
    const yesterday = await signed();
    const rotated = createUnsubscribeTokens({ current: OLD_SECRET, old: ['c'.repeat(32), SECRET] });
    expect(await rotated.verify(yesterday, 'unsubscribe', TEST_NOW)).toEqual({
      kind: 'valid',
      leadId: LEAD,
    });
    const forgotten = createUnsubscribeTokens({ current: OLD_SECRET, old: [] });
    expect(await forgotten.verify(yesterday, 'unsubscribe', TEST_NOW)).toEqual(REFUSED);
  });

  test('new links are signed with the current one alone', async () => {
    const rotated = createUnsubscribeTokens({ current: OLD_SECRET, old: [SECRET] });
    const token = await rotated.sign({ leadId: LEAD, purpose: 'unsubscribe', now: TEST_NOW });
    expect(await verified(token)).toEqual(REFUSED);
  });

  test('a secret that could be guessed is refused before anything is signed', () => {
    expect.assertions(2);
    for (const secrets of [
      { current: 'short', old: [] },
      { current: SECRET, old: ['a'.repeat(31)] },
    ]) {
      try {
        createUnsubscribeTokens(secrets);
      } catch (error) {
        expect(error instanceof HeadgateError && [error.code, error.exit]).toEqual([
          'token_secret_short',
          'CONFIG',
        ]);
      }
    }
  });
});

describe('hardening 123: one algorithm, one spelling', () => {
  test('"none", in any case and with or without a signature, is refused', async () => {
    for (const alg of ['none', 'None', 'NONE', '', null, undefined, 'HS384', 'hs256']) {
      const header = base64url({ alg, kid: KEY_ID });
      expect(await verified(`${header}.${base64url(CLAIMS)}.`)).toEqual(REFUSED);
      expect(await verified(`${header}.${base64url(CLAIMS)}.AAAA`)).toEqual(REFUSED);
      expect(await verified(forged({ alg, kid: KEY_ID }, CLAIMS))).toEqual(REFUSED);
    }
  });

  test('a token under a public key, or under our secret used as one, is refused', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const payload = new TextEncoder().encode(JSON.stringify(CLAIMS));
    const asymmetric = await new CompactSign(payload)
      .setProtectedHeader({ alg: 'RS256', kid: KEY_ID })
      .sign(privateKey);
    expect(await verified(asymmetric)).toEqual(REFUSED);
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    expect(await verified(forged({ alg: 'HS256', kid: KEY_ID }, CLAIMS, Buffer.from(pem)))).toEqual(REFUSED);
  });

  test('a header that brings its own key, or anything else, is refused', async () => {
    const key = { kty: 'oct', k: base64url(OLD_SECRET) };
    for (const extra of [{ jwk: key }, { crit: ['b64'], b64: false }, { typ: 'JWT' }, { zip: 'DEF' }])
      expect(await verified(forged({ alg: 'HS256', kid: KEY_ID, ...extra }, CLAIMS))).toEqual(REFUSED);
    for (const kid of [undefined, null, '__proto__', 'ffffffff', ['a']])
      expect(await verified(forged({ alg: 'HS256', kid }, CLAIMS))).toEqual(REFUSED);
  });

  test('padding, the other alphabet, white space and stray bits are refused: one token is one link', async () => {
    const token = await signed();
    const [head = '', body = '', mark = ''] = token.split('.');
    const stray = mark.slice(0, -1) + String.fromCharCode(mark.charCodeAt(mark.length - 1) + 1);
    const spellings = [
      `${head}=.${body}.${mark}`,
      `${head}.${body}.${mark}=`,
      `${head}.${body}.${mark}==`,
      `${head}.${body}.${stray}`,
      ` ${token}`,
      `${token}\n`,
      `${head}.${body}.${mark}.`,
      `${head}..${mark}`,
      token.replaceAll('.', '%2E'),
      token.replace('.', '．'),
    ];
    for (const spelling of spellings) expect(await verified(spelling), spelling).toEqual(REFUSED);
    const everyKey = 'any '.repeat(10);
    const withDashes = await allSpellings(everyKey);
    expect(withDashes.length).toBeGreaterThan(0);
    for (const [right, wrong] of withDashes) {
      const own = createUnsubscribeTokens({ current: everyKey, old: [] });
      expect((await own.verify(right, 'unsubscribe', TEST_NOW)).kind).toBe('valid');
      expect(await own.verify(wrong, 'unsubscribe', TEST_NOW)).toEqual(REFUSED);
    }
  });
});

/** Tokens with `-` or `_` in them, and the same in the alphabet of RFC 4648, 4. */
async function allSpellings(secret: string): Promise<readonly (readonly [string, string])[]> {
  const own = createUnsubscribeTokens({ current: secret, old: [] });
  const signedTokens = await Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) =>
      own.sign({ leadId: `l-${letter.repeat(16)}`, purpose: 'unsubscribe', now: TEST_NOW }),
    ),
  );
  return signedTokens
    .filter((token) => /[-_]/.test(token))
    .map((token) => [token, token.replaceAll('-', '+').replaceAll('_', '/')]);
}
