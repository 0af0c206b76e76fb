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
  };
}

function instantOf(text: string): number {
  const instant = parseInstant(text);
  if (typeof instant === 'number') return instant;
  throw usageError(`--at: ${instant.problem}`, 'headgate drip --preview --at 2026-02-18T09:03:00Z');
}
