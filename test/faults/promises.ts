/** What must hold whatever went wrong, and how a breach of it is told. */
export const PROMISES = ['twice', 'lost', 'exit', 'message', 'acted', 'next'] as const;
export type PromiseName = (typeof PROMISES)[number];

export interface Breach {
  readonly promise: PromiseName;
  readonly what: string;
}

export const PROMISE_TITLES: Readonly<Record<PromiseName, string>> = {
  twice: 'sent twice',
  lost: 'lost',
  exit: 'wrong exit',
  message: 'unclear',
  acted: 'acted on',
  next: 'next run',
};

/** What a program said when it ended. */
export interface Said {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Words that only a program that fails in its own way says. */
const RAW =
  /^\s+at .+:\d+:\d+\)?$|\[object |\bundefined\b|\bNaN\b|SqliteError|UnhandledPromise|^\(node:|Warning:|Headgate itself failed/m;
const EXIT_LINE = /(?:^|\n)exit (\d+) [A-Z_]+\n$/;
const LINES_MAX = 12;

/**
 * cli.md 2.3, 2.4: a code that is not 0 is named in the last line, after a few lines that say what happened; nothing ever shows the inside
 * of the program. Null when that is so, else what is wrong. Who is killed says nothing.
 */
export function unclear({ code, signal, stdout, stderr }: Said): string | null {
  if (signal !== null || code === null) return null;
  const raw = RAW.exec(stderr);
  if (raw !== null) return `it says ${JSON.stringify(raw[0].trim())}`;
  if (code === 0) return null;
  if (EXIT_LINE.exec(stderr)?.[1] !== String(code)) return 'its last line does not name the exit code';
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2) return 'it does not say what happened';
  if (code >= 64 && stderr.split('\n').length > LINES_MAX)
    return `it takes ${String(stderr.split('\n').length)} lines`;
  return code === 77 && !stderr.includes('/') ? 'it names no path' : null;
}

/** `code` or the name of the signal. */
export function endOf({ code, signal }: Said): string {
  return String(signal ?? code);
}
