import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { runHook } from '../../../src/adapters/notify/hook.ts';
import { createNotifier } from '../../../src/adapters/notify/notifier.ts';
import { ping } from '../../../src/adapters/notify/ping.ts';
import { WebhookChannel } from '../../../src/adapters/notify/webhook.ts';
import type { NoticeChannel, OperatorMessage } from '../../../src/ports.ts';
import { FakeClock, TEST_NOW } from '../../helpers/fakes.ts';
import { temporaryDirectory } from '../../helpers/state.ts';

interface Received {
  readonly line: string;
  readonly signature: string;
  readonly body: string;
}

/** Answers everything with one status. */
async function receiver(status: number, headers: Readonly<Record<string, string>> = {}) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signature = String(request.headers['headgate-signature'] ?? '');
      const line = `${request.method ?? ''} ${request.url ?? ''}`;
      received.push({ line, signature, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/base` };
}

const MESSAGE: OperatorMessage = {
  text: 'HELD',
  html: null,
  isQuiet: false,
  notices: [
    { id: 'n-1', kind: 'held', job: 'drip', runId: 'r-1', text: 'HELD', at: TEST_NOW, mayBeRepeat: false },
  ],
};

function webhook(url: string): WebhookChannel {
  const channel = new WebhookChannel({ url, secret: 'top secret', host: 'vps-1', clock: new FakeClock() });
  onTestFinished(() => channel.close());
  return channel;
}

describe('a webhook (F1)', () => {
  test('gets JSON that its secret signs, moment and body together', async () => {
    const { received, url } = await receiver(204);
    expect(await webhook(url).post(MESSAGE)).toEqual({ kind: 'taken' });
    const [{ line, signature, body }] = received as [Received];
    const [, seconds = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    expect(line).toBe('POST /base');
    expect(Number(seconds)).toBe(TEST_NOW / 1_000);
    expect(mac).toBe(createHmac('sha256', 'top secret').update(`${seconds}.${body}`).digest('hex'));
    expect(JSON.parse(body)).toMatchObject({
      schema: 'headgate.notices/1',
      host: 'vps-1',
      items: [{ id: 'n-1', kind: 'held', run: 'r-1', at: '2026-02-18T09:00:00Z', may_be_repeat: false }],
    });
  });

  test('a refusal is one for certain, a server that fails is not, and a wait is heard', async () => {
    const refused = await receiver(400);
    expect(await webhook(refused.url).post(MESSAGE)).toMatchObject({ mayHaveArrived: false });
    const broken = await receiver(503, { 'retry-after': '120' });
    expect(await webhook(broken.url).post(MESSAGE)).toMatchObject({
      mayHaveArrived: true,
      retryAfterMs: 120_000,
    });
  });
});

describe('a notice that no state can hold', () => {
  const channel = (kind: 'taken' | 'failed', posted: string[]): NoticeChannel => ({
    name: 'webhook',
    post(message) {
      posted.push(`${kind} ${message.text}`);
      return Promise.resolve(
        kind === 'taken' ? { kind } : { kind, error: 'no', retryAfterMs: null, mayHaveArrived: false },
      );
    },
    close: () => Promise.resolve(),
  });

  test('A15: goes to the next channel when one does not take it, and says when none did', async () => {
    const posted: string[] = [];
    const wrap = ({ text }: { text: string }): OperatorMessage => ({ ...MESSAGE, text });
    const notice = { kind: 'failed', job: 'drip', text: 'gone' };
    const both = createNotifier([channel('failed', posted), channel('taken', posted)], wrap);
    expect(await both.deliver(notice)).toBe(true);
    expect(posted).toEqual(['failed gone', 'taken gone']);
    expect(await createNotifier([channel('failed', posted)], wrap).deliver(notice)).toBe(false);
    expect(await createNotifier([], wrap).deliver(notice)).toBe(false);
  });
});

describe('a dead-man ping', () => {
  test('adds its word to the address; success is the address itself', async () => {
    const { received, url } = await receiver(200);
    for (const event of ['start', 'success', 'fail', 'log'] as const)
      expect(await ping(`${url}/drip`, event)).toBe(true);
    expect(received.map(({ line }) => line)).toEqual([
      'GET /base/drip/start',
      'GET /base/drip',
      'GET /base/drip/fail',
      'GET /base/drip/log',
    ]);
    expect(received.every(({ body }) => body === '')).toBe(true);
  });

  test('says when it was not heard, and throws nothing', async () => {
    const { url } = await receiver(404);
    expect(await ping(url, 'start')).toBe(false);
    expect(await ping('http://127.0.0.1:1/x', 'start')).toBe(false);
  });
});

describe('a hook', () => {
  const call = (command: readonly string[], timeoutMs = 10_000): Promise<string | null> =>
    runHook({ command, directory: temporaryDirectory(), environment: { PATH: '/usr/bin:/bin' }, timeoutMs });

  test('is started without a shell, and its end is heard', async () => {
    const script = join(temporaryDirectory(), 'exits.mjs');
    writeFileSync(
      script,
      'process.exit(process.argv[2] === "; exit 7" && process.env.HOME === undefined ? 0 : 3)',
    );
    expect(await call([process.execPath, script, '; exit 7'])).toBeNull();
    expect(await call([process.execPath, script])).toContain('ended with 3');
  });

  test('that is not there, or does not end, has failed', async () => {
    expect(await call(['/nowhere/at-all'])).toContain('ENOENT');
    expect(await call(['/bin/sleep', '60'], 50)).toContain('ended with SIGKILL');
  });
});
