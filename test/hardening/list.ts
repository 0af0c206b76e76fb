import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One row of the list of bad inputs in docs/explanation/bad-input.md. */
export interface Entry {
  readonly number: number;
  readonly input: string;
  readonly outcome: string;
  /** Test files that show it, from `test/` on and without their ending. */
  readonly files: readonly string[];
}

export const COUNT = 150;

const PAGE = join(import.meta.dirname, '../../docs/explanation/bad-input.md');

/** The list, as it stands in the page. */
export function readList(): readonly Entry[] {
  return readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => {
      const [, number = '', input = '', outcome = '', files = ''] = line.split(/(?<!\\) ?\| /);
      const names = [...files.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      return { number: Number(number), input, outcome, files: names };
    });
}

/** `hardening 119, 120 and 123`, `hardening 41 to 50, 57`; `hardening 1.3` is a finding and no bad input. */
export function numbersIn(name: string): readonly number[] {
  const list = /\bhardening (\d+(?!\.?\d)(?:(?:, | and | to )\d+(?!\.?\d))*)/.exec(name)?.[1] ?? '';
  return list.split(/, | and /).flatMap((part) => {
    const [first = 0, last = first] = part.split(' to ').map(Number);
    return part === '' ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
