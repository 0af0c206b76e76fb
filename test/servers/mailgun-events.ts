import { json, ProviderServer, type Judged, type ProviderRequest } from './provider-server.ts';
import { isObject, parseJson } from './shape.ts';
import { MailgunServer, said } from './mailgun.ts';

/** One event as the index holds it. */
export interface IndexedEvent {
  readonly id: string;
  /** Seconds. */
  readonly timestamp: number;
  readonly event: string;
  readonly [field: string]: unknown;
}

interface Walk {
  readonly begin: number;
  readonly limit: number;
  /** Ids handed out already: what arrives late stands on a page that was read. */
  at: { timestamp: number; id: string } | null;
  readonly openedAt: number;
}

const LOG_FIELDS = new Set(['start', 'end', 'duration', 'events', 'filter', 'include_totals', 'pagination']);
const KNOWN = new Set(['begin', 'end', 'ascending', 'limit', 'event', 'message-id', 'recipient', 'tags']);

/**
 * The events of one domain (Mailgun, Events): ascending pages of up to 300, `next` always there, the end an empty page. Events may reach
 * the index later than they happened, and may stand in it twice; a page link expires; a limiter answers 429.
 */
export class MailgunEventsServer extends ProviderServer {
  readonly events: { readonly event: IndexedEvent; readonly visibleAt: number }[] = [];
  /** Milliseconds after which a link to a page is gone; Infinity: never. */
  linkLifeMs = Infinity;
  /** Every so many requests one is refused with 429; 0: none. */
  limitEvery = 0;
  private readonly walks = new Map<string, Walk>();
  private asked = 0;
  private links = 0;
  private sortedCount = 0;

  static async start(): Promise<MailgunEventsServer> {
    return new MailgunEventsServer().listen();
  }

  private constructor() {
    super();
  }

  /** `visibleAt`: when it reaches the index, milliseconds. */
  put(event: IndexedEvent, visibleAt = event.timestamp * 1_000): void {
    this.events.push({ event, visibleAt });
  }

  protected messageOf(): string | null {
    return null;
  }

  protected judge(request: ProviderRequest): Judged {
    return { messageId: null, answer: this.answerTo(request) };
  }

  private answerTo({ method, path, query, headers, body }: ProviderRequest): Judged['answer'] {
    this.asked += 1;
    const credential = `Basic ${Buffer.from(`api:${MailgunServer.KEY}`).toString('base64')}`;
    if (headers['authorization'] !== credential)
      return { status: 401, headers: { 'content-type': 'text/plain' }, body: 'Forbidden' };
    if (path === '/v1/analytics/logs') return this.logs(method, body);
    if (method !== 'GET') return said(405, 'not this method');
    const [, domain, link] = /^\/v3\/([^/]+)\/events(?:\/([^/]+))?$/.exec(path) ?? [];
    if (domain !== MailgunServer.DOMAIN) return said(404, 'Domain not found');
    if (this.limitEvery > 0 && this.asked % this.limitEvery === 0)
      return json(429, { message: 'too many requests' }, { 'retry-after': '1' });
    const walk = link === undefined ? openWalk(query, this.now()) : this.walks.get(link);
    if (typeof walk === 'string') return said(400, walk);
    if (walk === undefined || this.now() - walk.openedAt > this.linkLifeMs)
      return said(400, 'invalid page token');
    const items = this.page(walk);
    this.links += 1;
    const next = `page${String(this.links)}`;
    const last = items.at(-1);
    const at = last === undefined ? walk.at : { timestamp: last.timestamp, id: last.id };
    this.walks.set(next, { ...walk, at, openedAt: this.now() });
    const base = `${this.url}/v3/${domain}/events`;
    return json(200, { items, paging: { next: `${base}/${next}`, previous: `${base}/${next}p` } });
  }

  /** The newer interface: one question for every page, the place in a token. */
  private logs(method: string, body: Buffer): Judged['answer'] {
    if (method !== 'POST') return said(405, 'not this method');
    const asked = parseJson(body);
    if (!isObject(asked)) return said(400, 'the body is no JSON');
    const unknown = Object.keys(asked).find((name) => !LOG_FIELDS.has(name));
    if (unknown !== undefined) return said(400, `unknown field ${unknown}`);
    const begin = Date.parse(String(asked['start'])) / 1_000;
    const pagination = isObject(asked['pagination']) ? asked['pagination'] : {};
    const limit = Number(pagination['limit']);
    if (!Number.isFinite(begin) || !String(asked['start']).endsWith('GMT'))
      return said(400, 'start is no date');
    if (!(limit >= 1 && limit <= 300) || pagination['sort'] !== 'timestamp:asc')
      return said(400, 'pagination');
    const token = pagination['token'];
    const walk =
      token === undefined
        ? { begin, limit, at: null, openedAt: this.now() }
        : this.walks.get(typeof token === 'string' ? token : '');
    if (walk === undefined || this.now() - walk.openedAt > this.linkLifeMs) return said(400, 'invalid token');
    const items = this.page(walk);
    this.links += 1;
    const next = `token${String(this.links)}`;
    const last = items.at(-1);
    const at = last === undefined ? walk.at : { timestamp: last.timestamp, id: last.id };
    this.walks.set(next, { ...walk, at, openedAt: this.now() });
    return json(200, {
      items: items.map(({ timestamp, ...item }) => ({
        ...item,
        '@timestamp': new Date(timestamp * 1_000).toISOString(),
        domain: { name: MailgunServer.DOMAIN },
      })),
      pagination: { next, previous: '', first: '', last: '', total: 0 },
    });
  }

  private page({ begin, limit, at }: Walk): readonly IndexedEvent[] {
    const now = this.now();
    const found: IndexedEvent[] = [];
    for (const { event, visibleAt } of this.sorted()) {
      if (found.length === limit) break;
      if (visibleAt <= now && event.timestamp >= begin && isBehind(event, at)) found.push(event);
    }
    return found;
  }

  private sorted(): MailgunEventsServer['events'] {
    if (this.sortedCount !== this.events.length) {
      this.events.sort(
        ({ event: one }, { event: other }) => one.timestamp - other.timestamp || (one.id < other.id ? -1 : 1),
      );
      this.sortedCount = this.events.length;
    }
    return this.events;
  }
}

function isBehind(event: IndexedEvent, at: Walk['at']): boolean {
  if (at === null) return true;
  return event.timestamp > at.timestamp || (event.timestamp === at.timestamp && event.id > at.id);
}

/** The first page of a query, or what is wrong with it. */
function openWalk(query: URLSearchParams, openedAt: number): Walk | string {
  const unknown = [...query.keys()].find((name) => !KNOWN.has(name));
  if (unknown !== undefined) return `unknown parameter ${unknown}`;
  const begin = Number(query.get('begin'));
  const limit = Number(query.get('limit') ?? 100);
  if (!Number.isFinite(begin) || begin <= 0) return 'begin is no time';
  if (!Number.isInteger(limit) || limit < 1 || limit > 300) return 'limit is 1 to 300';
  if (query.get('end') === null && query.get('ascending') === null) return 'ascending is needed without end';
  if (query.get('ascending') !== 'yes') return 'only ascending here';
  return { begin, limit, at: null, openedAt };
}
