import type { SectionSpec } from './key-spec.ts';

const CAP_MAXIMUM = 10_000;

/** D6: more than one mailbox to send from. */
export const SENDER_SECTION: SectionSpec = {
  section: 'sender[]',
  title: 'Senders',
  summary:
    'The mailboxes that mail leaves from, one [[sender]] block each; without any, `from` in brand.toml is the one sender. A lead keeps the sender of its first mail for good; a new lead goes to the one that has most room left for its cap. A sender of whose mails too many bounce or are complained about is paused until `headgate resume --sender ADDRESS`.',
  distinctBy: 'address',
  keys: [
    {
      key: 'sender[].address',
      type: { kind: 'address' },
      defaultValue: null,
      required: true,
      summary: 'The mailbox. Its domain has to be one of `domains` in brand.toml.',
    },
    {
      key: 'sender[].name',
      type: { kind: 'text', maximumLength: 200 },
      defaultValue: null,
      defaultNote: 'the name of `from` in brand.toml',
      summary: 'The name that recipients see beside the address.',
    },
    {
      key: 'sender[].daily_cap',
      type: { kind: 'integer', minimum: 0, maximum: CAP_MAXIMUM },
      defaultValue: 50,
      unit: 'mails',
      summary:
        "Most mails that leave from it in a day, over the operator's day and over the last 24 h. 0 sends none.",
    },
    {
      key: 'sender[].ramp_start',
      type: { kind: 'integer', minimum: 1, maximum: CAP_MAXIMUM },
      defaultValue: null,
      unit: 'mails',
      summary: 'The cap of its first day, for a mailbox that has to be warmed up. Needs `sender.ramp_step`.',
    },
    {
      key: 'sender[].ramp_step',
      type: { kind: 'integer', minimum: 1, maximum: CAP_MAXIMUM },
      defaultValue: null,
      unit: 'mails',
      summary:
        'How much the cap grows for each day on which it has sent, up to `sender.daily_cap`. Days without mail warm nothing up and do not count; neither do days before `live = true`.',
    },
    {
      key: 'sender[].takes_over',
      type: { kind: 'addresses' },
      defaultValue: [],
      summary:
        'Senders that are no longer in this file and whose leads get their mail from this one now. Until one takes over, the leads of a removed sender wait.',
    },
    {
      key: 'sender[].dkim.selector',
      type: { kind: 'dkim_selector' },
      defaultValue: null,
      summary: 'Where its DKIM key stands in the DNS: SELECTOR._domainkey.DOMAIN. Needs `sender.dkim.key`.',
    },
    {
      key: 'sender[].dkim.key',
      type: { kind: 'secret' },
      defaultValue: null,
      summary:
        'Where the private key is that signs its mail, as PEM. Leave both out where the relay or the provider signs.',
    },
  ],
};
