import type { Instant } from '../../core/model.ts';
import type { FactPage, FactSource, ReadingFrom } from '../../ports.ts';
import { numberAt, objectsAt } from './event-fields.ts';
import { shortened, type JsonAnswer, type JsonApi } from './json-api.ts';
import { sourceError } from './source-error.ts';
import { streamFacts } from './stream-event.ts';

/** The most that one request may ask for. */
const EVENTS_PER_PAGE = 200;

export interface StreamEventsOptions {
  readonly id: string;
  /** Whose log it is: sequence numbers of two identities say nothing of each other. */
  readonly identity: string;
  readonly api: JsonApi;
  readonly now: () => Instant;
}

/**
 * The event log of one identity (E3): from the last sequence number that was kept, page by page while there is more; whatever has a
 * number that is not above it was read before and is dropped. An hour of missed events is recovered by walking on.
 */
export function createStreamEvents(options: StreamEventsOptions): FactSource {
  return {
    readsReplies: true,
    pages: (from) => walk(options, from),
    close: () => options.api.close(),
  };
}

async function* walk(options: StreamEventsOptions, from: ReadingFrom): AsyncGenerator<FactPage> {
  const { now, api } = options;
  let last = sequenceOf(from.cursor);
  while (now() < from.deadlineAt && !from.signal.aborted) {
    const answer = await api.ask({ path: pathOf(options, last), deadlineAt: from.deadlineAt });
    const page = pageOf(options, answer);
    // Overlapping pages, and pages out of order, are sorted out here; the state would notice the rest (E7).
    const fresh = page.events
      .filter(({ seq }) => seq > last)
      .sort((one, other) => one.seq - other.seq)
      .filter(({ seq }, index, all) => seq !== all[index - 1]?.seq);
    const reached = Math.max(last, page.cursor ?? 0, fresh.at(-1)?.seq ?? 0);
    // A log that says that there is more and hands out nothing new would be asked for ever.
    const isEnd = !page.hasMore || reached === last;
    last = reached;
    yield { facts: fresh.flatMap(({ event }) => streamFacts(event)), cursor: String(last), isEnd };
    if (isEnd) return;
  }
}

function pathOf({ identity }: StreamEventsOptions, since: number): string {
  const query = new URLSearchParams({ since: String(since), limit: String(EVENTS_PER_PAGE), timeoutMs: '0' });
  return `/v1/identities/${encodeURIComponent(identity)}/events?${query.toString()}`;
}

interface StreamPage {
  readonly events: readonly { readonly seq: number; readonly event: Readonly<Record<string, unknown>> }[];
  readonly cursor: number | null;
  readonly hasMore: boolean;
}

function pageOf({ id }: StreamEventsOptions, { status, value, text }: JsonAnswer): StreamPage {
  if (status !== 200 || value === null || !Array.isArray(value['events']))
    throw sourceError(id, `its answer is no page of events: ${String(status)} ${shortened(text)}`);
  const events = objectsAt(value, 'events', EVENTS_PER_PAGE).flatMap((event) => {
    const seq = numberAt(event, 'seq');
    return seq === null || !Number.isSafeInteger(seq) ? [] : [{ seq, event }];
  });
  return { events, cursor: numberAt(value, 'cursor'), hasMore: value['hasMore'] === true };
}

/** `--since` is typed by a person: anything that is no number begins at the beginning, which harms nobody (E7). */
function sequenceOf(cursor: string | null): number {
  const number = cursor === null ? 0 : Number(cursor);
  return Number.isSafeInteger(number) && number >= 0 ? number : 0;
}
