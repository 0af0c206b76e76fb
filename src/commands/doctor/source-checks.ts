import type { LeadFeed } from '../../adapters/lead-feed.ts';
import { pauseFor } from '../../adapters/pause.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { SecretReference } from '../../config/key-spec.ts';
import type { SourceConfig } from '../../config/sources.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import { judgeSource, type SourceFacts } from '../../core/doctor/source.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { FactSource, ReadingFrom } from '../../ports.ts';
import { readSource } from '../../store/sources.ts';
import { configuredSources } from '../sync/open-sources.ts';
import type { SyncSource } from '../sync/sync-source.ts';
import { openWorkspace } from '../workspace.ts';
import { attempt, attemptOnline, secretFix, seeSecret, withoutConfig, type Checkup } from './checkup.ts';
import type { OpenedState } from './state-checks.ts';

/**
 * sources: each [[source]] is asked for the first page of what is new, as `sync` asks, and the answer is forgotten: nothing is stored,
 * marked as read or told to it. A key that was revoked is found here, and not by the silence of the answers that nobody read (A21).
 */
export async function sourceChecks(checkup: Checkup, state: OpenedState): Promise<readonly Finding[]> {
  const { config } = checkup;
  if (config === null) return withoutConfig('sources', 'sources of sync');
  const { sources } = config;
  if (sources.length === 0) {
    return [checkDesk('sources', 'source').skipped('sources of sync', 'none is configured')];
  }
  const findings = await Promise.all(
    sources.map((source) => sourceCheck(checkup, { config, source, state })),
  );
  return findings.flat();
}

interface About {
  readonly config: LoadedConfig;
  readonly source: SourceConfig;
  readonly state: OpenedState;
}

function sourceCheck(checkup: Checkup, about: About): Promise<readonly Finding[]> {
  const { source } = about;
  const place = { group: 'sources', check: 'source', title: source.id } as const;
  const check = async (): Promise<readonly Finding[]> => {
    const secret = secretOf(source);
    const { id, kind } = source;
    if (secret !== null) {
      const seen = await seeSecret(checkup, { key: `the key of source ${id}`, reference: secret });
      if (seen.kind === 'hidden') return [checkDesk('sources', 'source').skipped(id, seen.why)];
    }
    const facts = await askInTime(checkup, about);
    const isKey = facts.kind === 'refused' && facts.fix === null && secret !== null;
    return [judgeSource(isKey ? { ...facts, fix: secretFix(secret, checkup) } : facts, { id, kind })];
  };
  return source.kind === 'csv' ? attempt(place, check) : attemptOnline(checkup, place, check);
}

function secretOf(source: SourceConfig): SecretReference | null {
  if (source.kind === 'csv') return null;
  return source.kind === 'imap' ? source.password : source.key;
}

/** A mailbox that takes the connection and says nothing would hold up everything else. */
async function askInTime(checkup: Checkup, about: About): Promise<SourceFacts> {
  const { timeoutMs, invocation } = checkup;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, invocation.context.signal]);
  const slow = pauseFor(timeoutMs, signal).then((): SourceFacts => ({
    kind: 'slow',
    seconds: timeoutMs / 1_000,
  }));
  try {
    return await Promise.race([ask(checkup, about, signal), slow]);
  } finally {
    over.abort();
  }
}

async function ask(
  { invocation, now, timeoutMs }: Checkup,
  { source, state }: About,
  signal: AbortSignal,
): Promise<SourceFacts> {
  const workspace = openWorkspace(invocation);
  const opened = configuredSources({ invocation, workspace, isPreview: true }).find(
    ({ id }) => id === source.id,
  );
  if (opened === undefined) throw new Error(`${source.id} is configured and cannot be opened`);
  const cursor = state.kind === 'open' ? readSource(state.db, source.id).cursor : null;
  try {
    return await firstPage(opened, { cursor, now, deadlineAt: now + timeoutMs, signal });
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    // Whoever is refused is refused for its key; what is out of reach may be back in a minute.
    const fix =
      error.exit === 'UNAVAILABLE' ? null : (error.fix ?? `headgate sync --preview --source ${source.id}`);
    return { kind: 'refused', words: error.message, fix };
  }
}

async function firstPage(source: SyncSource, from: ReadingFrom): Promise<SourceFacts> {
  if (source.kind === 'facts') return firstFacts(await source.open(), from);
  return firstLeads(await source.open(), from);
}

async function firstFacts(source: FactSource, from: ReadingFrom): Promise<SourceFacts> {
  try {
    for await (const { facts, isEnd } of source.pages(from))
      return { kind: 'answered', waiting: facts.length, isAll: isEnd };
    return { kind: 'answered', waiting: 0, isAll: true };
  } finally {
    await source.close();
  }
}

async function firstLeads(feed: LeadFeed, from: ReadingFrom): Promise<SourceFacts> {
  try {
    for await (const { source } of feed.batches(from)) {
      source.close();
      return { kind: 'answered', waiting: null, isAll: false };
    }
    return { kind: 'answered', waiting: 0, isAll: true };
  } finally {
    await feed.close();
  }
}
