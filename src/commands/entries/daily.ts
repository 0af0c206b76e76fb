import type { CommandEntry } from '../registry.ts';

/** What an operator types every day: review, status, pause, resume, outbox. */
export const DAILY_COMMANDS: readonly CommandEntry[] = [];
