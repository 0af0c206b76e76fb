import { createHmac } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DAY_MS, LEAD, oneClick, SECRET, testSite, URLENCODED } from './site.ts';

describe('the unsubscribe page', () => {
  test('D10: shows who asks, what would happen, the postal address and one button; 2 kB, no script, no image', async () => {
    const site = await testSite();
    const response = await fetch(await site.link());
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).toContain('<h1>Stop all email from Ledd?</h1>');
    expect(text).toContain('It takes effect at once.');
    expect(text).toContain('<button name="act" value="stop">Yes, stop</button>');
    expect(text).toContain('1 Example Street\nLeeds');
    expect(text).toMatch(/<html lang="en">[\s\S]*<meta name="viewport" content="width=device-width/);
    expect(Buffer.byteLength(text)).toBeLessThan(2_048);
    expect(text).not.toMatch(/<(?:script|img|link|iframe)|https?:|url\(/i);
  });

  test('hardening 124: GET and HEAD, a hundred times, with every header a scanner sends, change nothing', async () => {
    const site = await testSite();
    const link = await site.link();
    for (let visit = 0; visit < 100; visit += 1) {
      const method = visit % 2 === 0 ? 'GET' : 'HEAD';
      const response = await fetch(
        `${link}${visit % 3 === 0 ? '?List-Unsubscribe=One-Click&act=stop' : ''}`,
        {
          method,
          headers: { purpose: 'prefetch', 'sec-purpose': 'prefetch', 'x-http-method-override': 'POST' },
        },
      );
      expect(response.status).toBe(200);
      if (method === 'HEAD') expect(await response.text()).toBe('');
    }
    expect(site.files()).toEqual([]);
  });

  test('hardening 131: every answer carries the headers that keep the page to itself', async () => {
    const site = await testSite();
    const link = await site.link();
    const answers = [
      await fetch(link),
      await oneClick(link),
      await fetch(`${site.url}/u/nothing`),
      await fetch(`${site.url}/elsewhere`),
      await fetch(link, { method: 'PUT' }),
      await fetch(`${site.url}/hooks/resend`, { method: 'POST', body: '{}' }),
    ];
    for (const { headers } of answers) {
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('set-cookie')).toBeNull();
      expect(headers.get('location')).toBeNull();
    }
  });

  test('hardening 131: nothing that was asked for comes back in the page', async () => {
    const site = await testSite({
      brand: { name: '<script>alert(1)</script> & "Co"', postalAddress: '<b>' },
    });
    const link = await site.link();
    for (const url of [
      `${link}?x=<script>alert(2)</script>`,
      `${site.url}/u/"><script>alert(2)</script>`,
      `${site.url}/<script>alert(2)</script>`,
    ]) {
      const text = await (await fetch(url)).text();
      expect(text).not.toContain('alert(2)');
      expect(text).not.toContain('<script>');
      expect(text).not.toContain('<b>');
    }
    expect(await (await fetch(link)).text()).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Co&quot;',
    );
  });
});

describe('one click (RFC 8058)', () => {
  test('hardening 125: the form and the multipart that mail programs send; on the disk before the answer', async () => {
    const site = await testSite();
    for (const [index, body] of [
      'List-Unsubscribe=One-Click',
      '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
      'List-Unsubscribe=One-Click\r\n',
    ].entries()) {
      const leadId = `l-bbbbbbbbbbbbbbb${String(index + 2)}`;
      const type = body.startsWith('--') ? 'multipart/form-data; boundary=b' : URLENCODED['content-type'];
      const response = await fetch(await site.link({ leadId }), {
        method: 'POST',
        headers: { 'content-type': type },
        body,
        redirect: 'manual',
      });
      expect(response.status).toBe(200);
      expect(site.spool.hasOptedOut(leadId)).toBe(true);
    }
  });

  test('as undici and browsers write a multipart form', async () => {
    const site = await testSite();
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    expect((await fetch(await site.link(), { method: 'POST', body: form })).status).toBe(200);
    expect(site.spool.hasOptedOut(LEAD)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['another value', 'List-Unsubscribe=Yes'],
    ['another case', 'list-unsubscribe=one-click'],
    ['something beside it', 'List-Unsubscribe=One-Click&act=undo'],
    ['twice', 'List-Unsubscribe=One-Click&List-Unsubscribe=One-Click'],
    ['JSON', '{"List-Unsubscribe":"One-Click"}'],
  ])('hardening 125: %s is refused and changes nothing', async (_, body) => {
    const site = await testSite();
    const response = await oneClick(await site.link(), body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Nothing was changed');
    expect(site.files()).toEqual([]);
  });

  test.each(['text/plain', 'application/json', 'multipart/form-data', ''])(
    'hardening 125: the right words as "%s" are refused',
    async (type) => {
      const site = await testSite();
      const body = new TextEncoder().encode('List-Unsubscribe=One-Click');
      const response = await fetch(await site.link(), {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      expect(response.status).toBe(400);
      expect(site.files()).toEqual([]);
    },
  );

  test('hardening 126: a thousand times leave one record; too many a minute are told so, and never the first', async () => {
    const site = await testSite({ actsPerMinute: 20 });
    const link = await site.link();
    const statuses: number[] = [];
    const presser = async (): Promise<void> => {
      for (let press = 0; press < 20; press += 1) {
        const response = await oneClick(link);
        await response.arrayBuffer();
        statuses.push(response.status);
      }
    };
    await Promise.all(Array.from({ length: 50 }, presser));
    expect(statuses).toHaveLength(1_000);
    expect(site.files()).toHaveLength(1);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
  });

  test('a stop is taken even from a reader who has just pressed too often', async () => {
    const site = await testSite({ actsPerMinute: 2 });
    const link = await site.link();
    await oneClick(link);
    await oneClick(link, 'act=undo');
    expect((await oneClick(link, 'act=undo')).status).toBe(429);
    expect((await oneClick(link)).status).toBe(200);
    expect(site.spool.hasOptedOut(LEAD)).toBe(true);
  });
});

describe('the buttons of the page', () => {
  test('stop, mistake, stop: each page offers the other', async () => {
    const site = await testSite();
    const link = await site.link();
    const done = await (await oneClick(link, 'act=stop')).text();
    expect(done).toContain('You will get no more email from Ledd.');
    expect(done).toContain('That was a mistake');
    const undone = await (await oneClick(link, 'act=undo')).text();
    expect(undone).toContain('You may get email from Ledd again.');
    expect(undone).toContain('Stop all email');
    await oneClick(link, 'act=stop');
    expect(site.spool.acts().map(({ act }) => act)).toEqual(['stop', 'undo', 'stop']);
  });
});

describe('links that are not right', () => {
  test('hardening 121: an expired one still opts out; it does nothing else, and offers nothing else', async () => {
    const site = await testSite();
    const link = await site.link({ at: site.clock.now() - 400 * DAY_MS });
    expect((await fetch(link)).status).toBe(200);
    const response = await oneClick(link);
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain('mistake');
    expect(site.spool.hasOptedOut(LEAD)).toBe(true);
    expect((await oneClick(link, 'act=undo')).status).toBe(404);
    expect(site.spool.hasOptedOut(LEAD)).toBe(true);
  });

  test('hardening 122: one signed with an older secret works', async () => {
    const old = 'o'.repeat(40);
    const site = await testSite({ oldSecrets: [old] });
    expect((await oneClick(await site.link({ secret: old }))).status).toBe(200);
  });

  test('hardening 119, 120, 123: forged, cut, of another purpose or algorithm: one page, byte for byte, and nothing changed', async () => {
    const site = await testSite();
    const token = await site.token();
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const sign = (text: string): string => createHmac('sha256', SECRET).update(text).digest('base64url');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>;
    const otherPurpose = `${head}.${encode({ ...claims, pur: 'sign-in' })}`;
    const wrong = [
      '',
      'x',
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${head}.${encode({ ...claims, sub: 'l-cccccccccccccccc' })}.${signature}`,
      `${otherPurpose}.${sign(otherPurpose)}`,
      `${encode({ ...header, alg: 'none' })}.${body}.`,
      `${encode({ ...header, alg: 'HS512' })}.${body}.${signature}`,
      await site.token({ secret: 'f'.repeat(40) }),
      'a'.repeat(8_000),
      '%00',
      `${token}%00`,
      `${token}%0d%0aX-Evil:1`,
    ];
    const seen = new Set<string>();
    for (const each of wrong) {
      for (const method of ['GET', 'POST']) {
        const response = await fetch(`${site.url}/u/${each}`, {
          method,
          redirect: 'manual',
          ...(method === 'GET' ? {} : { headers: URLENCODED, body: 'List-Unsubscribe=One-Click' }),
        });
        seen.add(`${String(response.status)} ${await response.text()}`);
      }
    }
    expect([...seen]).toHaveLength(1);
    expect([...seen][0]).toMatch(/^404 [\s\S]*This link does not work/);
    expect(site.files()).toEqual([]);
    expect(site.said.join()).not.toContain(signature);
  });

  test('any change of one character of a token opens nothing', async () => {
    const site = await testSite();
    const token = await site.token();
    const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~!');
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: token.length - 1 }),
        fc.constantFrom(...alphabet),
        async (at, character) => {
          if (token[at] === character) return;
          const response = await oneClick(
            `${site.url}/u/${token.slice(0, at)}${character}${token.slice(at + 1)}`,
          );
          await response.arrayBuffer();
          expect(response.status).toBe(404);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
    expect(site.files()).toEqual([]);
  });

  test('whatever a stranger types after /u/ is answered, and changes nothing', async () => {
    const site = await testSite();
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 300 }), async (text) => {
        const response = await oneClick(`${site.url}/u/${encodeURIComponent(text.toWellFormed())}`);
        await response.arrayBuffer();
        expect(response.status).toBe(404);
      }),
      { numRuns: 150, seed: 8 },
    );
    expect(site.files()).toEqual([]);
  });
});

describe('when it cannot be written down (hardening 132)', () => {
  test('the answer is 503 with Retry-After, never "done", and the stop is kept aside', async () => {
    const site = await testSite({
      record: () => {
        throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      },
    });
    const response = await oneClick(await site.link());
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('60');
    const text = await response.text();
    expect(text).toContain('Not done yet');
    expect(text).toContain('Yes, stop');
    expect(text).not.toMatch(/no more email/);
    expect(site.aside).toEqual([{ leadId: LEAD, act: 'stop', at: site.clock.now() }]);
  });
});
