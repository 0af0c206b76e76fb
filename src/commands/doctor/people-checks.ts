import { TelegramApi } from '../../adapters/notify/telegram-api.ts';
import { isObject } from '../../adapters/http/json.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { TelegramConfig } from '../../config/notify.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import { judgePing, judgeTelegram, type TelegramFacts } from '../../core/doctor/people.ts';
import { attemptOnline, httpTimeouts, secretFix, seeSecret, withoutConfig, type Checkup } from './checkup.ts';

/** People: the bot and its chat, and the dead-man service. Nobody is written to, and no run is reported. */
export async function peopleChecks(checkup: Checkup): Promise<readonly Finding[]> {
  const { config } = checkup;
  if (config === null) return withoutConfig('people', 'Telegram and dead-man ping');
  const parts = await Promise.all([telegramChecks(checkup, config), pingCheck(checkup, config)]);
  return parts.flat();
}

async function telegramChecks(checkup: Checkup, config: LoadedConfig): Promise<readonly Finding[]> {
  const { telegram } = config.notify;
  const desk = checkDesk('people', 'telegram');
  if (telegram === null) return [desk.skipped('Telegram', 'telegram.token and telegram.chat are not set')];
  return attemptOnline(checkup, { group: 'people', check: 'telegram', title: 'Telegram bot' }, async () => {
    const secret = await seeSecret(checkup, { key: 'telegram.token', reference: telegram.token });
    const fix = secretFix(telegram.token, checkup);
    if (secret.kind === 'hidden') return [desk.skipped('Telegram bot', secret.why)];
    if (secret.kind === 'wrong')
      return [desk.problem('the Telegram token cannot be read', secret.words, fix)];
    const api = new TelegramApi({
      apiBase: telegram.apiBase,
      token: secret.value,
      timeouts: httpTimeouts(checkup),
    });
    try {
      return judgeTelegram(await askTelegram(api, telegram), fix);
    } finally {
      await api.close();
    }
  });
}

type Fields = Readonly<Record<string, unknown>>;

async function askTelegram(api: TelegramApi, { chat, approvers }: TelegramConfig): Promise<TelegramFacts> {
  const me = await api.call('getMe', {});
  if (me.kind === 'refused') return { kind: 'bad_token', words: `${String(me.status)} ${me.description}` };
  if (me.kind !== 'ok') return { kind: 'silent', words: me.words };
  const bot = fieldsOf(me.result);
  const name = textOf(bot, 'username') ?? 'bot';
  const chatId = chat.startsWith('@') ? chat : Number(chat);
  const [place, own] = await Promise.all([
    api.call('getChat', { chat_id: chatId }),
    api.call('getChatMember', { chat_id: chatId, user_id: bot['id'] }),
  ]);
  if (place.kind === 'refused') return { kind: 'bad_chat', bot: name, words: place.description };
  if (place.kind !== 'ok') return { kind: 'silent', words: place.words };
  const facts = fieldsOf(place.result);
  const member = own.kind === 'ok' ? fieldsOf(own.result) : {};
  const { mayPost, role } = posting(facts, member);
  const strangers = await strangersIn(api, chatId, approvers);
  return {
    kind: 'answered',
    bot: name,
    chat: textOf(facts, 'title') ?? textOf(facts, 'username') ?? textOf(facts, 'first_name') ?? chat,
    mayPost,
    role,
    approvers: { all: approvers, strangers },
  };
}

/** A1: in a private chat whoever sees it may write; in a channel only administrators with that right; in a group as its rules say. */
function posting(chat: Fields, member: Fields): { readonly mayPost: boolean; readonly role: string } {
  const role = textOf(member, 'status') ?? 'not known';
  if (chat['type'] === 'private') return { mayPost: true, role };
  if (chat['type'] === 'channel') return { mayPost: member['can_post_messages'] === true, role };
  if (role === 'creator' || role === 'administrator') return { mayPost: true, role };
  if (role === 'restricted') return { mayPost: member['can_send_messages'] === true, role };
  const permissions = fieldsOf(chat['permissions']);
  return { mayPost: role === 'member' && permissions['can_send_messages'] !== false, role };
}

async function strangersIn(
  api: TelegramApi,
  chatId: string | number,
  approvers: readonly number[],
): Promise<readonly number[]> {
  const strangers: number[] = [];
  for (const id of approvers) {
    if (id === chatId) continue;
    const answer = await api.call('getChatMember', { chat_id: chatId, user_id: id });
    const status = answer.kind === 'ok' ? textOf(fieldsOf(answer.result), 'status') : null;
    if (answer.kind === 'refused' || status === 'left' || status === 'kicked') strangers.push(id);
  }
  return strangers;
}

async function pingCheck(checkup: Checkup, { notify }: LoadedConfig): Promise<readonly Finding[]> {
  const title = 'dead-man ping';
  if (notify.ping === null) return [checkDesk('people', 'ping').skipped(title, 'watch.ping is not set')];
  const host = new URL(notify.ping.pattern.replaceAll(/\{\{[^}]*\}\}/g, 'x')).hostname;
  return attemptOnline(checkup, { group: 'people', check: 'ping', title }, async () => [
    judgePing({ host, words: await checkup.dns.troubleOfHost(host) }),
  ]);
}

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function textOf(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
