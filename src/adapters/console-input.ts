import type { InputStream } from '../ports.ts';
import { isTerminal } from './console-output.ts';

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly sequence?: string;
}

interface KeyQueue {
  next(): Promise<string | null>;
}

/** Standard input. Nothing is opened before the first question, so that an idle run does not pay for it. */
export function createInputStream(): InputStream {
  let lines: AsyncIterator<string, undefined> | undefined;
  let keys: KeyQueue | undefined;
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
    async readAll() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) {
        chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
      }
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

async function openLines(): Promise<AsyncIterator<string, undefined>> {
  const { createInterface } = await import('node:readline');
  return createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]();
}

/** Keys without waiting for Enter. The terminal is raw only while we wait, so that a crash leaves it usable. */
async function openKeys(): Promise<KeyQueue> {
  const { emitKeypressEvents } = await import('node:readline');
  const stdin = process.stdin;
  const typedAhead: string[] = [];
  let hasEnded = false;
  let waiter: ((name: string | null) => void) | null = null;
  const deliver = (name: string | null): void => {
    const resolve = waiter;
    waiter = null;
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
    resolve?.(name);
  };
  emitKeypressEvents(stdin);
  stdin.on('keypress', (text: string | undefined, key: Key) => {
    if (waiter === null) typedAhead.push(keyName(text, key));
    else deliver(keyName(text, key));
  });
  stdin.on('end', () => {
    hasEnded = true;
    deliver(null);
  });
  return {
    next() {
      const name = typedAhead.shift();
      if (name !== undefined || hasEnded) return Promise.resolve(name ?? null);
      return new Promise((resolve) => {
        waiter = resolve;
        if (stdin.isTTY) stdin.setRawMode(true);
        stdin.resume();
      });
    },
  };
}

/** Letters as typed (`a` and `A` differ), everything else by its name. */
function keyName(text: string | undefined, { name, ctrl, sequence }: Key): string {
  if (ctrl === true && name !== undefined) return `ctrl-${name}`;
  if (name === 'return') return 'enter';
  if (text !== undefined && /^[\P{Cc}]$/u.test(text) && text !== ' ') return text;
  return name ?? sequence ?? '';
}
