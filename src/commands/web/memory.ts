import type { HashedCopy } from '../../core/text-hash.ts';
import type { ToldView, UndoView } from '../../web/private/views.ts';

/** One thing that somebody did here and may take back, the last one first. */
export type Undoable =
  | { readonly kind: 'approved'; readonly ids: readonly string[] }
  /** `hold` is its `holdMark`: another one is somebody else's. */
  | { readonly kind: 'held'; readonly id: string; readonly hold: string }
  | { readonly kind: 'edited'; readonly id: string; readonly before: HashedCopy };

interface Done extends UndoView {
  readonly session: string;
  readonly what: Undoable;
}

/** What came of one post: where its browser was sent, and what it is told there. */
export interface Answered {
  readonly location: string;
  readonly told: ToldView;
}

const REMEMBERED_MAX = 500;

/**
 * What this process remembers of the acts that were done through it: so that the same form posted twice acts once, a page can say
 * what happened, and `u` takes back one thing after another. It ends with the process; what was done is in the state.
 */
export class ActMemory {
  readonly #answered = new Map<string, Answered>();
  readonly #done: Done[] = [];

  /** What came of the post with this name, by the session that made it; null when there was none that is remembered. */
  answered(session: string, name: string): Answered | null {
    return this.#answered.get(`${session} ${name}`) ?? null;
  }

  remember(session: string, name: string, answered: Answered): void {
    this.#answered.set(`${session} ${name}`, answered);
    if (this.#answered.size <= REMEMBERED_MAX) return;
    const [oldest] = this.#answered.keys();
    if (oldest !== undefined) this.#answered.delete(oldest);
  }

  push(session: string, done: UndoView & { readonly what: Undoable }): void {
    this.#done.push({ session, ...done });
    if (this.#done.length > REMEMBERED_MAX) this.#done.shift();
  }

  /** The last thing of this session that can be taken back. */
  last(session: string): UndoView | null {
    const done = this.#done.findLast((each) => each.session === session);
    return done === undefined ? null : { act: done.act, label: done.label };
  }

  /** This very thing, which can then be taken back no more. */
  take(session: string, act: string): (UndoView & { readonly what: Undoable }) | null {
    const index = this.#done.findIndex((each) => each.session === session && each.act === act);
    return this.#done.splice(index, index === -1 ? 0 : 1)[0] ?? null;
  }

  /** Whether this session approved the message here, so that its undo is not yet a question of minutes. */
  hasApproved(session: string, id: string): boolean {
    return this.#done.some(
      (each) => each.session === session && each.what.kind === 'approved' && each.what.ids.includes(id),
    );
  }
}
