import { isLoopbackHost } from '../core/loopback.ts';
import type { Brand } from './brand.ts';
import type { CrossIssue } from './cross-checks.ts';
import type { ValueReader } from './value-reader.ts';

/** Keys whose values decide whether mail reaches people. */
const INVOLVED = ['live', 'mail.transport', 'web.base_url'];

/**
 * D10: mail that reaches people needs a way out that works: links that everybody can open, and the secret that signs them. The postal
 * address is required by brand.toml itself. Into the outbox nothing leaves, so it needs neither.
 */
export function checkGoingLive(values: ValueReader): readonly CrossIssue[] {
  if (!reachesPeople(values)) return [];
  const transport = `live = true with mail.transport = "${values.text('mail.transport')}"`;
  const issues: CrossIssue[] = [];
  if (!values.isSet('web.token_secret')) {
    const expected = `what signs unsubscribe links, as ${transport} writes to people; make one with: openssl rand -hex 32`;
    issues.push({ kind: 'missing', key: 'web.token_secret', expected, involves: INVOLVED });
  }
  if (isLocal(values.text('web.base_url')) && !isLocalPeer(values)) {
    const expected = `readers cannot open ${values.text('web.base_url')}, and ${transport} writes to people; expected the https address at which the unsubscribe page answers`;
    issues.push({ kind: 'conflict', key: 'web.base_url', expected, involves: INVOLVED });
  }
  return issues;
}

/** What a package writes into brand.toml until somebody says who they are. */
export const UNSAID_POSTAL_ADDRESS = 'Your postal address';
/** RFC 2606: what nobody will ever own. */
const UNSAID_DOMAIN = /(?:^|\.)invalid$/;

/** Answers that stand for somebody's own are good for a rehearsal, and for nothing that reaches people. */
export function checkSenderIsSaid(values: ValueReader, brand: Brand | null): readonly CrossIssue[] {
  if (brand === null || !reachesPeople(values)) return [];
  const unsaid = [
    ...(brand.domains.some((domain) => UNSAID_DOMAIN.test(domain)) ? [`from = "${brand.from.address}"`] : []),
    ...(brand.postalAddress.trim() === UNSAID_POSTAL_ADDRESS
      ? [`postal_address = "${brand.postalAddress}"`]
      : []),
  ];
  if (unsaid.length === 0) return [];
  const expected = `brand.toml does not say yet who writes: ${unsaid.join(', ')}`;
  return [{ kind: 'conflict', key: 'live', expected, involves: ['live'] }];
}

/** What is allowed, because it may be a test, and wrong where it is none: a relay of this machine reaches people too. */
export function goingLiveRemarks(values: ValueReader): readonly string[] {
  if (!reachesPeople(values) || !isLocal(values.text('web.base_url'))) return [];
  return ['web.base_url is an address of this machine: who gets mail cannot open its unsubscribe link'];
}

function reachesPeople(values: ValueReader): boolean {
  return values.flag('live') && values.text('mail.transport') !== 'outbox';
}

/** A relay or provider on this machine: what stands behind it is not for us to know. Unknown counts as far away. */
function isLocalPeer(values: ValueReader): boolean {
  const transport = values.text('mail.transport');
  if (transport === 'smtp') return isLoopbackHost(values.textOrNull('mail.smtp.host') ?? 'localhost');
  return isLocal(values.text(`mail.${transport}.base_url`));
}

function isLocal(address: string): boolean {
  return isLoopbackHost(new URL(address).hostname);
}
