import { resolve } from 'node:path';

import type { JsonApi } from '../../adapters/sources/json-api.ts';
import type {
  ImapSourceConfig,
  MailgunSourceConfig,
  SourceConfig,
  StreamSourceConfig,
} from '../../config/sources.ts';
import { isLoopbackHost } from '../../config/check-mail.ts';
import type { SecretReference } from '../../config/key-spec.ts';
import type { FactSource } from '../../ports.ts';
import type { Invocation } from '../cli-context.ts';
import { fetchSecret, type Workspace } from '../workspace.ts';
import type { SyncSource } from './sync-source.ts';

/** What opening a source needs. */
interface Opening {
  readonly invocation: Invocation;
  readonly workspace: Workspace;
}

/** The configured sources in the order of the file, none of them opened: what is heavy is loaded when its turn comes. */
export function sourcesOf(opening: Opening): readonly SyncSource[] {
  return opening.workspace.sources.map((source) => sourceOf(opening, source));
}

function sourceOf(opening: Opening, source: SourceConfig): SyncSource {
  const { id } = source;
  switch (source.kind) {
    case 'csv': {
      const path = resolve(opening.workspace.paths.workspaceDir, source.path);
      return {
        kind: 'leads',
        id,
        open: async () => {
          const { createCsvFeed } = await import('../../adapters/csv-feed.ts');
          return createCsvFeed({ path, defaultSource: source.leadSource });
        },
      };
    }
    case 'imap':
      return { kind: 'facts', id, open: () => openImap(opening, source) };
    case 'mailgun':
      return { kind: 'facts', id, open: () => openMailgun(opening, source) };
    case 'stream':
      return { kind: 'facts', id, open: () => openStream(opening, source) };
  }
}

async function openMailgun(opening: Opening, source: MailgunSourceConfig): Promise<FactSource> {
  const [{ createMailgunEvents }, { MAILGUN_BASE_URL }] = await Promise.all([
    import('../../adapters/sources/mailgun-events.ts'),
    import('../../adapters/mail/mailgun.ts'),
  ]);
  const key = await secretOf(opening, source);
  const api = await openApi(opening, {
    name: source.id,
    baseUrl: source.baseUrl ?? MAILGUN_BASE_URL,
    authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}`,
    requestsPerSecond: source.requestsPerSecond,
  });
  const { clock } = opening.invocation.context;
  return createMailgunEvents({ id: source.id, domain: source.domain, api, now: () => clock.now() });
}

async function openStream(opening: Opening, source: StreamSourceConfig): Promise<FactSource> {
  const [{ createStreamEvents }, { STREAM_BASE_URL }] = await Promise.all([
    import('../../adapters/sources/stream-events.ts'),
    import('../../adapters/mail/stream.ts'),
  ]);
  const api = await openApi(opening, {
    name: source.id,
    baseUrl: source.baseUrl ?? STREAM_BASE_URL,
    authorization: `Bearer ${await secretOf(opening, source)}`,
    requestsPerSecond: source.requestsPerSecond,
  });
  const { clock } = opening.invocation.context;
  return createStreamEvents({ id: source.id, identity: source.identity, api, now: () => clock.now() });
}

async function openImap({ invocation, workspace }: Opening, source: ImapSourceConfig): Promise<FactSource> {
  const { createImapSource } = await import('../../adapters/sources/imap.ts');
  const key = `the password of source ${source.id}`;
  const password = await fetchSecret(invocation, { key, reference: source.password, workspace });
  const { clock } = invocation.context;
  return createImapSource({
    ...source,
    password,
    isLoopback: isLoopbackHost(source.host),
    now: () => clock.now(),
  });
}

async function openApi(
  { invocation }: Opening,
  service: {
    readonly name: string;
    readonly baseUrl: string;
    readonly authorization: string;
    readonly requestsPerSecond: number;
  },
): Promise<JsonApi> {
  const [{ JsonApi: Api }, { HTTP_TIMEOUTS }, { pauseFor }] = await Promise.all([
    import('../../adapters/sources/json-api.ts'),
    import('../../adapters/mail/http/http-peer.ts'),
    import('../../adapters/pause.ts'),
  ]);
  const { clock, random, signal } = invocation.context;
  return new Api({
    ...service,
    timeouts: HTTP_TIMEOUTS,
    now: () => clock.now(),
    pause: (ms) => pauseFor(ms, signal),
    fraction: () => random.fraction(),
  });
}

function secretOf(
  { invocation, workspace }: Opening,
  source: { readonly id: string; readonly key: SecretReference },
): Promise<string> {
  return fetchSecret(invocation, { key: `the key of source ${source.id}`, reference: source.key, workspace });
}
