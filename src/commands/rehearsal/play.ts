import { nextTurn } from '../../adapters/pause.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { Instant } from '../../core/model.ts';
import { nextFiring, roundOf, type Round, type TimedJob } from '../../core/rehearsal/timers.ts';
import type { Tally } from '../../core/rehearsal/tally.ts';
import { nextLeavingAt, underWay } from '../../store/simulated-acts.ts';
import { run as confirm } from '../confirm.ts';
import { run as drip } from '../drip.ts';
import { run as nurture } from '../nurture.ts';
import { run as send } from '../send.ts';
import { Correspondence } from './correspondence.ts';
import { Person } from './person.ts';
import type { Script } from './script.ts';
import type { Stage } from './stage.ts';
import { Witness } from './witness.ts';

/** One line of what happened that was no ordinary day. */
export interface Happening {
  readonly at: Instant;
  readonly what: string;
}

export interface Played extends Tally {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly happenings: readonly Happening[];
  /** True: a person broke it off, or it was a flood; the figures are of the part before. */
  readonly isCutShort: 'signal' | 'flood' | null;
  readonly replies: number;
  readonly bounces: number;
  /** Enrollments under way at the end. */
  readonly underWay: number;
  /** Drafts that wait for a person at the end. */
  readonly waiting: number;
  readonly runs: number;
}

const COMMANDS: Readonly<Record<TimedJob, typeof drip>> = { drip, nurture, send, confirm };
const HAPPENINGS_MAX = 200;

/**
 * Plays a script on a stage: the timers of systemd/ fire, the commands run as they are, a person looks in, mails are answered. Nothing
 * but the stage is touched. Throws what a command throws that no rehearsal can go on after (65, 77, 78).
 */
export async function play(stage: Stage, script: Script): Promise<Played> {
  return new Playing(stage, script).toTheEnd();
}

interface Next {
  readonly at: Instant;
  /** What comes after it is later than this. */
  readonly from: Instant;
  readonly happen: () => void | Promise<void>;
}

class Playing {
  readonly #stage: Stage;
  readonly #script: Script;
  readonly #witness: Witness;
  readonly #person: Person;
  readonly #post: Correspondence;
  readonly #happenings: Happening[] = [];
  readonly #round: Round;
  #lastSendHour = -1;
  #runs = 0;

  constructor(stage: Stage, script: Script) {
    this.#stage = stage;
    this.#script = script;
    this.#round = roundOf(script.minutes);
    this.#witness = new Witness(stage, script);
    this.#post = new Correspondence(stage, script.answers);
    this.#person = new Person(stage, script, {
      note: (what) => {
        this.#note(what);
      },
      observe: (command) => {
        this.#witness.observe(command, { isByPerson: true });
      },
      adopted: () => {
        this.#witness.untrusted = null;
      },
    });
  }

  async toTheEnd(): Promise<Played> {
    const script = this.#script;
    const { clock, signal } = this.#stage;
    let cut: Played['isCutShort'] = null;
    this.#person.look();
    let day = '';
    for (let from = script.startsAt - 1; cut === null;) {
      const next = this.#next(from);
      if (next.at > script.endsAt) break;
      clock.passTo(next.at);
      const today = this.#witness.tally.dayOf(clock.trueAt).day;
      if (today !== day) script.progress(`rehearsing ${(day = today)}`);
      await next.happen();
      this.#person.look();
      from = next.from;
      await nextTurn();
      if (signal.aborted) cut = 'signal';
      else if (this.#witness.tally.drafts > script.draftsMax) cut = 'flood';
    }
    if (cut === null) clock.passTo(script.endsAt);
    return this.#played(cut);
  }

  /**
   * Whatever comes first. What falls into an outage does not happen: nothing fires late (Persistent=false). What befalls the machine comes
   * before a timer of the same moment and swallows none.
   */
  #next(after: Instant): Next {
    const { outages } = this.#script;
    const off = outages.find(({ fromAt, toAt }) => fromAt <= after + 1 && after < toAt);
    const wakesAt = off?.toAt ?? null;
    if (wakesAt !== null && !this.#woken.has(wakesAt)) return this.#waking(wakesAt);
    const begins = outages.find(({ fromAt }) => fromAt > after);
    const firing = nextFiring(wakesAt === null ? after : wakesAt - 1, this.#round);
    const visitAt = this.#person.visitsAt(after + 1);
    const all: readonly Next[] = [
      ...this.#befalling(after),
      ...(begins === undefined ? [] : [nextAt(begins.fromAt, () => undefined)]),
      // Before a visit at the same moment, which two hours after a draft is the rule: it would be passed over, and the visit waits.
      nextAt(firing.at, () => this.#fire(firing.job)),
      ...(visitAt === null ? [] : [nextAt(visitAt, () => this.#person.visit())]),
    ];
    return all.reduce((first, each) => (each.at < first.at ? each : first));
  }

  #befalling(after: Instant): readonly Next[] {
    const { reboots, incidents } = this.#script;
    return [
      ...reboots.filter((at) => at > after && !this.#woken.has(at)).map((at) => this.#waking(at)),
      ...incidents
        .filter((incident) => incident.at > after && !this.#struck.has(incident))
        .map((incident) => ({
          at: incident.at,
          from: incident.at - 1,
          happen: () => this.#strike(incident),
        })),
    ];
  }

  #waking(at: Instant): Next {
    const happen = (): void => {
      this.#wake(at);
    };
    return { at, from: at - 1, happen };
  }

  readonly #struck = new Set<Script['incidents'][number]>();

  readonly #woken = new Set<Instant>();

  #wake(at: Instant): void {
    this.#woken.add(at);
    this.#stage.machine.reboot();
    this.#lastSendHour = -1;
    this.#note('the machine boots');
  }

  async #strike(incident: Script['incidents'][number]): Promise<void> {
    this.#struck.add(incident);
    await incident.happen(this.#stage);
    this.#lastSendHour = -1;
    if (incident.untrusted !== undefined) this.#witness.untrusted = incident.untrusted;
    this.#witness.forget();
    this.#note(incident.what);
  }

  async #fire(job: TimedJob): Promise<void> {
    if (!this.#isWorthFiring(job)) return;
    this.#post.sync();
    const fired = this.#script.firesTwice ? [this.#command(job), this.#command(job)] : [this.#command(job)];
    await Promise.all(fired);
    this.#witness.observe(job, { isByPerson: false });
    this.#post.takeIn();
  }

  async #command(job: TimedJob): Promise<void> {
    this.#runs += 1;
    try {
      const { exit } = await COMMANDS[job](this.#stage.invocation(job));
      if (job !== 'confirm') this.#person.hear(job, exit);
    } catch (error) {
      if (isRefusedByState(error) && this.#stage.leavesOut) {
        this.#witness.noteRefused(job);
        return;
      }
      if (!(error instanceof HeadgateError) || !GOES_ON.has(error.exit)) throw error;
      this.#noteOnce(job, error);
    }
  }

  /**
   * What such a run would only find idle is left out, and comes to the same: `confirm` without a doubt leaves no trace, and `send` has
   * nothing to do before an undo is over; it is still fired once an hour, for its checkpoint.
   */
  #isWorthFiring(job: TimedJob): boolean {
    if (job === 'confirm') return this.#person.hasDoubt;
    if (job !== 'send' || this.#script.playsEverySend) return true;
    const now = this.#stage.clock.now();
    const hour = Math.floor(now / 3_600_000);
    const leavesAt = nextLeavingAt(this.#stage.reader);
    if (hour === this.#lastSendHour && (leavesAt === null || leavesAt > now)) return false;
    this.#lastSendHour = hour;
    return true;
  }

  /** A lock that is busy says at each firing by whom it is held. */
  #noteOnce(job: TimedJob, { code, message }: HeadgateError): void {
    const key = `${job} ${code}`;
    if (this.#noted.has(key)) return;
    this.#noted.add(key);
    this.#note(
      code === 'lock_busy' ? `a second ${job} finds the first at work and ends (75)` : `${job}: ${message}`,
    );
  }

  readonly #noted = new Set<string>();

  #note(what: string): void {
    if (this.#happenings.length < HAPPENINGS_MAX)
      this.#happenings.push({ at: this.#stage.clock.trueAt, what });
  }

  #played(isCutShort: Played['isCutShort']): Played {
    const { live, lost } = underWay(this.#stage.reader);
    this.#witness.noteLost(lost);
    return {
      ...this.#witness.tally.tally(),
      startsAt: this.#script.startsAt,
      endsAt: this.#script.endsAt,
      happenings: this.#happenings,
      isCutShort,
      replies: this.#post.replies,
      bounces: this.#post.bounces,
      underWay: live,
      waiting: this.#person.waitingCount,
      runs: this.#runs,
    };
  }
}

function nextAt(at: Instant, happen: Next['happen']): Next {
  return { at, from: at, happen };
}

/** A busy lock, or a state that is not there any more: the next timer tries again, as on a real machine. */
const GOES_ON: ReadonlySet<string> = new Set(['TEMPFAIL', 'COLD_START']);

/** The last promise of all: constraints of the state. Only a rehearsal without a guard may meet one and go on. */
function isRefusedByState(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT');
}
