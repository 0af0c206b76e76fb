import { createHash, createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { HeadgateError } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';

/** What a link is for; signed with it, so that none can be used for anything else (hardening 120). */
export type TokenPurpose = 'unsubscribe';

export type VerifiedToken =
  /** Signed by us. An expired one still opts out (D10): the caller decides what expiry means for its purpose. */
  | { readonly kind: 'valid' | 'expired'; readonly leadId: string }
  /** Not ours, or not for this purpose. It says nothing about why: no page may. */
  | { readonly kind: 'refused' };

export interface UnsubscribeTokens {
  /**
   * The token of one lead, valid for 180 days after `now`. The same input gives the same token, so `now` is the date of
   * the mail and every attempt carries the same bytes (D1).
   */
  sign(claims: {
    readonly leadId: string;
    readonly purpose: TokenPurpose;
    readonly now: Instant;
  }): Promise<string>;
  /** Never throws for what a stranger sends, however long. */
  verify(token: string, purpose: TokenPurpose, now: Instant): Promise<VerifiedToken>;
}

/** Above this nothing is even decoded; ours have about 220 characters (hardening 119). */
export const TOKEN_CHARACTERS_MAX = 2_048;

const ALGORITHM = 'HS256';
const LIFE_SECONDS = 180 * 86_400;
/** RFC 7518, 3.2: a key at least as long as the hash. */
const SECRET_BYTES_MIN = 32;
const KEY_ID_CHARACTERS = 8;
const LEAD_ID = /^l-[a-z0-9]{1,64}$/;
/** RFC 7515, 7.1, with neither padding nor the other alphabet. */
const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;
const REFUSED = { kind: 'refused' } as const;

/**
 * Signs and reads the tokens of unsubscribe links (D10): JSON Web Tokens under HMAC with SHA-256 and nothing else,
 * naming lead and purpose and the secret that signed them. `old` secrets only verify, so that links in mail already
 * sent go on working after the secret was changed (hardening 122). Throws HeadgateError `token_secret_short` (78) for a
 * secret of fewer than 32 bytes.
 */
export function createUnsubscribeTokens(secrets: {
  readonly current: string;
  readonly old: readonly string[];
}): UnsubscribeTokens {
  const signingKey = keyOf(secrets.current);
  const keys = [signingKey, ...secrets.old.map(keyOf)];
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- what throws has to reject
    sign: async (claims) => sign(signingKey, claims),
    async verify(token, purpose, now) {
      const keyId = keyIdNamedBy(token);
      // Two secrets may share an id: it is only 32 bits of a hash.
      for (const key of keys.filter(({ id }) => id === keyId)) {
        const claims = await verifiedClaims(token, key);
        if (claims !== null) return judge(claims, purpose, now);
      }
      return REFUSED;
    },
  };
}

interface Key {
  readonly id: string;
  readonly secret: KeyObject;
  /** What all its tokens begin with. */
  readonly header: string;
}

function keyOf(secret: string): Key {
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < SECRET_BYTES_MIN) throw shortSecret();
  const id = createHash('sha256').update(bytes).digest('hex').slice(0, KEY_ID_CHARACTERS);
  return { id, secret: createSecretKey(bytes), header: encoded({ alg: ALGORITHM, kid: id }) };
}

/**
 * RFC 7515, 5.1, in place: the library hands each signature to a thread of its own, which took a sixth of the time of a long send.
 * What strangers send is read by the library.
 */
function sign(key: Key, claims: { leadId: string; purpose: string; now: Instant }): string {
  if (!LEAD_ID.test(claims.leadId)) throw new RangeError('A token names a lead by its public id');
  const iat = Math.floor(claims.now / 1_000);
  const payload = encoded({ sub: claims.leadId, pur: claims.purpose, iat, exp: iat + LIFE_SECONDS });
  const signedPart = `${key.header}.${payload}`;
  return `${signedPart}.${createHmac('sha256', key.secret).update(signedPart).digest('base64url')}`;
}

function encoded(value: Readonly<Record<string, string | number>>): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The key that a token says it is signed with; null for what is no token of ours, whatever it is. */
function keyIdNamedBy(token: string): string | null {
  if (token.length > TOKEN_CHARACTERS_MAX) return null;
  const [, ...segments] = COMPACT.exec(token) ?? [];
  if (segments.length !== 3 || !segments.every(isCanonical)) return null;
  const header = recordOf(Buffer.from(segments[0] ?? '', 'base64url'));
  if (header === null || Object.keys(header).toSorted().join() !== 'alg,kid') return null;
  return header['alg'] === ALGORITHM && typeof header['kid'] === 'string' ? header['kid'] : null;
}

/** One spelling per token: decoders forgive stray bits in the last character, and two spellings are two links. */
function isCanonical(segment: string): boolean {
  return Buffer.from(segment, 'base64url').toString('base64url') === segment;
}

async function verifiedClaims(token: string, key: Key): Promise<Readonly<Record<string, unknown>> | null> {
  const { compactVerify } = await import('jose/jws/compact/verify');
  try {
    const { payload } = await compactVerify(token, key.secret, { algorithms: [ALGORITHM] });
    return recordOf(payload);
  } catch (error) {
    // The library's own words for "not signed so"; anything else is a bug of ours.
    if (error instanceof Error && 'code' in error && /^ERR_J(WS|OSE)_/.test(String(error.code))) return null;
    throw error;
  }
}

function judge(
  claims: Readonly<Record<string, unknown>>,
  purpose: TokenPurpose,
  now: Instant,
): VerifiedToken {
  const { sub: leadId, pur, exp } = claims;
  if (typeof leadId !== 'string' || !LEAD_ID.test(leadId) || pur !== purpose || typeof exp !== 'number')
    return REFUSED;
  return { kind: now < exp * 1_000 ? 'valid' : 'expired', leadId };
}

function recordOf(json: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch (error) {
    // Neither UTF-8 (TypeError) nor JSON (SyntaxError): what a stranger typed.
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

function shortSecret(): HeadgateError {
  return new HeadgateError(`web.token_secret has fewer than ${SECRET_BYTES_MIN} bytes`, {
    code: 'token_secret_short',
    exit: 'CONFIG',
    notDone: 'No unsubscribe link was signed or read.',
    fix: 'Make one: openssl rand -hex 32',
    permanent: true,
  });
}
