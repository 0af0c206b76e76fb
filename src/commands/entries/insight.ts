import type { CommandEntry } from '../registry.ts';

/** What looks and changes nothing: simulate, doctor, report, `sends …`, `runs …`, `audit …`. */
export const INSIGHT_COMMANDS: readonly CommandEntry[] = [];
