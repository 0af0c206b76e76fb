import { hash } from 'node:crypto';

/**
 * Leaves JavaScript to V8's quick compilers from here on. A run that looks at thousands of steps ends before what TurboFan makes of it pays
 * for itself: without it such a run takes a tenth less CPU, and 6 MiB less memory (P5, P7). One that also keeps thousands of drafts goes
 * without Maglev, which would save a tenth of the CPU and cost 9 MiB that it has not to spare. Not a flag of the launchers, because
 * V8 keeps compiled code by its flags, and would compile anew at every start what Node and the build have kept.
 */
export async function compileQuickly({ keepsMuch }: { readonly keepsMuch: boolean }): Promise<void> {
  // Loaded while what Node has kept of it can still be used.
  hash('sha256', '');
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--no-opt');
  if (keepsMuch) setFlagsFromString('--no-maglev');
}
