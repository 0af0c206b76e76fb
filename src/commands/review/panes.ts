import type { StoredMessage } from '../../store/messages.ts';
import type { Terminal } from '../output/terminal.ts';
import { paneLines, type PaneLine } from './card-text.ts';
import type { Desk } from './desk.ts';
import { readerText } from './reader-text.ts';
import { stepDiffLines } from './step-diff.ts';

/** What the middle of a box can show. */
export type PaneKind = 'mail' | 'diff' | 'help';

/** What `?` shows. */
export const KEYS_HELP = [
  'a  approve this text, go on         r  reject it; written when you leave',
  'e  edit it in $EDITOR               h  hold it, until a time or a release',
  's  leave it for later               u  take back the last thing you did',
  'd  compare it with its step         A  approve all that remain, by number',
  'space, b  the next page, back       q  leave',
  '',
  'Nothing leaves before its undo is over. d and ? again: back to the mail.',
];

/** What the rule above a pane says; null for the mail itself. */
export function nameOfPane(kind: PaneKind): string | null {
  return kind === 'mail' ? null : kind === 'help' ? 'keys' : kind;
}

/** The lines of a pane for one draft, wrapped for this terminal. */
export async function linesOfPane(
  kind: PaneKind,
  {
    desk,
    terminal,
    message,
  }: { readonly desk: Desk; readonly terminal: Terminal; readonly message: StoredMessage },
): Promise<readonly PaneLine[]> {
  switch (kind) {
    case 'mail':
      return paneLines(terminal, await readerText(message.bodyMarkdown ?? ''));
    case 'diff':
      return stepDiffLines(terminal, desk, message);
    case 'help':
      return KEYS_HELP.flatMap((line) => paneLines(terminal, line));
  }
}
