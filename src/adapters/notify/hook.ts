import { spawn } from 'node:child_process';

export interface HookCall {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Starts an operator's program and waits for its end. Null when it ended with 0; else why it counts as failed, in one line. */
export function runHook(call: HookCall): Promise<string | null> {
  const [program = '', ...programArguments] = call.command;
  return new Promise((resolve) => {
    const child = spawn(program, programArguments, {
      cwd: call.directory,
      env: call.environment,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: call.timeoutMs,
      killSignal: 'SIGKILL',
    });
    child.on('error', (error) => {
      resolve(`${program}: ${error.message}`);
    });
    // Not `close`: a grandchild that keeps the streams open must not keep the run.
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(null);
      else resolve(`${program} ended with ${signal ?? String(code)}`);
    });
  });
}
