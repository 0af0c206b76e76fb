import { exitName } from './run-record.ts';
import type { StatusFacts } from './status-facts.ts';

/** What the first line of `status` says: `all clear`, or the one thing that is most wrong. */
export interface Mood {
  readonly text: string;
  readonly isGood: boolean;
}

/** The one thing to know first; never `all clear` while anything of the rest is wrong. */
export function moodOf(facts: StatusFacts): Mood {
  const wrong = WRONGS.map((wrong) => wrong(facts)).find((text) => text !== null) ?? null;
  return wrong === null ? { text: 'all clear', isGood: true } : { text: wrong, isGood: false };
}

/** In the order in which a person must know them. */
const WRONGS: readonly ((facts: StatusFacts) => string | null)[] = [
  ({ stop }) => (stop === null ? null : 'paused'),
  ({ jobs }) => {
    const failed = jobs.find(({ hasFailed }) => hasFailed);
    return failed === undefined ? null : `the last ${failed.name} failed: ${nameOfExit(failed)}`;
  },
  ({ doubts }) => (doubts.some((each) => each.doubts.length > 0) ? 'in doubt: previews only' : null),
  ({ doubts }) => (doubts.some(({ hasOpenHold }) => hasOpenHold) ? 'a held batch waits' : null),
  ({ doubts }) =>
    named(
      'vetoed',
      doubts.filter(({ isVetoed }) => isVetoed).map(({ job }) => job),
    ),
  ({ queue }) => (queue.uncertain > 0 ? 'something is uncertain' : null),
  ({ senders }) =>
    senders.senders.some(({ desk }) => desk.pausedReason !== null) ? 'a sender is paused' : null,
  ({ senders }) => (senders.removed.length > 0 ? 'leads without a sender wait' : null),
  ({ jobs }) =>
    named(
      'late',
      jobs.filter(({ isLate }) => isLate).map(({ name }) => name),
    ),
  ({ jobs }) =>
    named(
      'busy 3 times in a row',
      jobs.filter(({ isStuck }) => isStuck).map(({ name }) => name),
    ),
];

function named(what: string, names: readonly string[]): string | null {
  return names.length === 0 ? null : `${what}: ${names.join(', ')}`;
}

function nameOfExit({ lastRun }: StatusFacts['jobs'][number]): string {
  const code = lastRun?.exitCode ?? null;
  return `${String(code)} ${exitName(code)}`.trim();
}
