import type { FreshDraft, View } from './view.ts';

/** A promise: what it says, and the sentences in which it was broken by the command just run (none: it was kept). */
export interface Promised {
  readonly name: string;
  readonly broken: (view: View) => readonly string[];
}

/** How a broken promise names a draft. */
export function draftName(draft: FreshDraft): string {
  return `${draft.messageId} (${draft.job}, lead ${draft.leadRowId}, step ${draft.stepRowId})`;
}
