import { tapData } from '../../adapters/tap-signature.ts';
import type { ChatKeyboard } from '../../ports.ts';
import { ensureButton, ensureChatKey } from '../../store/chat-pages.ts';
import type { OperatorState } from '../operator-state.ts';
import type { PageView } from './page-view.ts';

/** Labels are cut by the chat itself, where they are too long for a telephone; this is far more than any of ours. */
const LABEL_LENGTH_MAX = 60;
/** A key of 240 random bits. */
const KEY_PARTS = 3;

/**
 * The buttons of a page, each with a random id and a signature of what it stands for (F2). In a transaction: what is not stored cannot be
 * tapped. The same page asks for the same buttons again and gets them.
 */
export function keyboardOf(
  state: OperatorState,
  { pageRowId, rows }: { readonly pageRowId: number; readonly rows: PageView['rows'] },
): ChatKeyboard {
  const { db, invocation, now, workspace } = state;
  const { random } = invocation.context;
  const newKey = (): string => Array.from({ length: KEY_PARTS }, () => random.publicId('k')).join('.');
  const key = ensureChatKey(db, newKey, now);
  const chat = workspace.notify.telegram?.chat ?? '';
  return rows.map((row) =>
    row.map((button) => {
      const id = ensureButton(db, { ...button, pageRowId }, () => random.publicId('b'));
      const { action, subject, hash } = button;
      const data = tapData(key, { id, chat, action, subject, hash });
      return { label: button.label.slice(0, LABEL_LENGTH_MAX), data };
    }),
  );
}
