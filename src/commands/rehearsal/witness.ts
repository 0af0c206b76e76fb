import { existsSync } from 'node:fs';

import { OPERATING_DAYS_IN_MEAN } from '../../core/guards/blast-radius.ts';
import type { Job } from '../../core/model.ts';
import type { SendAct } from '../../core/rehearsal/acts.ts';
import {
  judgeActs,
  type JobMemory,
  type Violation,
  type WitnessedRun,
} from '../../core/rehearsal/promises.ts';
import { TallyKeeper } from '../../core/rehearsal/tally.ts';
import { isOperatingDay, operatorDay } from '../../core/time/operator-day.ts';
import { loadedHolidays } from '../../store/holidays.ts';
import { readJob, silencesOf } from '../../store/jobs.ts';
import { actMarks, draftsSince, runsSince, sendsSince, type ActMarks } from '../../store/simulated-acts.ts';
import { draftsMade, draftVolume } from '../../store/volume.ts';
import type { Distrust, Script } from './script.ts';
import type { Stage } from './stage.ts';

/** Looks at what every command left in the copy, and judges it by what was promised. It asks no guard. */
export class Witness {
  readonly tally: TallyKeeper;
  /** Why clock, machine or state may not be trusted just now; null: they may. */
  untrusted: Distrust | null = null;
  readonly #stage: Stage;
  #marks: ActMarks;
  #before: WitnessedRun['before'];
  readonly #delivered = new Set<string>();
  readonly #sendsByDay = new Map<string, number>();
  readonly #sendsBySender = new Map<string, number>();

  constructor(stage: Stage, script: Script) {
    this.#stage = stage;
    const { timezone } = stage.workspace.policy;
    this.tally = new TallyKeeper(timezone);
    this.#marks = actMarks(stage.reader);
    this.#before = this.#jobs();
    for (const { fromAt, toAt } of script.outages) {
      for (let at = fromAt; at < toAt; at += 6 * 3_600_000)
        if (at >= script.startsAt) this.tally.dayOf(at).isOff = true;
    }
  }

  /** Judges what has come since it last looked. Costs what has come. */
  observe(command: string, { isByPerson }: { readonly isByPerson: boolean }): void {
    // What `adopt` writes down is what the send journal knew: it happened long ago.
    if (command === 'adopt') {
      this.forget();
      return;
    }
    const db = this.#stage.reader;
    const marks = actMarks(db);
    const drafts = marks.drafts > this.#marks.drafts ? draftsSince(db, this.#marks.drafts) : [];
    const sends = marks.attempts > this.#marks.attempts ? sendsSince(db, this.#marks.attempts) : [];
    const runs = marks.runs > this.#marks.runs ? runsSince(db, this.#marks.runs) : [];
    for (const run of runs) this.tally.addRun(run, { drafts, sends });
    if (drafts.length > 0 || sends.length > 0) {
      for (const { day, sender } of sends) {
        count(this.#sendsByDay, day);
        if (sender !== null) count(this.#sendsBySender, `${day} ${sender}`);
      }
      this.tally.addDrafts(drafts);
      this.tally.addSends(sends);
      this.tally.addViolations(judgeActs(this.#seen(command, isByPerson), { drafts, sends }));
      this.tally.addViolations(sends.flatMap((send) => this.#deliveredTwice(send)));
    }
    if (marks.runs > this.#marks.runs || marks.drafts > this.#marks.drafts) this.#before = this.#jobs();
    this.#marks = marks;
  }

  /** Another file has come into the place of the copy: what is in it is nobody's act. */
  forget(): void {
    this.#marks = actMarks(this.#stage.reader);
    this.#before = this.#jobs();
  }

  /** A guard that is off let through what the state itself refused. */
  noteRefused(job: string): void {
    const at = this.#stage.clock.now();
    const what = `${job} broke off: the state refused a step twice`;
    this.tally.addViolations([{ promise: 'B4', at, lead: null, what }]);
  }

  /** At the end everybody is accounted for: under way, or at an end. */
  noteLost(leadIds: readonly string[]): void {
    const at = this.#stage.clock.now();
    this.tally.addViolations(
      leadIds.map((lead) => ({ promise: 'B5', at, lead, what: 'is under way and will never move again' })),
    );
  }

  /** D1, by what reached people: a state that was put back has forgotten what it sent. */
  #deliveredTwice({ at, job, leadId, leadEmail, sequenceId, stepId }: SendAct): readonly Violation[] {
    if (job === 'nurture') return [];
    const key = `${leadId} ${sequenceId} ${stepId}`;
    const isAgain = this.#delivered.has(key);
    this.#delivered.add(key);
    const what = `${sequenceId} › ${stepId} reached its reader twice`;
    return isAgain ? [{ promise: 'D1', at, lead: leadEmail, what }] : [];
  }

  #seen(command: string, isByPerson: boolean): WitnessedRun {
    const { clock, machine, workspace, reader: db } = this.#stage;
    const { policy, paths, senders } = workspace;
    const at = clock.now();
    const day = operatorDay(at, policy.timezone);
    const made = draftsMade(db, at, day);
    const holidaysOf = loadedHolidays(db);
    const calendar = { weekdays: policy.hours.weekdays, holidays: policy.holidays };
    const volumeOf = (job: Job): WitnessedRun['volume'][Job] =>
      draftVolume(db, {
        job,
        operatorDay: day,
        isOperatingDay: (isoDate) => isOperatingDay(isoDate, calendar),
        days: OPERATING_DAYS_IN_MEAN,
      });
    return {
      policy,
      command,
      at,
      isByPerson,
      isPaused: existsSync(paths.stopFile),
      untrusted: this.untrusted,
      before: this.#before,
      bootId: machine.bootId(),
      volume: { drip: volumeOf('drip'), nurture: volumeOf('nurture') },
      draftsToday: made.onOperatorDay,
      drafts24h: made.inLast24Hours,
      sendsToday: this.#sendsByDay.get(day) ?? 0,
      silences: (job) => silencesOf(db, job, at),
      isHoliday: (country, isoDate) => holidaysOf(country).has(isoDate),
      senderDay: (address) => ({
        sent: this.#sendsBySender.get(`${day} ${address}`) ?? 0,
        cap:
          senders.all.find((sender) => sender.address.toLowerCase() === address.toLowerCase())?.dailyCap ??
          null,
      }),
    };
  }

  #jobs(): WitnessedRun['before'] {
    const memoryOf = (job: Job): JobMemory => {
      const { checkpointAt, checkpointBootId } = readJob(this.#stage.reader, job);
      return { checkpointAt, checkpointBootId };
    };
    return { drip: memoryOf('drip'), nurture: memoryOf('nurture') };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
