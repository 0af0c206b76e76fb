import type { Mailbox } from './check-mail.ts';
import { parseMailbox } from './check-mail.ts';
import type { ValueReader } from './value-reader.ts';

/** Who writes: brand.toml after validation. */
export interface Brand {
  readonly name: string;
  /** The display name falls back to `name`, so a mail never shows a bare address. */
  readonly from: Mailbox & { readonly displayName: string };
  readonly replyTo: string | null;
  /** Lines are separated by line breaks. */
  readonly postalAddress: string;
  /** Why people get this mail; null: the sentence that fits the lead (core/contact-reason.ts). */
  readonly reason: string | null;
  /** Domains that mail may come from; at least the sender's own (hardening 58). */
  readonly domains: readonly string[];
  /** What `{{ signature }}` becomes; `name` where brand.toml has none, so that copy never lacks it. */
  readonly signature: string;
}

export function createBrand(values: ValueReader): Brand {
  const name = values.text('name');
  const mailbox = parseMailbox(values.text('from'));
  if (mailbox === null) throw new Error('from passed validation but is no mailbox');
  const domains = values.texts('domains');
  return {
    name,
    from: { address: mailbox.address, displayName: mailbox.displayName ?? name },
    replyTo: values.textOrNull('reply_to'),
    postalAddress: values.text('postal_address'),
    reason: values.textOrNull('reason'),
    signature: values.textOrNull('signature') ?? name,
    domains: domains.length > 0 ? domains : [mailbox.address.slice(mailbox.address.lastIndexOf('@') + 1)],
  };
}
