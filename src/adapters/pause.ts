import { setTimeout as sleep } from 'node:timers/promises';

/** D7: waits that many milliseconds, or until the signal aborts; resolves either way. */
export async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    // An aborted wait is over as well; whoever waited looks at the signal next.
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
  }
}

/** Lets whatever waits have its turn, such as a signal, in the middle of work that never waits itself. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
