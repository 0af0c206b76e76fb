import { isUnsent } from '../../core/review-rules.ts';
import { enrollmentByRowId, type StoredEnrollment } from '../../store/enrollments.ts';
import { messagesOfLead, moveMessage, type StoredMessage } from '../../store/messages.ts';
import { addTimeline } from '../../store/timeline.ts';
import type { Engine } from './engine.ts';

type Step = Pick<StoredMessage, 'enrollmentRowId' | 'stepRowId'>;

/** What is kept with a message that was passed over. */
export const OVERTAKEN_NOTE = 'a later step has gone out';

/** Whether a live enrollment has gone past a step: by what was settled after a restore, a later one has left. */
export function isOvertaken(engine: Engine, { enrollmentRowId, stepRowId }: Step): boolean {
  const enrollment = enrollmentByRowId(engine.db, enrollmentRowId);
  return enrollment !== null && isPast(engine, enrollment, stepRowId);
}

/** The same for an enrollment that was read already. */
export function isPast(
  engine: Pick<Engine, 'sequences'>,
  enrollment: Pick<StoredEnrollment, 'endedAt' | 'nextStepRowId' | 'sequenceRowId'>,
  stepRowId: number,
): boolean {
  const { endedAt, nextStepRowId, sequenceRowId } = enrollment;
  if (endedAt !== null || nextStepRowId === null || nextStepRowId === stepRowId) return false;
  const steps = engine.sequences.get(sequenceRowId)?.steps ?? [];
  const own = steps.find(({ rowId }) => rowId === stepRowId)?.position;
  const next = steps.find(({ rowId }) => rowId === nextStepRowId)?.position;
  return own !== undefined && next !== undefined && own < next;
}

/** C5: passes over what an enrollment has not sent of the steps it has gone past: no step may come out of its order. In the caller's transaction. */
export function passOverOvertaken(
  engine: Engine,
  { enrollmentRowId, leadRowId }: Pick<StoredMessage, 'enrollmentRowId' | 'leadRowId'>,
): void {
  const { db, now } = engine;
  for (const message of messagesOfLead(db, leadRowId)) {
    if (message.enrollmentRowId !== enrollmentRowId || !isUnsent(message.state)) continue;
    if (!isOvertaken(engine, message)) continue;
    const change = { ended_at: now, note: OVERTAKEN_NOTE } as const;
    if (!moveMessage(db, message, { to: 'skipped', change })) continue;
    addTimeline(db, { leadRowId, at: now, kind: 'skipped', text: OVERTAKEN_NOTE, ref: message.id });
  }
}
