/** The review page as `headgate web` serves it, in this process, over a real state and a real port. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

import { onTestFinished } from 'vitest';

import { main } from '../../../src/cli.ts';
import type { CliContext, OutputStream } from '../../../src/commands/cli-context.ts';
import { reviewDesk, type ReviewDesk } from '../../commands/review/desk-state.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  /** Instead of the form. */
  readonly body?: string;
  /** Without the cookie and the headers that a browser sends. */
  readonly isBare?: boolean;
}

export interface PageSite extends ReviewDesk {
  readonly url: string;
  readonly port: number;
  /** What the program said. */
  readonly said: () => string;
  /** As a browser at the page asks: with cookie, Origin and Sec-Fetch-Site; never follows. */
  ask(path: string, asked?: Asked): Promise<Reply>;
  /** A link as `headgate web login` prints it, without the host. */
  link(): Promise<string>;
  /** Signs this browser in. */
  signIn(): Promise<void>;
  /** The page at a path, and what its forms are bound to. */
  look(path: string): Promise<OpenPage>;
}

export interface OpenPage {
  readonly reply: Reply;
  /** Hidden fields of the first form that has them. */
  readonly bind: Readonly<Record<string, string>>;
  /** What the live region says. */
  readonly told: string;
}

/** Starts the command itself on a port of its own; ended after the test. */
export async function pageSite(options: Parameters<typeof reviewDesk>[0] = {}): Promise<PageSite> {
  const desk = reviewDesk(options);
  const stop = new AbortController();
  let said = '';
  let heard: () => void = () => undefined;
  const stream: OutputStream = {
    isTty: false,
    columns: null,
    rows: null,
    isJournal: false,
    write(text) {
      said += text;
      heard();
    },
  };
  const context: CliContext = {
    io: {
      stdin: {
        isTty: false,
        readLine: () => Promise.resolve(null),
        readKey: () => Promise.resolve(null),
        readHidden: () => Promise.resolve(null),
        readAll: () => Promise.resolve(''),
        releaseKeys: () => undefined,
      },
      stdout: stream,
      stderr: stream,
      env: { USER: 'tom' },
    },
    clock: desk.clock,
    random: desk.random,
    machine: desk.machine,
    cwd: desk.directory,
    installation: desk.directory,
    version: '0.0.0-test',
    signal: stop.signal,
  };
  const ended = main(['web', '--listen', '127.0.0.1:0'], context);
  onTestFinished(async () => {
    stop.abort('TERMINATED');
    await ended;
  });
  const url = await new Promise<string>((resolve, reject) => {
    heard = () => {
      const found = /^listening on (\S+)$/m.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    void ended.then(() => {
      reject(new Error(`it ended: ${said}`));
    });
  });
  const port = Number(new URL(url).port);
  let cookie: string | null = null;

  const ask: PageSite['ask'] = async (path, asked = {}) => {
    const reply = await exchange(port, path, { ...asked, cookie });
    const set = reply.headers['set-cookie']?.[0];
    if (set !== undefined) cookie = set.split(';', 1)[0] ?? null;
    return reply;
  };
  const link = async (): Promise<string> => {
    const { stdout, stderr, code } = await desk.run(['web', 'login']);
    if (code !== 0) throw new Error(stderr);
    return new URL(stdout.trim()).pathname;
  };
  return {
    ...desk,
    url,
    port,
    said: () => said,
    ask,
    link,
    async signIn() {
      const reply = await ask(await link(), { method: 'POST', form: {} });
      if (reply.status !== 303) throw new Error(`not signed in: ${reply.text}`);
    },
    async look(path) {
      const reply = await ask(path);
      return { reply, bind: bindOf(reply.text), told: toldOf(reply.text) };
    },
  };
}

function exchange(port: number, path: string, asked: Asked & { cookie: string | null }): Promise<Reply> {
  const { form, isBare = false } = asked;
  const method = asked.method ?? (form === undefined ? 'GET' : 'POST');
  const body = asked.body ?? (form === undefined ? '' : new URLSearchParams(form).toString());
  const usual: Record<string, string> = {
    ...(asked.cookie === null ? {} : { cookie: asked.cookie }),
    'sec-fetch-site': 'same-origin',
    ...(method === 'POST'
      ? { origin: `http://127.0.0.1:${String(port)}`, 'content-type': 'application/x-www-form-urlencoded' }
      : {}),
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { port, host: '127.0.0.1', path, method, headers: { ...(isBare ? {} : usual), ...asked.headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** The fields that bind the form of the decision to what the page shows; else the first nonce there is. */
function bindOf(text: string): Readonly<Record<string, string>> {
  const fields = [...text.matchAll(/<input type="hidden" name="(nonce|hash|state|hold)" value="([^"]*)"/g)];
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]));
}

function toldOf(text: string): string {
  const region = /id="told"[^>]*>([\s\S]*?)<\/div>\s*<\/div>/.exec(text)?.[1] ?? '';
  return region
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
