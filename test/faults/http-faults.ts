import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { program, type StartOptions } from '../chaos/program.ts';
import { AirtableServer } from '../servers/airtable.ts';
import { MailgunServer } from '../servers/mailgun.ts';
import { AnthropicServer, OpenAiServer } from '../servers/models.ts';
import { FAULTS, SLOW_FAULTS } from '../servers/provider-faults.ts';
import type { ProviderFault, ProviderServer } from '../servers/provider-server.ts';
import { ResendServer } from '../servers/resend.ts';
import { StreamServer } from '../servers/stream.ts';
import { TelegramServer } from '../servers/telegram.ts';
import type { FaultKind, Point, Verdict, World } from './kind.ts';
import { patienceOf, quickClock } from './patience.ts';
import { endOf } from './promises.ts';
import { Scene } from './scene.ts';
import { inState, type StageName } from './stages.ts';

/** Whatever is spoken to over HTTP, and every way in which it fails: over the programs as built. */

/** One that is spoken to, and how a command comes to speak to it. */
interface Peer {
  readonly name: string;
  readonly stage: StageName;
  readonly words: readonly string[];
  readonly start: () => Promise<ProviderServer>;
  /** Writes what it needs into the workspace, and tells what goes into the environment. */
  readonly join: (scene: Scene, server: ProviderServer) => Readonly<Record<string, string>>;
  /** How a run with a fault may end, and a run without. */
  readonly codes: readonly number[];
  readonly next: readonly number[];
  /** What must be so when all is well again; null when it is. */
  readonly judge?: (scene: Scene, server: ProviderServer) => string | null;
  /** The unit whose patience is meant. */
  readonly unit: string;
}

const MAIL_CODES = [0, 32, 69, 75];
const SHORT_WAIT = { HEADGATE_MAIL__HTTP__TIMEOUT_SECONDS: '0.4' };

function mailPeer(
  name: 'resend' | 'stream' | 'mailgun',
  start: () => Promise<ProviderServer>,
  own: Readonly<Record<string, string>>,
): Peer {
  return {
    name,
    stage: 'busy',
    words: ['send'],
    start,
    codes: MAIL_CODES,
    next: [0, 32],
    unit: 'headgate-send',
    join(scene, server) {
      scene.countBy((id) => server.timesTaken(id));
      const all = { ...own, BASE_URL: server.url, REQUESTS_PER_SECOND: '10000' };
      const prefix = `HEADGATE_MAIL__${name.toUpperCase()}__`;
      return {
        HEADGATE_MAIL__TRANSPORT: name,
        HEADGATE_MAIL__HTTP__RETRY_SECONDS: '0',
        ...Object.fromEntries(Object.entries(all).map(([key, value]) => [`${prefix}${key}`, value])),
      };
    },
  };
}

const MAIL_PEERS: readonly Peer[] = [
  mailPeer('resend', () => ResendServer.start(), { KEY: ResendServer.KEY }),
  mailPeer('stream', () => StreamServer.start(), {
    KEY: StreamServer.KEY,
    IDENTITY: 'tom.ledd@inbox.example',
  }),
  mailPeer('mailgun', () => MailgunServer.start(), {
    KEY: MailgunServer.KEY,
    DOMAIN: MailgunServer.DOMAIN,
  }),
];

const RECORDS = 3;

const AIRTABLE: Peer = {
  name: 'airtable',
  stage: 'busy',
  words: ['sync', '--source', 'crm'],
  start: async () => {
    const server = await AirtableServer.start();
    for (let index = 0; index < RECORDS; index += 1)
      server.put(`rec${String(index).padStart(14, '0')}`, {
        email: `air${String(index)}@air${String(index)}.example`,
        first_name: 'Air',
      });
    return server;
  },
  codes: [0, 32, 69, 75],
  next: [0],
  unit: 'headgate-sync',
  join(scene, server) {
    writeFileSync(join(scene.folder, 'airtable-key'), AirtableServer.TOKEN, { mode: 0o600 });
    const lines = [
      ...['[[source]]', 'id = "crm"', 'kind = "airtable"', `base = "${AirtableServer.BASE}"`],
      ...[`table = "${AirtableServer.TABLE}"`, 'lead_source = "letter"', 'key = { file = "airtable-key" }'],
      ...[`base_url = "${server.url}"`, 'requests_per_second = 1000', ''],
    ];
    appendFileSync(join(scene.folder, 'headgate.toml'), lines.join('\n'));
    return {};
  },
  judge(scene) {
    const read = scene.count("SELECT count(*) FROM leads WHERE email LIKE 'air%'");
    return read === RECORDS ? null : `${String(read)} of ${String(RECORDS)} leads were read`;
  },
};

const TELEGRAM: Peer = {
  name: 'telegram',
  stage: 'busy',
  words: ['digest'],
  start: () => TelegramServer.start(),
  codes: [0],
  next: [0],
  unit: 'headgate-digest',
  join(scene, server) {
    writeFileSync(join(scene.folder, 'telegram-token'), TelegramServer.TOKEN, { mode: 0o600 });
    const lines = [
      '[telegram]',
      'token = { file = "telegram-token" }',
      `chat = ${String(TelegramServer.CHAT)}`,
      `api_base = "${server.url}"`,
      '',
    ];
    appendFileSync(join(scene.folder, 'headgate.toml'), lines.join('\n'));
    return {};
  },
  judge: (_, server) =>
    server instanceof TelegramServer && server.texts().length > 0 ? null : 'no digest ever arrived',
};

function modelPeer(name: 'openai' | 'anthropic', key: string, model: string, start: Peer['start']): Peer {
  return {
    name,
    stage: 'writing',
    words: ['drip', '--force'],
    start,
    codes: [0, 32, 69, 75],
    next: [0, 32],
    unit: 'headgate-drip',
    join(scene, server) {
      writeFileSync(join(scene.folder, 'model-key'), key, { mode: 0o600 });
      const lines = [
        ...['[ai]', `provider = "${name}"`, `base_url = "${server.url}${name === 'openai' ? '/v1' : ''}"`],
        ...['key = { file = "model-key" }', `model = "${model}"`, 'input_price = 2', 'output_price = 10', ''],
      ];
      appendFileSync(join(scene.folder, 'headgate.toml'), lines.join('\n'));
      return {};
    },
    judge(scene) {
      const half = scene.count(
        "SELECT count(*) FROM messages WHERE state = 'reserved' OR trim(body_markdown) = '' OR trim(subject) = '' OR body_markdown LIKE '%{{%'",
      );
      return half === 0 ? null : `${String(half)} half drafts`;
    },
  };
}

const MODELS: readonly Peer[] = [
  modelPeer('openai', OpenAiServer.KEY, OpenAiServer.MODEL, () => OpenAiServer.start()),
  modelPeer('anthropic', AnthropicServer.KEY, AnthropicServer.MODEL, () => AnthropicServer.start()),
];

/** Who gets no answer waits, and costs nothing meanwhile. */
const WAITING_AT_ONCE = 16;

export const HTTP_FAULTS: readonly FaultKind[] = [
  {
    name: 'HTTP: a mail provider limits, fails, lies, cuts, hangs (Resend, stream API, Mailgun)',
    few: 4,
    most: 90,
    atOnce: WAITING_AT_ONCE,
    points: (world) => Promise.resolve(MAIL_PEERS.flatMap((peer) => pointsOf(world, peer))),
  },
  {
    name: 'HTTP: a table of leads, a chat or a model does (Airtable, Telegram, OpenAI, Anthropic)',
    few: 4,
    most: 110,
    atOnce: WAITING_AT_ONCE,
    points: (world) =>
      Promise.resolve([AIRTABLE, TELEGRAM, ...MODELS].flatMap((peer) => pointsOf(world, peer))),
  },
  {
    name: 'whoever is asked never answers: the run ends before its unit loses patience',
    few: 1,
    atOnce: WAITING_AT_ONCE,
    points: (world) =>
      Promise.resolve(
        [...MODELS, AIRTABLE, TELEGRAM, ...MAIL_PEERS].map((peer) => ({
          name: `${peer.words.join(' ')} over ${peer.name}, silent for good`,
          tryIt: () => outlast(world, peer),
        })),
      ),
  },
];

/** Each fault on the first request, and on all of them. */
function pointsOf(world: World, peer: Peer): readonly Point[] {
  return [...FAULTS, ...SLOW_FAULTS].flatMap((fault, index) =>
    [false, true].map((isAlways) => ({
      name: `${peer.words.join(' ')} over ${peer.name}, fault ${String(index)} (${fault.kind}${isAlways ? ', always' : ''})`,
      tryIt: () => speak(world, { peer, fault, isAlways }),
    })),
  );
}

interface Speech {
  readonly peer: Peer;
  readonly fault: ProviderFault;
  readonly isAlways: boolean;
}

function speak(world: World, { peer, fault, isAlways }: Speech): Promise<Verdict> {
  return withPeer(world, peer, async (scene, server, environment) => {
    let asked = 0;
    server.failBy(() => (isAlways || asked === 0 ? ((asked += 1), fault) : null));
    const options = { quickTimers: true, environment: { ...environment, ...SHORT_WAIT } };
    const ended = await program(scene.place, peer.words, options);
    scene.hint(`after ${endOf(ended)}`);
    scene.judgeEnd(ended, peer.codes);
    const isStruck = server.requests.some((request) => request.fault !== null);
    await goOn(scene, peer, { server, environment });
    return { isStruck, breaches: scene.breaches, end: endOf(ended) };
  });
}

/** With waits that pass a hundred times as fast: how long does it believe to have taken? */
function outlast(world: World, peer: Peer): Promise<Verdict> {
  return withPeer(world, peer, async (scene, server, environment) => {
    server.failBy(() => ({ kind: 'silence', acts: false }));
    const life = `${scene.folder}.life`;
    const ended = await program(scene.place, peer.words, {
      environment: { ...environment, ...quickClock(life) },
    });
    scene.judgeEnd(ended, peer.codes);
    const [seconds, most] = [Number(readFileSync(life, 'utf8')) / 1_000, patienceOf(peer.unit)];
    rmSync(life);
    if (seconds >= most)
      scene.breach(
        'exit',
        `it took ${String(Math.round(seconds))} s, its unit is killed after ${String(most)}`,
      );
    // What it put off lies ahead of the real clock.
    forgetWaits(scene);
    await goOn(scene, peer, { server, environment });
    return { isStruck: server.requests.length > 0, breaches: scene.breaches, end: endOf(ended) };
  });
}

async function withPeer(
  { stages }: World,
  peer: Peer,
  act: (
    scene: Scene,
    server: ProviderServer,
    environment: Readonly<Record<string, string>>,
  ) => Promise<Verdict>,
): Promise<Verdict> {
  const scene = await Scene.open(stages[peer.stage]);
  const server = await peer.start();
  try {
    return await act(scene, server, peer.join(scene, server));
  } finally {
    await server.stop();
    await scene.close();
  }
}

/** It answers again: the next run is clean, and what was to leave has left or is told of. */
async function goOn(
  scene: Scene,
  peer: Peer,
  {
    server,
    environment,
  }: { readonly server: ProviderServer; readonly environment: Readonly<Record<string, string>> },
): Promise<void> {
  server.failBy(() => null);
  forgetWaits(scene);
  const options: StartOptions = { environment };
  await scene.expect(peer.words, peer.next, options);
  const problem = peer.judge?.(scene, server) ?? null;
  if (problem !== null) scene.breach('next', problem);
  scene.judgeState();
  await scene.settle(options);
  scene.judgeMail({ mayBeRefused: true });
}

/** As if hours had passed. */
function forgetWaits(scene: Scene): void {
  inState(scene.folder, (db) => {
    db.exec('UPDATE messages SET retry_at = NULL; DELETE FROM transport_waits; DELETE FROM notice_channels');
  });
}
