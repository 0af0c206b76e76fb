import { personActor, type AuditAct, type AuditHead } from '../../core/audit/entry.ts';
import { appendAudit } from '../../store/audit.ts';
import { userName } from '../../store/sqlite-errors.ts';
import type { Invocation } from '../cli-context.ts';
import type { OperatorState } from '../operator-state.ts';

/** What a person did. */
export type PersonAct = Pick<AuditAct, 'kind'> & Partial<Pick<AuditAct, 'subject' | 'detail'>>;

/** A13: records what a person did, whatever door they came by, in the transaction of what they did. */
export function recordAct(
  { db, now, invocation }: Pick<OperatorState, 'db' | 'now' | 'invocation'>,
  { kind, subject = null, detail = {} }: PersonAct,
): AuditHead {
  return appendAudit(db, { at: now, kind, actor: actorOf(invocation), subject, detail });
}

/** Whoever started this, as the audit trail names them; who decides in a browser or in the chat is named there. */
export function actorOf(invocation: Pick<Invocation, 'context' | 'actor'>): string {
  return invocation.actor ?? personActor('terminal', operatorName(invocation));
}

/** The person behind `sudo`, else the user; the environment first, since a unit's user says nothing of who typed. */
export function operatorName({ context }: Pick<Invocation, 'context'>): string {
  const { env } = context.io;
  const named = [env['SUDO_USER'], env['LOGNAME'], env['USER']].find((name) => (name ?? '') !== '');
  return named ?? userName();
}
