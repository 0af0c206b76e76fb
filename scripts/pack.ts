/**
 * The program as two files. Each dynamic import in the sources becomes a chunk of its own, and chunks become functions in a script:
 * what a command does not use is neither compiled nor run. What the timers' runs use stands in `program.cjs`, everything else in
 * `commands.cjs`, which is read when something of it is asked for. Bundled flat, every start would define every function of every
 * command (measured: a tenth of an idle run).
 */
import { basename } from 'node:path';

import { build, transform, type BuildOptions, type Metafile, type OutputFile } from 'esbuild';

/** A file, and its source map of sections (ECMA-426), one for each chunk. */
export interface PackedFile {
  readonly name: 'program.cjs' | 'commands.cjs';
  readonly code: string;
  readonly map: string;
}

export interface PackRequest {
  /** Of the one entry point. */
  readonly file: string;
  /** Sources that every start of a timer imports dynamically. */
  readonly everyRun: readonly string[];
  readonly options: BuildOptions;
  /** External modules that are parts of files beside the program, by import path; asked once all imports are known. */
  readonly beside: () => ReadonlyMap<string, string>;
}

interface Chunk {
  /** As other chunks import it: `./drip-ABCD1234.js`. */
  readonly name: string;
  readonly code: string;
  readonly map: unknown;
}

/** Packs one entry point and everything that it imports. */
export async function pack({ file, everyRun, options, beside }: PackRequest): Promise<readonly PackedFile[]> {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: { entry: file },
    format: 'esm',
    splitting: true,
    sourcemap: 'inline',
    sourcesContent: false,
    write: false,
    metafile: true,
    outdir: 'chunks',
    outExtension: {},
  });
  const chunks = await Promise.all(outputFiles.map((output) => toChunk(options, output)));
  const needed = staticClosure(metafile, [file, ...everyRun]);
  const [program, commands] = [true, false].map((isNeeded) =>
    chunks.filter(({ name }) => needed.has(name) === isNeeded),
  );
  return [programFile(program ?? [], beside()), commandsFile(commands ?? [])];
}

/** The chunks of these sources, and all that they import at their top. */
function staticClosure({ outputs }: Metafile, sources: readonly string[]): ReadonlySet<string> {
  const waiting = Object.keys(outputs).filter((path) => sources.includes(outputs[path]?.entryPoint ?? ''));
  if (waiting.length !== sources.length) throw new Error(`no chunk of its own: one of ${sources.join(', ')}`);
  const found = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(chunkName(path))) continue;
    found.add(chunkName(path));
    for (const { kind, path: imported, external } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) waiting.push(imported);
    }
  }
  return found;
}

function chunkName(path: string): string {
  return `./${basename(path)}`;
}

async function toChunk(options: BuildOptions, output: OutputFile): Promise<Chunk> {
  const { code, map } = await transform(output.text, {
    format: 'cjs',
    platform: 'node',
    ...(options.target === undefined ? {} : { target: options.target }),
    minifyWhitespace: options.minifyWhitespace === true,
    // Chunks are found in the files that this makes, by require.
    supported: { 'dynamic-import': false },
    sourcemap: 'external',
    sourcesContent: false,
  });
  return { name: chunkName(output.path), code: inAscii(code), map: JSON.parse(map) };
}

/**
 * What esbuild leaves as it is, which is regular expressions, is escaped too: one character beyond Latin-1 would make V8 keep
 * the whole file in two bytes a character.
 */
function inAscii(code: string): string {
  return code.replace(
    /[^\n\r\t\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The chunks' own `require`. Loading node:crypto takes 5 ms, and an idle run hashes nothing with it. */
const LOADER = `const loaded = Object.create(null);
let crypto;
const lazyCrypto = new Proxy({}, { get: (_, name) => (crypto ??= require('node:crypto'))[name] });
function load(name) {
  const known = loaded[name];
  if (known !== undefined) return known.exports;
  const chunk = chunks[name] ?? (name.startsWith('./') ? require('./commands.cjs')[name] : undefined);
  if (chunk === undefined) return loadOutside(name);
  const module = (loaded[name] = { exports: {} });
  chunk(module, module.exports, load);
  return module.exports;
}
function loadOutside(name) {
  if (name === 'node:crypto') return lazyCrypto;
  const file = beside[name];
  return file === undefined ? require(name) : require(file)[name];
}
load('./entry.js');
`;

/** One expression, a function of `require` and `__dirname`, for a script; and what a module exports, when Node loads it as one. */
function programFile(chunks: readonly Chunk[], beside: ReadonlyMap<string, string>): PackedFile {
  const files = JSON.stringify(Object.fromEntries(beside));
  const head = `(typeof module==='undefined'?{}:module).exports=function(require,__dirname){"use strict";const beside=${files};
const chunks={
`;
  return { name: 'program.cjs', ...table(head, chunks, `};\n${LOADER}}\n`) };
}

function commandsFile(chunks: readonly Chunk[]): PackedFile {
  return { name: 'commands.cjs', ...table('"use strict";module.exports={\n', chunks, '};\n') };
}

function table(head: string, chunks: readonly Chunk[], tail: string): Pick<PackedFile, 'code' | 'map'> {
  const sections: unknown[] = [];
  let code = head;
  for (const chunk of chunks) {
    code += `${JSON.stringify(chunk.name)}:function(module,exports,require){\n`;
    sections.push({ offset: { line: lineCount(code), column: 0 }, map: chunk.map });
    code += `${chunk.code}},\n`;
  }
  return { code: code + tail, map: JSON.stringify({ version: 3, sections }) };
}

function lineCount(text: string): number {
  return text.split('\n').length - 1;
}
