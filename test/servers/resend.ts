import { KeyMemory } from './idempotency.ts';
import {
  json,
  ProviderServer,
  type Judged,
  type ProviderAnswer,
  type ProviderRequest,
} from './provider-server.ts';
import { faultOf, isList, isObject, parseJson, text, textMap, texts, type Shape } from './shape.ts';

const TAG_TEXT = /^[A-Za-z0-9_-]{1,256}$/;
const MAILBOX = /^(?:[^<>@\r\n]*<[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)$/;

const tags: Shape = (value) =>
  isList(value) &&
  value.every(
    (tag) =>
      isObject(tag) &&
      Object.keys(tag).every((name) => name === 'name' || name === 'value') &&
      TAG_TEXT.test(String(tag['name'])) &&
      TAG_TEXT.test(String(tag['value'])),
  )
    ? null
    : 'must be a list of ASCII names and values';

const FIELDS: Readonly<Record<string, Shape>> = {
  from: text(998),
  to: texts(50),
  subject: text(998),
  html: text(),
  text: text(),
  cc: texts(50),
  bcc: texts(50),
  reply_to: texts(50),
  headers: textMap,
  tags,
};

const RATE_HEADERS = { 'ratelimit-limit': '5', 'ratelimit-remaining': '4', 'ratelimit-reset': '1' };

/** A mail as the provider keeps it. */
export interface ResendMail {
  readonly id: string;
  readonly message_id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Resend's API as far as sending goes, and reading back by list. */
export class ResendServer extends ProviderServer {
  static readonly KEY = 're_loopback_1234567890';
  readonly mails: ResendMail[] = [];
  private readonly keys = new KeyMemory();

  static async start(): Promise<ResendServer> {
    return new ResendServer().listen();
  }

  private constructor() {
    super();
  }

  protected messageOf(headers: Readonly<Record<string, string>>): string | null {
    return headers['idempotency-key'] ?? null;
  }

  protected judge(request: ProviderRequest): Judged {
    const messageId = this.messageOf(request.headers);
    const refusal = this.refusalOf(request);
    if (refusal !== null) return { answer: refusal, messageId };
    if (request.method === 'GET') return { answer: this.list(request), messageId };
    return this.send(request, messageId);
  }

  private refusalOf({ method, path, headers }: ProviderRequest): ProviderAnswer | null {
    if ((headers['user-agent'] ?? '') === '') return { status: 403, body: 'error code: 1010' };
    const credential = headers['authorization'];
    if (credential === undefined) return error(401, 'missing_api_key', 'Authorization is missing');
    if (credential !== `Bearer ${ResendServer.KEY}`)
      return error(403, 'invalid_api_key', 'not a key of ours');
    if (path !== '/emails') return error(404, 'not_found', 'no such endpoint');
    if (method !== 'POST' && method !== 'GET') return error(405, 'method_not_allowed', 'not this method');
    return null;
  }

  private send(request: ProviderRequest, key: string | null): Judged {
    if (key !== null && (key.length < 1 || key.length > 256))
      return { answer: error(400, 'invalid_idempotency_key', '1 to 256 characters'), messageId: key };
    const fingerprint = request.body.toString('base64');
    const verdict =
      key === null ? ({ kind: 'new' } as const) : this.keys.ask(key, { fingerprint, now: this.now() });
    switch (verdict.kind) {
      case 'replay':
        return { answer: verdict.answer, messageId: key };
      case 'other body':
        return {
          answer: error(409, 'invalid_idempotent_request', 'another payload had this key'),
          messageId: key,
        };
      case 'running':
        return {
          answer: error(409, 'concurrent_idempotent_requests', 'the first one is still running'),
          messageId: key,
        };
      case 'new':
        return this.accept(request, { key, fingerprint });
    }
  }

  private accept(request: ProviderRequest, of: { key: string | null; fingerprint: string }): Judged {
    const { key, fingerprint } = of;
    const body = request.headers['content-type']?.startsWith('application/json')
      ? parseJson(request.body)
      : undefined;
    const refusal = bodyRefusal(body);
    if (refusal !== null || !isObject(body)) return { answer: refusal ?? unreadable(), messageId: key };
    const id = `00000000-0000-4000-8000-${String(this.mails.length + 1).padStart(12, '0')}`;
    const answer = json(200, { id }, RATE_HEADERS);
    const act = (): void => {
      if (key !== null) this.keys.remember(key, { fingerprint, now: this.now(), answer });
      this.take(key ?? id);
      this.mails.push({ id, message_id: `<${id}@provider.example>`, body });
    };
    return { answer, messageId: key, act, done: () => key !== null && this.keys.finish(key) };
  }

  private list({ query }: ProviderRequest): ProviderAnswer {
    const limit = Number(query.get('limit') ?? 20);
    const after = query.get('after');
    if (!Number.isInteger(limit) || limit < 1 || limit > 100)
      return error(422, 'validation_error', 'limit is 1 to 100');
    const newestFirst = [...this.mails].reverse();
    const start = after === null ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
    const page = newestFirst.slice(start, start + limit);
    const data = page.map(({ id, message_id, body }) => ({
      id,
      message_id,
      to: [body['to']].flat(),
      last_event: 'sent',
    }));
    return json(200, { object: 'list', has_more: start + limit < newestFirst.length, data }, RATE_HEADERS);
  }
}

function bodyRefusal(body: unknown): ProviderAnswer | null {
  if (!isObject(body)) return unreadable();
  const missing = ['from', 'to', 'subject'].find((name) => body[name] === undefined);
  if (missing !== undefined) return error(422, 'missing_required_field', `${missing} is missing`);
  if (!MAILBOX.test(String(body['from']).replace(/^"(?:[^"\\]|\\.)*" /, '')))
    return error(422, 'invalid_from_address', 'from is no mailbox');
  if ([body['to']].flat().some((to) => !MAILBOX.test(String(to))))
    return error(422, 'validation_error', 'to is no mailbox');
  const fault = faultOf(body, FIELDS);
  if (fault !== null) return error(422, 'invalid_parameter', fault);
  return body['html'] === undefined && body['text'] === undefined
    ? error(422, 'missing_required_field', 'html or text is missing')
    : null;
}

function unreadable(): ProviderAnswer {
  return error(400, 'validation_error', 'the body is no JSON object');
}

/** An error as Resend words them: `statusCode`, `name`, `message`. */
export function error(
  status: number,
  name: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ProviderAnswer {
  return json(status, { statusCode: status, name, message }, { ...RATE_HEADERS, ...headers });
}
