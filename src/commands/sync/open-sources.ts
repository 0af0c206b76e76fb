import { resolve } from 'node:path';

import {
  createHookSpool,
  HOOK_PROVIDERS,
  type HookProvider,
  type HookSpool,
} from '../../adapters/hook-spool.ts';
import type { LeadFeed } from '../../adapters/lead-feed.ts';
import {
  MAILGUN_BASE_URL,
  RESEND_BASE_URL,
  STREAM_BASE_URL,
} from '../../adapters/sources/service-addresses.ts';
import type { JsonApi } from '../../adapters/sources/json-api.ts';
import type {
  AirtableSourceConfig,
  ImapSourceConfig,
  MailgunSourceConfig,
  SourceConfig,
  ResendSourceConfig,
  StreamSourceConfig,
} from '../../config/sources.ts';
import { isLoopbackHost } from '../../core/loopback.ts';
import type { SecretReference } from '../../config/key-spec.ts';
import type { FactSource } from '../../ports.ts';
import { bounceAddresses } from '../bounce-addresses.ts';
import type { Invocation } from '../cli-context.ts';
import { fetchSecret, type Workspace } from '../workspace.ts';
import type { SyncSource } from './sync-source.ts';

/** What opening a source needs. */
interface Opening {
  readonly invocation: Invocation;
  readonly workspace: Workspace;
  readonly isPreview: boolean;
}

/**
 * The inbox of webhooks, then the configured sources in the order of the file; none of them opened: what is heavy is loaded when its
 * turn comes.
 */
export function sourcesOf(opening: Opening): readonly SyncSource[] {
  return [...hooksOf(opening), ...configuredSources(opening)];
}

/** The [[source]] blocks alone. */
export function configuredSources(opening: Opening): readonly SyncSource[] {
  return opening.workspace.sources.map((source) => sourceOf(opening, source));
}

/** Of each provider whose webhooks wait. Facts that its own source tells too are counted as that source's (E7). */
function hooksOf({ invocation, workspace, isPreview }: Opening): readonly SyncSource[] {
  const spool = createHookSpool(workspace.paths.hookSpoolDir);
  const { clock } = invocation.context;
  const now = (): number => clock.now();
  return HOOK_PROVIDERS.filter((provider) => isWaiting(spool, provider)).map((provider) => {
    const [own, ...others] = workspace.sources.filter(({ kind }) => kind === provider);
    return {
      kind: 'facts',
      id: `hooks-${provider}`,
      ...(own === undefined || others.length > 0 ? {} : { factsOf: own.id }),
      open: async () => {
        const { createHookSource } = await import('../../adapters/sources/hooks.ts');
        return createHookSource({ provider, spool, isPreview, now });
      },
    };
  });
}

/** An inbox that cannot be read says so when it is its turn, and costs no other source anything. */
function isWaiting(spool: HookSpool, provider: HookProvider): boolean {
  try {
    return spool.list(1, provider).length > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return true;
    throw error;
  }
}

function sourceOf(opening: Opening, source: SourceConfig): SyncSource {
  const { id } = source;
  switch (source.kind) {
    case 'airtable':
      return { kind: 'leads', id, open: () => openAirtable(opening, source) };
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
    case 'resend':
      return { kind: 'facts', id, open: () => openResend(opening, source) };
    case 'stream':
      return { kind: 'facts', id, open: () => openStream(opening, source) };
  }
}

async function openAirtable(opening: Opening, source: AirtableSourceConfig): Promise<LeadFeed> {
  const [{ createAirtableLeads }, { AIRTABLE_BASE_URL, AIRTABLE_PENALTY_MS }] = await Promise.all([
    import('../../adapters/sources/airtable-leads.ts'),
    import('../../adapters/sources/airtable-request.ts'),
  ]);
  const { id, base, table, view, renames, writeBack, leadSource: defaultSource } = source;
  const baseUrl = source.baseUrl ?? AIRTABLE_BASE_URL;
  const api = await openApi(opening, {
    name: id,
    baseUrl,
    authorization: `Bearer ${await secretOf(opening, source)}`,
    requestsPerSecond: source.requestsPerSecond,
    limitedMs: AIRTABLE_PENALTY_MS,
  });
  const place = { baseUrl, base, table, view };
  const { clock } = opening.invocation.context;
  const now = (): number => clock.now();
  return createAirtableLeads({ id, place, renames, writeBack, defaultSource, api, now });
}

async function openMailgun(opening: Opening, source: MailgunSourceConfig): Promise<FactSource> {
  const { createMailgunEvents } = await import('../../adapters/sources/mailgun-events.ts');
  const key = await secretOf(opening, source);
  const api = await openApi(opening, {
    name: source.id,
    baseUrl: source.baseUrl ?? MAILGUN_BASE_URL,
    authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}`,
    requestsPerSecond: source.requestsPerSecond,
  });
  const { clock } = opening.invocation.context;
  return createMailgunEvents({
    id: source.id,
    domain: source.domain,
    index: source.index,
    api,
    now: () => clock.now(),
  });
}

async function openStream(opening: Opening, source: StreamSourceConfig): Promise<FactSource> {
  const { createStreamEvents } = await import('../../adapters/sources/stream-events.ts');
  const api = await openApi(opening, {
    name: source.id,
    baseUrl: source.baseUrl ?? STREAM_BASE_URL,
    authorization: `Bearer ${await secretOf(opening, source)}`,
    requestsPerSecond: source.requestsPerSecond,
  });
  const { clock } = opening.invocation.context;
  return createStreamEvents({ id: source.id, identity: source.identity, api, now: () => clock.now() });
}

async function openResend(opening: Opening, source: ResendSourceConfig): Promise<FactSource> {
  const { createResendMails } = await import('../../adapters/sources/resend-mails.ts');
  const api = await openApi(opening, {
    name: source.id,
    baseUrl: source.baseUrl ?? RESEND_BASE_URL,
    authorization: `Bearer ${await secretOf(opening, source)}`,
    requestsPerSecond: source.requestsPerSecond,
  });
  const { clock } = opening.invocation.context;
  return createResendMails({ id: source.id, api, now: () => clock.now() });
}

async function openImap({ invocation, workspace }: Opening, source: ImapSourceConfig): Promise<FactSource> {
  const { createImapSource } = await import('../../adapters/sources/imap.ts');
  const key = `the password of source ${source.id}`;
  const password = await fetchSecret(invocation, { key, reference: source.password, workspace });
  const bounces = await bounceAddresses(invocation, workspace);
  const { clock } = invocation.context;
  return createImapSource({
    ...source,
    messageIdOf: (token) => bounces?.messageIdOf(token) ?? null,
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
    readonly limitedMs?: number;
  },
): Promise<JsonApi> {
  const [{ JsonApi: Api }, { HTTP_TIMEOUTS }, { pauseFor }] = await Promise.all([
    import('../../adapters/sources/json-api.ts'),
    import('../../adapters/http/http-peer.ts'),
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
