import type { CommandEntry } from '../registry.ts';

/** `leads …` and `suppressions …`. */
export const LEAD_COMMANDS: readonly CommandEntry[] = [];
