import type { LoadedConfig } from '../config/load.ts';
import { loadConfig } from '../config/load.ts';
import type { WorkspaceQuestion } from '../config/paths.ts';
import { policyHash } from '../config/policy.ts';
import type { SecretReference } from '../config/key-spec.ts';
import type { SenderFields } from '../core/template-fields.ts';
import type { Invocation } from './cli-context.ts';

/** The configuration of one command: valid, complete, without secrets. */
export interface Workspace extends LoadedConfig {
  /** A17: a saved plan is stale when it differs. */
  readonly policyHash: string;
}

/**
 * Finds and loads the workspace of a command, the first thing that any command does. Throws HeadgateError
 * `workspace_not_found`, `config_missing` or `config_invalid` (78). Opens no state and reads no secret.
 */
export function openWorkspace(invocation: Invocation): Workspace {
  // F5: a rehearsal has the workspace of its copy, and no other can be had from within it.
  if (invocation.context.rehearsalSeat !== undefined) return invocation.context.rehearsalSeat.workspace;
  const opened = OPENED.get(invocation);
  if (opened !== undefined) return opened;
  const config = loadConfig(workspaceQuestion(invocation));
  return {
    ...config,
    // Only a plan needs it, and an idle run makes none.
    get policyHash() {
      return policyHash(config.policy);
    },
  };
}

const OPENED = new WeakMap<Invocation, Workspace>();

/**
 * The same, kept for the rest of this command: whoever watches a run and the run itself share one reading. Only for commands that do
 * not write configuration themselves.
 */
export function openSharedWorkspace(invocation: Invocation): Workspace {
  const workspace = openWorkspace(invocation);
  OPENED.set(invocation, workspace);
  return workspace;
}

/** What decides where the workspace of a command is (cli.md 2.7). */
export function workspaceQuestion({ context, global }: Invocation): WorkspaceQuestion {
  return {
    configFlag: global.config,
    stateFlag: global.state,
    environment: context.io.env,
    cwd: context.cwd,
    installation: context.installation,
  };
}

/** What a template may say of us. */
export function senderFields({ brand }: Pick<Workspace, 'brand'>): SenderFields {
  return {
    brandName: brand.name,
    senderName: brand.from.displayName,
    senderEmail: brand.from.address,
    signature: brand.signature,
    postalAddress: brand.postalAddress,
  };
}

/** Fetches a secret of the configuration; throws as `resolveSecret` does. Only for who is about to use it. */
export async function fetchSecret(
  invocation: Invocation,
  secret: {
    readonly key: string;
    readonly reference: SecretReference;
    readonly workspace: Workspace;
    readonly isPem?: boolean;
  },
): Promise<string> {
  const { resolveSecret } = await import('../config/secrets.ts');
  const { key, reference, workspace, isPem = false } = secret;
  const { workspaceDir } = workspace.paths;
  return resolveSecret(reference, { key, workspaceDir, environment: invocation.context.io.env, isPem });
}
