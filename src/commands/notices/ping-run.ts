import { ping, type PingEvent } from '../../adapters/notify/ping.ts';
import { HeadgateError } from '../../core/errors.ts';
import { fetchSecret, type Workspace } from '../workspace.ts';
import type { Watched } from './watch.ts';

/** Tells the dead-man service of one moment of a run. What it does not hear it alarms for by itself, so that this fails nothing. */
export async function pingRun(
  { invocation, workspace }: Pick<Watched, 'invocation' | 'workspace'>,
  { pattern, key }: NonNullable<Workspace['notify']['ping']>,
  event: PingEvent,
): Promise<void> {
  try {
    const secret =
      key === null ? '' : await fetchSecret(invocation, { key: 'watch.ping_key', reference: key, workspace });
    const values: Readonly<Record<string, string>> = { unit: invocation.path, ping_key: secret };
    const address = pattern.replaceAll(/\{\{\s*([a-z_]+)\s*\}\}/g, (_place, name: string) =>
      encodeURIComponent(values[name] ?? ''),
    );
    if (!(await ping(address, event))) invocation.progress(`watch.ping did not answer to ${event}`);
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    invocation.progress(`watch.ping was not called: ${error.message}`);
  }
}
