import { parseAddress } from '../../core/email-address.ts';
import type { Reference } from '../../core/facts/fact.ts';
import { isObject } from '../http/json.ts';

/** What no service should send, and a broken one does: fields are read one by one, and what is not what it should be is not there. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object below these names; empty when there is none. */
export function fieldsAt(of: Fields, ...path: readonly string[]): Fields {
  let value: unknown = of;
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : null;
  return isObject(value) ? value : {};
}

/** A text of a sane length; null for everything else. */
export function textAt(of: Fields, name: string, lengthMax = 2_000): string | null {
  const value = Object.hasOwn(of, name) ? of[name] : null;
  return typeof value === 'string' && value !== '' ? value.slice(0, lengthMax) : null;
}

/** A finite number, also where it came as text; null for everything else. */
export function numberAt(of: Fields, name: string): number | null {
  const value = Object.hasOwn(of, name) ? of[name] : null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** The objects of a list, no more than so many; whatever else stands in it is left out. */
export function objectsAt(of: Fields, name: string, most: number): readonly Fields[] {
  const value = Object.hasOwn(of, name) ? of[name] : null;
  return Array.isArray(value) ? value.slice(0, most).filter(isObject) : [];
}

/** An address as leads are keyed; null for what is none. */
export function emailKeyOf(text: string | null): string | null {
  if (text === null) return null;
  const parsed = parseAddress(text);
  return 'problem' in parsed ? null : parsed.emailKey;
}

/** A reference that says nothing yet. */
export const NO_REFERENCE: Reference = {
  messageId: null,
  messageIdHeaders: [],
  providerId: null,
  conversationId: null,
  emailKey: null,
};

/** One of our own ids, as a variable or a token brings it back; null for anything else. */
export function ownMessageId(text: string | null): string | null {
  return text !== null && /^m-[a-z0-9]{1,64}$/.test(text) ? text : null;
}
