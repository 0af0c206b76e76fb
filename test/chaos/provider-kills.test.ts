import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { killProcess } from '../helpers/kill-process.ts';
import { MailgunServer } from '../servers/mailgun.ts';
import type { ProviderServer } from '../servers/provider-server.ts';
import { ResendServer } from '../servers/resend.ts';
import { StreamServer } from '../servers/stream.ts';
import { buildProgram, program, type Place } from './program.ts';
import { copyOf, makeTemplate, removeFolder, type Template } from './workspace.ts';

/** `bin/send` itself, built, killed by SIGKILL while a provider holds the answer to one of its mails. */
const IS_WHOLE = process.env['HEADGATE_CHAOS'] === 'whole';
const MESSAGES = 12;
/** The how-manieth request; ten leave at once. */
const KILLS_AT = IS_WHOLE ? [1, 2, 5, 10, 11, 12] : [1, 11];

let template: Template;

beforeAll(async () => {
  buildProgram();
  template = await makeTemplate(MESSAGES);
}, 120_000);

afterAll(() => {
  removeFolder(template.folder);
});

const PROVIDERS = {
  resend: { start: () => ResendServer.start(), key: ResendServer.KEY, more: {} },
  stream: {
    start: () => StreamServer.start(),
    key: StreamServer.KEY,
    more: { IDENTITY: 'tom.ledd@inbox.example' },
  },
  mailgun: {
    start: () => MailgunServer.start(),
    key: MailgunServer.KEY,
    more: { DOMAIN: MailgunServer.DOMAIN },
  },
} as const;
type Provider = keyof typeof PROVIDERS;

function environmentOf(provider: Provider, { url }: ProviderServer): Readonly<Record<string, string>> {
  const { key, more } = PROVIDERS[provider];
  const own = { KEY: key, BASE_URL: url, REQUESTS_PER_SECOND: '10000', ...more };
  const prefix = `HEADGATE_MAIL__${provider.toUpperCase()}__`;
  return {
    HEADGATE_MAIL__TRANSPORT: provider,
    HEADGATE_MAIL__HTTP__RETRY_SECONDS: '0',
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`${prefix}${name}`, value])),
  };
}

function statesIn(folder: string): readonly { readonly id: string; readonly state: string }[] {
  const db = new Database(join(folder, 'headgate.db'), { readonly: true });
  try {
    return db.prepare<[], { id: string; state: string }>('SELECT id, state FROM messages').all();
  } finally {
    db.close();
  }
}

/** One killed run, then good ones until nothing moves any more. */
async function survive(
  provider: Provider,
  { killAt, acts }: { killAt: number; acts: boolean },
): Promise<{ server: ProviderServer; states: ReturnType<typeof statesIn> }> {
  const server = await PROVIDERS[provider].start();
  const place: Place = { folder: copyOf(template), port: 9 };
  const environment = environmentOf(provider, server);
  let pid = 0;
  let requests = 0;
  let judged = 0;
  server.watch = () => {
    requests += 1;
    if (requests >= killAt)
      setImmediate(() => {
        killProcess(pid);
      });
  };
  server.failBy(() => ((judged += 1) >= killAt ? { kind: 'silence', acts } : null));
  const ended = await program(place, ['send', '--json'], {
    environment,
    started: (started) => (pid = started),
  });
  expect(ended.signal).toBe('SIGKILL');
  server.watch = null;
  server.failBy(() => null);
  for (let run = 0; run < 2; run += 1) {
    const { code, stderr } = await program(place, ['send', '--json'], { environment });
    expect(code, stderr).toBeOneOf([0, 32]);
  }
  const states = statesIn(place.folder);
  removeFolder(place.folder);
  return { server, states };
}

describe.each(Object.keys(PROVIDERS) as Provider[])(
  'D1: bin/send killed in the middle, over %s',
  (provider) => {
    test.each(KILLS_AT.flatMap((killAt) => [true, false].map((acts) => [killAt, acts] as const)))(
      'at request %i, the mails taken %s: the runs that follow deliver nothing twice and lose nothing',
      async (killAt, acts) => {
        const { server, states } = await survive(provider, { killAt, acts });
        expect(states).toHaveLength(MESSAGES);
        expect([...server.taken().values()].filter((times) => times > 1)).toEqual([]);
        for (const { id, state } of states) {
          if (provider !== 'mailgun') expect([state, server.timesTaken(id)]).toEqual(['sent', 1]);
          else if (state === 'sent') expect(server.timesTaken(id)).toBe(1);
          else expect(state).toBe('uncertain');
        }
        if (provider === 'mailgun') expect(states.some(({ state }) => state === 'uncertain')).toBe(true);
      },
      60_000,
    );
  },
);
