import { checkDesk, count, type Finding } from './finding.ts';

/** What the Bot API said of the bot and of the chat. */
export type TelegramFacts =
  | {
      readonly kind: 'answered';
      readonly bot: string;
      readonly chat: string;
      readonly mayPost: boolean;
      /** What the bot is there: `member`, `administrator`, `restricted`, `left`, `kicked`. */
      readonly role: string;
      /** The configured approvers, and those of them who are not in the chat. */
      readonly approvers: { readonly all: readonly number[]; readonly strangers: readonly number[] };
    }
  | { readonly kind: 'bad_token'; readonly words: string }
  | { readonly kind: 'bad_chat'; readonly bot: string; readonly words: string }
  | { readonly kind: 'silent'; readonly words: string };

/** F1, F2: the bot lives, may write into the chat, and finds there whoever may decide. */
export function judgeTelegram(facts: TelegramFacts, tokenFix: string): Finding[] {
  const desk = checkDesk('people', 'telegram');
  switch (facts.kind) {
    case 'bad_token':
      return [desk.problem('Telegram refuses the token', facts.words, tokenFix)];
    case 'silent':
      return [
        desk.problem(
          'Telegram did not answer',
          facts.words,
          'headgate doctor --only people   again in a minute',
        ),
      ];
    case 'bad_chat':
      return [
        desk.problem(
          `Telegram bot @${facts.bot} is not in the chat`,
          facts.words,
          `headgate config explain telegram.chat   then add @${facts.bot} to the chat`,
        ),
      ];
    case 'answered':
      return [judgePosting(facts), ...judgeApprovers(facts)];
  }
}

type Answered = Extract<TelegramFacts, { kind: 'answered' }>;

function judgePosting({ bot, chat, mayPost, role }: Answered): Finding {
  const desk = checkDesk('people', 'telegram');
  const title = `Telegram bot @${bot}`;
  if (mayPost) return desk.pass(title, `can post to ${chat}`);
  return desk.problem(
    `${title} may not write`,
    `it is ${role} in ${chat}`,
    `headgate config explain telegram.chat   then let @${bot} write in ${chat}`,
  );
}

function judgeApprovers({ approvers, chat }: Answered): Finding[] {
  const desk = checkDesk('people', 'approvers');
  const { all, strangers } = approvers;
  const fix = 'headgate config explain telegram.approvers';
  if (strangers.length > 0)
    return [desk.warn('an approver is not in the chat', `${strangers.join(', ')} not in ${chat}`, fix)];
  // That a group only reads then is what the configuration itself remarks.
  if (all.length === 0) return [];
  return [desk.pass('Telegram approvers', `${count(all.length, 'approver')} known`)];
}

/** The dead-man service. It is not called: a call would tell it that a run went well. */
export function judgePing(facts: { readonly host: string; readonly words: string | null }): Finding {
  const desk = checkDesk('people', 'ping');
  const { host, words } = facts;
  if (words === null) return desk.pass('dead-man ping', `${host} is there; not called`);
  return desk.problem(
    'dead-man ping leads nowhere',
    `${host}: ${words}`,
    'headgate config explain watch.ping',
  );
}
