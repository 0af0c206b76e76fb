import type { ExitName } from '../../core/exits.ts';
import type { Instant, OutboundJob } from '../../core/model.ts';
import { decidedAt, type PersonHabits } from '../../core/rehearsal/person.ts';
import { waitingForPerson, type WaitingMessage } from '../../store/simulated-acts.ts';
import { run as adopt } from '../adopt.ts';
import { run as confirm } from '../confirm.ts';
import { run as approve } from '../review-approve.ts';
import { run as release } from '../review-release.ts';
import { stateDoubtsOf, withState } from '../operator-state.ts';
import type { Stage } from './stage.ts';

interface Listeners {
  readonly note: (what: string) => void;
  readonly observe: (command: string) => void;
  readonly adopted: () => void;
}

/** At one sitting; the others wait for the next. */
const DECIDED_MAX = 1_000;

/**
 * The person of a rehearsal: approves what waits, confirms what a job in doubt would draft, releases what is held, adopts a state whose
 * machine or age is doubted; each after it has waited as long as the habits say, in office hours. Types the commands that a person types.
 */
export class Person {
  readonly #stage: Stage;
  readonly #habits: PersonHabits;
  readonly #listeners: Listeners;
  readonly #seenAt = new Map<string, Instant>();
  readonly #doubtSince = new Map<OutboundJob, Instant>();
  #waiting: readonly WaitingMessage[] = [];

  constructor(stage: Stage, habits: PersonHabits, listeners: Listeners) {
    this.#stage = stage;
    this.#habits = habits;
    this.#listeners = listeners;
  }

  get hasDoubt(): boolean {
    return this.#doubtSince.size > 0;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** What a job said at its end. */
  hear(job: OutboundJob, exit: ExitName): void {
    if (exit !== 'COLD_START') this.#doubtSince.delete(job);
    else if (!this.#doubtSince.has(job)) this.#doubtSince.set(job, this.#stage.clock.now());
  }

  /** Sees what lies on the desk. Costs what lies there. */
  look(now: Instant): void {
    this.#waiting = waitingForPerson(this.#stage.reader, DECIDED_MAX);
    if (this.#waiting.length === 0) {
      this.#seenAt.clear();
      return;
    }
    for (const { id, state, draftedAt } of this.#waiting) {
      if (!this.#seenAt.has(id)) this.#seenAt.set(id, state === 'pending_approval' ? draftedAt : now);
    }
  }

  /** When the next thing on the desk is decided about; null: nothing waits, or nobody decides. */
  get visitsAt(): Instant | null {
    const since = [...this.#doubtSince.values(), ...this.#waiting.map(({ id }) => this.#seenAt.get(id) ?? 0)];
    if (since.length === 0) return null;
    return decidedAt(Math.min(...since), this.#habits);
  }

  async visit(): Promise<void> {
    if (this.hasDoubt) await this.#liftDoubts();
    this.look(this.#stage.clock.now());
    const held = this.#ripe('held');
    for (const runId of new Set(held.flatMap(batchOf)))
      await this.#type('review release', { options: { run: runId } });
    const alone = held.filter((message) => batchOf(message).length === 0).map(({ id }) => id);
    if (alone.length > 0) await this.#type('review release', { args: alone });
    // What was held longest is read longest ago: it is approved at the same sitting.
    this.look(this.#stage.clock.now());
    const wasHeld = new Set(held.map(({ id }) => id));
    const ripe = new Set(this.#ripe('pending_approval').map(({ id }) => id));
    const ids = this.#waiting.filter(
      ({ id, state }) => state === 'pending_approval' && (ripe.has(id) || wasHeld.has(id)),
    );
    if (ids.length > 0) await this.#type('review approve', { args: ids.map(({ id }) => id) });
    if (held.length > 0) this.#listeners.note(`a person releases ${String(held.length)} held`);
    // What could not be decided about waits for another day, or this one would never end.
    this.look(this.#stage.clock.now());
    const now = this.#stage.clock.now();
    for (const { id } of [...this.#ripe('held'), ...this.#ripe('pending_approval')])
      this.#seenAt.set(id, now);
  }

  async #liftDoubts(): Promise<void> {
    const { clock } = this.#stage;
    const needsAdopt = await withState(this.#stage.invocation('status'), 'read', (state) =>
      stateDoubtsOf(state).some(({ liftedBy }) => liftedBy === 'adopt'),
    );
    if (needsAdopt) {
      await this.#type('adopt', { options: { yes: true } });
      this.#listeners.adopted();
      this.#listeners.note('a person adopts the state');
    }
    await this.#type('confirm', { options: { yes: true } });
    this.#listeners.note('a person confirms what was shown');
    for (const job of this.#doubtSince.keys()) this.#doubtSince.set(job, clock.now());
  }

  #ripe(state: WaitingMessage['state']): readonly WaitingMessage[] {
    const now = this.#stage.clock.now();
    return this.#waiting.filter((message) => {
      if (message.state !== state) return false;
      const at = decidedAt(this.#seenAt.get(message.id) ?? now, this.#habits);
      return at !== null && at <= now;
    });
  }

  async #type(
    path: keyof typeof COMMANDS,
    line: {
      readonly args?: readonly string[];
      readonly options?: Readonly<Record<string, string | boolean>>;
    },
  ): Promise<void> {
    await COMMANDS[path](this.#stage.invocation(path, line));
    this.#listeners.observe(path);
  }
}

const COMMANDS = { adopt, confirm, 'review approve': approve, 'review release': release };

function batchOf({ holdCause, heldRunId }: WaitingMessage): readonly string[] {
  return holdCause === 'blast_radius' && heldRunId !== null ? [heldRunId] : [];
}
