import { HeadgateError } from '../core/errors.ts';
import type { Invocation } from './cli-context.ts';

const LONG_VALUE = /(["'])([^"']{40})[^"']{41,}\1/g;

/** A wrong command line: 64, and nothing was done. `fix` names what to type instead. What was typed is shown shortened. */
export function usageError(message: string, fix?: string): HeadgateError {
  return new HeadgateError(message.replace(LONG_VALUE, '$1$2…$1'), {
    code: 'usage',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    ...(fix === undefined ? {} : { fix }),
  });
}

/** Whether a switch such as `--force` was given. `name` is commander's camel-case name. */
export function flagOption(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === true;
}

/** Whether `--no-NAME` was given. */
export function flagIsOff(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === false;
}

/** The value of `--name TEXT`, or null when it was not given. */
export function textOption(invocation: Invocation, name: string): string | null {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : null;
}

/** The values of a repeatable or variadic option (`--lead ID…`); empty when it was not given. */
export function listOption(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name];
  if (typeof value === 'object') return value;
  return typeof value === 'string' ? [value] : [];
}

/** The whole number of `--name N`, 0 or more; null when it was not given; 64 for anything else. */
export function countOption(invocation: Invocation, name: string): number | null {
  const text = textOption(invocation, name);
  if (text === null) return null;
  const count = Number(text);
  if (!/^\d{1,15}$/.test(text) || !Number.isSafeInteger(count)) {
    throw usageError(`--${kebabCase(name)} takes a whole number, 0 or more, not "${text}"`);
  }
  return count;
}

/** The positional argument at `index`, or null. Commander has already refused a missing required one. */
export function argument(invocation: Invocation, index: number): string | null {
  return invocation.args[index] ?? null;
}

/** `dryRun` as it is typed: `dry-run`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
