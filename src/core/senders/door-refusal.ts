/**
 * Statuses that speak of the sender, the content or the moment, not of an address that does not exist (RFC 3463): a full or refusing
 * mailbox, the mail system, the route, the content, security and policy.
 */
const NOT_THE_ADDRESS = /\b5\.(?:2\.[2-9]|[3467]\.\d{1,3})\b/;

/** A refusal for good that begins with 4 is none of a mail server (RFC 5321, 4.2.1): an HTTP API found fault with the request. */
const OF_AN_API = /^4\d\d\b/;

/** What a refusal for good at the recipient's door counts as: an address that does not exist, or a door that is closed to us. */
export function kindOfRefusal(response: string): 'hard_bounce' | 'block' {
  return NOT_THE_ADDRESS.test(response) || OF_AN_API.test(response) ? 'block' : 'hard_bounce';
}
