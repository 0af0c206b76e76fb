import type { CheckResult } from './check-result.ts';
import { checkWebAddress } from './check-mail.ts';

/** Ids of chats and people have at most 52 bits: every number can hold them. */
const ID_MAX = 2n ** 52n - 1n;
const USERS_MAX = 20;
const WORDS_MAX = 50;

/** A chat by number (also in quotes, as environment variables are) or by public name; null for anything else. */
export function checkChat(value: unknown): CheckResult | null {
  if (typeof value === 'bigint') return isId(value) ? right(String(value)) : null;
  if (typeof value !== 'string') return null;
  if (/^@[A-Za-z][A-Za-z0-9_]{3,31}$/.test(value)) return right(value);
  return /^-?[1-9]\d{0,15}$/.test(value) && isId(BigInt(value)) ? right(value) : null;
}

/** People by number; a name can change hands, a number cannot. */
export function checkUserIds(value: unknown): CheckResult | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > USERS_MAX) return null;
  const ids = value.filter((id): id is bigint => typeof id === 'bigint' && id > 0n && isId(id));
  return ids.length === value.length ? right([...new Set(ids)].map(Number)) : null;
}

/** A program and its arguments. */
export function checkCommandWords(value: unknown): CheckResult | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > WORDS_MAX) return null;
  const words = value.filter((word): word is string => typeof word === 'string' && !word.includes('\0'));
  return words.length === value.length && words[0] !== '' ? right(words) : null;
}

/** A web address that is one whatever stands in its places; only the named ones may be in it. */
export function checkWebPattern(text: string, names: readonly string[]): CheckResult | null {
  const filled = text.replaceAll(/\{\{\s*([a-z_]+)\s*\}\}/g, (place, name: string) =>
    names.includes(name) ? 'x' : place,
  );
  if (/[{}]/.test(filled) || !/^[!-~]{1,2000}$/.test(filled)) return null;
  return checkWebAddress(filled)?.kind === 'right' ? right(text) : null;
}

function isId(id: bigint): boolean {
  return id !== 0n && id <= ID_MAX && id >= -ID_MAX;
}

function right(value: string | readonly string[] | readonly number[]): CheckResult {
  return { kind: 'right', value };
}
