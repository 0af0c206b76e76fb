/**
 * Guards left out of this build: none, always, in every bundle that is shipped. The acceptance tests build one bundle per guard with
 * that guard named here, to show what each of them prevents. It is a constant of the build and no switch: no flag, no variable of
 * the environment and no configuration reaches it.
 */
declare const HEADGATE_GUARDS_OFF: string | undefined;

export const GUARDS_OFF: ReadonlySet<string> = new Set(
  typeof HEADGATE_GUARDS_OFF === 'string' ? HEADGATE_GUARDS_OFF.split(',').filter((name) => name !== '') : [],
);
