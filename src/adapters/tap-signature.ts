import { createHmac, timingSafeEqual } from 'node:crypto';

/** What one button stands for; all of it is signed. */
export interface SignedTap {
  readonly id: string;
  readonly chat: string;
  readonly action: string;
  readonly subject: string;
  readonly hash: string;
}

/** 128 bits: enough that nobody guesses one, and short enough for the 64 bytes that a button can carry. */
const SIGNATURE_CHARACTERS = 22;
const DATA = /^(b-[a-z2-7]{16})\.([\w-]{22})$/;

/** What the chat hands back when the button is tapped (F2): a random id and a signature, never the decision itself; 41 bytes. */
export function tapData(key: string, tap: SignedTap): string {
  return `${tap.id}.${signatureOf(key, tap)}`;
}

/** The id in what came back, and its signature; null for what is no such thing, however long. */
export function readTapData(data: string): { readonly id: string; readonly signature: string } | null {
  const [, id, signature] = DATA.exec(data.slice(0, 65)) ?? [];
  return id === undefined || signature === undefined ? null : { id, signature };
}

/** Whether it is signed by us for just this. Takes as long for a wrong one as for a right one. */
export function isSignedTap(key: string, tap: SignedTap, signature: string): boolean {
  const right = Buffer.from(signatureOf(key, tap));
  const given = Buffer.from(signature);
  return given.length === right.length && timingSafeEqual(given, right);
}

function signatureOf(key: string, { id, chat, action, subject, hash }: SignedTap): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['tap', id, chat, action, subject, hash]))
    .digest('base64url')
    .slice(0, SIGNATURE_CHARACTERS);
}
