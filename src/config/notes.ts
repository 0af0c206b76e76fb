import type { Policy } from '../core/policy.ts';
import type { ValueSource } from './settings.ts';

/** Where a value in force differs from what the key says: one phrase for `config show`, else null. */
export function noteOf(
  setting: { readonly key: string; readonly source: ValueSource },
  policy: Policy,
): string | null {
  switch (setting.key) {
    case 'limits.undo_minutes':
      return setting.source.kind === 'default' && !policy.live ? 'acts as 0 while not live' : null;
    case 'mail.transport':
      return policy.live ? null : 'acts as "outbox" while not live';
    default:
      return null;
  }
}
