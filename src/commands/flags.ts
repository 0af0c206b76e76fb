import type { Command } from 'commander';

/**
 * Flags that several commands share, for `configure` of their entries. Each takes and returns the command, so
 * that an entry reads as a list.
 */

/** `-n, --preview`, and `--dry-run` for hands that are used to it; both set `preview`. */
export function addPreviewFlag(command: Command): Command {
  return command
    .option('-n, --preview', 'show exactly what a live run would do, and do nothing')
    .addOption(command.createOption('--dry-run', 'the same as --preview').hideHelp());
}

/** `--detailed-exit-code`: 20 when nothing was due, 21 when a preview found something. */
export function addDetailedExitFlag(command: Command): Command {
  return command.option('--detailed-exit-code', 'end 20 when nothing was due, 21 when a preview would act');
}

/** `--limit <n>`: lowers the cap of this run, and can only lower it (A6). */
export function addLimitFlag(command: Command): Command {
  return command.option('--limit <n>', 'make at most n; can only lower the configured cap');
}

/** `--lead <id...>` and `--sequence <id...>`: narrow the run, which then writes no checkpoint (A9). */
export function addNarrowingFlags(command: Command): Command {
  return command
    .option('--lead <id...>', 'only these leads; the run writes no checkpoint')
    .option('--sequence <id...>', 'only these sequences; the run writes no checkpoint');
}
