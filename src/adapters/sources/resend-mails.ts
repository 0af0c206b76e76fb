import type { Instant } from '../../core/model.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import type { FactPage, FactSource, ReadingFrom } from '../../ports.ts';
import { objectsAt, textAt, type Fields } from './event-fields.ts';
import { shortened, type JsonAnswer, type JsonApi } from './json-api.ts';
import { resendListFact } from './resend-event.ts';
import { sourceError } from './source-error.ts';

/** The most that one request may ask for. */
const MAILS_PER_PAGE = 100;
/** What happens to a mail happens within days; later news comes by webhook alone. */
const LOOK_BACK_MS = 5 * DAY_MS;

export interface ResendMailsOptions {
  readonly id: string;
  readonly api: JsonApi;
  readonly now: () => Instant;
}

/**
 * Resend has no list of events: its mails are listed with the last one each, newest first, a hundred a request (E2). Each run walks back
 * over the last days; what did not change since is known by its key and changes nothing (E7).
 */
export function createResendMails(options: ResendMailsOptions): FactSource {
  return {
    readsReplies: false,
    pages: (from) => walk(options, from),
    close: () => options.api.close(),
  };
}

async function* walk({ id, api, now }: ResendMailsOptions, from: ReadingFrom): AsyncGenerator<FactPage> {
  const horizonAt = from.now - LOOK_BACK_MS;
  let after: string | null = null;
  while (now() < from.deadlineAt && !from.signal.aborted) {
    const answer = await api.ask({ path: pathOf(after), deadlineAt: from.deadlineAt });
    const mails = mailsOf(id, answer);
    const last = mails.at(-1);
    const next = last === undefined ? null : textAt(last, 'id');
    const hasMore = answer.value?.['has_more'] === true && next !== null && next !== after;
    const isEnd = !hasMore || createdAt(last) < horizonAt;
    const facts = mails.map((mail) => resendListFact(mail, now())).filter((fact) => fact !== null);
    // It has no memory to go on from: the cursor says until when everything was seen.
    yield { facts, cursor: String(from.now), isEnd };
    if (isEnd) return;
    after = next;
  }
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
