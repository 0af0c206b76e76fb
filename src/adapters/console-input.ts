import type { InputStream } from '../ports.ts';
import type { Keyboard } from './console-keys.ts';
import { isTerminal } from './console-output.ts';

/** Standard input. Nothing is opened before the first question, so that an idle run does not pay for it. */
export function createInputStream(): InputStream {
  let lines: AsyncIterator<string, undefined> | undefined;
  let keys: Keyboard | undefined;
  return {
    isTty: isTerminal(0),
    async readLine() {
      lines ??= await openLines();
      const { done, value } = await lines.next();
      return done === true ? null : value;
    },
    async readKey() {
      keys ??= await openKeys();
      return keys.next();
    },
    releaseKeys() {
      keys?.release();
    },
    readHidden,
    async readAll() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) {
        chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
      }
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

const INTERRUPTS = '\u0003';
const ENDS = new Set(['\r', '\n', '\u0004', INTERRUPTS]);
const ERASES = new Set(['\u007f', '\b']);

/** In raw mode the terminal shows nothing, and passes on what ends a line, a run and an input as characters. */
async function readHidden(): Promise<string | null> {
  const { stdin } = process;
  const typed: string[] = [];
  stdin.setRawMode(true);
  try {
    for await (const chunk of stdin.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      for (const character of String(chunk)) {
        if (ENDS.has(character)) return character === INTERRUPTS ? null : typed.join('');
        if (ERASES.has(character)) typed.pop();
        else typed.push(character);
      }
    }
    return null;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}

async function openLines(): Promise<AsyncIterator<string, undefined>> {
  const { createInterface } = await import('node:readline');
  return createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]();
}

async function openKeys(): Promise<Keyboard> {
  const { openKeyboard } = await import('./console-keys.ts');
  return openKeyboard();
}
