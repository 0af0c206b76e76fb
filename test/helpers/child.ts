import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const LOADER = new URL('./sql-as-text.mjs', import.meta.url).href;

export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** The next line it prints; throws with what it wrote to stderr when it ends first. */
  line(): Promise<string>;
  send(line: string): void;
  /** SIGKILL, and waits until the kernel has reaped it. */
  kill(): Promise<void>;
}

/** Runs a script of test/helpers as a real process of its own; killed after the test. */
export function startChild(script: string, args: readonly string[] = []): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', LOADER, path, ...args], { stdio: 'pipe' });
  const exited = once(child, 'exit');
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  // It may be killed while something is written to it; `line` says that it has ended.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  return {
    process: child,
    line: async () => {
      const next = await lines.next();
      if (next.done === true) throw new Error(`the child ended: ${errors}`);
      return next.value;
    },
    send: (line) => void child.stdin.write(`${line}\n`),
    kill,
  };
}
