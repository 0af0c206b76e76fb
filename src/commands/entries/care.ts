import type { CommandEntry } from '../registry.ts';

/** Set-up and care: init, `config …`, `units …`, `secrets …`, adopt, restore, go-live, web, completion. */
export const CARE_COMMANDS: readonly CommandEntry[] = [];
