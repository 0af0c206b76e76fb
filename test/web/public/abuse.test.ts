import { connect } from 'node:net';

import { describe, expect, test } from 'vitest';

import { LEAD, oneClick, testSite, type TestSite } from './site.ts';

/** The status lines of everything that came back. */
const statuses = (text: string): readonly string[] =>
  [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => code!);

async function posted(site: TestSite, headers: readonly string[], body: string): Promise<string> {
  const path = `/u/${await site.token()}`;
  return site.raw(
    [`POST ${path} HTTP/1.1`, 'Host: a', ...headers, 'Connection: close', '', body].join('\r\n'),
  );
}

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const BODY = 'List-Unsubscribe=One-Click';

describe('paths (hardening 129)', () => {
  test.each([
    '/u/../../etc/passwd',
    '/u/..%2f..%2fetc%2fpasswd',
    '/u/%2e%2e/%2e%2e/etc/passwd',
    '/u/%252e%252e%252fetc',
    '/u/%00',
    '/%00',
    '//u/x',
    '/U/x',
    '/u',
    '/hooks/',
    '/hooks/resend/',
    '/hooks/__proto__',
    '/hooks/constructor',
    '/hooks/../u/x',
    '/static/../../etc/passwd',
    'http://evil.example/u/x',
    '*',
    '/index.html',
    '/.git/config',
  ])('%s is 404, and no file of ours is read for it', async (path) => {
    const site = await testSite();
    const back = await site.raw(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(statuses(back)).toEqual(['404']);
    expect(back).not.toMatch(/root:|evil|location:/i);
  });
});

describe('requests that two readers would read differently (hardening 130)', () => {
  test.each([
    ['two lengths', ['Content-Length: 26', 'Content-Length: 27']],
    ['the same length twice', ['Content-Length: 26', 'Content-Length: 26']],
    ['a list of lengths', ['Content-Length: 26, 26']],
    ['a length and chunks', ['Content-Length: 26', 'Transfer-Encoding: chunked']],
    ['chunks and a length', ['Transfer-Encoding: chunked', 'Content-Length: 26']],
    ['an unknown coding', ['Transfer-Encoding: xchunked']],
    ['chunks that are not last', ['Transfer-Encoding: chunked, identity']],
    ['a length with a sign', ['Content-Length: +26']],
    ['a length in hexadecimal', ['Content-Length: 0x1a']],
    ['a space before the colon', ['Content-Length : 26']],
    ['a folded header', ['Content-Length:', ' 26']],
    ['a bare line feed', ['X: a\nContent-Length: 26']],
    ['a NUL in a header', ['X: a\0b', 'Content-Length: 26']],
  ])('%s: 400, closed, nothing done, and no second request is read out of it', async (_, headers) => {
    const site = await testSite();
    const smuggled = `${BODY}GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n`;
    const back = await posted(site, [FORM, ...headers], smuggled);
    expect(statuses(back).filter((status) => status !== '400')).toEqual([]);
    expect(back).not.toContain('User-agent');
    expect(site.files()).toEqual([]);
  });

  test('what follows an honest request on its connection is a request of its own', async () => {
    const site = await testSite();
    const path = `/u/${await site.token()}`;
    const first = `POST ${path} HTTP/1.1\r\nHost: a\r\n${FORM}\r\nContent-Length: 26\r\n\r\n${BODY}`;
    const back = await site.raw(`${first}GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(statuses(back)).toEqual(['200', '200']);
    expect(site.files()).toHaveLength(1);
  });

  test('Host and forwarding headers are neither needed to be right nor ever repeated', async () => {
    const site = await testSite();
    const path = `/u/${await site.token()}`;
    for (const method of ['GET', 'POST']) {
      const back = await site.raw(
        [
          `${method} ${path} HTTP/1.1`,
          'Host: evil.example',
          'X-Forwarded-For: 6.6.6.6',
          'X-Forwarded-Host: evil.example',
          'X-Forwarded-Proto: https',
          'Forwarded: host=evil.example',
          'X-Original-URL: /robots.txt',
          FORM,
          `Content-Length: ${method === 'GET' ? '0' : '26'}`,
          'Connection: close',
          '',
          method === 'GET' ? '' : BODY,
        ].join('\r\n'),
      );
      expect(statuses(back)).toEqual(['200']);
      expect(back).not.toMatch(/evil|6\.6\.6\.6|^location/im);
    }
  });

  test('HTTP/1.1 without a Host is refused; HTTP/1.0 works, and is closed after its answer', async () => {
    const site = await testSite();
    expect(statuses(await site.raw('GET /robots.txt HTTP/1.1\r\n\r\n'))).toEqual(['400']);
    const path = `/u/${await site.token()}`;
    const back = await site.raw(`POST ${path} HTTP/1.0\r\n${FORM}\r\nContent-Length: 26\r\n\r\n${BODY}`);
    expect(statuses(back)).toEqual(['200']);
    expect(site.spool.hasOptedOut(LEAD)).toBe(true);
  });

  test.each(['CONNECT evil.example:443', 'TRACE /u/x', 'OPTIONS *', 'PUT /u/x', 'DELETE /u/x', 'PRI *'])(
    '%s opens nothing',
    async (line) => {
      const site = await testSite();
      const back = await site.raw(`${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect(['400', '404', '405']).toContain(statuses(back)[0]);
    },
  );

  test('an upgrade is not taken up', async () => {
    const site = await testSite();
    const back = await site.raw(
      'GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    expect(statuses(back)).toEqual(['200']);
  });

  test('bytes that are no HTTP are refused', async () => {
    const site = await testSite();
    for (const text of [
      '\x16\x03\x01\x02\x00\x01',
      'EHLO a\r\n\r\n',
      '\r\n\r\nGET\r\n\r\n',
      '\0\0\0\0\r\n\r\n',
    ])
      expect(statuses(await site.raw(text))).toEqual(['400']);
  });
});

describe('bodies (hardening 128)', () => {
  test('10 MB are refused before they are sent, and the peer hears it', async () => {
    const site = await testSite();
    const response = await oneClick(await site.link(), 'x'.repeat(10_485_760)).catch(() => null);
    // A client that does not read while it writes may only see the connection closed.
    expect(response?.status ?? 413).toBe(413);
    const back = await posted(site, [FORM, 'Content-Length: 10485760'], 'x');
    expect(statuses(back)).toEqual(['413']);
    expect(site.files()).toEqual([]);
  });

  test('one that asks first is told at once', async () => {
    const site = await testSite();
    const back = await posted(site, [FORM, 'Content-Length: 10485760', 'Expect: 100-continue'], '');
    expect(statuses(back)).toEqual(['413']);
    const small = await posted(site, [FORM, 'Content-Length: 26', 'Expect: 100-continue'], BODY);
    expect(statuses(small)).toEqual(['100', '200']);
  });

  test('chunks without end are answered 413 and cut off', async () => {
    const site = await testSite();
    const path = `/u/${await site.token()}`;
    const chunk = `400\r\n${'x'.repeat(1_024)}\r\n`;
    const back = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(site.port, '127.0.0.1');
      socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\n${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n`);
      const more = (): void => {
        if (!socket.destroyed) socket.write(chunk, () => setImmediate(more));
      };
      more();
      socket.on('data', (data) => (text += data.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(text);
      });
    });
    expect(statuses(back)).toEqual(['413']);
  });

  test('a peer that goes away in the middle of its body has done nothing', async () => {
    const site = await testSite();
    const path = `/u/${await site.token()}`;
    await new Promise<void>((resolve) => {
      const socket = connect(site.port, '127.0.0.1', () => {
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: a\r\n${FORM}\r\nContent-Length: 26\r\n\r\nList-Unsub`,
          () => {
            socket.destroy();
            resolve();
          },
        );
      });
    });
    expect((await fetch(`${site.url}/robots.txt`)).status).toBe(200);
    expect(site.files()).toEqual([]);
  });

  test('headers of more than 16 kB are 431', async () => {
    const site = await testSite();
    const back = await site.raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(statuses(back)).toEqual(['431']);
    expect(back).toContain("default-src 'none'");
  });
});
