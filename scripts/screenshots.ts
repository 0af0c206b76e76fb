/**
 * Takes the pictures of the review page that the README and the how-to show: docs/images/review-{light,dark,phone}.png. A workspace of
 * samples in a folder of its own, the program of this checkout, Chromium as the distribution packages it.
 * Usage: node scripts/build.ts && node scripts/screenshots.ts
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { chromium, type Page } from 'playwright-core';

import { demoWorkspace, ROOT } from './demo-workspace.ts';

const IMAGES = join(ROOT, 'docs/images');
const CHROMIUM = '/usr/bin/chromium';
const PORT = 8765;
const URL = `http://127.0.0.1:${String(PORT)}`;

const PICTURES = [
  { name: 'review-light', width: 1280, height: 840, colorScheme: 'light' },
  { name: 'review-dark', width: 1280, height: 840, colorScheme: 'dark' },
  { name: 'review-phone', width: 390, height: 844, colorScheme: 'light' },
] as const;

const PREFERRED =
  '<edit name="family" mode="prepend_first" binding="strong"><string>Liberation Sans</string></edit>';

/** A sans serif such as most desks have, wherever the pictures are taken. */
const FONTS = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match target="pattern"><test qual="any" name="family"><string>sans</string></test>${PREFERRED}</match>
<match target="pattern"><test qual="any" name="family"><string>sans-serif</string></test>${PREFERRED}</match>
<match target="pattern"><test qual="any" name="family"><string>system-ui</string></test>${PREFERRED}</match></fontconfig>`;

const { directory, env, headgate, remove } = demoWorkspace();

/** A queue as it is on an ordinary morning: some wait, two are approved, nothing is in doubt. */
function makeQueue(): void {
  headgate('nurture');
  headgate('confirm', '--yes');
  headgate('send');
  const { items } = JSON.parse(headgate('review', 'list', '--state', 'pending', '--json')) as {
    items: readonly { readonly id: string }[];
  };
  for (const { id } of items.slice(-2)) headgate('review', 'approve', id);
}

async function takePictures(page: Page): Promise<void> {
  await page.goto(headgate('web', 'login', '--port', String(PORT)).trim());
  await page.getByRole('button', { name: 'Sign in' }).click();
  for (const { name, width, height, colorScheme } of PICTURES) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(URL);
    await page.waitForSelector('html[data-keys=ready]');
    await page.screenshot({ path: join(IMAGES, `${name}.png`) });
    console.log(join(IMAGES, `${name}.png`));
  }
}

mkdirSync(IMAGES, { recursive: true });
writeFileSync(join(directory, 'fonts.conf'), FONTS);
makeQueue();
const program = spawn(join(ROOT, 'bin/web'), ['--listen', `127.0.0.1:${String(PORT)}`], {
  cwd: directory,
  env,
  stdio: ['ignore', 'ignore', 'pipe'],
});
await once(program.stderr, 'data');
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu'],
  env: { ...process.env, FONTCONFIG_FILE: join(directory, 'fonts.conf') },
});
try {
  await takePictures(await browser.newPage());
} finally {
  await browser.close();
  program.kill('SIGTERM');
  await once(program, 'close');
  remove();
}
