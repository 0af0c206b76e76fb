import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

import { HtmlValidate } from 'html-validate/node';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { CHROMIUM, CHROMIUM_ARGS, hasChromium } from './rig/chromium.ts';
import { installation, removeInstallations } from './rig/installation.ts';
import { ReviewProgram } from './rig/review-program.ts';

if (!hasChromium) console.log(`the review page was not opened in a browser: there is no ${CHROMIUM}`);

const ARGS = [...CHROMIUM_ARGS, '--host-resolver-rules=MAP rebound.example 127.0.0.1'];
const LONG_MS = 120_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HTML = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    // Prettier writes both so.
    'void-style': 'off',
    'doctype-style': 'off',
    // A part that is left out leaves its line empty.
    'no-trailing-whitespace': 'off',
    // role="region" on what scrolls, so that the keyboard reaches it by name.
    'prefer-native-element': 'off',
    'long-title': 'off',
  },
});

describe.skipIf(!hasChromium)('F6: the review page in a browser', () => {
  let program: ReviewProgram;
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  let complaints: string[] = [];

  beforeAll(async () => {
    program = await ReviewProgram.start(installation());
    browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS });
  }, LONG_MS);
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    complaints = [];
  });
  afterAll(async () => {
    await browser.close();
    await program.remove();
    removeInstallations();
  }, LONG_MS);

  /** A browser of its own, signed in. */
  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await browser.newContext(options);
    contexts.push(context);
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(`${message.type()} ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(program.link());
    expect(await page.textContent('h1')).toBe('Sign in as tom?');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${program.url}/`);
    return page;
  }

  /** A key, once the page takes keys. */
  async function press(page: Page, key: string): Promise<void> {
    await page.waitForSelector('html[data-keys=ready]');
    await page.keyboard.press(key);
  }

  async function told(page: Page, words: string | RegExp): Promise<void> {
    await page.getByRole('status').getByText(words).waitFor();
  }

  const chosen = async (page: Page): Promise<string> => (await page.textContent('.envelope a')) ?? '';

  test(
    'the queue is walked by the keyboard alone, and what was done is said aloud',
    async () => {
      const [first, second] = program.messages('pending_approval');
      const page = await open();
      expect(await chosen(page)).toBe(first!.lead.name);
      // Whoever has clicked into the mail goes on with the keys.
      await page.frameLocator('#reader').getByText('Unsubscribe').hover();
      await page.frameLocator('#reader').locator('p').first().click();
      await press(page, 'j');
      await page.waitForURL(`**/m/${second!.id}`);
      await press(page, 'k');
      await page.waitForURL(`**/m/${first!.id}`);

      await press(page, 'a');
      await told(page, `Approved ${first!.lead.name}: it goes to the outbox with the next send.`);
      expect(await chosen(page)).toBe(second!.lead.name);
      await press(page, 'u');
      await told(page, `Taken back ${first!.lead.name}.`);
      expect(program.stateOf(first!.id)).toBe('pending_approval');

      await press(page, 'h');
      await page.keyboard.type('3d');
      await page.keyboard.press('Enter');
      await told(page, `Held ${first!.lead.name}.`);
      await press(page, 'u');
      await told(page, `Released ${first!.lead.name}.`);

      await press(page, 'e');
      await page.waitForURL('**/edit');
      await page.getByLabel('Subject').fill('A better subject');
      await page.keyboard.press('Enter');
      await told(page, `Edited ${first!.lead.name}.`);
      expect(await page.textContent('h1')).toBe('A better subject');

      await press(page, 'r');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Tab');
      await page.keyboard.type('no "j" here is a key');
      await page.keyboard.press('Enter');
      await told(page, `Rejected ${first!.lead.name}.`);
      expect(program.stateOf(first!.id)).toBe('discarded');

      await press(page, '?');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('a');
      await page.keyboard.press('Escape');
      expect(program.stateOf(second!.id)).toBe('pending_approval');
      expect(complaints).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'works by mouse without any script: approve, undo, hold, release, plain text',
    async () => {
      const [message] = program.messages('pending_approval');
      const page = await open({ javaScriptEnabled: false });
      await page.getByRole('link', { name: 'As plain text' }).click();
      expect(await page.textContent('pre.paper')).toContain('1 Example Street, Leeds');
      await page.getByRole('button', { name: 'Approve', exact: false }).first().click();
      await told(page, 'Approved');
      await page
        .getByRole('link', { name: new RegExp(message!.lead.name) })
        .first()
        .click();
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await told(page, 'Taken back');
      await page.locator('#hold > summary').click();
      await page.locator('#hold button').click();
      await told(page, 'Held');
      await page.goto(`${program.url}/m/${message!.id}`);
      await page.getByRole('button', { name: 'Release' }).click();
      await told(page, 'Released');
      expect(program.stateOf(message!.id)).toBe('pending_approval');
      expect(complaints).toEqual([]);
    },
    LONG_MS,
  );

  const pages = (): readonly string[] => {
    const [message] = program.messages('pending_approval');
    const { id, lead } = message!;
    return ['/', `/m/${id}?as=text`, `/m/${id}/edit`, `/leads/${lead.id}`, '/status', '/keys', '/nothing'];
  };

  test.each([
    ['light, at a desk', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
    ['dark, at 360 pixels', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }],
  ] as const)(
    'axe finds nothing serious on any page, nothing scrolls sideways, nothing is complained of: %s',
    async (_, options) => {
      const page = await open({ ...options });
      for (const path of pages()) {
        await page.goto(`${program.url}${path}`);
        await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
        const found = await seriousProblems(page);
        expect(found, path).toEqual([]);
        const width = await page.evaluate('document.documentElement.scrollWidth');
        expect(width, path).toBeLessThanOrEqual(options.viewport.width);
      }
      expect(complaints.filter((line) => !line.includes('404'))).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'every page is sound HTML',
    async () => {
      const page = await open({ javaScriptEnabled: false });
      const signedOut = await browser.newContext({ javaScriptEnabled: false });
      contexts.push(signedOut);
      const texts = new Map<string, string>();
      for (const path of pages())
        texts.set(path, await (await page.request.get(`${program.url}${path}`)).text());
      for (const path of ['/', program.link().slice(program.url.length), '/in/none'])
        texts.set(`signed out ${path}`, await (await signedOut.request.get(`${program.url}${path}`)).text());
      for (const [path, text] of texts) {
        const report = await HTML.validateString(text, path);
        const lines = report.results.flatMap(({ messages }) =>
          messages.map(({ ruleId, message, line }) => `${path}:${String(line)} ${ruleId} ${message}`),
        );
        expect(lines).toEqual([]);
      }
    },
    LONG_MS,
  );

  test(
    'hardening 42: a name that is a script is a name, an inline script does not run, a mail loads nothing from elsewhere',
    async () => {
      const [, message] = program.messages('pending_approval');
      const stranger = await listening((_, response) => response.end());
      const { port } = stranger.server.address() as AddressInfo;
      const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
      program.headgate('leads', 'set', message!.lead.id, `last_name=${hostile}`);
      const page = await open();
      await page.goto(`${program.url}/m/${message!.id}/edit`);
      await page
        .getByLabel('Text (Markdown)')
        .fill(
          `Hi ![pixel](http://127.0.0.1:${String(port)}/pixel.png)\n\n<script>top.document.title=3</script>`,
        );
      await page.getByRole('button', { name: 'Keep these words' }).click();
      await told(page, 'Edited');
      await page.frameLocator('#reader').getByText('Hi', { exact: true }).waitFor();
      expect(await chosen(page)).toContain('<script>');
      expect(await page.evaluate(INJECT)).toBe('refused');
      expect(await page.title()).not.toMatch(/^[123]$/);
      expect(stranger.asked).toEqual([]);
      stranger.server.close();
    },
    LONG_MS,
  );

  test(
    'cli.md 5.3: a spent link, a page on another port and another name for this machine get nothing',
    async () => {
      const [message] = program.messages('pending_approval');
      const link = program.link();
      const page = await open();
      const hash = await page.getAttribute('#approve input[name=hash]', 'value');
      await page.goto(link);
      await page.getByRole('button', { name: 'Sign in' }).click();
      const thief = await browser.newContext();
      contexts.push(thief);
      const stolen = await thief.newPage();
      expect((await stolen.goto(link))?.status()).toBe(404);

      // Another port of this machine is the same site: the cookie is sent, and that must not be enough.
      const form = `<form method="post" action="${program.url}/m/${message!.id}/approve"><input name="hash" value="${hash!}"><input name="state" value="pending_approval"><input name="nonce" value="s-aaaaaaaaaaaaaaaa"></form><script>document.forms[0].submit()</script>`;
      const other = await listening((_, response) => response.end(form));
      const { port } = other.server.address() as AddressInfo;
      await page.goto(`http://127.0.0.1:${String(port)}/`);
      await page.getByText('Refused: this was sent from another page.').waitFor();
      other.server.close();
      expect(program.stateOf(message!.id)).toBe('pending_approval');

      const rebound = program.url.replace('127.0.0.1', 'rebound.example');
      expect((await page.goto(rebound))?.status()).toBe(403);
      expect(await page.textContent('body')).toContain('asked for under another name');
    },
    LONG_MS,
  );

  test(
    'killed in the middle and started again, the session goes on; two tabs do not do over each other',
    async () => {
      const [message] = program.messages('pending_approval');
      const page = await open();
      const tab = await page.context().newPage();
      await tab.goto(`${program.url}/m/${message!.id}`);
      await program.end('SIGKILL');
      await program.serve();
      await press(page, 'a');
      await told(page, 'Approved');
      await press(tab, 'h');
      await tab.keyboard.press('Enter');
      await told(tab, 'Not held.');
      expect(program.stateOf(message!.id)).toBe('approved');
      await tab.getByRole('button', { name: 'Sign out' }).click();
      await tab.getByText('Signed out').first().waitFor();
      await page.reload();
      expect(await page.textContent('h1')).toBe('You are not signed in');
    },
    LONG_MS,
  );
});

interface Stranger {
  readonly server: Server;
  readonly asked: readonly string[];
}

/** A page of somebody else on this machine. */
function listening(answer: Parameters<typeof createServer>[1]): Promise<Stranger> {
  const asked: string[] = [];
  const server = createServer({}, (request, response) => {
    if (request.url !== '/favicon.ico') asked.push(request.url ?? '');
    response.setHeader('Content-Type', 'text/html');
    answer!(request, response);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, asked }));
  });
}

async function seriousProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    `axe.run(document, { iframes: false, resultTypes: ['violations'] })
       .then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
       .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`,
  );
  return found as readonly string[];
}

/** Runs in the page: what a hole in it would try. */
const INJECT = `(() => {
  const script = document.createElement('script');
  try { script.textContent = 'document.title = 3'; document.body.append(script); } catch (error) { return 'refused'; }
  return document.title === '3' ? 'ran' : 'refused';
})()`;
