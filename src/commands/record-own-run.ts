import { EXIT_CODES } from '../core/exits.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import { recordRun } from '../store/runs.ts';
import type { OperatorState } from './operator-state.ts';

/** A13: the row of a run that did what it was asked to, in the caller's transaction: who looks at the runs later sees it. */
export function recordOwnRun(
  { db, now, workspace, invocation }: OperatorState,
  of: {
    readonly id: string;
    readonly mode?: 'live' | 'quiet';
    readonly counts: Readonly<Record<string, number>>;
  },
): void {
  const { clock, machine } = invocation.context;
  recordRun(db, {
    id: of.id,
    command: invocation.path,
    mode: of.mode ?? 'live',
    forced: false,
    narrowed: false,
    startedAt: now,
    finishedAt: Math.max(now, clock.now()),
    operatorDay: operatorDay(now, workspace.policy.timezone),
    exitCode: EXIT_CODES.OK,
    reason: null,
    counts: of.counts,
    planId: null,
    bootId: machine.bootId(),
  });
}
