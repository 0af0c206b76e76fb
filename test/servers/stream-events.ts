import {
  json,
  ProviderServer,
  type Judged,
  type ProviderAnswer,
  type ProviderRequest,
} from './provider-server.ts';
import { StreamServer } from './stream.ts';

export interface StreamEvent {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly convId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** Milliseconds. */
  readonly ts: number;
}

const KNOWN = new Set(['since', 'limit', 'timeoutMs', 'types']);

/**
 * The append-only log of one identity: ascending, numbers never reused, `hasMore` until the end. `overlap` hands out so many events from
 * before `since` again, as a log behind a cache may.
 */
export class StreamEventsServer extends ProviderServer {
  static readonly IDENTITY = 'tom.ledd@inbox.example';
  overlap = 0;
  /** The older documents name the moment differently. */
  isOlder = false;
  private readonly events: StreamEvent[] = [];

  static async start(): Promise<StreamEventsServer> {
    return new StreamEventsServer().listen();
  }

  private constructor() {
    super();
  }

  put(event: Omit<StreamEvent, 'seq' | 'id'>): number {
    // Numbers rise by more than one: other types, filtered away, had those between.
    const seq = (this.events.at(-1)?.seq ?? 0) + 1 + (this.events.length % 3);
    this.events.push({ ...event, seq, id: `evt_${String(seq)}` });
    return seq;
  }

  protected messageOf(): string | null {
    return null;
  }

  protected judge(request: ProviderRequest): Judged {
    return { messageId: null, answer: this.answerTo(request) };
  }

  private answerTo({ method, path, query, headers }: ProviderRequest): ProviderAnswer {
    if (headers['authorization'] !== `Bearer ${StreamServer.KEY}`)
      return json(401, { error: 'invalid_api_key' });
    if (method !== 'GET') return json(405, { error: 'method_not_allowed' });
    const handle = /^\/v1\/identities\/([^/]+)\/events$/.exec(path)?.[1];
    if (handle === undefined || decodeURIComponent(handle) !== StreamEventsServer.IDENTITY)
      return json(404, { error: 'not_found' });
    const unknown = [...query.keys()].find((name) => !KNOWN.has(name));
    if (unknown !== undefined) return json(400, { error: `unknown parameter ${unknown}` });
    const [since, limit, timeoutMs] = ['since', 'limit', 'timeoutMs'].map((name) =>
      Number(query.get(name) ?? 0),
    );
    if (since === undefined || !Number.isInteger(since) || since < 0) return json(400, { error: 'since' });
    if (limit === undefined || limit < 1 || limit > 200) return json(400, { error: 'limit' });
    if (timeoutMs === undefined || timeoutMs < 0 || timeoutMs > 25_000)
      return json(400, { error: 'timeoutMs' });
    return json(200, this.page(since, limit));
  }

  private page(since: number, limit: number): unknown {
    const index = this.events.findIndex(({ seq }) => seq > since);
    const start = index === -1 ? this.events.length : index;
    const events = this.events.slice(Math.max(0, start - this.overlap), start + limit - this.overlap);
    const last = events.at(-1)?.seq ?? since;
    return {
      identity: StreamEventsServer.IDENTITY,
      events: events.map(({ ts, ...event }) => ({
        ...event,
        ...(this.isOlder
          ? { createdAt: new Date(ts).toISOString() }
          : { ts, tsIso: new Date(ts).toISOString() }),
      })),
      cursor: Math.max(since, last),
      hasMore: this.events.some(({ seq }) => seq > last),
    };
  }
}
