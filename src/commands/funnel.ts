import type { StoredSequence } from '../core/model.ts';
import type { SequenceFunnel } from '../store/funnel.ts';
import type { Terminal } from './output/terminal.ts';
import { escapeText, padEnd, padStart, truncate } from './output/text.ts';
import { liveSteps } from './sequence-text.ts';

/** One line of a funnel. */
export interface FunnelStage {
  /** A step's id, or `enrolled`, `completed`, `replied`, `bounced`, `complained`, `unsubscribed`, `stopped`. */
  readonly name: string;
  readonly kind: 'enrolled' | 'step' | 'end';
  readonly count: number;
  /** Of those enrolled, 0 to 1; null when nobody is. */
  readonly share: number | null;
}

/** A funnel from its wide end: enrolled, sent step by step, then how it ended. A rehearsal counts only as long as nothing is for real (D9). */
export function funnelStages(
  sequence: Pick<StoredSequence, 'steps'>,
  funnel: SequenceFunnel,
  isLive: boolean,
): readonly FunnelStage[] {
  const { enrolled, completed, replied, bounced, complained, unsubscribed, stopped } = funnel;
  const share = (count: number): number | null => (enrolled === 0 ? null : count / enrolled);
  const stage = (kind: FunnelStage['kind'], name: string, count: number): FunnelStage => ({
    name,
    kind,
    count,
    share: share(count),
  });
  const steps = liveSteps(sequence).map(({ id, rowId }) => {
    const known = funnel.steps.get(rowId);
    return stage('step', id, (known?.sent ?? 0) + (isLive ? 0 : (known?.rehearsed ?? 0)));
  });
  const ends = Object.entries({ completed, replied, bounced, complained, unsubscribed, stopped });
  return [
    stage('enrolled', 'enrolled', enrolled),
    ...steps,
    ...ends.map(([name, count]) => stage('end', name, count)),
  ];
}

/** `sequences show --json`: shares with four digits. */
export function funnelDocument(
  sequence: Pick<StoredSequence, 'steps'>,
  funnel: SequenceFunnel,
  isLive: boolean,
): Readonly<Record<string, unknown>> {
  const { enrolled, steps, ...ends } = funnel;
  return {
    enrolled,
    steps: liveSteps(sequence).map(({ id, rowId }) => {
      const { sent = 0, rehearsed = 0, waiting = 0, replied = 0 } = steps.get(rowId) ?? {};
      const counted = isLive ? sent : sent + rehearsed;
      return {
        id,
        sent,
        rehearsed,
        waiting,
        replied,
        share: enrolled === 0 ? null : round4(counted / enrolled),
      };
    }),
    ...ends,
  };
}

const LABEL_WIDTH = 26;
const BAR_WIDTH_MAX = 40;

/** The funnel as bars in the terminal; plain numbers in a pipe. */
export function funnelLines(
  terminal: Terminal,
  stages: readonly FunnelStage[],
  { isLive }: { readonly isLive: boolean },
): readonly string[] {
  const barWidth = Math.max(0, Math.min(BAR_WIDTH_MAX, terminal.width - LABEL_WIDTH - 21));
  const lines = stages.map(({ name, kind, count, share }, index) => {
    const label = kind === 'step' ? `${isLive ? 'sent' : 'rehearsed'} ${String(index)} ${name}` : name;
    const bar = terminal.symbols.block.repeat(Math.round((share ?? 0) * barWidth));
    const shown = padEnd(truncate(escapeText(label), LABEL_WIDTH, terminal.symbols.ellipsis), LABEL_WIDTH);
    return `   ${shown} ${padStart(String(count), 5)}  ${padStart(shareText(share), 5)}  ${bar}`.trimEnd();
  });
  const ends = stages.findIndex(({ kind }) => kind === 'end');
  return [...lines.slice(0, ends), '', ...lines.slice(ends)];
}

/** `38 %`; something that is not nothing never becomes `0 %`. */
export function shareText(share: number | null): string {
  if (share === null) return '';
  return share > 0 && share < 0.005 ? '<1 %' : `${String(Math.round(share * 100))} %`;
}

function round4(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
