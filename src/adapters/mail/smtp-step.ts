/** How a step under way is ended or prolonged. Only the first ending counts. */
export interface StepEnds<T> {
  readonly settle: (value: T) => void;
  readonly fail: (error: Error) => void;
  /** Gives it a new deadline, from now on. */
  readonly extend: (ms: number) => void;
}

/** One thing at a time that a connection is asked to do: it ends by its answer, by its deadline, or with the connection. */
export class BoundedStep {
  private failUnderWay: ((error: Error) => void) | null = null;

  /** Begins a step; rejects with what `begin` throws, what `fail` is given, or when its time is up. */
  async run<T>(ms: number, begin: (ends: StepEnds<T>) => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        const late = (): void => {
          reject(new Error('the server took too long'));
        };
        const extend = (longer: number): void => {
          clearTimeout(timer);
          timer = setTimeout(late, longer);
        };
        extend(ms);
        this.failUnderWay = reject;
        begin({ settle: resolve, fail: reject, extend });
      });
    } finally {
      clearTimeout(timer);
      this.failUnderWay = null;
    }
  }

  /** Ends the step that is under way, if any. */
  fail(error: Error): void {
    this.failUnderWay?.(error);
  }
}

/** For functions that call back with an error or with nothing. */
export function nodeCallback(ends: StepEnds<null>): (error?: Error | null) => void {
  return (error) => {
    if (error === undefined || error === null) ends.settle(null);
    else ends.fail(error);
  };
}
