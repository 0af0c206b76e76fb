/** Something that happened in the chat, in our words; whatever it says is a stranger's until it was judged. */
export interface Incoming {
  readonly updateId: number;
  readonly fromId: number;
  /** One clean line. */
  readonly fromName: string;
  readonly body: IncomingBody;
}

interface Place {
  readonly chatId: number;
  /** The public name of the chat, without its @; null for none. */
  readonly chatName: string | null;
  /** It was written elsewhere, or by somebody else, and only passed on. */
  readonly isForwarded: boolean;
}

export type IncomingBody =
  | (Place & {
      readonly kind: 'tap';
      readonly callbackId: string;
      readonly data: string;
      /** The message under whose text the button stood. */
      readonly messageId: number;
    })
  | (Place & {
      readonly kind: 'words';
      readonly text: string;
      readonly messageId: number;
      /** The message that it answers; null for none. */
      readonly replyTo: number | null;
    })
  /** Neither: a joining, a picture, small talk. Nothing of it is kept. */
  | { readonly kind: 'other' };

/** Who may decide, and where. */
export interface ChatRules {
  /** As configured: a number as text, or `@name`. */
  readonly chat: string;
  readonly approvers: readonly number[];
}

export type Standing = 'approver' | 'stranger' | 'other_chat' | 'forwarded';

/**
 * F2, cli.md finding 10: everybody in a group can tap. Only a named person counts, only in the configured chat, and only for what was
 * tapped or written there.
 */
export function standingOf(
  { fromId, body }: Pick<Incoming, 'fromId' | 'body'>,
  { chat, approvers }: ChatRules,
): Standing {
  if (body.kind === 'other' || !isChat(body, chat)) return 'other_chat';
  if (!approvers.includes(fromId)) return 'stranger';
  return body.isForwarded ? 'forwarded' : 'approver';
}

function isChat({ chatId, chatName }: Place, chat: string): boolean {
  if (!chat.startsWith('@')) return String(chatId) === chat;
  return chatName !== null && chatName.toLowerCase() === chat.slice(1).toLowerCase();
}
