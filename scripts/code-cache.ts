/**
 * Runs a built program once and keeps what V8 compiled. Usage: node scripts/code-cache.ts DIST ARGUMENT...
 * Writes `program.cache` in DIST when the program ends; how it ends is the caller's to look at.
 */
import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

import { compileProgram } from './program.ts';

/** Where the hash of the flags stands in what V8 keeps (its SerializedCodeData). */
const FLAGS_AT = 12;
const FLAGS_LENGTH = 4;

const [, , folder = '', ...args] = process.argv;
const directory = resolve(folder);
const start = join(directory, 'headgate.cjs');
// Without a folder: the name is kept too, and who loads it gives it the right one.
const program = compileProgram(directory, null, 'program.cjs');
if (program === null) throw new Error('a program without a cache always compiles');

process.on('exit', () => {
  const staging = join(directory, `.program.cache-${process.pid}`);
  const id = Buffer.from(program.buildId, 'latin1');
  // Flushed: V8 believes what it reads, and half a file after a power cut could crash every start.
  writeFileSync(staging, Buffer.concat([id, forAnyFlags(program.script.createCachedData())]), {
    flush: true,
  });
  renameSync(staging, join(directory, 'program.cache'));
});
process.argv = [process.execPath, start, ...args];
program.run(createRequire(start));

/**
 * V8 takes what was compiled under the same flags alone, and asks by a hash of them. Ours only make it repeatable, and what is compiled
 * does not depend on them, so it gets the hash of a Node without any.
 */
function forAnyFlags(data: Buffer): Buffer {
  const plain = execFileSync(process.execPath, [
    '-e',
    "process.stdout.write(new (require('node:vm').Script)('0').createCachedData())",
  ]);
  plain.copy(data, FLAGS_AT, FLAGS_AT, FLAGS_AT + FLAGS_LENGTH);
  return data;
}
