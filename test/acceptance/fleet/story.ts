/**
 * The fleet: thousands of leads from import to their third email, at the pace of a cap, by hourly runs of the real commands under a
 * moved system clock; with an operator who is away for two days, pauses, edits, a holiday, opt-outs, caps raised by mistake, and at the
 * end three weeks in which nothing ran. The same story is told with every guard in place and with each of them missing.
 */
import { writeFileSync } from 'node:fs';

import { DAY_MS, HOUR_MS, MINUTE_MS, type Box, type Ran } from '../rig/box.ts';
import { writeLeadFile, type LeadFile } from './leads.ts';
import { brokenPromises, type Broken } from './promises.ts';
import { writeSequences, writeSettings, type Limits, type Settings } from './workspace-files.ts';

export interface Scale {
  readonly leads: number;
  /** The story goes on until so many leads have had three emails. */
  readonly target: number;
  readonly limits: Limits;
  /** UTC hours in which the timers fire; all of them, or those in which something can happen. */
  readonly hours: readonly number[];
  readonly daysMax: number;
}

const EVERY_HOUR = Array.from({ length: 24 }, (_, hour) => hour);

export const FULL: Scale = {
  leads: 2000,
  target: 1000,
  limits: {
    draftsPerRunDrip: 60,
    draftsPerRunNurture: 20,
    draftsPerDay: 200,
    sendsPerRun: 100,
    sendsPerDay: 200,
    blastRadiusFloor: 67,
  },
  hours: EVERY_HOUR,
  daysMax: 45,
};

export const SMALL: Scale = {
  leads: 320,
  target: 30,
  limits: {
    draftsPerRunDrip: 10,
    draftsPerRunNurture: 2,
    draftsPerDay: 30,
    sendsPerRun: 30,
    sendsPerDay: 60,
    blastRadiusFloor: 20,
  },
  hours: [0, 9, 14, 20],
  daysMax: 28,
};

/** Monday 2 March 2026. The United States change their clocks in the first week, Europe in the fourth. */
const START = Date.UTC(2026, 2, 2);
const HOLIDAYS = ['2026-03-10'];
const OFF_DAYS = 21;
const SLEEPERS = 3;
const DRAFT_EXPIRY_MS = 7 * DAY_MS;

/** Something that was promised did not hold; the story ends there. */
export class BrokenPromise extends Error {
  readonly broken: readonly Broken[];
  constructor(broken: readonly Broken[]) {
    super(broken.map(({ promise, detail }) => `${promise}: ${detail}`).join('\n'));
    this.broken = broken;
  }
}

export interface Told {
  readonly processes: number;
  readonly days: number;
  readonly drafts: number;
  readonly sends: number;
  readonly threeSteps: number;
  readonly brokenRows: number;
  readonly quietRuns: number;
  readonly liveRuns: number;
  readonly forced: number;
}

/** Somebody who must not get a draft from `fromAt` on (until `untilAt`). */
interface Barred {
  readonly email: string;
  readonly why: string;
  readonly fromAt: number;
  readonly untilAt: number;
}

export class Story {
  readonly #box: Box;
  readonly #scale: Scale;
  readonly #barred: Barred[] = [];
  #settings: Settings;
  #approves = true;
  #isPaused = false;
  #pausedSequences: readonly string[] = [];
  #processes = 0;
  #tellDay: (line: string) => void;

  constructor(box: Box, scale: Scale, tellDay: (line: string) => void = () => undefined) {
    this.#box = box;
    this.#scale = scale;
    this.#tellDay = tellDay;
    this.#settings = { limits: scale.limits, holidays: HOLIDAYS, allowlist: [], undoMinutes: 0 };
  }

  /** Tells it all; throws BrokenPromise at the first day, or scene, that broke one. */
  tell(): Told {
    const file = this.#setUp();
    let day = 0;
    while (day < SCENES_END || this.#leadsWithThreeSteps() < this.#scale.target) {
      if (day > this.#scale.daysMax)
        this.#break('every lead moves on', `only ${this.#leadsWithThreeSteps()} leads had three steps`);
      this.#day(day);
      day += 1;
    }
    const threeSteps = this.#leadsWithThreeSteps();
    const forced = this.#finale(day);
    return {
      processes: this.#processes,
      days: day,
      drafts: this.#box.count('SELECT count(*) FROM draft_log'),
      sends: this.#box.count("SELECT count(*) FROM messages WHERE state = 'sent'"),
      threeSteps,
      brokenRows: file.brokenRows,
      quietRuns: this.#box.count("SELECT count(*) FROM runs WHERE mode = 'quiet'"),
      liveRuns: this.#box.count("SELECT count(*) FROM runs WHERE mode = 'live'"),
      forced,
    };
  }

  #setUp(): LeadFile {
    const box = this.#box;
    box.now = START + 8 * HOUR_MS;
    const who = [
      '--name',
      'Fleet',
      '--from',
      'fleet@sender.example',
      '--postal-address',
      '1 Example Street, Leeds',
    ];
    this.#run([0], 'init', '.', '--no-input', '--timezone', 'UTC', ...who);
    writeSettings(box, this.#settings);
    writeSequences(box);
    this.#run([0], 'sequences', 'apply', '--yes');
    const file = writeLeadFile(this.#scale.leads);
    writeFileSync(box.path('leads.csv'), file.text);
    this.#run([32], 'leads', 'import', 'leads.csv', '--yes');
    this.#checkImport(file);
    // The first run ever is a cold start; a person looks at the plan and confirms it.
    box.now = START + 9 * HOUR_MS + 3 * MINUTE_MS;
    for (const job of ['drip', 'nurture']) {
      const { code } = this.#run(ANY_RUN, job);
      if (code !== 30 || this.#draftCount() > 0)
        this.#break('A4 the first run ever drafts nothing', `${job} ended ${code}`);
    }
    this.#run(ANY_RUN, 'confirm', '--yes');
    this.#check();
    this.#run(LIVE, 'send');
    return file;
  }

  /** Every good row is there in the zone that its place means, every broken one is not. */
  #checkImport({ good, brokenRows }: LeadFile): void {
    const stored = new Map(
      this.#box
        .rows<{ email: string; zone: string }>('SELECT email, zone FROM leads')
        .map(({ email, zone }) => [email, zone]),
    );
    const wrong = good.filter(({ email, zone }) => stored.get(email) !== zone);
    const [first] = wrong;
    if (first !== undefined) {
      this.#break(
        'C4 every lead in its zone',
        `${first.email}: ${stored.get(first.email) ?? 'missing'}, not ${first.zone} (${wrong.length} such)`,
      );
    }
    if (stored.size !== good.length) {
      this.#break(
        'bad rows are refused, good ones land',
        `${stored.size} leads of ${good.length}, ${brokenRows} broken rows`,
      );
    }
  }

  #day(day: number): void {
    for (const hour of this.#scale.hours) {
      if (day === 0 && hour < 10) continue;
      this.#scene(day, hour);
      this.#tick(day, hour);
    }
    this.#check();
    const made = this.#box.count('SELECT count(*) FROM draft_log WHERE made_at >= ?', START + day * DAY_MS);
    this.#tellDay(
      `${new Date(START + day * DAY_MS).toISOString().slice(0, 10)}  ${made} drafts  ${this.#leadsWithThreeSteps()} leads with three`,
    );
  }

  /** One hour of the timers: drip at :03, nurture at :33, confirm at :37, a person at :40, send at :45. */
  #tick(day: number, hour: number): void {
    const box = this.#box;
    const at = (minute: number): number => START + day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;
    box.now = at(3);
    this.#timer('drip');
    box.now = at(33);
    this.#timer('nurture');
    if (hour % 6 === 0) {
      box.now = at(37);
      this.#timer('confirm');
    }
    box.now = at(40);
    if (this.#approves && isDeskHour(day, hour)) this.#approveAll();
    box.now = at(45);
    this.#timer('send');
  }

  /** One run by its timer: live or quiet at every hour of every day, 34 while paused, never a cold start (A9). */
  #timer(job: string): void {
    const before = this.#draftCount();
    const at = this.#box.now;
    const { code, stdout } = this.#run(ANY_RUN, job);
    if (this.#isPaused) {
      const made = this.#draftCount() - before;
      if (code !== 34 || made > 0)
        this.#break('A10 nothing runs while paused', `${job} at ${iso(at)} ended ${code} and made ${made}`);
      return;
    }
    if (code === 30)
      this.#break(
        'A9 every run of a running machine is live or quiet',
        `${job} at ${iso(at)}: ${firstLine(stdout)}`,
      );
    if (code === 31)
      this.#break('A8 an ordinary day is not held', `${job} at ${iso(at)}: ${firstLine(stdout)}`);
  }

  #approveAll(): void {
    const waiting = this.#box.count("SELECT count(*) FROM messages WHERE state = 'pending_approval'");
    if (waiting > 0) this.#run(LIVE, 'review', 'approve', '--all', '--count', String(waiting));
  }

  /** What happens on which day, before the tick of that hour. */
  #scene(day: number, hour: number): void {
    const box = this.#box;
    box.now = START + day * DAY_MS + hour * HOUR_MS;
    const next = (after: number): number => this.#scale.hours.find((each) => each >= after) ?? after;
    const isAt = (onDay: number, atHour: number): boolean => day === onDay && hour === next(atHour);
    if (isAt(2, 12)) this.#approves = false;
    if (isAt(3, 20)) this.#approves = true;
    if (isAt(4, 9)) this.#pause();
    if (isAt(4, 20)) this.#resume();
    if (isAt(9, 9)) this.#setPausedSequences(['website']);
    if (isAt(10, 9)) this.#setPausedSequences([]);
    if (isAt(10, 14)) this.#barSome();
    if (isAt(11, 14)) this.#raiseCapsByMistake();
    if (isAt(14, 9)) this.#set({ undoMinutes: 15 });
    if (isAt(15, 6)) this.#set({ undoMinutes: 0 });
  }

  #pause(): void {
    this.#run([0], 'pause', '--reason', 'a wrong price');
    this.#isPaused = true;
  }

  #resume(): void {
    this.#run([0], 'resume', '--yes');
    this.#isPaused = false;
  }

  #pausedFrom = 0;

  #setPausedSequences(ids: readonly string[]): void {
    const box = this.#box;
    if (ids.length === 0) this.#checkPausedSequences();
    this.#pausedSequences = ids;
    this.#pausedFrom = box.now;
    writeSequences(box, ids);
    this.#run([0], 'sequences', 'apply', '--yes');
  }

  #checkPausedSequences(): void {
    for (const id of this.#pausedSequences) {
      const [made] = this.#box.rows<{ email: string; made_at: number }>(
        `SELECT l.email, d.made_at FROM draft_log d JOIN messages m ON m.row_id = d.message_row_id JOIN leads l ON l.row_id = d.lead_row_id
         JOIN steps s ON s.row_id = m.step_row_id JOIN sequences q ON q.row_id = s.sequence_row_id WHERE q.id = ? AND d.made_at >= ?`,
        id,
        this.#pausedFrom,
      );
      if (made !== undefined)
        this.#break('B9 a paused sequence drafts nothing', `${id}: ${made.email} at ${iso(made.made_at)}`);
    }
  }

  /**
   * Some opt out, become customers or are put on hold by the command; and some are barred by a write that forgot the cancel which
   * belongs to it, as another program's might: there the guards are all that is left.
   */
  #barSome(): void {
    const box = this.#box;
    // Those whose next step is about to fall due, or is.
    const coming = box
      .rows<{ email: string }>(
        `SELECT l.email FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id WHERE e.status IN ('pending', 'active')
         AND e.next_due_at <= ? AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.lead_row_id = l.row_id AND m.state IN ('pending_approval', 'approved', 'held'))
         AND e.kind = 'drip' GROUP BY l.row_id ORDER BY e.is_first_step, e.next_due_at LIMIT 60`,
        box.now + DAY_MS,
      )
      .map(({ email }) => email);
    const ways: readonly { why: string; untilAt?: number; act: (email: string) => void }[] = [
      { why: 'bail: opted out', act: (email) => this.#run([0], 'leads', 'set', email, 'opted_out=yes') },
      { why: 'bail: a customer', act: (email) => this.#run([0], 'leads', 'set', email, 'stage=customer') },
      {
        why: 'lead: on hold',
        untilAt: box.now + 6 * DAY_MS,
        act: (email) => this.#run([0], 'leads', 'set', email, `hold_until=${iso(box.now + 6 * DAY_MS)}`),
      },
      {
        why: 'bail: opted out behind our back',
        act: (email) => box.tamper('UPDATE leads SET opted_out = 1 WHERE email = ?', email),
      },
      {
        why: 'attribution: mismatch behind our back',
        act: (email) => box.tamper("UPDATE leads SET attribution = 'mismatch' WHERE email = ?", email),
      },
      {
        why: 'suppressed behind our back',
        act: (email) =>
          box.tamper(
            "INSERT INTO suppressions (email_key, reason, added_at) SELECT email_key, 'bounced', ? FROM leads WHERE email = ?",
            box.now,
            email,
          ),
      },
    ];
    for (const [index, email] of coming.entries()) {
      const way = ways[index % ways.length];
      if (way === undefined) continue;
      way.act(email);
      this.#barred.push({
        email,
        why: way.why,
        fromAt: box.now,
        untilAt: way.untilAt ?? Number.MAX_SAFE_INTEGER,
      });
    }
  }

  /** Somebody writes another zero: the whole batch is held, nothing of it leaves, and it is thrown away as one (A8). */
  #raiseCapsByMistake(): void {
    const box = this.#box;
    const { limits } = this.#scale;
    const [draftsPerRunDrip, draftsPerDay] = [limits.draftsPerRunDrip * 15, limits.draftsPerDay * 10];
    const line = this.#blastRadiusLine('drip');
    this.#importFair(Math.ceil(line) + 30, 'new');
    this.#set({ limits: { ...limits, draftsPerRunDrip, draftsPerDay } });
    box.now += 3 * MINUTE_MS;
    const before = this.#draftCount('drip', dayStart(box.now));
    const { code } = this.#run(ANY_RUN, 'drip');
    const made = this.#draftCount('drip', dayStart(box.now));
    const held = box.count(
      "SELECT count(*) FROM messages WHERE state = 'held' AND hold_cause = 'blast_radius'",
    );
    if (made <= line)
      this.#break(
        'the story itself',
        `only ${made} were drafted on the day of the mistake, the line is ${line}`,
      );
    if (code !== 31 || held !== made - before) {
      this.#break(
        'A8 a day above three times the usual is held',
        `drip made ${made} today, the line is ${line}; ended ${code}, ${held} held`,
      );
    }
    // While it is open the job makes nothing more, and ends 0 with the reason.
    const still = this.#run(ANY_RUN, 'drip');
    if (still.code !== 0 || this.#draftCount('drip', dayStart(box.now)) !== made) {
      this.#break('A8 nothing more while a hold is open', `drip ended ${still.code}`);
    }
    const [run] = box.rows<{ run_id: string }>(
      "SELECT held_run_id AS run_id FROM messages WHERE state = 'held' LIMIT 1",
    );
    this.#run([0], 'review', 'discard', '--run', run?.run_id ?? '', '--count', String(held));
    this.#excused.push({ from: box.now - 10 * MINUTE_MS, to: box.now });
    this.#set({ limits });
    // They were met in person after all: whoever is a customer gets nothing more.
    this.#importFair(Math.ceil(line) + 30, 'customer');
  }

  /** So many people from a trade fair, all due at once. */
  #importFair(count: number, stage: string): void {
    const rows = Array.from(
      { length: count },
      (_, index) => `fair${index}@fair.example,form:fair,UTC,${stage}`,
    );
    writeFileSync(this.#box.path('fair.csv'), ['email,source,timezone,stage', ...rows, ''].join('\n'));
    this.#run([0], 'leads', 'import', 'fair.csv', '--yes');
    const under = this.#box.count(
      "SELECT count(*) FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id WHERE l.source = 'form:fair' AND e.status IN ('pending', 'active')",
    );
    if (under !== (stage === 'customer' ? 0 : count)) {
      this.#break(
        'B6 a customer’s enrollments are cancelled',
        `${under} of ${count} are under way as ${stage}`,
      );
    }
  }

  /** The day's mistake is over the restored caps by design. */
  readonly #excused: { from: number; to: number }[] = [];

  #blastRadiusLine(job: string): number {
    const { blastRadiusFloor } = this.#scale.limits;
    const days = this.#box
      .rows<{ day: string; made: number }>(
        `SELECT j.operator_day AS day, (SELECT count(*) FROM draft_log d WHERE d.job = j.job AND d.operator_day = j.operator_day) AS made
         FROM job_days j WHERE j.job = ? AND j.operator_day < ? ORDER BY j.operator_day DESC`,
        job,
        isoDay(this.#box.now),
      )
      .filter(({ day }) => ![0, 6].includes(new Date(day).getUTCDay()) && !HOLIDAYS.includes(day))
      .slice(0, 7);
    const mean = days.length === 0 ? 0 : days.reduce((sum, { made }) => sum + made, 0) / days.length;
    return 3 * Math.max(mean, blastRadiusFloor);
  }

  #set(change: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...change };
    writeSettings(this.#box, this.#settings);
  }

  #check(): void {
    // The batch that was made above every cap by mistake, and thrown away, is no breach of the caps of the other days.
    const limits = this.#excused.length === 0 ? this.#scale.limits : null;
    const broken = [
      ...brokenPromises(this.#box, { limits, holidays: HOLIDAYS }),
      ...this.#brokenBars(),
      ...this.#brokenUndo(),
      ...this.#brokenCapsSince(),
    ];
    if (broken.length > 0) throw new BrokenPromise(broken);
  }

  #brokenBars(): readonly Broken[] {
    return this.#barred.flatMap(({ email, why, fromAt, untilAt }) => {
      const [made] = this.#box.rows<{ at: number }>(
        'SELECT d.made_at AS at FROM draft_log d JOIN leads l ON l.row_id = d.lead_row_id WHERE l.email = ? AND d.made_at >= ? AND d.made_at < ?',
        email,
        fromAt,
        untilAt,
      );
      return made === undefined
        ? []
        : [{ promise: 'B6 nobody who is barred is drafted', detail: `${email} (${why}) at ${iso(made.at)}` }];
    });
  }

  #brokenUndo(): readonly Broken[] {
    const from = START + 14 * DAY_MS + 9 * HOUR_MS;
    const [early] = this.#box.rows<{ id: string; sent_at: number; approved_at: number }>(
      'SELECT id, sent_at, approved_at FROM messages WHERE approved_at >= ? AND approved_at < ? AND sent_at - approved_at < ?',
      from,
      from + 21 * HOUR_MS,
      15 * MINUTE_MS,
    );
    if (early === undefined) return [];
    const detail = `${early.id} left ${Math.round((early.sent_at - early.approved_at) / MINUTE_MS)} minutes after its approval`;
    return [{ promise: 'D7 an approval can be undone for 15 minutes', detail }];
  }

  /** The caps of every run and day, the excused minutes left out. */
  #brokenCapsSince(): readonly Broken[] {
    const [excused] = this.#excused;
    if (excused === undefined) return [];
    const { limits } = this.#scale;
    const outside = 'made_at NOT BETWEEN ? AND ?';
    const [day] = this.#box.rows<{ operator_day: string; count: number }>(
      `SELECT operator_day, count(*) AS count FROM draft_log WHERE ${outside} GROUP BY operator_day HAVING count(*) > ?`,
      excused.from,
      excused.to,
      limits.draftsPerDay,
    );
    const [run] = this.#box.rows<{ run_id: string; count: number }>(
      `SELECT run_id, count(*) AS count FROM draft_log WHERE ${outside} GROUP BY run_id HAVING count(*) > ?`,
      excused.from,
      excused.to,
      limits.draftsPerRunDrip,
    );
    return [
      ...(day === undefined
        ? []
        : [
            {
              promise: 'A6 never above the cap of a day, by the calendar',
              detail: `${day.count} on ${day.operator_day}`,
            },
          ]),
      ...(run === undefined
        ? []
        : [{ promise: 'A6 never above the cap of a run', detail: `${run.run_id} made ${run.count}` }]),
    ];
  }

  /** Three weeks off, then the morning after. Returns how many drafts `--force` made. */
  #finale(day: number): number {
    const box = this.#box;
    // The next working day, in the middle of it; what is approved in its last hour never leaves.
    let last = day;
    while ([5, 6].includes(last % 7)) last += 1;
    for (let each = day; each < last; each += 1) this.#day(each);
    last = this.#sendNothingForTenDays(last);
    this.#lastDay(last);
    const wakeDay = last + OFF_DAYS + ((9 - (last % 7)) % 7);
    box.now = START + wakeDay * DAY_MS + 10 * HOUR_MS + 3 * MINUTE_MS;
    this.#wakeUp();
    this.#check();
    return this.#forceOnce();
  }

  /** Approved, then for ten days nothing may be sent: what was drafted before does not leave after it (D2). Returns the next working day. */
  #sendNothingForTenDays(day: number): number {
    const box = this.#box;
    const [hour = 0] = this.#scale.hours.filter((each) => each >= 14);
    for (const each of this.#scale.hours.filter((other) => other < hour)) this.#tick(day, each);
    box.now = START + day * DAY_MS + hour * HOUR_MS + 3 * MINUTE_MS;
    this.#timer('drip');
    this.#approveAll();
    const approved = "SELECT count(*) FROM messages WHERE state = 'approved'";
    if (box.count(approved) === 0)
      this.#break('the story itself', 'nothing was approved before sending stopped');
    this.#set({ limits: { ...this.#scale.limits, sendsPerDay: 0 } });
    let next = day + 11;
    while ([5, 6].includes(next % 7)) next += 1;
    for (let each = day + 1; each < next; each += 1) {
      for (const job of ['drip', 'nurture', 'send']) {
        box.now = START + each * DAY_MS + hour * HOUR_MS + 3 * MINUTE_MS;
        this.#timer(job);
      }
    }
    this.#set({ limits: this.#scale.limits });
    this.#day(next);
    this.#checkExpiry();
    do next += 1;
    while ([5, 6].includes(next % 7));
    return next;
  }

  #checkExpiry(): void {
    const [old] = this.#box.rows<{ id: string; days: number }>(
      `SELECT id, (sent_at - drafted_at) / ${DAY_MS}.0 AS days FROM messages WHERE sent_at - drafted_at > ?`,
      DRAFT_EXPIRY_MS,
    );
    if (old !== undefined)
      this.#break('D2 no draft older than 7 days leaves', `${old.id} after ${old.days.toFixed(1)} days`);
  }

  /** The last day before the machine goes off: the allowlist for one hour, and approvals that nobody sends. */
  #lastDay(day: number): void {
    const box = this.#box;
    for (const hour of this.#scale.hours.filter((each) => each <= 12)) this.#tick(day, hour);
    box.now = START + day * DAY_MS + 14 * HOUR_MS + 3 * MINUTE_MS;
    this.#timer('drip');
    this.#approveAll();
    const approved = box
      .rows<{ email: string }>(
        "SELECT l.email FROM messages m JOIN leads l ON l.row_id = m.lead_row_id WHERE m.state = 'approved' ORDER BY m.row_id LIMIT 4",
      )
      .map(({ email }) => email);
    if (approved.length < 4) this.#break('the story itself', 'nobody to test the allowlist with');
    // Two of four are listed; send looks at no more than these, so that the others are still there three weeks later.
    const ids = box
      .rows<{ id: string }>("SELECT id FROM messages WHERE state = 'approved' ORDER BY row_id LIMIT 4")
      .map(({ id }) => id);
    this.#set({ allowlist: approved.slice(0, 2) });
    this.#run(LIVE, 'send', '--only', ...ids);
    const wrong = box.rows<{ email: string }>(
      `SELECT l.email FROM messages m JOIN leads l ON l.row_id = m.lead_row_id WHERE m.state = 'sent' AND l.email IN (${approved
        .slice(2)
        .map(() => '?')
        .join(', ')}) AND m.id IN (${ids.map(() => '?').join(', ')})`,
      ...approved.slice(2),
      ...ids,
    );
    if (wrong.length > 0)
      this.#break('D9 nobody outside the allowlist receives anything', wrong[0]?.email ?? '');
    this.#set({ allowlist: [] });
    const sleepers = Array.from(
      { length: SLEEPERS },
      (_, index) => `sleeper${index}@late.example,form:sleepers`,
    );
    writeFileSync(box.path('sleepers.csv'), ['email,source', ...sleepers, ''].join('\n'));
    this.#run([0], 'leads', 'import', 'sleepers.csv', '--yes');
    const left = box.count("SELECT count(*) FROM messages WHERE state = 'approved'");
    if (left === 0) this.#break('the story itself', 'no approval was left for the three weeks');
    this.#check();
  }

  #wakeUp(): void {
    const box = this.#box;
    const before = this.#draftCount();
    for (const job of ['drip', 'nurture']) {
      const { code } = this.#run(ANY_RUN, job);
      const made = this.#draftCount() - before;
      if (code !== 30 || made > 0)
        this.#break(
          'A4 the first run after 21 days off drafts nothing',
          `${job} ended ${code} and made ${made}`,
        );
    }
    const sent = box.count("SELECT count(*) FROM messages WHERE state = 'sent'");
    const { code } = this.#run(ANY_RUN, 'send');
    const now = box.count("SELECT count(*) FROM messages WHERE state = 'sent'");
    if (code !== 30 || now > sent)
      this.#break(
        'A4 the first send after 21 days off sends nothing',
        `send ended ${code} and sent ${now - sent}`,
      );
    // The timer of confirm never acts on a gap.
    box.now += 15 * MINUTE_MS;
    this.#run(ANY_RUN, 'confirm');
    if (this.#draftCount() > before) this.#break('A5 the timer confirms no gap', 'confirm drafted');
    // Nor can a person let out by one word what was drafted three weeks ago.
    const held = box.count("SELECT count(*) FROM messages WHERE state = 'held'");
    if (held > 0) this.#run([0, 32], 'review', 'release', '--all', '--count', String(held));
    box.now += 15 * MINUTE_MS;
    this.#run(LIVE, 'send');
    this.#checkExpiry();
  }

  /** `--force` with the default caps; then a sequence that skips late steps, whose steps all slept. */
  #forceOnce(): number {
    const box = this.#box;
    this.#set({ limits: null });
    const before = this.#draftCount();
    this.#run(ANY_RUN, 'drip', '--force');
    const forced = this.#draftCount() - before;
    if (forced > 5) this.#break('A20 --force makes at most 5 with the default cap', `${forced} drafts`);
    if (forced === 0) this.#break('A20 --force lifts the gap', 'no draft at all');
    this.#checkAfterForce();
    const sinceAt = box.now;
    box.now += 30 * MINUTE_MS;
    // Their first step fell due while nothing ran, more than a week before anything ran again.
    this.#run(ANY_RUN, 'drip', '--sequence', 'sleepers');
    const [woken] = box.rows<{ email: string }>(
      `SELECT l.email FROM draft_log d JOIN leads l ON l.row_id = d.lead_row_id WHERE l.source = 'form:sleepers' AND d.made_at >= ?`,
      sinceAt,
    );
    if (woken !== undefined) {
      this.#break('A16 a late step is not sent where its sequence skips it', woken.email);
    }
    const passedOver = box.count("SELECT count(*) FROM messages WHERE state = 'skipped' AND note = 'late'");
    if (passedOver < SLEEPERS) {
      this.#break(
        'A16 a late step is passed over where its sequence skips it',
        `${passedOver} of ${SLEEPERS}`,
      );
    }
    return forced;
  }

  #checkAfterForce(): void {
    const broken = brokenPromises(this.#box, { limits: null, holidays: HOLIDAYS });
    if (broken.length > 0) throw new BrokenPromise(broken);
  }

  #leadsWithThreeSteps(): number {
    return this.#box.count(
      `SELECT count(*) FROM (SELECT m.enrollment_row_id FROM messages m WHERE m.state = 'sent' GROUP BY m.enrollment_row_id HAVING count(*) >= 3)`,
    );
  }

  #draftCount(job: string | null = null, sinceAt = 0): number {
    return this.#box.count(
      'SELECT count(*) FROM draft_log WHERE (? IS NULL OR job = ?) AND made_at >= ?',
      job,
      job,
      sinceAt,
    );
  }

  #run(codes: readonly number[], ...words: readonly string[]): Ran {
    this.#processes += 1;
    const at = this.#box.now;
    const ran = this.#box.run(...words);
    if (ran.code === null || !codes.includes(ran.code)) {
      const said = `${ran.stdout}\n${ran.stderr}`.trim().split('\n').slice(-6).join(' | ');
      this.#break(
        `${words[0] ?? ''} ends as it should`,
        `${words.join(' ')} at ${iso(at)} ended ${ran.code ?? ran.signal ?? ''}: ${said}`,
      );
    }
    return ran;
  }

  #break(promise: string, detail: string): never {
    throw new BrokenPromise([{ promise, detail }]);
  }
}

/** The last day on which something is arranged; the story is at least this long. */
const SCENES_END = 16;
const LIVE = [0, 32];
const ANY_RUN = [0, 30, 31, 32, 34];

/** The operator looks at the drafts four times on a working day. */
function isDeskHour(day: number, hour: number): boolean {
  const isWorkingDay = day % 7 < 5;
  return isWorkingDay && [6, 9, 12, 14, 17, 20].includes(hour);
}

function dayStart(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
