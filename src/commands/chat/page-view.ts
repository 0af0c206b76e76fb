import { readStop } from '../../adapters/stop-file.ts';
import type { ButtonMeaning, ChatCard } from '../../core/chat/card.ts';
import { combinedHash } from '../../core/text-hash.ts';
import type { ChatPage } from '../../store/chat-pages.ts';
import { messagesOfRun, type StoredMessage } from '../../store/messages.ts';
import { planById } from '../../store/plans.ts';
import type { OperatorState } from '../operator-state.ts';
import { countOf } from '../output/text.ts';
import { draftPageView, draftsView } from './draft-views.ts';

/** What a page says and offers at one moment. */
export interface PageView {
  readonly text: string;
  readonly rows: readonly (readonly ButtonMeaning[])[];
}

type CardOf<K extends ChatCard['kind']> = Extract<ChatCard, { kind: K }>;

/** F2, cli.md 2.5: a page as it is now. Whatever was decided elsewhere shows; only what can be done is offered. */
export function viewOf(state: OperatorState, page: ChatPage): PageView {
  const { text, rows } = cardView(state, page);
  return { text: fitting(text, page.told), rows: rows.filter((row) => row.length > 0) };
}

function cardView(state: OperatorState, page: ChatPage): PageView {
  const { card } = page;
  switch (card.kind) {
    case 'drafts':
      return withPause(state, draftsView(state, page, card));
    case 'draft':
      return draftPageView(state, page, card);
    case 'batch':
      return { text: page.text, rows: batchRows(state, card, page.asking) };
    case 'plan':
      return { text: page.text, rows: planRows(state, card) };
    case 'resume':
      return { text: page.text, rows: resumeRows(state, card) };
    case 'plain':
      return { text: page.text, rows: [] };
  }
}

/** A question is answered before anything else is offered. */
function withPause(state: OperatorState, { text, rows }: PageView): PageView {
  if (rows.some((row) => row.some(({ action }) => action === 'approve_all_yes'))) return { text, rows };
  const isPaused = readStop(state.workspace.paths.stopFile) !== null;
  const button = isPaused ? meaning('Resume', 'resume') : meaning('Pause everything', 'pause');
  return { text, rows: [...rows, [button]] };
}

/** A8: the messages of a batch that still wait for a decision about all of them. */
export function heldBatch(state: OperatorState, runId: string): readonly StoredMessage[] {
  return messagesOfRun(state.db, runId).filter(
    ({ state: name, holdCause }) =>
      name === 'held' && (holdCause === 'blast_radius' || holdCause === 'doubt'),
  );
}

/** One hash for all their words: whoever decides about a batch decides about this one. */
export function batchHash(messages: readonly StoredMessage[]): string {
  return combinedHash(messages.map(({ id, textHash }) => ({ id, hash: textHash ?? '' })));
}

function batchRows(state: OperatorState, card: CardOf<'batch'>, asking: string | null): PageView['rows'] {
  const held = heldBatch(state, card.runId);
  const count = held.length;
  if (count === 0) return [];
  const about = { subject: card.runId, hash: batchHash(held) };
  const all = String(count);
  if (asking === 'release_batch')
    return [[{ label: `Yes, release ${all}`, action: 'release_batch_yes', ...about }, meaning('No', 'no')]];
  const { usual } = card;
  const keep = `Keep the first ${String(usual)}, drop ${String(count - usual)}`;
  return [
    [{ label: 'Show me', action: 'show_batch', ...about }],
    [{ label: `Drop all ${all}`, action: 'drop_batch', ...about }],
    usual > 0 && usual < count ? [{ label: keep, action: 'keep_batch', ...about }] : [],
    [{ label: `Release all ${all}`, action: 'release_batch', ...about }],
  ];
}

function planRows({ db }: OperatorState, { planId, count }: CardOf<'plan'>): PageView['rows'] {
  if (planById(db, planId)?.state !== 'waiting') return [];
  const about = { subject: planId, hash: '' };
  const label =
    count === 0 ? 'Go on: nothing is due' : `Draft ${count === 1 ? 'this one' : `these ${String(count)}`}`;
  return [
    count === 0 ? [] : [{ label: 'Show me', action: 'show_plan', ...about }],
    [
      { label, action: 'confirm', ...about },
      { label: 'Stop', action: 'veto', ...about },
    ],
  ];
}

function resumeRows(state: OperatorState, { sinceAt }: CardOf<'resume'>): PageView['rows'] {
  if (readStop(state.workspace.paths.stopFile)?.sinceAt !== sinceAt) return [];
  return [[{ label: 'Resume', action: 'resume_yes', subject: '', hash: String(sinceAt) }]];
}

/** A button that is about nothing in particular. */
export function meaning(label: string, action: ButtonMeaning['action']): ButtonMeaning {
  return { label, action, subject: '', hash: '' };
}

/** The service counts 4,096 after entities are gone. */
const TEXT_MAX = 4_000;

/** What was done with a page stands below it and is never cut; what stands above gives way. */
function fitting(text: string, told: readonly string[]): string {
  const below = told.length === 0 ? '' : `\n\n${told.join('\n')}`;
  const room = TEXT_MAX - below.length;
  if (text.length <= room) return `${text}${below}`;
  const lines: string[] = [];
  let length = 0;
  const all = text.split('\n');
  for (const line of all) {
    if (length + line.length + 40 > room) break;
    lines.push(line);
    length += line.length + 1;
  }
  return `${lines.join('\n')}\n… and ${countOf(all.length - lines.length, 'more line')}${below}`;
}
