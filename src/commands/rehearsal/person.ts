import type { ExitName } from '../../core/exits.ts';
import type { Instant, OutboundJob } from '../../core/model.ts';
import { decidedAt } from '../../core/rehearsal/person.ts';
import { HOUR_MS } from '../../core/time/durations.ts';
import { waitingForPerson, type WaitingMessage } from '../../store/simulated-acts.ts';
import { run as adopt } from '../adopt.ts';
import type { Outcome } from '../cli-context.ts';
import { run as confirm } from '../confirm.ts';
import { NOTHING_TO_CONFIRM } from '../confirm-plan.ts';
import { run as approve } from '../review-approve.ts';
import { run as release } from '../review-release.ts';
import { stateDoubtsOf, withState } from '../operator-state.ts';
import type { Script } from './script.ts';
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
  readonly #script: Pick<Script, 'habits' | 'adopts'>;
  readonly #listeners: Listeners;
  readonly #seenAt = new Map<string, Instant>();
  readonly #doubtSince = new Map<OutboundJob, Instant>();
  #waiting: readonly WaitingMessage[] = [];
  #hasLooked = false;

  constructor(stage: Stage, script: Pick<Script, 'habits' | 'adopts'>, listeners: Listeners) {
    this.#stage = stage;
    this.#script = script;
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
    else if (!this.#doubtSince.has(job)) this.#doubtSince.set(job, this.#stage.clock.trueAt);
  }

  /** Sees what lies on the desk, by a clock that is right. Costs what lies there. */
  look(): void {
    this.#waiting = waitingForPerson(this.#stage.reader, DECIDED_MAX);
    if (this.#waiting.length === 0) {
      this.#seenAt.clear();
      return;
    }
    const { trueAt } = this.#stage.clock;
    for (const { id, state, draftedAt } of this.#waiting) {
      // What was drafted before the rehearsal began has waited since then.
      const since = state === 'pending_approval' ? Math.min(draftedAt, trueAt) : trueAt;
      if (!this.#seenAt.has(id)) this.#seenAt.set(id, this.#hasLooked ? trueAt : since);
    }
    this.#hasLooked = true;
  }

  /** When the next thing on the desk is decided about, not before `from`; null: nothing waits, or nobody decides. */
  visitsAt(from: Instant): Instant | null {
    const since = [...this.#doubtSince.values(), ...this.#waiting.map(({ id }) => this.#seenAt.get(id) ?? 0)];
    if (since.length === 0) return null;
    return decidedAt(Math.min(...since), this.#script.habits, from);
  }

  async visit(): Promise<void> {
    if (this.hasDoubt) await this.#liftDoubts();
    this.look();
    const held = this.#ripe('held');
    for (const runId of new Set(held.flatMap(batchOf)))
      await this.#type('review release', { options: { run: runId } });
    const alone = held.filter((message) => batchOf(message).length === 0).map(({ id }) => id);
    if (alone.length > 0) await this.#type('review release', { args: alone });
    // What was held longest is read longest ago: it is approved at the same sitting.
    this.look();
    const wasHeld = new Set(held.map(({ id }) => id));
    const ripe = new Set(this.#ripe('pending_approval').map(({ id }) => id));
    const ids = this.#waiting.filter(
      ({ id, state }) => state === 'pending_approval' && (ripe.has(id) || wasHeld.has(id)),
    );
    if (ids.length > 0) await this.#type('review approve', { args: ids.map(({ id }) => id) });
    if (held.length > 0) this.#listeners.note(`a person releases ${String(held.length)} held`);
    // What could not be decided about waits for another day, or this one would never end.
    this.look();
    const later = this.#stage.clock.trueAt + HOUR_MS;
    for (const { id } of [...this.#ripe('held'), ...this.#ripe('pending_approval')])
      this.#seenAt.set(id, later);
  }

  async #liftDoubts(): Promise<void> {
    const needsAdopt = await withState(this.#stage.invocation('status'), 'read', (state) =>
      stateDoubtsOf(state).some(({ liftedBy }) => liftedBy === 'adopt'),
    );
    const later = this.#stage.clock.trueAt + HOUR_MS;
    for (const job of this.#doubtSince.keys()) this.#doubtSince.set(job, later);
    if (needsAdopt && !this.#script.adopts) return;
    if (needsAdopt) {
      await this.#type('adopt', { options: { yes: true } });
      this.#listeners.adopted();
      this.#listeners.note('a person adopts the state');
    }
    const { exit, message } = await this.#type('confirm', { options: { yes: true } });
    if (exit === 'OK' && message !== NOTHING_TO_CONFIRM)
      this.#listeners.note('a person confirms what was shown');
  }

  #ripe(state: WaitingMessage['state']): readonly WaitingMessage[] {
    const now = this.#stage.clock.trueAt;
    return this.#waiting.filter((message) => {
      if (message.state !== state) return false;
      const at = decidedAt(this.#seenAt.get(message.id) ?? now, this.#script.habits);
      return at !== null && at <= now;
    });
  }

  async #type(
    path: keyof typeof COMMANDS,
    line: {
      readonly args?: readonly string[];
      readonly options?: Readonly<Record<string, string | boolean>>;
    },
  ): Promise<Outcome> {
    const outcome = await COMMANDS[path](this.#stage.invocation(path, line));
    this.#listeners.observe(path);
    return outcome;
  }
}

const COMMANDS = { adopt, confirm, 'review approve': approve, 'review release': release };

function batchOf({ holdCause, heldRunId }: WaitingMessage): readonly string[] {
  return holdCause === 'blast_radius' && heldRunId !== null ? [heldRunId] : [];
}
