import {
  json,
  ProviderServer,
  type Judged,
  type ProviderAnswer,
  type ProviderRequest,
} from './provider-server.ts';

/**
 * What providers tell a key about its account without doing anything: Resend's and Mailgun's domains, an identity of the stream API, and
 * the models of two model providers. One server for all, since each has paths of its own.
 */
export class AccountServer extends ProviderServer {
  static readonly KEY = 'key_loopback_0123456789';
  /** Domains by their state, in each provider's own words. */
  readonly domains = new Map<string, string>();
  readonly models: string[] = [];
  /** A key of Resend that may send and nothing else. */
  isRestricted = false;

  static async start(): Promise<AccountServer> {
    return new AccountServer().listen();
  }

  private constructor() {
    super();
  }

  protected messageOf(): string | null {
    return null;
  }

  protected judge(request: ProviderRequest): Judged {
    return { answer: this.tell(request), messageId: null };
  }

  private tell({ method, path, headers }: ProviderRequest): ProviderAnswer {
    if (method !== 'GET') return json(405, { message: 'only looking is allowed here' });
    const { KEY } = AccountServer;
    const credentials = [`Bearer ${KEY}`, `Basic ${Buffer.from(`api:${KEY}`).toString('base64')}`];
    const isKnown = credentials.includes(headers['authorization'] ?? '') || headers['x-api-key'] === KEY;
    if (!isKnown)
      return json(401, {
        name: 'invalid_api_key',
        message: `no such key: ${KEY}${KEY}`,
        error: { message: 'invalid x-api-key' },
      });
    if (path === '/domains') return this.resendDomains();
    if (path === '/models' || path === '/v1/models')
      return json(200, { data: this.models.map((id) => ({ id })) });
    const [, domain] = /^\/v3\/domains\/([^/]+)$/.exec(path) ?? [];
    if (domain !== undefined) return this.mailgunDomain(domain);
    const [, handle] = /^\/v1\/identities\/([^/]+)\/events$/.exec(path) ?? [];
    if (handle !== undefined && this.domains.has(decodeURIComponent(handle)))
      return json(200, { identity: handle, events: [], cursor: 0, hasMore: false });
    return json(404, { message: 'Not found' });
  }

  private resendDomains(): ProviderAnswer {
    if (this.isRestricted)
      return json(401, {
        name: 'restricted_api_key',
        message: 'This API key is restricted to only send emails',
      });
    const data = [...this.domains].map(([name, status]) => ({ id: name, name, status }));
    return json(200, { object: 'list', data });
  }

  private mailgunDomain(name: string): ProviderAnswer {
    const state = this.domains.get(name);
    return state === undefined
      ? json(404, { message: 'Domain not found' })
      : json(200, { domain: { name, state } });
  }
}
