import type { ChatCard } from '../../core/chat/card.ts';
import type { DigestFacts } from '../../core/digest/digest.ts';
import { draftLines, type DigestLayout } from '../digest-text.ts';

/** F2: what the buttons below a list of drafts are about; `block` is how each of them stands in it. */
export function draftsCard({ first, total }: DigestFacts['waiting'], layout: DigestLayout): ChatCard {
  const drafts = first.map((draft, index) => ({
    id: draft.id,
    hash: draft.textHash,
    block: draftLines(draft, index + 1, layout).join('\n'),
  }));
  return { kind: 'drafts', drafts, total };
}
