/**
 * The public program: the unsubscribe page and the inbox of webhooks, behind the proxy that speaks to the world. A composition root of
 * its own, so that nothing which opens the state or sends mail is even part of it (docs/explanation/the-public-page.md).
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { createAsideSpool, privateFolder } from './adapters/aside-spool.ts';
import { systemClock } from './adapters/clock.ts';
import { createHookSpool } from './adapters/hook-spool.ts';
import { createActWriter } from './adapters/spool.ts';
import { createUnsubscribeTokens } from './adapters/unsubscribe-token.ts';
import type { SecretReference } from './config/key-spec.ts';
import { loadConfig, type LoadedConfig } from './config/load.ts';
import { resolveSecret } from './config/secrets.ts';
import { HeadgateError } from './core/errors.ts';
import { EXIT_CODES } from './core/exits.ts';
import { BodyPool } from './web/http/body.ts';
import { ALWAYS } from './web/public/answer.ts';
import { renderPages } from './web/public/html.ts';
import { createJournal, type Journal } from './web/http/journal.ts';
import { RateLimit } from './web/public/rate-limit.ts';
import { answerRequest, type PublicSite } from './web/public/routes.ts';
import { startServer, type ListenOn } from './web/http/server.ts';
import { mailgunCheck, resendCheck, streamCheck, type SignatureCheck } from './web/public/signatures.ts';
import { activatedSocket, loopbackAddress } from './web/http/socket-activation.ts';

const USAGE = `Usage: unsub [--listen ADDRESS:PORT] [--idle SECONDS] [-C FILE] [--state DIR]

The public page: unsubscribe links and webhooks. Started by headgate-unsub.socket; by hand it listens
on 127.0.0.1:8026. Only addresses of this machine are taken: put Caddy or nginx in front.

  --listen ADDRESS:PORT  where to listen when no socket was handed over
  --idle SECONDS         end after so long without a request (300)
  -C, --config FILE      the headgate.toml, or its folder
  --state DIR            where the spools unsub.d and hooks.d are
`;
const DEFAULT_ADDRESS = '127.0.0.1:8026';
const IDLE_SECONDS_MAX = 86_400;
/** Opt-outs and undos of one link; a person needs two. */
const ACTS_PER_MINUTE = 60;
/** What bodies may hold in memory together. Apart, so that a flood at the inbox stops nobody from opting out. */
const PAGE_POOL_BYTES = 4 * 1_048_576;
const HOOK_POOL_BYTES = 4 * 1_048_576;
const OFFER_AGAIN_MS = 10_000;
const CONNECTIONS_MAX = 500;

interface Flags {
  readonly on: ListenOn;
  readonly idleMs: number;
  readonly config: string | null;
  readonly state: string | null;
}

const { env } = process;
const now = (): number => systemClock.now();
const journal = createJournal({
  write: (line) => process.stderr.write(line),
  isSystemd: (env['JOURNAL_STREAM'] ?? '') !== '',
  now,
});

/** Serves until it is idle or told to end, and ends the process. */
async function main(): Promise<void> {
  try {
    const flags = readFlags(process.argv.slice(2));
    if (flags === null) process.stdout.write(USAGE);
    else await serve(flags);
    process.exit(EXIT_CODES.OK);
  } catch (error) {
    process.exit(tell(asHeadgateError(error)));
  }
}

async function serve(flags: Flags): Promise<void> {
  const config = loadConfig({
    configFlag: flags.config,
    stateFlag: flags.state,
    environment: env,
    cwd: process.cwd(),
    installation: join(import.meta.dirname, '..'),
  });
  const { site, aside } = await openSite(config);
  aside.offerAgain();
  const offering = setInterval(() => {
    aside.offerAgain();
  }, OFFER_AGAIN_MS);
  const server = await startServer({
    on: flags.on,
    idleMs: flags.idleMs,
    isNeeded: () => !aside.isEmpty,
    headers: ALWAYS,
    connectionsMax: CONNECTIONS_MAX,
    answer: (request, response) => answerRequest(request, response, site),
  });
  process.on('SIGTERM', server.stop).on('SIGINT', server.stop);
  process.stdout.write(`listening on ${server.address}\n`);
  await server.ended;
  clearInterval(offering);
  aside.offerAgain();
}

/** Every secret is read once, before the first request: a wrong one shows at the start and not at a reader. */
async function openSite(
  config: LoadedConfig,
): Promise<{ site: PublicSite; aside: ReturnType<typeof createAsideSpool> }> {
  const { unsubscribeSpoolDir, hookSpoolDir } = config.paths;
  for (const folder of [unsubscribeSpoolDir, hookSpoolDir])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tokens = await openTokens(config);
  const { record } = createActWriter(unsubscribeSpoolDir);
  const aside = createAsideSpool({ folder: asideFolder(), record, say: sayOf(journal) });
  const hooks = createHookSpool(hookSpoolDir);
  return {
    aside,
    site: {
      unsubscribe: {
        pages: renderPages(config.brand),
        open: (token, at) => tokens.verify(token, 'unsubscribe', at),
        record,
        keepAside: (act, cause) => {
          aside.keep(act, cause);
        },
        now,
        limit: new RateLimit(ACTS_PER_MINUTE),
        pool: new BodyPool(PAGE_POOL_BYTES),
        journal,
      },
      hooks: {
        checks: await openChecks(config),
        record: (event) => hooks.record(event),
        knows: (provider, eventId) => hooks.knows(provider, eventId),
        now,
        pool: new BodyPool(HOOK_POOL_BYTES),
        journal,
      },
    },
  };
}

async function openTokens(config: LoadedConfig): Promise<ReturnType<typeof createUnsubscribeTokens>> {
  const { tokenSecret, oldTokenSecrets } = config.web;
  if (tokenSecret === null) {
    throw new HeadgateError('web.token_secret is not set', {
      code: 'token_secret_missing',
      exit: 'CONFIG',
      notDone: 'No link can be told from a forged one, so none is answered.',
      fix: 'Set web.token_secret to the secret that signs the links in your mail.',
    });
  }
  const current = await secretOf(config, 'web.token_secret', tokenSecret);
  const old: string[] = [];
  for (const reference of oldTokenSecrets)
    old.push(await secretOf(config, 'web.old_token_secrets', reference));
  return createUnsubscribeTokens({ current, old });
}

async function openChecks(config: LoadedConfig): Promise<PublicSite['hooks']['checks']> {
  const { resend, mailgun, stream } = config.web.hooks;
  const open = async (
    key: string,
    reference: SecretReference | null,
    check: (secret: string) => SignatureCheck,
  ): Promise<SignatureCheck | null> => {
    if (reference === null) return null;
    const secret = await secretOf(config, key, reference);
    try {
      return check(secret);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new HeadgateError(`${key} is not what the provider shows: it has to be ${error.message}`, {
        code: 'hook_secret_unusable',
        exit: 'CONFIG',
        notDone: 'No request is answered.',
        fix: `Copy the signing secret again and put it where ${key} points.`,
      });
    }
  };
  return {
    resend: await open('web.hooks.resend_secret', resend, resendCheck),
    mailgun: await open('web.hooks.mailgun_key', mailgun, mailgunCheck),
    stream: await open('web.hooks.stream_secret', stream, streamCheck),
  };
}

function secretOf({ paths }: LoadedConfig, key: string, reference: SecretReference): Promise<string> {
  return resolveSecret(reference, { key, workspaceDir: paths.workspaceDir, environment: env });
}

/** Where stops go that the spool does not take: systemd's RuntimeDirectory is another file system. */
function asideFolder(): string | null {
  const [runtime = ''] = (env['RUNTIME_DIRECTORY'] ?? '').split(':');
  const uid = String(process.getuid?.() ?? 0);
  return privateFolder(runtime === '' ? join(tmpdir(), `headgate-unsub-${uid}`) : runtime);
}

function sayOf(to: Journal): (priority: 2 | 6, text: string) => void {
  return (priority, text) => {
    to.say(priority, text);
  };
}

/** Null: help was asked for. Throws HeadgateError 64. */
function readFlags(args: readonly string[]): Flags | null {
  const { values } = parsed(args);
  if (values.help === true) return null;
  const idleSeconds = Number(values.idle);
  if (!/^\d+$/.test(values.idle) || idleSeconds < 1 || idleSeconds > IDLE_SECONDS_MAX)
    throw usage(`--idle takes 1 to ${String(IDLE_SECONDS_MAX)} seconds`);
  return {
    on: listenOn(values.listen),
    idleMs: idleSeconds * 1000,
    config: values.config ?? null,
    state: values.state ?? null,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        listen: { type: 'string', default: DEFAULT_ADDRESS },
        idle: { type: 'string', default: '300' },
        config: { type: 'string', short: 'C' },
        state: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function listenOn(text: string): ListenOn {
  try {
    const on = activatedSocket(env, process.pid) ?? loopbackAddress(text);
    if (on !== null) return on;
  } catch (error) {
    if (error instanceof RangeError)
      throw usage(`the socket unit must have one ListenStream=: ${error.message}`);
    throw error;
  }
  throw usage(`--listen takes an address of this machine, as ${DEFAULT_ADDRESS}`);
}

function usage(message: string): HeadgateError {
  return new HeadgateError(message, { code: 'usage', exit: 'USAGE', fix: 'unsub --help' });
}

function asHeadgateError(error: unknown): HeadgateError {
  if (error instanceof HeadgateError) return error;
  const isSystem = error instanceof Error && 'code' in error && typeof error.code === 'string';
  const words =
    error instanceof Error ? (isSystem ? error.message : (error.stack ?? error.message)) : String(error);
  return new HeadgateError(words, {
    code: 'unexpected',
    exit: isSystem ? 'UNAVAILABLE' : 'SOFTWARE',
    cause: error,
  });
}

function tell(error: HeadgateError): number {
  const lines = [error.message, ...error.details, error.notDone, error.fix].filter(
    (line) => line !== undefined,
  );
  journal.say(2, lines.join('\n   '));
  process.stderr.write(`exit ${String(EXIT_CODES[error.exit])} ${error.exit}\n`);
  return EXIT_CODES[error.exit];
}

void main();
