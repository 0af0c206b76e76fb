import type { Invocation, Outcome } from './cli-context.ts';
import { flagOption } from './options.ts';
import { countOf } from './output/text.ts';
import { compareUnits } from './units/compare.ts';
import { differenceItem, differenceLines } from './units/difference-text.ts';
import { placeUnits } from './units/render.ts';
import { rootOf, unitSettings } from './units/settings.ts';

/**
 * `units diff`: what is on this machine against what this version would install with the settings of the last install, drop-ins and
 * disabled timers included. Changes nothing, needs no root. With `--detailed-exit-code` 21 when something differs, else 20.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const root = rootOf(invocation);
  const files = placeUnits(invocation.context.installation, unitSettings(invocation, root), root);
  const differences = compareUnits(root, files);
  const isDetailed = flagOption(invocation, 'detailedExitCode');
  const differs = differences.length > 0;
  return Promise.resolve({
    exit: isDetailed ? (differs ? 'WOULD_ACT' : 'NOTHING_DUE') : 'OK',
    document: { items: differences.map(differenceItem), next: differs ? ['headgate units install'] : [] },
    human: (terminal) =>
      differs
        ? [
            ...differenceLines(terminal, differences),
            `${countOf(differences.length, 'difference')}. headgate units install writes our files; drop-ins stay`,
          ]
        : [`${terminal.symbols.ok} the units are as this version installs them`],
  });
}
