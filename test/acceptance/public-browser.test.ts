import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { CHROMIUM, CHROMIUM_ARGS, hasChromium } from './rig/chromium.ts';
import { installation, removeInstallations } from './rig/installation.ts';
import { LEAD, linkPath, publicPlace, PublicProgram, type Place } from './rig/public-program.ts';

if (!hasChromium) console.log(`the page was not opened in a browser: there is no ${CHROMIUM}`);

/** WCAG 2.2, 1.4.3 and 2.5.8. */
const CONTRAST_MIN = 4.5;
const TARGET_PIXELS_MIN = 24;
const LONG_MS = 120_000;

describe.skipIf(!hasChromium)('the unsubscribe page in a browser', () => {
  let place: Place;
  let program: PublicProgram;
  let root: string;
  let profile: string;
  let context: BrowserContext;
  let complaints: string[];

  beforeAll(() => {
    root = installation();
  }, LONG_MS);
  afterAll(removeInstallations);
  beforeEach(async () => {
    place = publicPlace();
    program = await PublicProgram.start(root, place);
    complaints = [];
  }, LONG_MS);
  afterEach(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
    await program.stop();
    place.remove();
  }, LONG_MS);

  async function open(
    options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
    path?: string,
  ): Promise<Page> {
    profile = mkdtempSync(join(tmpdir(), 'headgate-chromium-'));
    context = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      headless: true,
      args: CHROMIUM_ARGS,
      ...options,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.on('console', (message) => complaints.push(`${message.type()} ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`failed ${request.url()}`));
    await page.goto(`${program.url}${path ?? (await linkPath())}`);
    return page;
  }

  test(
    'D10: opening it does nothing; the button stops; the mistake is taken back; and back to stop again',
    async () => {
      const page = await open();
      expect(await page.textContent('h1')).toBe('Stop all email from Ledd Consulting?');
      await page.reload();
      expect(place.spool.acts()).toEqual([]);

      await page.getByRole('button', { name: 'Yes, stop' }).click();
      await page.getByText('You will get no more email from Ledd Consulting.').waitFor();
      expect(place.spool.hasOptedOut(LEAD)).toBe(true);
      expect(page.url()).toBe(`${program.url}${new URL(page.url()).pathname}`);

      await page.getByRole('button', { name: 'That was a mistake' }).click();
      await page.getByText('You may get email from Ledd Consulting again.').waitFor();
      expect(place.spool.hasOptedOut(LEAD)).toBe(false);

      await page.getByRole('button', { name: 'Stop all email' }).click();
      await page.getByText('You will get no more email').waitFor();
      expect(place.spool.hasOptedOut(LEAD)).toBe(true);
      expect(complaints).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'works without JavaScript and by the keyboard alone',
    async () => {
      const page = await open({ javaScriptEnabled: false });
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('You will get no more email').waitFor();
      expect(place.spool.hasOptedOut(LEAD)).toBe(true);
    },
    LONG_MS,
  );

  test.each([
    ['a telephone', { viewport: { width: 320, height: 568 } }],
    ['a telephone in the dark', { viewport: { width: 320, height: 568 }, colorScheme: 'dark' as const }],
    ['a desk', { viewport: { width: 1440, height: 900 } }],
    ['a desk in the dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' as const }],
  ])(
    'on %s it can be read and pressed: language, title, heading, contrast, size, no sideways scrolling',
    async (_, options) => {
      const page = await open(options);
      for (const step of ['ask', 'done']) {
        if (step === 'done') await page.getByRole('button').click();
        const facts = await page.evaluate(FACTS);
        expect(facts.language).toBe('en');
        expect(facts.title).not.toBe('');
        expect(facts.headings).toBe(1);
        expect(facts.landmarks).toBe(1);
        expect(facts.buttonNames.every((name) => name !== '')).toBe(true);
        expect(facts.scrollWidth).toBeLessThanOrEqual(options.viewport.width);
        expect(facts.buttonHeight).toBeGreaterThanOrEqual(TARGET_PIXELS_MIN);
        for (const { what, ratio } of facts.contrasts)
          expect(ratio, `${step}: ${what}`).toBeGreaterThanOrEqual(CONTRAST_MIN);
        expect(facts.isDark).toBe('colorScheme' in options);
      }
      expect(complaints).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'hardening 131: a script in the address does not run, and a link that is not ours shows one plain page',
    async () => {
      const page = await open(
        {},
        '/u/x?%3Cscript%3Edocument.title=1%3C/script%3E#<img src=x onerror=document.title=2>',
      );
      expect(await page.title()).toBe('This link does not work');
      expect(await page.getByRole('button').count()).toBe(0);
      expect(await page.content()).not.toContain('<script>');
    },
    LONG_MS,
  );
});

interface Facts {
  readonly language: string;
  readonly title: string;
  readonly headings: number;
  readonly landmarks: number;
  readonly buttonNames: readonly string[];
  readonly scrollWidth: number;
  readonly buttonHeight: number;
  readonly isDark: boolean;
  readonly contrasts: readonly { readonly what: string; readonly ratio: number }[];
}

/** Runs in the page. Colours are painted and read back, so that system colours count as what they are. */
const FACTS = `(() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const paint = (colors) => {
    pen.clearRect(0, 0, 1, 1);
    for (const color of colors) { pen.fillStyle = color; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const probe = document.body.appendChild(document.createElement('div'));
  probe.style.backgroundColor = 'Canvas';
  const canvas = getComputedStyle(probe).backgroundColor;
  probe.remove();
  const under = (element) => {
    const layers = [];
    for (let each = element; each !== null; each = each.parentElement) layers.unshift(getComputedStyle(each).backgroundColor);
    return [canvas, ...layers];
  };
  const contrast = (element) => {
    const back = under(element);
    const [a, b] = [light(paint(back)), light(paint([...back, getComputedStyle(element).color]))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const all = [...document.querySelectorAll('h1,p,button,address')];
  return {
    language: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    landmarks: document.querySelectorAll('main').length,
    buttonNames: [...document.querySelectorAll('button')].map((each) => each.textContent.trim()),
    scrollWidth: document.documentElement.scrollWidth,
    buttonHeight: document.querySelector('button').getBoundingClientRect().height,
    isDark: light(paint([canvas])) < 0.5,
    contrasts: all.map((each) => ({ what: each.textContent.trim(), ratio: contrast(each) })),
  };
})()` as unknown as () => Facts;
