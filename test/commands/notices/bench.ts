import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { enqueueNotice } from '../../../src/store/notices.ts';
import { TelegramServer } from '../../servers/telegram.ts';
import { desk, type Desk } from '../desk.ts';

const OPEN_ALWAYS = `timezone = "UTC"

[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"

[web]
token_secret = { file = "secret" }
`;

export interface ToldDesk extends Desk {
  readonly server: TelegramServer;
  /** Stores a notice as a run would. */
  notice(text: string, key?: string): void;
  waiting(): number;
  trouble(): Readonly<Record<string, unknown>> | undefined;
}

/** A workspace whose operator has a chat. `more` is added to its configuration. */
export async function toldDesk(
  options: { more?: string; now?: number; apiBase?: string } = {},
): Promise<ToldDesk> {
  const server = await TelegramServer.start();
  const telegram = `
[telegram]
api_base = "${options.apiBase ?? server.url}"
token = { file = "token" }
chat = ${String(TelegramServer.CHAT)}
`;
  const config = `${OPEN_ALWAYS}${telegram}${options.more ?? ''}`;
  const bench = desk(options.now === undefined ? { config } : { config, now: options.now });
  server.now = () => bench.clock.now();
  writeFileSync(join(bench.directory, 'token'), `${TelegramServer.TOKEN}\n`, { mode: 0o600 });
  const { database: db, clock } = bench;
  return {
    ...bench,
    server,
    notice: (text, key = text) => {
      const rest = { job: 'drip', runId: 'r-test', now: clock.now(), repeatAfterMs: 0 };
      db.write(() => enqueueNotice(db, { kind: 'doubt', dedupeKey: key, text, ...rest }));
    },
    waiting: () =>
      Number(bench.row('SELECT count(*) AS count FROM notices WHERE delivered_at IS NULL')['count']),
    trouble: () => db.prepare<[], Readonly<Record<string, unknown>>>('SELECT * FROM notice_channels').get(),
  };
}
