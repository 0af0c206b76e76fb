import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Layout } from './layout.ts';

/** Where an administrator's own pages stand (hier(7)); a package brings its own. */
const FOLDER = '/usr/local/share/man/man1';
const PAGE = /^headgate(?:-[a-z-]+)?\.1$/;

/**
 * Puts the manual pages of an installation where `man` finds them, and takes away those of commands that are gone. They are no unit:
 * nothing runs differently for them, so they are neither shown as differences nor asked about.
 */
export function installManPages(root: string, layout: Layout, installation: string): void {
  const source = join(installation, 'man');
  const pages = layout.isPackaged ? [] : pagesIn(source);
  if (pages.length === 0) return;
  const folder = `${root}${FOLDER}`;
  mkdirSync(folder, { recursive: true });
  for (const page of pages)
    if (differs(join(source, page), join(folder, page))) copyFileSync(join(source, page), join(folder, page));
  for (const page of pagesIn(folder)) if (!pages.includes(page)) rmSync(join(folder, page));
}

/** Takes away what `installManPages` wrote. */
export function removeManPages(root: string, layout: Layout): void {
  if (layout.isPackaged) return;
  const folder = `${root}${FOLDER}`;
  for (const page of pagesIn(folder)) rmSync(join(folder, page));
}

function pagesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => PAGE.test(name)) : [];
}

function differs(source: string, target: string): boolean {
  return !existsSync(target) || !readFileSync(source).equals(readFileSync(target));
}
