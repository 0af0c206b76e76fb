import type { KeySpec } from './key-spec.ts';

/** Keys of the transports that speak HTTP to a provider. */
export const PROVIDER_KEYS: readonly KeySpec[] = [
  ...provider('resend', {
    name: 'Resend',
    baseUrl: 'https://api.resend.com',
    requestsPerSecond: 2,
    limitNote: 'The provider counts all keys of a team together.',
  }),
  ...provider('mailgun', {
    name: 'Mailgun',
    baseUrl: 'https://api.mailgun.net',
    requestsPerSecond: 5,
    limitNote: 'In the EU region the address is https://api.eu.mailgun.net.',
  }),
  {
    key: 'mail.mailgun.domain',
    type: { kind: 'host' },
    defaultValue: null,
    summary: 'The sending domain as Mailgun knows it. Needed when `mail.transport` is "mailgun".',
  },
  ...provider('stream', {
    name: 'the stream API',
    baseUrl: 'https://api.inboxbase.ai',
    requestsPerSecond: 2,
    limitNote: 'The service publishes no figure.',
  }),
  {
    key: 'mail.stream.identity',
    type: { kind: 'text', maximumLength: 320 },
    defaultValue: null,
    summary:
      'The handle of the identity to send as, such as "tom.acme@inboxbase.ai". Needed when `mail.transport` is "stream". Recipients do not see it: the service chooses a mailbox for each of them.',
  },
  {
    key: 'mail.http.timeout_seconds',
    type: { kind: 'number', minimum: 0.05, maximum: 600 },
    defaultValue: 60,
    unit: 'seconds',
    summary:
      'How long one request to a provider may take, from nothing to the last byte of the answer. Who gives up does not learn whether the mail was taken.',
  },
  {
    key: 'mail.http.retry_seconds',
    type: { kind: 'number', minimum: 0, maximum: 60 },
    defaultValue: 1,
    unit: 'seconds',
    summary:
      'The first wait before a mail is asked about again within one run; it doubles. Three times at most, and only where nothing can be sent twice.',
  },
];

function provider(
  name: 'resend' | 'mailgun' | 'stream',
  about: { name: string; baseUrl: string; requestsPerSecond: number; limitNote: string },
): readonly KeySpec[] {
  return [
    {
      key: `mail.${name}.key`,
      type: { kind: 'secret' },
      defaultValue: null,
      summary: `Where the API key of ${about.name} is. Never the key itself. Needed when \`mail.transport\` is "${name}".`,
    },
    {
      key: `mail.${name}.base_url`,
      type: { kind: 'web_address' },
      defaultValue: about.baseUrl,
      summary: `Where ${about.name} answers. Another address is another account: what is uncertain there is not asked about here.`,
    },
    {
      key: `mail.${name}.requests_per_second`,
      type: { kind: 'number', minimum: 0.01, maximum: 10_000 },
      defaultValue: about.requestsPerSecond,
      summary: `Most requests a second. ${about.limitNote}`,
    },
  ];
}
