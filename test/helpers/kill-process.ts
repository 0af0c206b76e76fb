/**
 * SIGKILL to a process of the test, which may have ended by itself a moment before: then there is nothing left to kill,
 * and the test sees by the exit which of the two it was.
 */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
