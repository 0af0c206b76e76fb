import { HeadgateError } from '../../core/errors.ts';
import type { StateDatabase } from '../../store/database.ts';
import { messageById, type StoredMessage } from '../../store/messages.ts';
import { planById, type StoredPlan } from '../../store/plans.ts';
import { messageIdsLike, messageRunIdsLike, planIdsLike } from '../../store/review.ts';

/** Shorter beginnings of an id are too easily somebody else's. */
export const PREFIX_CHARACTERS_MIN = 6;

/**
 * The message with this id, or whose id alone begins so (6 characters or more). Throws `message_unknown` or `message_ambiguous`
 * (64).
 */
export function findMessage(db: StateDatabase, typed: string): StoredMessage {
  const id = findId(typed, { kind: 'message', letter: 'm', like: (prefix) => messageIdsLike(db, prefix, 3) });
  const message = messageById(db, id);
  if (message === null) throw unknown('message', typed);
  return message;
}

/** The same for a saved plan: `plan_unknown`, `plan_ambiguous` (64). */
export function findPlan(db: StateDatabase, typed: string): StoredPlan {
  const id = findId(typed, { kind: 'plan', letter: 'p', like: (prefix) => planIdsLike(db, prefix, 3) });
  const plan = planById(db, id);
  if (plan === null) throw unknown('plan', typed);
  return plan;
}

/** The id of a run that made or holds messages: `run_unknown`, `run_ambiguous` (64). */
export function findRunId(db: StateDatabase, typed: string): string {
  return findId(typed, { kind: 'run', letter: 'r', like: (prefix) => messageRunIdsLike(db, prefix, 3) });
}

interface Kind {
  readonly kind: 'message' | 'plan' | 'run';
  readonly letter: string;
  readonly like: (prefix: string) => readonly string[];
}

function findId(typed: string, { kind, letter, like }: Kind): string {
  const prefix = typed.trim();
  if (!prefix.startsWith(`${letter}-`)) throw unknown(kind, typed, `a ${kind}'s id begins with ${letter}-`);
  if (prefix.length < PREFIX_CHARACTERS_MIN) {
    throw unknown(kind, typed, `write at least ${String(PREFIX_CHARACTERS_MIN)} characters of an id`);
  }
  const found = like(prefix);
  const exact = found.find((id) => id === prefix);
  const [only, ...others] = found;
  if (exact !== undefined) return exact;
  if (only === undefined) throw unknown(kind, typed);
  if (others.length === 0) return only;
  throw new HeadgateError(`several ${kind}s begin with ${prefix}`, {
    code: `${kind}_ambiguous`,
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    details: found,
    fix: 'Write more of the id.',
  });
}

function unknown(kind: Kind['kind'], typed: string, why?: string): HeadgateError {
  return new HeadgateError(`there is no ${kind} ${JSON.stringify(typed.slice(0, 60))}`, {
    code: `${kind}_unknown`,
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    ...(why === undefined ? {} : { details: [why] }),
    fix: kind === 'plan' ? 'headgate drip --preview' : 'headgate review list',
  });
}
