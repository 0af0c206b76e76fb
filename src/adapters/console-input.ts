import type { InputStream } from '../ports.ts';
import { isTerminal } from './console-output.ts';

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly sequence?: string;
}

/** Standard input. Nothing is opened before the first question, so that an idle run does not pay for it. */
export function createInputStream(): InputStream {
  let lines: AsyncIterator<string, undefined> | undefined;
  return {
    isTty: isTerminal(0),
    async readLine() {
      lines ??= await openLines();
      const { done, value } = await lines.next();
      return done === true ? null : value;
    },
    readKey,
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

/** One key without waiting for Enter. The terminal is raw only while it waits, so that a crash leaves it usable. */
async function readKey(): Promise<string | null> {
  const { emitKeypressEvents } = await import('node:readline');
  const stdin = process.stdin;
  emitKeypressEvents(stdin);
  if (stdin.isTTY) stdin.setRawMode(true);
  return new Promise((resolve) => {
    const finish = (name: string | null): void => {
      stdin.off('keypress', onKey).off('end', onEnd);
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.pause();
      resolve(name);
    };
    const onKey = (text: string | undefined, key: Key): void => {
      finish(keyName(text, key));
    };
    const onEnd = (): void => {
      finish(null);
    };
    stdin.on('keypress', onKey).on('end', onEnd).resume();
  });
}

/** Letters as typed (`a` and `A` differ), everything else by its name. */
function keyName(text: string | undefined, { name, ctrl, sequence }: Key): string {
  if (ctrl === true && name !== undefined) return `ctrl-${name}`;
  if (name === 'return') return 'enter';
  if (text !== undefined && /^[\P{Cc}]$/u.test(text) && text !== ' ') return text;
  return name ?? sequence ?? '';
}
