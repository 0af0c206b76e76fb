import type { Job } from '../core/model.ts';
import { parseInstant } from '../core/time/instants.ts';
import type { Invocation } from './cli-context.ts';
import { countOption, flagIsOff, flagOption, listOption, textOption, usageError } from './options.ts';
import type { JobRequest } from './run.ts';

/** Reads the flags of `drip` and `nurture` (cli.md 2.2); throws 64 for flags that contradict each other or a limit above the cap (hardening 88, 89). */
export function readJobRequest(invocation: Invocation, job: Job): JobRequest {
  const preview = flagOption(invocation, 'preview');
  const force = flagOption(invocation, 'force');
  if (preview && force) {
    throw usageError(
      '--force and --preview contradict each other',
      'Give one of them; a preview needs no force.',
    );
  }
  const withCopy = flagOption(invocation, 'withCopy');
  if (withCopy) refuseCopy(invocation, { job, preview });
  const at = textOption(invocation, 'at');
  if (at !== null && !preview)
    throw usageError('--at is for previews only', `headgate ${job} --preview --at ${at}`);
  return {
    job,
    preview,
    force,
    limit: countOption(invocation, 'limit'),
    leads: listOption(invocation, 'lead'),
    sequences: listOption(invocation, 'sequence'),
    at: at === null ? null : instantOf(at),
    detailedExitCode: flagOption(invocation, 'detailedExitCode'),
    usesModel: !flagIsOff(invocation, 'ai'),
    withCopy,
  };
}

/** cli.md 2.2: a live run asks its model anyway, and words that nobody keeps are not paid for. */
function refuseCopy(
  invocation: Invocation,
  { job, preview }: { readonly job: Job; readonly preview: boolean },
): void {
  if (!preview)
    throw usageError(
      '--with-copy is for previews only: a live run asks its model anyway',
      `headgate ${job} --preview --with-copy`,
    );
  if (flagIsOff(invocation, 'ai'))
    throw usageError('--with-copy and --no-ai contradict each other', 'Give one of them.');
  if (textOption(invocation, 'at') !== null)
    throw usageError(
      '--with-copy and --at contradict each other',
      'A preview of another time saves no plan: its words would be paid for and lost.',
    );
}

function instantOf(text: string): number {
  const instant = parseInstant(text);
  if (typeof instant === 'number') return instant;
  throw usageError(`--at: ${instant.problem}`, 'headgate drip --preview --at 2026-02-18T09:03:00Z');
}
