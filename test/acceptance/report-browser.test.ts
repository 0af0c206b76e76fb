import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium, type Browser } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';

import { sampleWeeks } from '../helpers/weeks.ts';

/** As Debian packages it. */
const CHROMIUM = '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.log(`the report was not opened in a browser: there is no ${CHROMIUM}`);

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { width: 390, height: 800 };
const DESK = { width: 1100, height: 900 };
const LONG_MS = 120_000;

describe.skipIf(!hasChromium)('the report in a browser (cli.md 5.4)', () => {
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'headgate-report-browser-'));
    const weeks = await sampleWeeks(directory);
    await weeks.day();
    await weeks.outage(21);
    const { code, stderr } = await weeks.run(['report', '--out', 'report.html']);
    expect(code, stderr).toBe(0);
    address = pathToFileURL(join(directory, 'report.html')).href;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    return async () => {
      await browser.close();
      rmSync(directory, { recursive: true, force: true });
    };
  }, LONG_MS);

  test.each(['light', 'dark'] as const)(
    'axe finds nothing in the %s scheme, tables unfolded, and the console stays silent',
    async (colorScheme) => {
      // The page's own policy would keep axe out as well.
      const page = await browser.newPage({ viewport: DESK, colorScheme, bypassCSP: true });
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(address);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.evaluate(AXE);
      const violations = await page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" | ")))',
      );
      expect(violations).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
    LONG_MS,
  );

  test('on a phone the page never scrolls sideways; wide parts do by themselves', async () => {
    const page = await browser.newPage({ viewport: PHONE });
    await page.goto(address);
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(PHONE.width);
    await page.close();
  });

  test('asks nobody for anything: all of it is in the one file', async () => {
    const page = await browser.newPage({ viewport: DESK });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(address);
    await page.waitForLoadState('networkidle');
    expect(asked).toEqual([address]);
    await page.close();
  });
});
