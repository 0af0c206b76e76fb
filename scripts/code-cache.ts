/**
 * Runs a built program once and keeps what V8 compiled. Usage: node scripts/code-cache.ts DIST ARGUMENT...
 * Writes `program.cache` in DIST when the program ends; how it ends is the caller's to look at.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

import { compileProgram } from './program.ts';

const [, , folder = '', ...args] = process.argv;
const directory = resolve(folder);
const start = join(directory, 'headgate.cjs');
const program = compileProgram(directory, null);
if (program === null) throw new Error('a program without a cache always compiles');

process.on('exit', () => {
  const staging = join(directory, `.program.cache-${process.pid}`);
  const id = Buffer.from(program.buildId, 'latin1');
  // Flushed: V8 believes what it reads, and half a file after a power cut could crash every start.
  writeFileSync(staging, Buffer.concat([id, program.script.createCachedData()]), { flush: true });
  renameSync(staging, join(directory, 'program.cache'));
});
process.argv = [process.execPath, start, ...args];
program.run(createRequire(start));
