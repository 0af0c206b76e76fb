/** Public ids of messages are lower-case base32 (ports: Random); they stand in headers, boundaries and file names. */
const PUBLIC_ID = /^m-[a-z0-9]{1,64}$/;

/** True for what may become a Message-ID and a file name. */
export function isPublicMessageId(text: string): boolean {
  return PUBLIC_ID.test(text);
}

/**
 * The Message-ID of a message: `<m-…@domain>`, from its random id and the sender's domain alone, so that every attempt
 * bears the same one (D1, hardening 61).
 */
export function messageIdHeader(messageId: string, senderAddress: string): string {
  return `<${messageId}@${senderAddress.slice(senderAddress.lastIndexOf('@') + 1).toLowerCase()}>`;
}

/** A Message-ID as another program wrote it, in angle brackets and without white space; null when nothing is left. */
export function normaliseMessageId(text: string): string | null {
  const inner = text.replace(/[<>\s\p{Cc}]+/gu, '');
  return inner === '' ? null : `<${inner}>`;
}
