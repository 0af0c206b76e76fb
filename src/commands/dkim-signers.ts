import type { DkimSigner } from '../adapters/mail/dkim.ts';
import { deskOf } from '../core/senders/assignment.ts';
import type { Invocation } from './cli-context.ts';
import { fetchSecret, type Workspace } from './workspace.ts';

/** The signer of a sender's mail; null for one without `dkim`, whose mail the relay signs, or nobody. */
export type DkimSigners = (address: string) => Promise<DkimSigner | null>;

/**
 * Opens the DKIM keys of the senders (D6, D10), each at the first mail from it and only once a run. Throws as `fetchSecret` and
 * `createDkimSigner` do: a mail that would leave unsigned does not leave.
 */
export function dkimSigners(invocation: Invocation, workspace: Workspace): DkimSigners {
  const opened = new Map<string, Promise<DkimSigner | null>>();
  return (address) => {
    const known = opened.get(address);
    if (known !== undefined) return known;
    const signer = openSigner(invocation, workspace, address);
    opened.set(address, signer);
    return signer;
  };
}

async function openSigner(
  invocation: Invocation,
  workspace: Workspace,
  address: string,
): Promise<DkimSigner | null> {
  const { all } = workspace.senders;
  const sender = deskOf(all, address);
  if (sender === undefined || sender.dkim === null) return null;
  const { selector, key: reference } = sender.dkim;
  const key = `sender[${String(all.indexOf(sender))}].dkim.key`;
  const privateKey = await fetchSecret(invocation, { key, reference, workspace, isPem: true });
  const { createDkimSigner } = await import('../adapters/mail/dkim.ts');
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return createDkimSigner({ domain, selector, privateKey });
}
