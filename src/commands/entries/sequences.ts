import type { CommandEntry } from '../registry.ts';

/** `sequences …` and `steps …`. */
export const SEQUENCE_COMMANDS: readonly CommandEntry[] = [];
