import type { Command } from 'commander';

import type { Job } from '../core/model.ts';
import { parseInstant } from '../core/time/instants.ts';
import type { Invocation } from './cli-context.ts';
import { countOption, flagOption, listOption, textOption, usageError } from './options.ts';
import type { JobRequest } from './run.ts';

/** The flags of `drip` and `nurture` (cli.md 2.2). */
export function configureJob(command: Command): void {
  command
    .option('-n, --preview', 'show what a live run would do, and save it as a plan')
    .option('--dry-run', 'the same as --preview')
    .option('--force', 'run live over a missing checkpoint, a gap or a first boot; nothing else')
    .option('--plan <id>', 'draft what is still allowed of this saved preview, as confirm does')
    .option('--sequence <ids...>', 'only these sequences (writes no checkpoint)')
    .option('--lead <ids...>', 'only these leads (writes no checkpoint)')
    .option('--limit <count>', 'at most this many drafts; can only lower the cap')
    .option('--at <time>', 'with --preview: as if it were then; saves nothing')
    .option('--detailed-exit-code', 'exit 20 when nothing was due, 21 when a preview found something');
}

/** Reads them; throws 64 for flags that contradict each other or a limit above the cap (hardening 88, 89). */
export function readJobRequest(invocation: Invocation, job: Job): JobRequest {
  const preview = flagOption(invocation, 'preview') || flagOption(invocation, 'dryRun');
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
  };
}

function instantOf(text: string): number {
  const instant = parseInstant(text);
  if (typeof instant === 'number') return instant;
  throw usageError(`--at: ${instant.problem}`, 'headgate drip --preview --at 2026-02-18T09:03:00Z');
}
