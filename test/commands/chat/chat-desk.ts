import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { CliResult } from '../../helpers/cli.ts';
import { ANN, TelegramServer, TOM, type ChatMessage } from '../../servers/telegram.ts';
import { reviewDesk, type ReviewDesk } from '../review/desk-state.ts';

export const MINUTE_MS = 60_000;

export interface ChatBench extends ReviewDesk {
  readonly server: TelegramServer;
  /** What the chat shows that begins with or holds this; throws when there is no such message. */
  page(words: string): ChatMessage;
  labels(message: ChatMessage): readonly string[];
  sync(): Promise<CliResult>;
  /** Posts the morning's digest and returns it. */
  digest(): Promise<ChatMessage>;
  outcomes(): readonly string[];
}

/** A workspace whose operators, Tom and Ann, decide in a chat. */
export async function chatBench(
  options: { more?: string; now?: number; chat?: string } = {},
): Promise<ChatBench> {
  const server = await TelegramServer.start();
  const toml = `timezone = "UTC"
[limits]
undo_minutes = 15
[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"
[web]
token_secret = { file = "secret" }
[telegram]
api_base = "${server.url}"
token = { file = "token" }
chat = ${options.chat ?? String(TelegramServer.CHAT)}
approvers = [${String(TOM.id)}, ${String(ANN.id)}]
${options.more ?? ''}`;
  const bench = reviewDesk(options.now === undefined ? { toml } : { toml, now: options.now });
  writeFileSync(join(bench.directory, 'token'), `${TelegramServer.TOKEN}\n`, { mode: 0o600 });
  writeFileSync(join(bench.directory, 'secret'), 's'.repeat(64), { mode: 0o600 });
  server.now = () => bench.clock.now();
  const page = (words: string): ChatMessage => {
    const found = [...server.messages].reverse().find(({ text }) => text.includes(words));
    if (found === undefined) throw new Error(`no "${words}" in ${JSON.stringify(server.texts())}`);
    return found;
  };
  return {
    ...bench,
    server,
    page,
    labels: ({ buttons }) => buttons.flat().map(({ text }) => text),
    sync: () => bench.run(['sync']),
    async digest() {
      await bench.run(['digest']);
      return page('for you');
    },
    outcomes: () =>
      bench.database
        .prepare<[], { outcome: string }>('SELECT outcome FROM chat_updates ORDER BY row_id')
        .all()
        .map(({ outcome }) => outcome),
  };
}
