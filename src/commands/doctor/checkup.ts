import type { Dns } from '../../adapters/dns.ts';
import type { HttpTimeouts } from '../../adapters/http/http-peer.ts';
import type { SecretReference } from '../../config/key-spec.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { WorkspacePaths } from '../../config/paths.ts';
import { checkDesk, type Finding, type Group } from '../../core/doctor/finding.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { Instant } from '../../core/model.ts';
import type { Invocation } from '../cli-context.ts';

/** What every check is given. */
export interface Checkup {
  readonly invocation: Invocation;
  /** Null where there is no workspace at all. */
  readonly paths: WorkspacePaths | null;
  /** Null where the configuration is not valid: then only what needs none can be looked at. */
  readonly config: LoadedConfig | null;
  readonly now: Instant;
  readonly isOffline: boolean;
  /** The longest that one question to somebody else may take. */
  readonly timeoutMs: number;
  readonly dns: Dns;
}

/** One or several findings about one thing; may throw, which `attempt` tells as a finding. */
export type Check = () => readonly Finding[] | Promise<readonly Finding[]>;

/** Where a check stands, for the finding that tells of its own failure. */
export interface CheckPlace {
  readonly group: Group;
  readonly check: string;
  readonly title: string;
}

/** Runs one check. Whatever it throws becomes its own finding, so that none hides another (F7). */
export async function attempt({ group, check, title }: CheckPlace, work: Check): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const why = error instanceof HeadgateError ? words : `the check itself failed: ${words}`;
    return [
      checkDesk(group, check).problem(
        `${title} could not be looked at`,
        why,
        `headgate doctor --only ${group} --verbose`,
      ),
    ];
  }
}

/** The same for a check that asks somebody else: not with `--offline`, which passes nothing either. */
export function attemptOnline(checkup: Checkup, place: CheckPlace, work: Check): Promise<readonly Finding[]> {
  if (!checkup.isOffline) return attempt(place, work);
  return Promise.resolve([
    checkDesk(place.group, place.check).skipped(place.title, 'not looked at: --offline'),
  ]);
}

/** For checks that need a valid configuration where there is none. */
export function withoutConfig(group: Group, title: string): readonly Finding[] {
  return [checkDesk(group, 'configuration').skipped(title, 'headgate.toml has to be right first')];
}

export function httpTimeouts({ timeoutMs }: Checkup): HttpTimeouts {
  return { connectMs: timeoutMs, requestMs: timeoutMs };
}

/** A secret as far as a check can see it. */
export type SeenSecret =
  | { readonly kind: 'read'; readonly value: string }
  /** Only its own unit sees it: nothing can be said of it from here. */
  | { readonly kind: 'hidden'; readonly why: string }
  | { readonly kind: 'wrong'; readonly words: string };

/** Fetches a secret for a check; what is wrong with it is told, never the secret. */
export async function seeSecret(
  { invocation, paths }: Checkup,
  secret: { readonly key: string; readonly reference: SecretReference; readonly isPem?: boolean },
): Promise<SeenSecret> {
  const { env } = invocation.context.io;
  const { key, reference, isPem = false } = secret;
  const { resolveSecret } = await import('../../config/secrets.ts');
  try {
    const workspaceDir = paths?.workspaceDir ?? invocation.context.cwd;
    return {
      kind: 'read',
      value: await resolveSecret(reference, { key, workspaceDir, environment: env, isPem }),
    };
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    const isElsewhere = reference.kind === 'credential' && (env['CREDENTIALS_DIRECTORY'] ?? '') === '';
    if (isElsewhere && error.code === 'secret_unreadable')
      return { kind: 'hidden', why: `the credential "${reference.name}" is only there in its unit` };
    return { kind: 'wrong', words: error.message };
  }
}

/** What to type to put another secret in place of this one. */
export function secretFix(reference: SecretReference, checkup: Pick<Checkup, 'paths'>): string {
  switch (reference.kind) {
    case 'file':
      return `sudoedit ${reference.path.startsWith('/') ? '' : `${checkup.paths?.workspaceDir ?? '.'}/`}${reference.path}`;
    case 'credential':
      return `sudoedit /etc/credstore/headgate.${reference.name}`;
    case 'command':
      return `${reference.command.join(' ')}   and put right what it prints`;
    case 'environment':
      return `export ${reference.variable}=…`;
  }
}
