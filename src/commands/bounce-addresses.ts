import type { BounceAddresses } from '../adapters/bounce-address.ts';
import type { Invocation } from './cli-context.ts';
import { fetchSecret, type Workspace } from './workspace.ts';

/** Return addresses that name their mail (E4); null where `mail.bounce_address` is not set. Throws as `fetchSecret` does. */
export async function bounceAddresses(
  invocation: Invocation,
  workspace: Workspace,
): Promise<BounceAddresses | null> {
  const { bounceAddress } = workspace.mail;
  const { tokenSecret } = workspace.web;
  if (bounceAddress === null || tokenSecret === null) return null;
  const secret = await fetchSecret(invocation, {
    key: 'web.token_secret',
    reference: tokenSecret,
    workspace,
  });
  const { createBounceAddresses } = await import('../adapters/bounce-address.ts');
  return createBounceAddresses(bounceAddress, secret);
}
