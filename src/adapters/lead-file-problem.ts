import { HeadgateError } from '../core/errors.ts';

export interface FileProblem {
  readonly code: string;
  readonly file: string;
  /** Counted from 1; null when it is about the file as a whole. */
  readonly line: number | null;
  readonly what: string;
  readonly fix?: string;
}

/** One line that names file and line; 65: nothing of the file was taken (cli.md 2.3). */
export function fileProblem({ code, file, line, what, fix }: FileProblem): HeadgateError {
  const place = line === null ? file : `${file}:${line}`;
  return new HeadgateError(`${place}: ${what}`, {
    code,
    exit: 'DATAERR',
    notDone: 'Nothing was imported.',
    ...(fix === undefined ? {} : { fix }),
  });
}
