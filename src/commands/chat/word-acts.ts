import type { ChatCommand } from '../../core/chat/words.ts';
import type { Decision } from '../../core/review-rules.ts';
import { addPage, newestListAbove, type ChatPage } from '../../store/chat-pages.ts';
import { messageById } from '../../store/messages.ts';
import { cleanLine } from '../../core/clean-text.ts';
import { escapeText } from '../output/text.ts';
import type { Desk } from '../review/desk.ts';
import { react, type Reaction } from './chat-desk.ts';
import { decideDraft, type SeenDraft } from './draft-acts.ts';

/** Words that somebody who may has written. */
export interface Words {
  readonly command: ChatCommand;
  /** The page that they answer; null for none. */
  readonly answered: ChatPage | null;
  /** The chat's own number of them. */
  readonly messageId: number;
}

const REASON_LENGTH_MAX = 500;

/**
 * F2, cli.md 2.5: decisions in words, by number of the list that stood in the chat when they were written, or by id. They do not expire,
 * but a number means the words that were shown under it and no others. Null for what needs more than the state.
 */
export function actOnWords(desk: Desk, words: Words): Reaction | null {
  const decision = decisionOf(words.command);
  if (decision === null) return null;
  const { names, rest } = words.command;
  if (names.length === 0) return tell(desk, [`Say which: /${words.command.verb} 1 3. /review lists them.`]);
  const reason = cleanLine(rest, REASON_LENGTH_MAX).text;
  const lines = names.map((name) => {
    const draft = draftNamed(desk, words, name);
    if (draft === null) return `${name}  There is no such draft. /review lists them.`;
    const { answer } = decideDraft(desk, decision, { draft, reason: reason === '' ? null : reason });
    const message = messageById(desk.engine.db, draft.id);
    const who = escapeText(message?.leadName ?? message?.leadEmail ?? '');
    return `${name}  ${who}: ${answer}`;
  });
  return tell(desk, lines);
}

function decisionOf({ verb }: ChatCommand): Decision | null {
  switch (verb) {
    case 'approve':
    case 'discard':
    case 'hold':
    case 'release':
    case 'undo':
      return { kind: verb };
    case 'reject':
      return { kind: 'reject', then: 'skip' };
    case 'status':
    case 'review':
    case 'confirm':
    case 'veto':
    case 'pause':
    case 'resume':
    case 'help':
      return null;
  }
}

function draftNamed(desk: Desk, { answered, messageId }: Words, name: string): SeenDraft | null {
  const { db } = desk.engine;
  if (name.startsWith('m-')) return messageById(db, name) === null ? null : { id: name, hash: null };
  const list = answered?.card.kind === 'drafts' ? answered : newestListAbove(db, messageId);
  if (list?.card.kind !== 'drafts' || !/^\d+$/.test(name)) return null;
  return list.card.drafts[Number(name) - 1] ?? null;
}

/** The answer to words is a message of its own: there is no tap that could show it. */
export function tell(desk: Pick<Desk, 'engine'>, lines: readonly string[]): Reaction {
  const { db, now } = desk.engine;
  addPage(db, { text: lines.join('\n'), card: { kind: 'plain' }, now });
  return react(lines.join('; '));
}
