import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { PACKAGED_PREFIX } from '../../src/commands/units/layout.ts';
import { AS_SHIPPED, renderUnits, type RenderedFile } from '../../src/commands/units/render.ts';
import { writeManPages } from '../man/write.ts';
import { nodePackage } from './node-package.ts';
import { nodeArchitecture, ROOT, type Target } from './target.ts';

const PLAIN_MODE = 0o644;
const PROGRAM_MODE = 0o755;

/** Lays out everything but the package's own documents: program, Node, the state's binary, units, users, folders, manual pages. */
export function layOutTree(target: Target, scratch: string): void {
  const prefix = join(target.tree, PACKAGED_PREFIX);
  layOutNode(target, { prefix, scratch });
  for (const file of readdirSync(join(ROOT, 'bin')))
    install(join(ROOT, 'bin', file), join(prefix, 'bin', file), PROGRAM_MODE);
  for (const file of ['package.json', 'scripts/launch.sh', ...globSync('systemd/*', { cwd: ROOT })])
    install(
      join(ROOT, file),
      join(prefix, file),
      file.startsWith('systemd/') && file.endsWith('.sh') ? PROGRAM_MODE : PLAIN_MODE,
    );
  layOutBundle(target, prefix);
  for (const { target: path, text, mode } of packagedFiles()) write(join(target.tree, path), text, mode);
  const pages = join(scratch, 'man');
  writeManPages(ROOT, pages);
  for (const page of readdirSync(pages).sort()) layOutPage(target, join(pages, page));
}

/** Units, users, folders, alert and `headgate` on PATH, as the package brings them. */
export function packagedFiles(): readonly RenderedFile[] {
  return renderUnits(ROOT, {
    ...AS_SHIPPED,
    user: 'headgate',
    prefix: PACKAGED_PREFIX,
    config: '/etc/headgate/headgate.toml',
  });
}

/** Writes a file of the package with this mode, whatever the mask of who builds. */
export function write(path: string, text: string | Buffer, mode = PLAIN_MODE): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** Without a name and a time inside, so that the same text makes the same bytes. */
export function compress(path: string): void {
  execFileSync('gzip', ['-9', '-n', path]);
}

function install(from: string, to: string, mode: number): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

function layOutNode(target: Target, { prefix, scratch }: { prefix: string; scratch: string }): void {
  const architecture = nodeArchitecture(target.architecture);
  const modules = join(prefix, 'node_modules');
  const node = `node-linux-${architecture}`;
  install(
    join(nodePackage(target.architecture, scratch), 'bin/node'),
    join(modules, node, 'bin/node'),
    PROGRAM_MODE,
  );
  mkdirSync(join(modules, '.bin'));
  symlinkSync(join('..', node, 'bin/node'), join(modules, '.bin/node'));
  const binary = `better-sqlite3/prebuilds/linux-${architecture}.node`;
  install(join(ROOT, 'node_modules', binary), join(modules, binary), PLAIN_MODE);
}

/** Built anew: dist/ of the sources may hold what an older build left. What V8 compiled is kept for a Node that runs here. */
function layOutBundle(target: Target, prefix: string): void {
  const isNative = nodeArchitecture(target.architecture) === process.arch;
  const dist = join(prefix, 'dist');
  const flags = ['--into', dist, '--man-pages', ...(isNative ? ['--keep-compiled'] : [])];
  // The manual pages bear its date.
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(target.epochSeconds) };
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), ...flags], { stdio: 'inherit', env });
  for (const file of readdirSync(dist)) chmodSync(join(dist, file), PLAIN_MODE);
  if (isNative && !existsSync(join(dist, 'program.cache'))) throw new Error('nothing was kept compiled');
}

function layOutPage(target: Target, page: string): void {
  const path = join(target.tree, 'usr/share/man', `man${page.at(-1) ?? ''}`, basename(page));
  install(page, path, PLAIN_MODE);
  compress(path);
}

/** Every regular file below `folder`, relative to it and in order. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => lstatSync(join(folder, path)).isFile())
    .sort();
}

/** Every folder below `folder` gets the mode that it would have on any machine. */
export function settleFolders(folder: string): void {
  chmodSync(folder, PROGRAM_MODE);
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (lstatSync(join(folder, path)).isDirectory()) chmodSync(join(folder, path), PROGRAM_MODE);
}
