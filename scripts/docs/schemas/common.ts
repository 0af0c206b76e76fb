import { REASONS } from '../../../src/core/reason-texts.ts';
import { count, idOf, listOf, mapOf, nullable, objectOf, oneOf, text, type Shape } from './shapes.ts';

/** Long lists that stand once in each schema, under `$defs`. */
export const DEFINITIONS = { reason: oneOf(REASONS) } as const;

export const reason: Shape = { $ref: '#/$defs/reason' };
/** Command lines that a person may type next, most useful first. */
export const next = listOf(text);
export const counts = mapOf(count);
export const lead = objectOf({ id: idOf('l'), email: text, tz: text });
export const doubt = objectOf(
  {
    reason: oneOf(['no_checkpoint', 'gap', 'first_boot', 'machine', 'restored', 'clock', 'replies_unread']),
    detail: text,
  },
  { lifted_by: oneOf(['confirm', 'adopt', 'being_right']) },
);
export const runMode = oneOf(['live', 'preview', 'quiet', 'paused', 'refused', 'failed']);

/** The id of something that may not exist. */
export function nullableId(prefix: Parameters<typeof idOf>[0]): Shape {
  return nullable(idOf(prefix));
}
