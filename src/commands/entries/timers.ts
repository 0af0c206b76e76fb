import type { CommandEntry } from '../registry.ts';

/** What the timers fire: drip, nurture, sync, send, digest, confirm, backup, listen. */
export const TIMER_COMMANDS: readonly CommandEntry[] = [];
