import type { Instant } from '../../core/model.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import type { FactPage, FactSource, ReadingFrom } from '../../ports.ts';
import { objectOf } from '../http/json.ts';
import { fieldsAt, numberAt, objectsAt, textAt, type Fields } from './event-fields.ts';
import { shortened, type JsonAnswer, type JsonApi } from './json-api.ts';
import { resendListFact } from './resend-event.ts';
import { sourceError } from './source-error.ts';

/** The most that one request may ask for. */
const MAILS_PER_PAGE = 100;
/** Of one run, so that an account which sends a million mails a week keeps nobody waiting; the next run goes on there. */
const PAGES_MAX = 300;
/** What happens to a mail happens within days; later news comes by webhook alone. */
const LOOK_BACK_MS = 5 * DAY_MS;
/** However long nobody looked. */
const LOOK_BACK_MAX_MS = 30 * DAY_MS;

export interface ResendMailsOptions {
  readonly id: string;
  readonly api: JsonApi;
  readonly now: () => Instant;
}

/** How far reading has come. */
interface Place {
  /** When the last walk that came to its end began; null before the first. */
  readonly seenAt: Instant | null;
  /** The walk that is under way; null: the next page begins one. */
  readonly walk: Walk | null;
}

interface Walk {
  readonly beganAt: Instant;
  /** It ends behind the mails that are older. */
  readonly floorAt: Instant;
  /** The last mail that it has seen. */
  readonly after: string;
}

/**
 * Resend has no list of events: its mails are listed with the last one each, newest first, a hundred a request (E2). One walk goes back
 * over the last days, through as many runs as it needs, then the next begins at the newest again; what did not change since is known by
 * its key and changes nothing (E7).
 */
export function createResendMails(options: ResendMailsOptions): FactSource {
  return {
    readsReplies: false,
    pages: (from) => walk(options, from),
    close: () => options.api.close(),
  };
}

async function* walk({ id, api, now }: ResendMailsOptions, from: ReadingFrom): AsyncGenerator<FactPage> {
  let place = placeOf(from);
  let pages = 0;
  for (; pages < PAGES_MAX && now() < from.deadlineAt && !from.signal.aborted; pages += 1) {
    const answer = await api.ask({ path: pathOf(place.walk?.after ?? null), deadlineAt: from.deadlineAt });
    // The mail to go on from is gone: a new walk sees again what this one had seen.
    if (place.walk !== null && isUnknownPlace(answer)) {
      place = { ...place, walk: null };
      continue;
    }
    const mails = mailsOf(id, answer);
    const began = place.walk ?? beginning(place, now());
    const last = mails.at(-1);
    const after = answer.value?.['has_more'] === true && last !== undefined ? textAt(last, 'id') : null;
    const isEnd = after === null || after === place.walk?.after || createdAt(last) < began.floorAt;
    place = isEnd ? { seenAt: began.beganAt, walk: null } : { ...place, walk: { ...began, after } };
    const facts = mails.map((mail) => resendListFact(mail, now())).filter((fact) => fact !== null);
    yield { facts, cursor: JSON.stringify(place), isEnd };
    if (isEnd) return;
  }
}

/** What was old enough when the last whole walk began has not changed since; all else may have, however long ago that walk was. */
function beginning({ seenAt }: Place, now: Instant): Omit<Walk, 'after'> {
  const floorAt = Math.max((seenAt ?? now) - LOOK_BACK_MS, now - LOOK_BACK_MAX_MS);
  return { beganAt: now, floorAt };
}

/** A cursor of another version, or of a clock that was ahead, begins a walk as if there had been none. */
function placeOf({ cursor, now }: ReadingFrom): Place {
  const value = objectOf(cursor ?? '') ?? {};
  const seen = numberAt(value, 'seenAt');
  const seenAt = seen === null || seen > now ? null : seen;
  const under = fieldsAt(value, 'walk');
  const [beganAt, floorAt] = [numberAt(under, 'beganAt'), numberAt(under, 'floorAt')];
  const after = textAt(under, 'after', 200);
  if (beganAt === null || floorAt === null || after === null || beganAt > now) return { seenAt, walk: null };
  return { seenAt, walk: { beganAt, floorAt, after } };
}

function isUnknownPlace({ status }: JsonAnswer): boolean {
  return status === 400 || status === 404 || status === 422;
}

function pathOf(after: string | null): string {
  const query = new URLSearchParams({ limit: String(MAILS_PER_PAGE), ...(after === null ? {} : { after }) });
  return `/emails?${query.toString()}`;
}

function mailsOf(id: string, { status, value, text }: JsonAnswer): readonly Fields[] {
  if (status === 200 && value !== null && Array.isArray(value['data']))
    return objectsAt(value, 'data', MAILS_PER_PAGE);
  throw sourceError(id, `its answer is no list of mails: ${String(status)} ${shortened(text)}`);
}

function createdAt(mail: Fields | undefined): Instant {
  const at = Date.parse(mail === undefined ? '' : (textAt(mail, 'created_at') ?? ''));
  return Number.isNaN(at) ? Infinity : at;
}
