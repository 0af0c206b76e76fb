import { join, resolve } from 'node:path';

import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { countOption, textOption, usageError } from './options.ts';
import { countOf, escapeText } from './output/text.ts';
import { REPORT_DAYS, writeReport, type WrittenReport } from './report/write.ts';

/** A day is no period, and a year of bars is all that a screen has room for. */
const DAYS_MIN = 7;
const DAYS_MAX = 366;

/** `report`: what happened and what is planned as one HTML file (cli.md 5.4). Changes nothing but that file. */
export function run(invocation: Invocation): Promise<Outcome> {
  const days = countOption(invocation, 'days') ?? REPORT_DAYS;
  if (days < DAYS_MIN || days > DAYS_MAX) {
    throw usageError(`--days ${String(days)} is not between ${String(DAYS_MIN)} and ${String(DAYS_MAX)}`);
  }
  // Commander's `--no-names` is the option `names`, which is there unless it was taken away.
  const areNamed = invocation.options['names'] !== false;
  return withState(invocation, 'read', async (state) => {
    const out = textOption(invocation, 'out');
    const path =
      out === null
        ? join(state.workspace.paths.reportDir, 'index.html')
        : resolve(invocation.context.cwd, out);
    const written = await writeReport(state, { path, days, areNamed });
    return { exit: 'OK', document: { items: [itemOf(written)] }, human: linesOf(written) };
  });
}

function itemOf(written: WrittenReport): Readonly<Record<string, unknown>> {
  const { path, bytes, days, fromDay, toDay, areNamed } = written;
  return { path, bytes, days, from: fromDay, to: toDay, names: areNamed };
}

function linesOf({ path, bytes, days, areNamed }: WrittenReport): string {
  const names = areNamed
    ? 'It names people; --no-names makes one that can be passed on.'
    : 'It names nobody and can be passed on.';
  return [
    ` ${escapeText(path)}`,
    `   ${countOf(days, 'day')} in ${String(Math.ceil(bytes / 1000))} kB, for any browser. ${names}`,
  ].join('\n');
}
