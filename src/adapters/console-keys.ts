interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly sequence?: string;
}

/** Keys of the terminal on standard input, one by one. */
export interface Keyboard {
  /** The next key; null when the terminal is gone. */
  next(): Promise<string | null>;
  /** Gives the terminal back as it was, until the next key is asked for, and forgets what was typed ahead. */
  release(): void;
}

/**
 * Opens the terminal for single keys. It is raw from the first `next` to `release`, so that what is typed in between is not echoed into
 * the screen. Node gives the terminal back whenever the process ends, by a signal or a crash too; Ctrl-Z and SIGTSTP give it back for as
 * long as the program is stopped.
 */
export async function openKeyboard(): Promise<Keyboard> {
  const { emitKeypressEvents } = await import('node:readline');
  const { stdin } = process;
  const typedAhead: string[] = [];
  let isRaw = false;
  let hasEnded = false;
  let waiter: ((name: string | null) => void) | null = null;

  const setRaw = (raw: boolean): void => {
    if (stdin.isTTY && !hasEnded) stdin.setRawMode(raw);
    isRaw = raw;
  };
  const deliver = (name: string | null): void => {
    const resolve = waiter;
    waiter = null;
    resolve?.(name);
  };
  const end = (): void => {
    hasEnded = true;
    deliver(null);
  };
  const suspend = (): void => {
    const wasRaw = isRaw;
    setRaw(false);
    // With nobody listening the signal does what it does to every program; the next statement runs when it goes on.
    process.removeListener('SIGTSTP', suspend);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', suspend);
    if (wasRaw) setRaw(true);
    deliver('resume');
  };

  emitKeypressEvents(stdin);
  stdin.on('keypress', (text: string | undefined, key: Key) => {
    const name = keyName(text, key);
    if (name === 'ctrl-z') suspendGroup();
    else if (waiter === null) typedAhead.push(name);
    else deliver(name);
  });
  stdin.on('end', end).on('error', end);
  process.on('SIGHUP', end).on('SIGTSTP', suspend);
  process.on('SIGWINCH', () => {
    deliver('resize');
  });
  return {
    next() {
      const name = typedAhead.shift();
      if (name !== undefined || hasEnded) return Promise.resolve(name ?? null);
      if (!isRaw) setRaw(true);
      stdin.resume();
      return new Promise((resolve) => {
        waiter = resolve;
      });
    },
    release() {
      typedAhead.length = 0;
      setRaw(false);
      stdin.pause();
    },
  };
}

/** Ctrl-Z as the terminal itself would have done it: to all that run in the foreground. Our own share is `suspend`. */
function suspendGroup(): void {
  process.kill(0, 'SIGTSTP');
}

/** Letters as typed (`a` and `A` differ), everything else by its name. */
function keyName(text: string | undefined, { name, ctrl, sequence }: Key): string {
  if (ctrl === true && name !== undefined) return `ctrl-${name}`;
  if (name === 'return') return 'enter';
  if (text !== undefined && /^[\P{Cc}]$/u.test(text) && text !== ' ') return text;
  return name ?? sequence ?? '';
}
