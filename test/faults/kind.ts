import type { Injector } from './injector.ts';
import type { Breach } from './promises.ts';
import type { Stages } from './stages.ts';

/** Everything that faults are made of. */
export interface World {
  readonly stages: Stages;
  readonly injector: Injector | null;
}

/** One bad run and all that is judged after it. */
export interface Point {
  readonly name: string;
  /** Has gone wrong before: a short run tries it too. */
  readonly hasBroken?: boolean;
  readonly tryIt: () => Promise<Verdict>;
}

export interface Verdict {
  /** False when the run was over before the fault could strike: then nothing was tried. */
  readonly isStruck: boolean;
  readonly breaches: readonly Breach[];
  /** How the bad run ended. */
  readonly end: string;
}

/** One way in which the world fails: how it is made, on which command lines, at which points, and what is judged. */
export interface FaultKind {
  readonly name: string;
  /** How many points a short run takes; a long one takes `most`, or all. */
  readonly few: number;
  readonly most?: number;
  /** For programs that mostly wait for somebody who does not answer. */
  readonly atOnce?: number;
  /** Why this machine cannot make it; null when it can. */
  readonly missing?: (world: World) => string | null;
  readonly points: (world: World) => Promise<readonly Point[]>;
}
