import type { Terminal } from '../output/terminal.ts';
import { escapeText } from '../output/text.ts';
import type { Difference } from './compare.ts';

const SAYS: Readonly<Record<Difference['change'], string>> = {
  missing: 'not there',
  changed: 'differs',
  mode: 'has other permissions',
  masked: 'is masked: it never starts until systemctl unmask',
  unknown: 'is not of this version',
  drop_in: 'changes it',
  disabled: 'does not start at boot',
};

/** The differences as a person reads them: a line for each, and below it what would go and what would come. */
export function differenceLines(terminal: Terminal, differences: readonly Difference[]): readonly string[] {
  return differences.flatMap((difference) => [
    headLine(terminal, difference),
    ...(difference.change === 'missing' ? [] : changedLines(terminal, difference)),
  ]);
}

function headLine(terminal: Terminal, { change, name, path, isPersistent }: Difference): string {
  const where = change === 'drop_in' ? `${name}: ${path}` : path;
  const line = ` ${terminal.bold(escapeText(where))} ${SAYS[change]}`;
  return isPersistent
    ? `${line} ${terminal.red(`${terminal.symbols.problem} Persistent: it would run what was missed, at boot`)}`
    : line;
}

function changedLines(terminal: Terminal, { lines }: Difference): readonly string[] {
  return lines.map(({ mark, text }) => {
    const line = `   ${mark} ${escapeText(text)}`;
    return mark === '-' ? terminal.red(line) : terminal.green(line);
  });
}

/** The same for programs. */
export function differenceItem(difference: Difference): Readonly<Record<string, unknown>> {
  const { change, name, path, lines, isPersistent } = difference;
  return {
    name,
    path,
    change,
    persistent: isPersistent,
    removed: lines.filter(({ mark }) => mark === '-').map(({ text }) => text),
    added: lines.filter(({ mark }) => mark === '+').map(({ text }) => text),
  };
}
