/** What a request says of where it comes from. */
export interface Provenance {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, `-Mode` and `-Dest`: what the browser itself says, which no page can change. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
  readonly destination: string | undefined;
}

/** Why a request is not answered, as the journal counts it. */
export type Foreign = 'asked for under another name' | 'sent from another page';

const OWN_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * Null for a request that a person at this page made (cli.md 5.3). A name that an attacker points at 127.0.0.1 is not ours
 * (DNS rebinding); what acts must come from this page itself, by `Origin` and by `Sec-Fetch-Site` where it is sent; and what another
 * page fetches or frames is not answered, though a link on it may be followed.
 */
export function foreign(from: Provenance): Foreign | null {
  const { host, method } = from;
  if (host === undefined || !OWN_HOST.test(host)) return 'asked for under another name';
  const isOwn = method === 'GET' || method === 'HEAD' ? mayRead(from) : mayAct(from, host);
  return isOwn ? null : 'sent from another page';
}

function mayRead({ site, mode, destination }: Provenance): boolean {
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return mode === 'navigate' && destination === 'document';
}

function mayAct({ origin, site }: Provenance, host: string): boolean {
  if (site !== undefined && site !== 'same-origin') return false;
  return origin?.toLowerCase() === `http://${host.toLowerCase()}`;
}
