import type { KeySpec } from './key-spec.ts';

/** What proves that a webhook comes from its provider (E5). A provider without one is turned away. */
export const WEBHOOK_KEYS: readonly KeySpec[] = [
  {
    key: 'web.hooks.resend_secret',
    type: { kind: 'secret' },
    defaultValue: null,
    summary:
      "The signing secret of Resend's webhook to `/hooks/resend`, `whsec_…`. Not set: it is answered 404.",
  },
  {
    key: 'web.hooks.mailgun_key',
    type: { kind: 'secret' },
    defaultValue: null,
    summary:
      "Mailgun's HTTP webhook signing key, for `/hooks/mailgun`. Not set: it is answered 406, which ends its retries.",
  },
  {
    key: 'web.hooks.stream_secret',
    type: { kind: 'secret' },
    defaultValue: null,
    summary:
      'The signing secret of the stream API for `/hooks/stream`. Not set: it is answered 410, which pauses it.',
  },
];
