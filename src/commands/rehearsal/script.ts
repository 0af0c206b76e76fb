import type { Instant } from '../../core/model.ts';
import type { PersonHabits } from '../../core/rehearsal/person.ts';
import type { FiringMinutes } from '../../core/rehearsal/timers.ts';
import type { Stage } from './stage.ts';

/** A stretch of true time. */
export interface Span {
  readonly fromAt: Instant;
  /** Exclusive. */
  readonly toAt: Instant;
}

/** Why an act may not be, and by which promise. */
export interface Distrust {
  readonly promise: string;
  /** The end of a sentence: while … */
  readonly what: string;
}

/** Something that happens to the machine or the state, and that no command of ours does. */
export interface Incident {
  readonly at: Instant;
  /** One line for the story. */
  readonly what: string;
  readonly happen: (stage: Stage) => void | Promise<void>;
  /** Why nobody may trust clock, machine or state from then on, until a person adopts it; null: no reason. Left out: as before. */
  readonly untrusted?: Distrust | null;
}

/** How often a mail is answered, and how often its address is dead: shares of 1. */
export interface Answers {
  readonly replyShare: number;
  readonly bounceShare: number;
  /** `history` of this state, `flags` or plain `defaults`. */
  readonly from: 'history' | 'flags' | 'defaults';
}

/** What a rehearsal plays. */
export interface Script {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** When the machine is off; it boots at the end of each. In order, apart from each other. */
  readonly outages: readonly Span[];
  /** Reboots that take no time. */
  readonly reboots: readonly Instant[];
  readonly incidents: readonly Incident[];
  readonly minutes: FiringMinutes;
  readonly habits: PersonHabits;
  readonly answers: Answers;
  /** True: `send` is played at each of its firings, not only at those at which something may leave, and once an hour. */
  readonly playsEverySend: boolean;
  /** False: a person does not adopt a state that belongs elsewhere. */
  readonly adopts: boolean;
  /** True: two timers fire each job at once. */
  readonly firesTwice: boolean;
  /** More drafts than this and it is broken off: a flood needs no second page. */
  readonly draftsMax: number;
  readonly progress: (line: string) => void;
}
