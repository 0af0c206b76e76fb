import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { systemClock } from '../../src/adapters/clock.ts';
import { manPages } from './pages.ts';

/** Writes every page into a folder, and takes away those of commands that are gone. Dated by SOURCE_DATE_EPOCH, where that is set. */
export function writeManPages(root: string, folder: string): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const epoch = process.env['SOURCE_DATE_EPOCH'];
  const date = new Date(epoch === undefined ? systemClock.now() : Number(epoch) * 1_000);
  const pages = manPages({ version, date: date.toISOString().slice(0, 10) });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(folder, name), text);
  for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(join(folder, name));
}
