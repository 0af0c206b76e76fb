import { readCountry } from '../core/countries.ts';
import { isIsoDate } from '../core/time/calendar.ts';
import { canonicalZone, nearestZones } from '../core/time/zone.ts';
import {
  checkAddress,
  checkAddresses,
  checkDomains,
  checkHost,
  checkMailbox,
  checkWebAddress,
} from './check-mail.ts';
import { checkChat, checkCommandWords, checkUserIds, checkWebPattern } from './check-notify.ts';
import type { CheckResult } from './check-result.ts';
import { describeType } from './describe-type.ts';
import type { ConfigValue, ValueType } from './key-spec.ts';
import { nearestWord } from '../core/nearest.ts';

/** The text of a value, or of one element of it, as written in the file; null when it is not known. */
export type RawText = (element: number | null) => string | null;

/**
 * Judges one value as the TOML parser (integers as bigint) or parseEnvironmentText gave it. Secrets are judged by
 * `secret-reference.ts`, since what they hold must not reach a message.
 */
export function checkValue(type: ValueType, value: unknown, raw: RawText): CheckResult {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? right(value) : wrongType(type);
    case 'integer':
      return typeof value === 'bigint' ? checkRange(type, Number(value)) : wrongType(type);
    case 'number':
      return typeof value === 'bigint' || typeof value === 'number'
        ? checkRange(type, Number(value))
        : wrongType(type);
    case 'weekdays':
      return checkWeekdays(type, value);
    case 'dates':
      return checkDates(type, value, raw);
    case 'lead_countries':
      return checkLeadCountries(type, value);
    case 'addresses':
      return checkAddresses(value) ?? wrongType(type);
    case 'text_list':
      return checkTextList(value) ?? wrongType(type);
    case 'domains':
      return checkDomains(value) ?? wrongType(type);
    case 'chat':
      return checkChat(value) ?? wrongType(type);
    case 'user_ids':
      return checkUserIds(value) ?? wrongType(type);
    case 'command':
      return checkCommandWords(value) ?? wrongType(type);
    case 'secret':
    case 'secrets':
    case 'described':
      return wrongType(type);
    default:
      return typeof value === 'string' ? checkText(type, value) : wrongType(type);
  }
}

function checkText(type: ValueType, text: string): CheckResult {
  switch (type.kind) {
    case 'text':
      return checkPlainText(type, text);
    case 'choice':
      return checkChoice(type, text);
    case 'time':
      return checkTime(type, text);
    case 'zone':
      return checkZone(type, text);
    case 'address':
      return checkAddress(text) ?? wrongType(type);
    case 'mailbox':
      return checkMailbox(text) ?? wrongType(type);
    case 'host':
      return checkHost(text) ?? wrongType(type);
    case 'web_address':
      return checkWebAddress(text) ?? wrongType(type);
    case 'web_pattern':
      return checkWebPattern(text, type.names) ?? wrongType(type);
    case 'short_name':
      return SHORT_NAME.test(text) ? right(text) : wrongType(type);
    case 'dkim_selector':
      return DKIM_SELECTOR.test(text) ? right(text) : wrongType(type);
    default:
      return wrongType(type);
  }
}

const TEXTS_MAX = 20;

function checkTextList(value: unknown): CheckResult | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > TEXTS_MAX) return null;
  const texts = value.filter((text) => typeof text === 'string' && /^[^\p{Cc}]{1,500}$/u.test(text));
  return texts.length === value.length ? right(texts) : null;
}

const SHORT_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** One or more labels of the DNS, short enough for the record that they lead to. */
const DKIM_SELECTOR =
  /^(?=.{1,63}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

function checkRange(type: Extract<ValueType, { minimum: number }>, value: number): CheckResult {
  return value >= type.minimum && value <= type.maximum ? right(value) : wrongType(type);
}

function checkPlainText(type: Extract<ValueType, { kind: 'text' }>, text: string): CheckResult {
  const trimmed = text.trim();
  const hasControls = type.multiLine === true ? MULTI_LINE_CONTROLS.test(trimmed) : ANY_CONTROL.test(trimmed);
  return trimmed === '' || trimmed.length > type.maximumLength || hasControls
    ? wrongType(type)
    : right(trimmed);
}

/**
 * Control characters, and the separators that some programs read as a line break. Every run checks the brand's texts, and
 * making an expression out of \p{Cc} takes longer than checking them.
 */
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const ANY_CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const MULTI_LINE_CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;

function checkChoice(type: Extract<ValueType, { kind: 'choice' }>, text: string): CheckResult {
  if (type.choices.includes(text)) return right(text);
  const later = type.later ?? {};
  const will = Object.hasOwn(later, text) ? later[text] : undefined;
  if (will !== undefined) return { kind: 'unavailable', will };
  return wrongType(type, nearestWord(text, [...type.choices, ...Object.keys(later)]));
}

function checkTime(type: Extract<ValueType, { kind: 'time' }>, text: string): CheckResult {
  return minuteOfDay(text, type.role) === null ? wrongType(type) : right(text);
}

/** Minutes since local midnight of `HH:MM`, 0 to 1439, and 1440 for an end of `24:00`; null for anything else. */
export function minuteOfDay(text: string, role: 'start' | 'end'): number | null {
  if (text === '24:00') return role === 'end' ? MINUTES_A_DAY : null;
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}

const MINUTES_A_DAY = 1440;

function checkZone(type: ValueType, text: string): CheckResult {
  const zone = canonicalZone(text);
  return zone === null ? wrongType(type, nearestZones(text, 3).join(' or ') || null) : right(zone);
}

function checkWeekdays(type: ValueType, value: unknown): CheckResult {
  if (!Array.isArray(value) || value.length === 0) return wrongType(type);
  const days = new Set<number>();
  for (const element of value) {
    const isDay = typeof element === 'bigint' && element >= 1n && element <= 7n;
    if (!isDay) return wrongType(type);
    days.add(Number(element));
  }
  return days.size === value.length ? right([...days].sort((left, right) => left - right)) : wrongType(type);
}

function checkDates(type: ValueType, value: unknown, raw: RawText): CheckResult {
  if (!Array.isArray(value) || value.length > MAX_DATES) return wrongType(type);
  const dates: string[] = [];
  for (const [index, element] of value.entries()) {
    // The parser turns an unquoted 2026-02-30 into 2 March without a word; only the text tells what was written.
    const text: unknown = element instanceof Date ? raw(index) : element;
    if (typeof text !== 'string' || !isIsoDate(text)) return wrongType(type);
    dates.push(text);
  }
  return right([...new Set(dates)].sort());
}

/** From the environment a single word comes as a list of one. */
function checkLeadCountries(type: ValueType, value: unknown): CheckResult {
  if (value === 'lead') return right('lead');
  if (!Array.isArray(value)) return wrongType(type);
  const words: readonly unknown[] = value;
  if (words.length === 1 && words[0] === 'lead') return right('lead');
  const countries = words.map((word) => (typeof word === 'string' ? readCountry(word) : { problem: '' }));
  const codes = countries.flatMap((read) => ('country' in read ? [read.country] : []));
  return codes.length === words.length ? right([...new Set(codes)].sort()) : wrongType(type);
}

const MAX_DATES = 1000;

function right(value: ConfigValue): CheckResult {
  return { kind: 'right', value };
}

function wrongType(type: ValueType, nearest: string | null = null): CheckResult {
  return { kind: 'wrong', expected: describeType(type), nearest };
}
