import { createHmac, timingSafeEqual } from 'node:crypto';

import { isPublicMessageId } from './mail/message-id.ts';

/** Return addresses that name the mail they belong to (variable envelope return paths), so that a notice without any id finds it. */
export interface BounceAddresses {
  /** `bounces+m-…-mac@domain` */
  of(messageId: string): string;
  /** What stands behind the `+` of an address that we made, as the id of its message; null for any other. */
  messageIdOf(token: string): string | null;
}

/** 40 bits: nobody guesses one in a lifetime of notices, and a local part stays within its 64 octets (RFC 5321, 4.5.3.1.1). */
const MAC_CHARACTERS = 8;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Return addresses below this one, signed with this secret: a forged notice must not condemn a lead (E4). Lower case throughout, since
 * some relays change it.
 */
export function createBounceAddresses(address: string, secret: string): BounceAddresses {
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  const key = createHmac('sha256', secret).update('bounce address').digest();
  return {
    of: (messageId) => `${local}+${messageId}-${macOf(key, messageId)}@${domain}`,
    messageIdOf: (token) => {
      const text = token.toLowerCase();
      const messageId = text.slice(0, -MAC_CHARACTERS - 1);
      const mac = text.slice(-MAC_CHARACTERS);
      if (text.length !== messageId.length + 1 + MAC_CHARACTERS || !isPublicMessageId(messageId)) return null;
      // By bytes: a letter outside ASCII has several, and buffers of different lengths cannot be compared.
      const [given, own] = [Buffer.from(mac, 'utf8'), Buffer.from(macOf(key, messageId), 'utf8')];
      return given.length === own.length && timingSafeEqual(given, own) ? messageId : null;
    },
  };
}

function macOf(key: Buffer, messageId: string): string {
  const digest = createHmac('sha256', key).update(messageId).digest();
  return Array.from(digest.subarray(0, MAC_CHARACTERS), (byte) => BASE32[byte & 31]).join('');
}
