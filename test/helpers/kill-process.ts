/**
 * SIGKILL to a process of the test, which may have ended by itself a moment before: then there is nothing left to kill,
 * and the test sees by the exit which of the two it was.
 */
export function killProcess(pid: number): void {
  signalProcess(pid, 'SIGKILL');
}

/** The same with another signal. 0 is refused: it would mean every process of our own group, this one too. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  if (!(pid > 0)) throw new Error(`${String(pid)} is no process of a test`);
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
