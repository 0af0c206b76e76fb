/**
 * Draws docs/images/report-{light,dark,print}.png: a sample workspace that worked for five weeks, was off for three and came back, its
 * report made by the command itself, and headless Chromium. `--html FILE` keeps the report.
 * Run it by hand when the report looks different: `node scripts/screenshots/report.ts`.
 */
import { mkdirSync, mkdtempSync, copyFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { chromium, type Browser } from 'playwright-core';

// The sources import texts as esbuild carries them; a plain Node needs to be told.
import '../../test/helpers/sql-as-text.mjs';

const { values: FLAGS } = parseArgs({ options: { html: { type: 'string' } } });
const ROOT = join(import.meta.dirname, '../..');
const IMAGES = join(ROOT, 'docs/images');
const VIEW = { width: 1100, height: 1330 };
/** A4 at 96 dots an inch, so that the print style is seen as it falls on the first page. */
const PAPER = { width: 794, height: 1123 };

const directory = mkdtempSync(join(tmpdir(), 'headgate-report-'));
try {
  const { busyWeeks } = await import('../../test/helpers/weeks.ts');
  const weeks = await busyWeeks(directory);
  const report = join(directory, 'report.html');
  await weeks.run(['report', '--out', report]);
  if (FLAGS.html !== undefined) copyFileSync(report, FLAGS.html);
  await draw(report);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function draw(report: string): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const address = pathToFileURL(report).href;
  await shoot(browser, { address, name: 'light', scheme: 'light' });
  await shoot(browser, { address, name: 'dark', scheme: 'dark' });
  await shoot(browser, { address, name: 'print', scheme: 'light' });
  await browser.close();
}

async function shoot(
  browser: Browser,
  { address, name, scheme }: { address: string; name: 'light' | 'dark' | 'print'; scheme: 'light' | 'dark' },
): Promise<void> {
  const isPrint = name === 'print';
  const page = await browser.newPage({
    viewport: isPrint ? PAPER : VIEW,
    colorScheme: scheme,
  });
  if (isPrint) await page.emulateMedia({ media: 'print' });
  await page.goto(address);
  await page.screenshot({ path: join(IMAGES, `report-${name}.png`) });
  await page.close();
}
