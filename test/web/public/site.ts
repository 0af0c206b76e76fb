import { mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { createHookSpool, type HookSpool } from '../../../src/adapters/hook-spool.ts';
import { createActWriter, createOptOutSpool, type OptOutSpool } from '../../../src/adapters/spool.ts';
import { createUnsubscribeTokens } from '../../../src/adapters/unsubscribe-token.ts';
import type { PageAct } from '../../../src/core/page-act.ts';
import { BodyPool } from '../../../src/web/http/body.ts';
import { ALWAYS } from '../../../src/web/public/answer.ts';
import { renderPages, type PageBrand } from '../../../src/web/public/html.ts';
import { createJournal } from '../../../src/web/http/journal.ts';
import { RateLimit } from '../../../src/web/public/rate-limit.ts';
import { answerRequest, type PublicSite } from '../../../src/web/public/routes.ts';
import { startServer } from '../../../src/web/http/server.ts';
import { mailgunCheck, resendCheck, streamCheck } from '../../../src/web/public/signatures.ts';
import { FakeClock } from '../../helpers/fakes.ts';
import { temporaryDirectory } from '../../helpers/state.ts';

export const SECRET = 'k'.repeat(40);
export const LEAD = 'l-aaaaaaaaaaaaaaaa';
export const RESEND_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const MAILGUN_KEY = 'key-3ax6xnjp29jd6fds4gc373sgvjxteol0';
export const STREAM_SECRET = 'whsec_example';
export const DAY_MS = 86_400_000;

export interface TestSite {
  readonly url: string;
  readonly port: number;
  readonly clock: FakeClock;
  readonly folder: string;
  readonly spool: OptOutSpool;
  readonly hooks: HookSpool;
  /** Stops that could not be recorded. */
  readonly aside: readonly PageAct[];
  /** What the operator reads. */
  readonly said: readonly string[];
  token(options?: { at?: number; secret?: string; leadId?: string }): Promise<string>;
  link(options?: Parameters<TestSite['token']>[0]): Promise<string>;
  /** Names in the spool of opt-outs. */
  files(): readonly string[];
  /** Bytes to the port, and everything that came back until it was closed. */
  raw(text: string): Promise<string>;
}

export interface SiteOptions {
  readonly brand?: PageBrand;
  readonly oldSecrets?: readonly string[];
  /** Instead of writing into the spool. */
  readonly record?: () => never;
  readonly hookRecord?: () => never;
  readonly isWithoutHooks?: boolean;
  readonly actsPerMinute?: number;
  readonly poolBytes?: number;
}

/** The public page on a port of its own, with a clock that stands still, gone after the test. */
export async function testSite(options: SiteOptions = {}): Promise<TestSite> {
  const root = temporaryDirectory();
  const [folder, hookFolder] = [join(root, 'unsub.d'), join(root, 'hooks.d')];
  for (const each of [folder, hookFolder]) mkdirSync(each);
  const clock = new FakeClock(Date.UTC(2026, 10, 22));
  const said: string[] = [];
  const aside: PageAct[] = [];
  const now = (): number => clock.now();
  const journal = createJournal({ write: (line) => said.push(line), isSystemd: false, now });
  const tokens = createUnsubscribeTokens({ current: SECRET, old: options.oldSecrets ?? [] });
  const hooks = createHookSpool(hookFolder);
  const pool = (): BodyPool => new BodyPool(options.poolBytes ?? 4_194_304);
  const site: PublicSite = {
    unsubscribe: {
      pages: renderPages(options.brand ?? { name: 'Ledd', postalAddress: '1 Example Street\nLeeds' }),
      open: (token, at) => tokens.verify(token, 'unsubscribe', at),
      record: options.record ?? createActWriter(folder).record,
      keepAside: (act) => aside.push(act),
      now,
      limit: new RateLimit(options.actsPerMinute ?? 60),
      pool: pool(),
      journal,
    },
    hooks: {
      checks:
        options.isWithoutHooks === true
          ? { resend: null, mailgun: null, stream: null }
          : {
              resend: resendCheck(RESEND_SECRET),
              mailgun: mailgunCheck(MAILGUN_KEY),
              stream: streamCheck(STREAM_SECRET),
            },
      record: options.hookRecord ?? ((event) => hooks.record(event)),
      knows: (provider, eventId) => hooks.knows(provider, eventId),
      now,
      pool: pool(),
      journal,
    },
  };
  const server = await startServer({
    on: { kind: 'address', host: '127.0.0.1', port: 0 },
    idleMs: 600_000,
    isNeeded: () => false,
    headers: ALWAYS,
    connectionsMax: 500,
    answer: (request, response) => answerRequest(request, response, site),
  });
  onTestFinished(server.stop);
  const port = Number(new URL(server.address).port);
  const token: TestSite['token'] = ({ at = clock.now(), secret = SECRET, leadId = LEAD } = {}) =>
    createUnsubscribeTokens({ current: secret, old: [] }).sign({ leadId, purpose: 'unsubscribe', now: at });
  return {
    url: server.address,
    port,
    clock,
    folder,
    spool: createOptOutSpool(folder),
    hooks,
    aside,
    said,
    token,
    link: async (asked) => `${server.address}/u/${await token(asked)}`,
    files: () => readdirSync(folder),
    raw: (text) => rawExchange(port, text),
  };
}

/** Bytes to a port, and everything that comes back until the other side closes. */
export function rawExchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let back = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (back += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(back);
    });
  });
}

export const URLENCODED = { 'content-type': 'application/x-www-form-urlencoded' };

export function oneClick(url: string, body = 'List-Unsubscribe=One-Click'): Promise<Response> {
  return fetch(url, { method: 'POST', headers: URLENCODED, body, redirect: 'manual' });
}
