const HOUR_MS = 3_600_000;

export const TRANSPORTS = ['outbox', 'smtp', 'resend', 'mailgun', 'stream'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** What a transport is by its nature, known before it is opened. */
export interface TransportTraits {
  /** D1: how long the peer remembers an idempotency key, in milliseconds; null: it knows none, so nothing is ever asked again. */
  readonly keyLifeMs: number | null;
  /** D6: it chooses the mailbox, keeps it for each recipient, and threads by itself: our rotation and thread headers stand back. */
  readonly ownsSenders: boolean;
}

const PLAIN: TransportTraits = { keyLifeMs: null, ownsSenders: false };

export const TRANSPORT_TRAITS: Readonly<Record<TransportName, TransportTraits>> = {
  outbox: PLAIN,
  smtp: PLAIN,
  resend: { keyLifeMs: 24 * HOUR_MS, ownsSenders: false },
  mailgun: PLAIN,
  stream: { keyLifeMs: 24 * HOUR_MS, ownsSenders: true },
};

/** A clock that is off, a request that is long under way: so much earlier than the provider forgets a key, we stop asking. */
export const KEY_SAFETY_MARGIN_MS = 2 * HOUR_MS;

/** D1: how long a key lives over a transport of any name; null for one that we do not know, as for one without keys. */
export function keyLifeOf(transport: string): number | null {
  const name = TRANSPORTS.find((each) => each === transport);
  return name === undefined ? null : TRANSPORT_TRAITS[name].keyLifeMs;
}
