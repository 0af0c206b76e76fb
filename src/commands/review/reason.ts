import { cleanLine, hasNul } from '../../core/clean-text.ts';
import type { Invocation } from '../cli-context.ts';
import { textOption, usageError } from '../options.ts';

const REASON_CHARACTERS_MAX = 500;

/** `--reason TEXT` as one clean line; null when it was not given or says nothing. */
export function typedReason(invocation: Invocation): string | null {
  const typed = textOption(invocation, 'reason');
  if (typed === null) return null;
  if (hasNul(typed)) throw usageError('--reason holds a NUL character');
  return reasonLine(typed);
}

/** A reason however it was typed, as one clean line; null when it says nothing. */
export function reasonLine(typed: string): string | null {
  const { text } = cleanLine(typed, REASON_CHARACTERS_MAX);
  return text === '' ? null : text;
}
