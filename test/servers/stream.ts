import { KeyMemory } from './idempotency.ts';
import {
  json,
  ProviderServer,
  type Judged,
  type ProviderAnswer,
  type ProviderRequest,
} from './provider-server.ts';
import { faultOf, isObject, parseJson, text, texts, type Shape } from './shape.ts';

const DURATION = /^\d+(?:\.\d+)?\s*(?:m|minutes?|h|hours?|d|days?)$/;

const duration: Shape = (value) =>
  typeof value === 'number'
    ? value >= 60_000
      ? null
      : 'is below a minute'
    : DURATION.test(String(value))
      ? null
      : 'is no duration';

const WORDS: Readonly<Record<string, Shape>> = {
  text: text(),
  html: text(),
  labels: texts(50),
  noReplyEventAfter: duration,
};
const FIRST: Readonly<Record<string, Shape>> = {
  ...WORDS,
  to: texts(50),
  subject: text(998),
  inReplyTo: text(998),
  references: texts(100),
};
const FOLLOW_UP: Readonly<Record<string, Shape>> = { ...WORDS, convId: text(200) };

interface Conversation {
  readonly id: string;
  readonly identity: string;
  readonly to: string;
}

export interface StreamMail {
  readonly convId: string;
  readonly to: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The identity API: it chooses the mailbox, threads by conversation, and caps an identity's day. */
export class StreamServer extends ProviderServer {
  static readonly KEY = 'sk_live_loopback1234567890';
  readonly mails: StreamMail[] = [];
  /** Identities that exist. */
  readonly identities = new Set(['tom.ledd@inbox.example']);
  /** Recipients that it refuses, with the reason that it gives. */
  readonly rejects = new Map<string, string>();
  /** How many more an identity's day takes. */
  room = Infinity;
  /** The older guide's answer, instead of the current reference's. */
  isOlder = false;
  private readonly conversations = new Map<string, Conversation>();
  private readonly keys = new KeyMemory();

  static async start(): Promise<StreamServer> {
    return new StreamServer().listen();
  }

  private constructor() {
    super();
  }

  protected messageOf(headers: Readonly<Record<string, string>>): string | null {
    return headers['idempotency-key'] ?? null;
  }

  protected judge(request: ProviderRequest): Judged {
    const messageId = this.messageOf(request.headers);
    const { method, path, headers } = request;
    const refused = (answer: ProviderAnswer): Judged => ({ answer, messageId });
    if (headers['authorization'] !== `Bearer ${StreamServer.KEY}`)
      return refused(failed(401, 'invalid_api_key'));
    const handle = /^\/v1\/identities\/([^/]+)\/send$/.exec(path)?.[1];
    if (handle === undefined) return refused(failed(404, 'not_found'));
    if (method !== 'POST') return refused(failed(405, 'method_not_allowed'));
    const identity = decodeURIComponent(handle);
    if (!this.identities.has(identity)) return refused(failed(404, 'identity_not_found'));
    return this.send(request, { identity, key: messageId });
  }

  private send(request: ProviderRequest, by: { identity: string; key: string | null }): Judged {
    const { key } = by;
    const fingerprint = request.body.toString('base64');
    const verdict =
      key === null ? ({ kind: 'new' } as const) : this.keys.ask(key, { fingerprint, now: this.now() });
    if (verdict.kind === 'replay') {
      const headers = { ...verdict.answer.headers, 'idempotent-replayed': 'true' };
      return { answer: { ...verdict.answer, headers }, messageId: key };
    }
    if (verdict.kind !== 'new') return { answer: failed(409, 'idempotency_conflict'), messageId: key };
    const body = parseJson(request.body);
    if (!isObject(body)) return { answer: failed(400, 'invalid_json'), messageId: key };
    const refusal = this.refusalOf(body, by.identity);
    if (refusal !== null) return { answer: refusal, messageId: key };
    const reason = this.rejects.get(String(body['to']));
    if (reason !== undefined) return { answer: this.rejected(body, { ...by, reason }), messageId: key };
    if (this.room <= 0)
      return { answer: this.rejected(body, { ...by, reason: 'cap_exceeded' }), messageId: key };
    return this.accept(body, { ...by, fingerprint });
  }

  private refusalOf(body: Readonly<Record<string, unknown>>, identity: string): ProviderAnswer | null {
    const isFollowUp = body['convId'] !== undefined;
    const fault = faultOf(body, isFollowUp ? FOLLOW_UP : FIRST);
    if (fault !== null) return failed(400, 'invalid_request', fault);
    if (body['text'] === undefined && body['html'] === undefined)
      return failed(400, 'invalid_request', 'no words');
    if (!isFollowUp) {
      const isWhole = body['to'] !== undefined && body['subject'] !== undefined;
      return isWhole ? null : failed(400, 'invalid_request', 'to and subject are needed');
    }
    const conversation = this.conversations.get(String(body['convId']));
    return conversation?.identity === identity ? null : failed(404, 'conversation_not_found');
  }

  private rejected(
    body: Readonly<Record<string, unknown>>,
    { identity, reason }: { readonly identity: string; readonly reason: string },
  ): ProviderAnswer {
    const results = [{ to: body['to'] ?? null, rejected: true, reason }];
    return json(429, { identity, queued: 0, rejected: 1, results });
  }

  private accept(
    body: Readonly<Record<string, unknown>>,
    by: { identity: string; key: string | null; fingerprint: string },
  ): Judged {
    const { identity, key, fingerprint } = by;
    const known = this.conversations.get(String(body['convId']));
    const number = this.mails.length + 1;
    const conversation = known ?? {
      id: `conv_${String(number)}`,
      identity,
      to: String([body['to']].flat()[0]),
    };
    const { id: convId, to } = conversation;
    const dispatchAt = this.now();
    const result = { to, pendingId: `pend_${String(number)}`, pinnedAccountId: 'acc_1', dispatchAt, convId };
    const current = { identity, queued: 1, rejected: 0, results: [result], sendClass: 'cold_first_contact' };
    const older = {
      convId,
      affinity: known === undefined ? 'new' : 'existing',
      account: { email: 'a@b.example' },
      remaining: 9,
    };
    const answer = json(202, this.isOlder ? older : current);
    const act = (): void => {
      if (key !== null) this.keys.remember(key, { fingerprint, now: this.now(), answer });
      this.conversations.set(convId, conversation);
      this.room -= 1;
      this.take(key ?? convId);
      this.mails.push({ convId, to, body });
    };
    return { answer, messageId: key, act, done: () => key !== null && this.keys.finish(key) };
  }
}

/** The shape of its errors is not published: a code and, at times, words. */
export function failed(status: number, code: string, message = code): ProviderAnswer {
  return json(status, { error: { code, message } });
}
