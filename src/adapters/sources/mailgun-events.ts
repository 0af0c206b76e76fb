import type { Instant } from '../../core/model.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/time/durations.ts';
import type { FactPage, FactSource, ReadingFrom } from '../../ports.ts';
import { objectOf } from '../http/json.ts';
import { fieldsAt, numberAt, objectsAt, textAt, type Fields } from './event-fields.ts';
import { shortened, type JsonAnswer, type JsonApi, type JsonRequest } from './json-api.ts';
import { mailgunFact, mailgunMoment } from './mailgun-event.ts';
import { sourceError } from './source-error.ts';

const EVENTS_PER_PAGE = 300;
/** Events reach the index late; what is older than this has arrived (Mailgun, Events, "Event Polling"). */
const SETTLE_MS = 30 * MINUTE_MS;
/** As far as the shortest documented retention of a paid account reaches. */
const FIRST_READING_MS = 3 * DAY_MS;
/** A page that expired is asked for again from its beginning, and not for ever. */
const RESTARTS_MAX = 3;

/** Which of Mailgun's two indexes is read. */
export type MailgunIndex = 'events' | 'logs';

export interface MailgunEventsOptions {
  readonly id: string;
  readonly domain: string;
  /** `logs` has followed `events`, which is still there; both tell the same. */
  readonly index: MailgunIndex;
  readonly api: JsonApi;
  readonly now: () => Instant;
}

/** How far reading has come. */
interface Place {
  /** Everything before has arrived and was read. */
  readonly settledAt: Instant;
  /** When this reading, which may go on over several runs, began. */
  readonly beganAt: Instant;
  /** The page to go on with, as an address or a token; null: begin at `settledAt`. */
  readonly next: string | null;
}

/**
 * Mailgun's events in bulk (E2): ascending from the last moment before which all have arrived, 300 a request, however many mails there
 * were. Each run reads the last half hour again, so that a late event is not missed; one read twice changes nothing (E7).
 */
export function createMailgunEvents(options: MailgunEventsOptions): FactSource {
  return {
    readsReplies: false,
    pages: (from) => walk(options, from),
    close: () => options.api.close(),
  };
}

async function* walk(options: MailgunEventsOptions, from: ReadingFrom): AsyncGenerator<FactPage> {
  const { id, now } = options;
  let place = placeOf(from);
  let restarts = 0;
  while (now() < from.deadlineAt && !from.signal.aborted) {
    const answer = await options.api.ask({ ...requestOf(options, place), deadlineAt: from.deadlineAt });
    const items = itemsOf(answer);
    if (items === null) {
      if (place.next === null || restarts >= RESTARTS_MAX) throw unreadable(id, answer);
      restarts += 1;
      place = { ...place, next: null };
      continue;
    }
    // Behind a page that was read, late events have arrived since: what is settled is what was at the beginning of the reading.
    const beganAt = place.next === null ? now() : place.beganAt;
    const horizonAt = beganAt - SETTLE_MS;
    const next = nextOf(answer.value ?? {});
    const isEnd = items.length === 0 || next === null;
    // The end of an ascending reading is an empty page: whatever is older than the horizon has been seen.
    const reachedAt = isEnd ? horizonAt : Math.min(horizonAt, lastAt(items));
    place = { settledAt: Math.max(place.settledAt, reachedAt), beganAt, next: isEnd ? null : next };
    const facts = items.map(mailgunFact).filter((fact) => fact !== null);
    yield { facts, cursor: JSON.stringify(place), isEnd };
    if (isEnd) return;
  }
}

function requestOf(options: MailgunEventsOptions, place: Place): Pick<JsonRequest, 'path' | 'body'> {
  return options.index === 'events' ? eventsRequest(options, place) : logsRequest(options, place);
}

/** A page names the next one by its whole address. */
function eventsRequest(
  { domain }: MailgunEventsOptions,
  { settledAt, next }: Place,
): Pick<JsonRequest, 'path'> {
  if (next !== null) return { path: next };
  const query = new URLSearchParams({
    begin: (settledAt / SECOND_MS).toFixed(3),
    ascending: 'yes',
    limit: String(EVENTS_PER_PAGE),
  });
  return { path: `/v3/${encodeURIComponent(domain)}/events?${query.toString()}` };
}

/** The same question for every page, with the token of the next one beside it. Whole seconds: RFC 2822 knows no parts of one. */
function logsRequest(
  { domain }: MailgunEventsOptions,
  { settledAt, next }: Place,
): Pick<JsonRequest, 'path' | 'body'> {
  const startAt = Math.floor(settledAt / SECOND_MS) * SECOND_MS;
  return {
    path: '/v1/analytics/logs',
    body: {
      start: new Date(startAt).toUTCString(),
      filter: {
        AND: [{ attribute: 'domain', comparator: '=', values: [{ label: domain, value: domain }] }],
      },
      include_totals: false,
      pagination: {
        sort: 'timestamp:asc',
        limit: EVENTS_PER_PAGE,
        ...(next === null ? {} : { token: next }),
      },
    },
  };
}

function nextOf(value: Fields): string | null {
  return (
    textAt(fieldsAt(value, 'paging'), 'next', 10_000) ?? textAt(fieldsAt(value, 'pagination'), 'next', 10_000)
  );
}

/** Null for an answer that is no page. */
function itemsOf({ status, value }: JsonAnswer): readonly Fields[] | null {
  return status === 200 && value !== null && Array.isArray(value['items'])
    ? objectsAt(value, 'items', EVENTS_PER_PAGE)
    : null;
}

function lastAt(items: readonly Fields[]): Instant {
  return Math.max(0, ...items.map((item) => mailgunMoment(item) ?? 0));
}

function unreadable(id: string, { status, text }: JsonAnswer): Error {
  return sourceError(id, `its answer is no page of events: ${String(status)} ${shortened(text)}`);
}

/** A cursor of another version, of a clock that was ahead, or none, begins as far back as events are kept. */
function placeOf({ cursor, now }: ReadingFrom): Place {
  const value = cursor === null ? null : objectOf(cursor);
  const settledAt = value === null ? null : numberAt(value, 'settledAt');
  if (value === null || settledAt === null || settledAt > now)
    return { settledAt: now - FIRST_READING_MS, beganAt: now, next: null };
  const beganAt = numberAt(value, 'beganAt');
  return { settledAt, beganAt: beganAt ?? settledAt, next: textAt(value, 'next', 10_000) };
}
