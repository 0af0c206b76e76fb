import { formatInstant } from '../core/time/instants.ts';
import type { RunEnd } from './run-ledger.ts';
import type { RunSession } from './run-session.ts';

/** The `run` object of every run's document (cli.md 2.6): what ran, when, where, and how it ended. */
export function runDocument(session: RunSession, end: RunEnd): Readonly<Record<string, unknown>> {
  const { invocation, header, workspace, now } = session;
  return {
    id: session.runId,
    command: invocation.path,
    job: session.job,
    mode: end.mode,
    plan: end.planId,
    started: formatInstant(now),
    ms: Math.max(0, invocation.context.clock.now() - now),
    machine: header.machine.hostName,
    version: invocation.context.version,
    live: workspace.policy.live,
    forced: end.forced,
    narrowed: end.narrowed,
    reason: end.reason,
  };
}
