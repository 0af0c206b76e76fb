/**
 * Builds the Debian package: `node scripts/build-deb.ts [--arch amd64|arm64] [--version V] [--out DIR] [--compression xz|zstd|gzip|none]`.
 * Needs dpkg-deb and no root. The same source makes the same bytes: every file carries the time of SOURCE_DATE_EPOCH, or else of the last
 * commit. For another machine than this one npm fetches the pinned Node; what V8 compiled is then left out, and a start takes longer.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { writeControl } from './deb/control.ts';
import { writeDocuments } from './deb/documents.ts';
import { isArchitecture, ROOT, type Target } from './deb/target.ts';
import { layOutTree, settleFolders } from './deb/tree.ts';

const { values: FLAGS } = parseArgs({
  options: {
    arch: { type: 'string', default: process.arch === 'arm64' ? 'arm64' : 'amd64' },
    version: { type: 'string', default: ownVersion() },
    out: { type: 'string', default: 'dist' },
    compression: { type: 'string', default: 'xz' },
  },
});
/** As Debian compares them (Policy 5.6.12), without an epoch and a revision. */
const VERSION = /^\d[\w.+~]*$/;

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}

function epoch(): number {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const text = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' });
  const seconds = Number(text.trim());
  if (Number.isSafeInteger(seconds) && seconds > 0) return seconds;
  throw new Error(`SOURCE_DATE_EPOCH takes seconds since 1970, not "${text}"`);
}

function build(target: Target, scratch: string): string {
  layOutTree(target, scratch);
  writeDocuments(target, scratch);
  writeControl(target);
  settleFolders(target.tree);
  const file = resolve(FLAGS.out, `headgate_${target.version}_${target.architecture}.deb`);
  mkdirSync(resolve(FLAGS.out), { recursive: true });
  execFileSync('dpkg-deb', ['--root-owner-group', `-Z${FLAGS.compression}`, '--build', target.tree, file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return file;
}

const { arch, version } = FLAGS;
if (!isArchitecture(arch)) throw new Error(`--arch takes amd64 or arm64, not "${arch}"`);
if (!VERSION.test(version)) throw new Error(`--version takes a version of Debian, not "${version}"`);
const scratch = mkdtempSync(join(tmpdir(), 'headgate-deb-'));
try {
  const epochSeconds = epoch();
  // For all that is called: manual pages and dpkg-deb.
  process.env['SOURCE_DATE_EPOCH'] = String(epochSeconds);
  const target = { architecture: arch, version, epochSeconds, tree: join(scratch, 'tree') };
  process.stdout.write(`${build(target, scratch)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
