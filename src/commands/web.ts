import { chmodSync } from 'node:fs';

import { HeadgateError } from '../core/errors.ts';
import { answerRequest } from '../web/private/http.ts';
import { ALWAYS } from '../web/private/answer.ts';
import { BodyPool } from '../web/http/body.ts';
import { createJournal } from '../web/http/journal.ts';
import { startServer, type ListenOn, type RunningServer } from '../web/http/server.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { countOption, textOption, usageError } from './options.ts';
import { listenOn } from './web/listen-on.ts';
import { reviewSite } from './web/site.ts';
import { openWorkspace } from './workspace.ts';

const IDLE_SECONDS = 300;
const IDLE_SECONDS_MAX = 86_400;
/** One person with a browser opens six. */
const CONNECTIONS_MAX = 64;
const BODY_POOL_BYTES = 4 * 1_048_576;

/**
 * `web`: the review page (F6), until nobody has asked for anything for a while or it is told to end. Throws 64 for an address that
 * others could reach, 75 where somebody else listens there.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const { context } = invocation;
  const on = listenOn(textOption(invocation, 'listen'), context, process.pid);
  const idleMs = idleSeconds(invocation) * 1_000;
  // A configuration that is wrong shows at the start, and not to whoever opens the page.
  openWorkspace(invocation);
  const { io, clock } = context;
  const journal = createJournal({
    write: (line) => {
      io.stderr.write(line);
    },
    isSystemd: io.stderr.isJournal,
    now: () => clock.now(),
  });
  const site = { answer: reviewSite(invocation), journal, pool: new BodyPool(BODY_POOL_BYTES) };
  const server = await listening(on, () =>
    startServer({
      on,
      idleMs,
      isNeeded: () => false,
      headers: ALWAYS,
      connectionsMax: CONNECTIONS_MAX,
      answer: (request, response) => answerRequest(request, response, site),
    }),
  );
  context.signal.addEventListener('abort', server.stop, { once: true });
  const place = on.kind === 'fd' ? placeText(on) : server.address;
  invocation.progress(`listening on ${place}`);
  await server.ended;
  return { exit: 'OK', document: { items: [{ address: place }] }, human: '' };
}

function idleSeconds(invocation: Invocation): number {
  const seconds = countOption(invocation, 'idle') ?? IDLE_SECONDS;
  if (seconds >= 1 && seconds <= IDLE_SECONDS_MAX) return seconds;
  throw usageError(`--idle takes 1 to ${IDLE_SECONDS_MAX} seconds`);
}

async function listening(on: ListenOn, start: () => Promise<RunningServer>): Promise<RunningServer> {
  try {
    const server = await start();
    // For its owner and group, as systemd makes it; before that, for its owner at most.
    if (on.kind === 'path') chmodSync(on.path, 0o660);
    return server;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new HeadgateError(`somebody listens there already: ${placeText(on)}`, {
      code: 'address_in_use',
      exit: 'TEMPFAIL',
      notDone: 'The review page was not started.',
      fix: 'Open that one, or name another place with --listen.',
      cause: error,
    });
  }
}

function placeText(on: ListenOn): string {
  switch (on.kind) {
    case 'fd':
      return 'the socket that systemd handed over';
    case 'path':
      return on.path;
    case 'address':
      return `${on.host}:${on.port}`;
  }
}
