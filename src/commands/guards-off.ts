import type { Invocation } from './cli-context.ts';

/**
 * Guards left out of this build: none, always, in every bundle that is shipped. The acceptance tests build one bundle per guard with
 * that guard named here, to show what each of them prevents. It is a constant of the build and no switch: no flag, no variable of
 * the environment and no configuration reaches it.
 */
declare const HEADGATE_GUARDS_OFF: string | undefined;

export const GUARDS_OFF: ReadonlySet<string> = new Set(
  typeof HEADGATE_GUARDS_OFF === 'string' ? HEADGATE_GUARDS_OFF.split(',').filter((name) => name !== '') : [],
);

/**
 * F5: what the commands of a rehearsal leave out. It stands beside the paths of the copy in one object, which `openWorkspace` hands out:
 * whoever was given it cannot open another state, and whoever opens another was not given it.
 */
export function guardsOff({ context }: Pick<Invocation, 'context'>): ReadonlySet<string> {
  return context.rehearsalSeat?.without ?? GUARDS_OFF;
}

/** F5: whether a command plays on the copy of a rehearsal. */
export function isRehearsed({ context }: Pick<Invocation, 'context'>): boolean {
  return context.rehearsalSeat !== undefined;
}
