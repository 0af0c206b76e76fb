/** What can be typed in the chat; each is a decision that a button can make too (cli.md 2.5). */
const CHAT_VERBS = [
  'status',
  'review',
  'approve',
  'reject',
  'discard',
  'hold',
  'release',
  'undo',
  'confirm',
  'veto',
  'pause',
  'resume',
  'help',
] as const;
export type ChatVerb = (typeof CHAT_VERBS)[number];

/** `/reject 2 they signed elsewhere`: the verb, what it names, and the words behind. */
export interface ChatCommand {
  readonly verb: ChatVerb;
  /** Numbers of a list in the chat, or ids: `2`, `m-…`, `p-…`; each once. */
  readonly names: readonly string[];
  /** What is left, in one line; empty for nothing. */
  readonly rest: string;
}

export type ChatWords =
  | ({ readonly kind: 'command' } & ChatCommand)
  /** A slash and a word that is none of ours; `isOurs`: it was said to this very bot. */
  | { readonly kind: 'unknown'; readonly word: string }
  | { readonly kind: 'talk' };

const COMMAND = /^\/([A-Za-z_]{1,32})(?:@\w{1,64})?(?=\s|$)/;
const NAME = /^(?:\d{1,3}|[mp]-[a-z0-9]{4,32})$/;
const NAMES_MAX = 50;

/** Reads what was typed. Other bots of a group have commands too, so that an unknown one is nobody's mistake. */
export function parseWords(text: string): ChatWords {
  const trimmed = text.trim();
  const match = COMMAND.exec(trimmed);
  if (match === null) return { kind: 'talk' };
  const word = (match[1] ?? '').toLowerCase();
  const verb = CHAT_VERBS.find((each) => each === word || (word === 'start' && each === 'help'));
  if (verb === undefined) return { kind: 'unknown', word };
  const tail = trimmed.slice(match[0].length).trim();
  return { kind: 'command', verb, ...(takesNames(verb) ? namesOf(tail) : { names: [], rest: tail }) };
}

function takesNames(verb: ChatVerb): boolean {
  return verb !== 'pause' && verb !== 'help' && verb !== 'status';
}

function namesOf(tail: string): Pick<ChatCommand, 'names' | 'rest'> {
  const words = tail.split(/[\s,]/).filter((word) => word !== '');
  const end = words.findIndex((word) => !NAME.test(word.toLowerCase()));
  const count = Math.min(end === -1 ? words.length : end, NAMES_MAX);
  const names = words.slice(0, count).map((word) => word.toLowerCase());
  return { names: [...new Set(names)], rest: behind(tail, count) };
}

/** The tail as it was typed (no space at its end), without its first words. */
function behind(tail: string, count: number): string {
  let rest = tail;
  for (let taken = 0; taken < count; taken += 1) rest = rest.replace(/[^\s,]+/, '');
  return rest.replace(/^[\s,]+/, '');
}
