import { combinedHash } from '../../core/text-hash.ts';
import { changePage, type ChatPage, type StoredButton } from '../../store/chat-pages.ts';
import { messageById } from '../../store/messages.ts';
import { countOf } from '../output/text.ts';
import { NO_DETAILS } from '../review/changes.ts';
import { decide } from '../review/decide.ts';
import type { Desk } from '../review/desk.ts';
import { actOnBatch } from './batch-acts.ts';
import { react, type Actor, type Reaction } from './chat-desk.ts';
import { askForWords, decideDraft, showDraft, stopAsking, touchPagesAbout } from './draft-acts.ts';
import { approvableDrafts } from './draft-views.ts';

/** A button that was tapped by somebody who may. */
export interface Tap {
  readonly page: ChatPage;
  readonly button: StoredButton;
  readonly actor: Actor;
}

const SKIP = { kind: 'reject', then: 'skip' } as const;

/**
 * F2: what a button decides inside the state, in the caller's transaction, together with the record that it was tapped. Null for what
 * needs more than the state: the lock of a job, or the file STOP.
 */
export function actOnTap(desk: Desk, tap: Tap): Reaction | null {
  const { page, button, actor } = tap;
  const draft = { id: button.subject, hash: button.hash };
  switch (button.action) {
    case 'approve':
    case 'hold':
    case 'discard':
    case 'undo':
      return decideDraft(desk, { kind: button.action }, { draft });
    case 'release': {
      const [hash = '', holdSeen = ''] = button.hash.split(' ');
      return decideDraft(desk, { kind: 'release' }, { draft: { id: button.subject, hash, holdSeen } });
    }
    case 'reject_now':
      return decideDraft(desk, SKIP, { draft });
    case 'edit':
    case 'reject':
      return askForWords(desk, { kind: button.action, draft, page, actor });
    case 'stop_asking':
      return stopAsking(desk, button.subject);
    case 'read':
      return readDrafts(desk, [button.subject]);
    case 'read_all':
      return page.card.kind === 'drafts'
        ? readDrafts(
            desk,
            approvableDrafts(desk.state, page.card).map(({ id }) => id),
          )
        : react('There is nothing to read.');
    case 'approve_all':
    case 'approve_all_yes':
    case 'no':
      return approveAll(desk, tap);
    case 'show_batch':
    case 'drop_batch':
    case 'keep_batch':
    case 'release_batch':
    case 'release_batch_yes':
      return actOnBatch(desk, tap);
    case 'show_plan':
    case 'confirm':
    case 'veto':
    case 'pause':
    case 'resume':
    case 'resume_yes':
      return null;
  }
}

function readDrafts(desk: Desk, ids: readonly string[]): Reaction {
  const messages = ids.flatMap((id) => messageById(desk.engine.db, id) ?? []);
  for (const message of messages) showDraft(desk, message);
  return react(`${countOf(messages.length, 'draft')} below.`, `showed ${countOf(messages.length, 'draft')}`);
}

/** "Approve all" asks for the number; a yes is about the very drafts that were counted (cli.md 2.5). */
function approveAll(desk: Desk, { page, button }: Tap): Reaction {
  const { db } = desk.engine;
  if (button.action === 'no' || page.card.kind !== 'drafts') {
    changePage(db, page.rowId, { asking: null });
    return react('Nothing was done.');
  }
  const open = approvableDrafts(desk.state, page.card);
  if (open.length === 0 || combinedHash(open) !== button.hash) {
    changePage(db, page.rowId, { asking: null });
    return react('They changed since this message. Nothing was approved: look again.');
  }
  if (button.action === 'approve_all') {
    changePage(db, page.rowId, { asking: 'approve_all' });
    return react(`Send these ${String(open.length)}?`, 'asks whether to approve all');
  }
  const seen = open.flatMap(({ id, hash }) => {
    const message = messageById(db, id);
    return message === null ? [] : [{ message, expectHash: hash }];
  });
  const decided = decide(desk, { kind: 'approve' }, { seen, details: NO_DETAILS });
  const done = decided.filter(({ result }) => result === 'done');
  changePage(db, page.rowId, { asking: null });
  for (const { message } of decided) touchPagesAbout(desk, message.id);
  const refused = decided.length - done.length;
  return react(
    `${String(done.length)} approved${refused > 0 ? `, ${String(refused)} not` : ''}.`,
    `approved ${done.map(({ message }) => message.id).join(' ')}`,
  );
}
