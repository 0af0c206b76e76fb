import {
  json,
  ProviderServer,
  type Judged,
  type ProviderAnswer,
  type ProviderRequest,
} from './provider-server.ts';
import { ResendServer } from './resend.ts';

export interface ListedMail {
  readonly id: string;
  readonly message_id: string;
  readonly to: readonly string[];
  readonly created_at: string;
  last_event: string;
}

/** Resend's list of mails, newest first, a hundred a page at most. */
export class ResendMailsServer extends ProviderServer {
  readonly mails: ListedMail[] = [];

  static async start(): Promise<ResendMailsServer> {
    return new ResendMailsServer().listen();
  }

  private constructor() {
    super();
  }

  protected messageOf(): string | null {
    return null;
  }

  protected judge(request: ProviderRequest): Judged {
    return { messageId: null, answer: this.answerTo(request) };
  }

  private answerTo({ method, path, query, headers }: ProviderRequest): ProviderAnswer {
    const failed = (statusCode: number, name: string): ProviderAnswer =>
      json(statusCode, { statusCode, name, message: name });
    if ((headers['user-agent'] ?? '') === '') return failed(403, 'error 1010');
    if (headers['authorization'] !== `Bearer ${ResendServer.KEY}`) return failed(403, 'invalid_api_key');
    if (path !== '/emails') return failed(404, 'not_found');
    if (method !== 'GET') return failed(405, 'method_not_allowed');
    const unknown = [...query.keys()].find((name) => !['limit', 'after', 'before'].includes(name));
    const limit = Number(query.get('limit') ?? 20);
    if (unknown !== undefined || !Number.isInteger(limit) || limit < 1 || limit > 100)
      return failed(422, 'invalid_parameter');
    const after = query.get('after');
    const start = after === null ? 0 : 1 + this.mails.findIndex(({ id }) => id === after);
    if (after !== null && start === 0) return failed(404, 'not_found');
    const data = this.mails.slice(start, start + limit);
    return json(200, { object: 'list', has_more: start + limit < this.mails.length, data });
  }
}
