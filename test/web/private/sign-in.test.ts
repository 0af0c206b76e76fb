import { describe, expect, test } from 'vitest';

import { openState } from '../../../src/store/database.ts';
import { pageSite } from './page-site.ts';

const HOUR_MS = 3_600_000;

describe('F6: the way in to the review page', () => {
  test('looking at a link spends nothing, however often a scanner looks; posting it signs in once', async () => {
    const site = await pageSite();
    const link = await site.link();
    for (let looks = 0; looks < 3; looks += 1) {
      const seen = await site.ask(link);
      expect(seen).toMatchObject({ status: 200 });
      expect(seen.text).toContain('Sign in as tom?');
      expect(seen.headers['set-cookie']).toBeUndefined();
    }
    expect((await site.ask(link, { method: 'HEAD' })).status).toBe(200);
    const signedIn = await site.ask(link, { form: {} });
    expect(signedIn).toMatchObject({ status: 303 });
    expect(signedIn.headers.location).toBe('/');
    expect(signedIn.headers['set-cookie']?.[0]).toMatch(
      /^headgate=[a-z2-7]{32}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    expect((await site.ask('/')).status).toBe(200);
  });

  test('a spent, a late and a made-up link are refused alike, and a spent one gives no second session', async () => {
    const site = await pageSite();
    const spent = await site.link();
    await site.ask(spent, { form: {} });
    const late = await site.link();
    site.clock.advance(60_000);
    const replies = [
      await site.ask(spent, { form: {} }),
      await site.ask(spent),
      await site.ask(late, { form: {} }),
      await site.ask(late),
      await site.ask(`/in/${'a'.repeat(32)}`, { form: {} }),
      await site.ask('/in/x%27%20OR%201=1', { form: {} }),
      await site.ask(`/in/${'a'.repeat(9_000)}`, { form: {} }),
    ];
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([404]));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(replies.every(({ headers }) => headers['set-cookie'] === undefined)).toBe(true);
  });

  test('nobody without a session sees a name, an address or a word of a mail', async () => {
    const site = await pageSite();
    const id = site.draft({ subject: 'Very private' });
    for (const path of [
      '/',
      `/m/${id}`,
      `/m/${id}/mail`,
      `/m/${id}/edit`,
      '/status',
      '/leads/l-lead1',
      '/nothing',
    ]) {
      const reply = await site.ask(path);
      expect(reply.status, path).toBe(403);
      expect(reply.text, path).not.toMatch(/private|lead1|Lead1/);
    }
    const posted = await site.ask(`/m/${id}/approve`, {
      form: {},
      headers: { cookie: 'headgate=' + 'a'.repeat(32) },
    });
    expect(posted.status).toBe(403);
    expect(site.message(id).state).toBe('pending_approval');
  });

  test('a session ends after twelve hours, with a reboot, by signing out, and when the clock goes back', async () => {
    const site = await pageSite();
    const signedIn = async (): Promise<boolean> => (await site.ask('/')).status === 200;
    await site.signIn();
    site.clock.advance(12 * HOUR_MS - 1);
    expect(await signedIn()).toBe(true);
    site.clock.advance(1);
    expect(await signedIn()).toBe(false);
    await site.signIn();
    site.machine.reboot();
    expect(await signedIn()).toBe(false);
    await site.signIn();
    site.clock.advance(-HOUR_MS);
    expect(await signedIn()).toBe(false);
    await site.signIn();
    expect((await site.ask('/out', { form: {} })).text).toContain('Signed out');
    expect(await signedIn()).toBe(false);
  });

  test('A15: a restored backup signs everybody out, and nobody who was signed in when it was made is in', async () => {
    const site = await pageSite();
    await site.signIn();
    const { stdout } = await site.run(['backup', '--json']);
    const [copy] = (JSON.parse(stdout) as { items: { file: string }[] }).items;
    site.database.close();
    const restored = await site.run(['restore', copy!.file, '--yes']);
    expect(restored.code, restored.stderr).toBe(0);
    expect((await site.ask('/')).status).toBe(403);
    await site.signIn();
    expect((await site.ask('/')).text).toContain('In doubt');
  });

  test('a copy of the state lets nobody in: it holds hashes alone', async () => {
    const site = await pageSite();
    const link = await site.link();
    await site.ask(link, { form: {} });
    const db = openState({ file: site.file, mode: 'read' });
    const rows = JSON.stringify(db.prepare('SELECT * FROM web_keys').all());
    db.close();
    expect(rows).toContain('"kind":"session"');
    expect(rows).not.toContain(link.slice('/in/'.length));
  });

  test('a machine that does not name its boot gives no link, and says what works instead', async () => {
    const site = await pageSite();
    site.machine.forgetBootId();
    const { code, stderr } = await site.run(['web', 'login']);
    expect(code).toBe(78);
    expect(stderr).toContain('headgate review works without it');
  });

  test('at a terminal the link says how long it is good and how to reach it from elsewhere', async () => {
    const site = await pageSite();
    const { stdout } = await site.run(['web', 'login', '--port', '9025'], { stdoutIsTty: true });
    expect(stdout).toMatch(/http:\/\/127\.0\.0\.1:9025\/in\/[a-z2-7]{32}/);
    expect(stdout).toContain('ssh -N -L 9025:/run/headgate/web.sock vps-1');
  });
});

describe('cli.md 5.3: what comes from elsewhere', () => {
  test.each([
    ['another name that points here', { host: 'evil.example:8025' }],
    ['a name that begins like ours', { host: '127.0.0.1.evil.example' }],
    [
      'a frame or a picture of another page',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ],
    [
      'another port of this machine',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    ],
    [
      'a frame around it',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ],
  ])('%s sees nothing', async (_, headers) => {
    const site = await pageSite();
    await site.signIn();
    const reply = await site.ask('/', { headers });
    expect(reply.status).toBe(403);
    expect(reply.text).toMatch(/^Refused/);
  });

  test.each([
    ['another origin', { origin: 'http://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['the same name by another protocol', { origin: 'https://127.0.0.1' }],
    ['no origin that it wants to name', { origin: 'null' }],
    ['another site, by what the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['another site of this machine', { 'sec-fetch-site': 'same-site' }],
  ])('nothing is done for %s, with the right cookie and the right form', async (_, headers) => {
    const site = await pageSite();
    const id = site.draft();
    await site.signIn();
    const { bind } = await site.look(`/m/${id}`);
    const reply = await site.ask(`/m/${id}/approve`, { form: bind, headers });
    expect(reply.status).toBe(403);
    expect(site.message(id).state).toBe('pending_approval');
  });

  test('a form without an Origin at all is refused, as is a body that is no form', async () => {
    const site = await pageSite();
    const id = site.draft();
    await site.signIn();
    const { bind } = await site.look(`/m/${id}`);
    const bare = await site.ask(`/m/${id}/approve`, { method: 'POST', isBare: true });
    expect(bare.status).toBe(403);
    const json = await site.ask(`/m/${id}/approve`, {
      form: bind,
      headers: { 'content-type': 'application/json' },
    });
    expect(json.status).toBe(415);
    expect(site.message(id).state).toBe('pending_approval');
  });

  test('a link elsewhere may be followed: what it opens without the cookie says how to get in', async () => {
    const site = await pageSite();
    const headers = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await site.ask('/', { headers })).text).toContain('headgate web login');
  });

  test('every answer forbids scripts but its own, frames, caches and guessing', async () => {
    const site = await pageSite();
    const id = site.draft();
    await site.signIn();
    for (const path of ['/', `/m/${id}`, '/nothing']) {
      const { headers } = await site.ask(path);
      expect(headers['content-security-policy'], path).toContain("default-src 'none'; script-src 'self'");
      expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'");
      expect(headers, path).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
    const mail = await site.ask(`/m/${id}/mail`);
    expect(mail.headers['content-security-policy']).toMatch(
      /^default-src 'none'; .*sandbox allow-same-origin$/,
    );
    expect(mail.headers['content-security-policy']).not.toContain('script-src');
  });

  test('methods and paths that are none of ours do nothing', async () => {
    const site = await pageSite();
    await site.signIn();
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await site.ask('/', { method, headers: { origin: site.url } })).status, method).toBe(405);
    for (const path of ['/m/', '/m/m-x/../../etc/passwd', '/%2e%2e/x', '//evil.example/', '/m/m-nothing'])
      expect((await site.ask(path)).status, path).toBe(404);
  });
});

describe('F6: where it listens', () => {
  test.each(['0.0.0.0:8025', ':8025', '[::]:8025', '192.168.1.4:8025', 'example.com:80', '8025'])(
    '%s is refused, with what to do instead',
    async (address) => {
      const site = await pageSite();
      const { code, stderr } = await site.run(['web', '--listen', address]);
      expect(code).toBe(64);
      expect(stderr).toContain('listens on this machine alone');
      expect(stderr).toContain('ssh -L 8025:/run/headgate/web.sock');
    },
  );

  test('a port that is taken is named, and the exit says that trying again is safe', async () => {
    const site = await pageSite();
    const { code, stderr } = await site.run(['web', '--listen', `127.0.0.1:${String(site.port)}`]);
    expect(code).toBe(75);
    expect(stderr).toContain(`somebody listens there already: 127.0.0.1:${String(site.port)}`);
  });

  test('--listen fd without a socket from systemd is a mistake', async () => {
    const site = await pageSite();
    const { code, stderr } = await site.run(['web', '--listen', 'fd']);
    expect(code).toBe(64);
    expect(stderr).toContain('systemd handed no socket over');
  });
});
