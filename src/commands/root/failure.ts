import { HeadgateError, systemCode } from '../../core/errors.ts';

const NO_PERMISSION: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk failed; dmesg says more',
};

/** Whatever was thrown, as the one error that operators read. What nobody foresaw ends as 70 SOFTWARE. */
export function asHeadgateError(thrown: unknown): HeadgateError {
  if (thrown instanceof HeadgateError) return thrown;
  return asPermissionError(thrown) ?? asSoftwareError(thrown);
}

/** State faults such as a full disk are 77 wherever they surface (cli.md 2.7). */
function asPermissionError(thrown: unknown): HeadgateError | null {
  const problem = NO_PERMISSION[systemCode(thrown) ?? ''];
  if (problem === undefined || !(thrown instanceof Error)) return null;
  const path = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : null;
  return new HeadgateError(path === null ? problem : `${path}: ${problem}`, {
    code: 'no_permission',
    exit: 'NOPERM',
    fix: 'Run as the owner of the workspace, free some space, or look at the disk; then run it again.',
    cause: thrown,
  });
}

function asSoftwareError(thrown: unknown): HeadgateError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new HeadgateError(`Headgate itself failed: ${text.split('\n')[0] ?? ''}`, {
    code: 'internal',
    exit: 'SOFTWARE',
    fix: 'run it again with --verbose and report the lines it prints',
    cause: thrown,
  });
}

/** The stack of an error and of what caused it, for `--verbose`. */
export function stackLines(error: HeadgateError): readonly string[] {
  const lines: string[] = [];
  let current: unknown = error.exit === 'SOFTWARE' && error.code === 'internal' ? error.cause : error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    lines.push(...(current.stack ?? current.message).split('\n'));
    current = current.cause;
    if (current instanceof Error) lines.push('caused by');
  }
  return lines;
}
