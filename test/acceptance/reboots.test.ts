import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

import { afterAll, describe, expect, test } from 'vitest';

import { temporaryDirectory } from '../helpers/state.ts';
import { Box, canMountIds, DAY_MS, fakeTimeLibrary, HOUR_MS, MINUTE_MS } from './rig/box.ts';
import { installation, removeInstallations } from './rig/installation.ts';

const canRun = fakeTimeLibrary() !== null && canMountIds();
const isFull = process.env['HEADGATE_ACCEPTANCE'] === 'full';
const DAYS = 30;
/** Monday 2 March 2026. */
const START = Date.UTC(2026, 2, 2);
const LEADS = 20;

afterAll(removeInstallations);

/** In the long run alone: the short one tells the same stories inside one process (test/commands/send). */
describe.runIf(canRun && isFull)('a machine that reboots now and then', () => {
  test('A5: what was approved before a reboot waits for a release; what is approved after it leaves', () => {
    const month = new Month();
    for (let day = 0; day < DAYS; day += 1) month.day(day);
    expect(month.reboots).toBeGreaterThanOrEqual(2);
    expect(month.heldByReboots).toBeGreaterThan(0);
    expect(month.approvedThemselves).toBeGreaterThan(0);
    expect(month.sent()).toBeGreaterThan(0);
    console.log(
      `${DAYS} days, ${month.reboots} reboots: ${month.sent()} mails, ${month.heldByReboots} approvals held until released, ` +
        `${month.approvedThemselves} drafts approved themselves`,
    );
  }, 600_000);

  test('A5, A15: an image of the disk, put back within the hour, sends nothing by itself, nor what approves itself', () => {
    const month = new Month();
    for (let day = 0; day < 2; day += 1) month.day(day);
    const { box } = month;
    // Approvals wait, by a person and by the sequence itself; then the image is taken, and they leave.
    box.now = START + 2 * DAY_MS + 9 * HOUR_MS;
    for (const job of ['drip', 'nurture']) box.expect([0, 32], job);
    month.approveAll();
    const approved = box.count("SELECT count(*) FROM messages WHERE state = 'approved'");
    expect(approved).toBeGreaterThan(0);
    const image = temporaryDirectory();
    cpSync(box.workspace, image, { recursive: true });
    box.now += 10 * MINUTE_MS;
    box.expect([0], 'send');
    expect(month.mails()).toBeGreaterThan(0);
    // State, stamp and journal alike are those of before.
    rmSync(box.workspace, { recursive: true });
    cpSync(image, box.workspace, { recursive: true });
    box.reboot();
    const before = { sent: month.sent(), mails: month.mails() };
    for (let minute = 0; minute < 300; minute += 60) {
      for (const job of ['drip', 'nurture', 'confirm', 'send']) box.run(job);
      expect({ sent: month.sent(), mails: month.mails() }, `after ${minute} minutes`).toEqual(before);
      box.advance(HOUR_MS);
    }
    expect(box.count("SELECT count(*) FROM messages WHERE state = 'approved'")).toBe(0);
    expect(box.count("SELECT count(*) FROM messages WHERE state = 'held' AND hold_cause = 'doubt'")).toBe(
      approved,
    );
  }, 300_000);
});

/** Real runs of every job, three times a day, with a reboot every third morning. */
class Month {
  readonly box: Box;
  reboots = 0;
  heldByReboots = 0;
  approvedThemselves = 0;
  /** On which boot a person, or the sequence where it may, last let a message go. */
  readonly #letGoOn = new Map<string, number>();
  #personActedOn = 0;

  constructor() {
    const directory = temporaryDirectory();
    this.box = new Box({
      directory,
      installation: installation(),
      now: START + 8 * HOUR_MS,
      mountsIds: true,
    });
    const { box } = this;
    const who = ['--name', 'Test', '--from', 'test@sender.example', '--postal-address', '1 Example Street'];
    box.expect([0], 'init', '.', '--no-input', '--timezone', 'UTC', ...who);
    writeFileSync(
      box.path('headgate.toml'),
      'live = false\ntimezone = "UTC"\n[hours]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nstart = "00:00"\nend = "24:00"\n[limits]\nundo_minutes = 0\n',
    );
    this.#sequence('by-hand', 'ask');
    this.#sequence('by-itself', 'auto');
    box.expect([0], 'sequences', 'apply', '--yes');
    const rows = Array.from(
      { length: LEADS },
      (_, index) => `p${index}@firm.example,form:${index % 2 === 0 ? 'by-hand' : 'by-itself'}`,
    );
    writeFileSync(box.path('leads.csv'), ['email,source', ...rows, ''].join('\n'));
    box.expect([0], 'leads', 'import', 'leads.csv', '--yes');
    for (const job of ['drip', 'nurture']) box.expect([30], job);
    box.expect([0], 'confirm', '--none', '--yes');
    box.expect([0], 'send');
  }

  day(day: number): void {
    const { box } = this;
    const at = (hour: number, minute: number): number =>
      START + day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;
    const reboots = day % 3 === 2;
    box.now = at(9, 3);
    for (const job of ['drip', 'nurture']) box.expect([0, 32], job);
    box.now = at(9, 30);
    this.approveAll();
    if (reboots) this.#reboot(at(10, 0));
    else this.#send();
    box.now = at(15, 3);
    for (const job of ['drip', 'nurture']) box.expect([0, 32], job);
    box.now = at(15, 30);
    this.approveAll();
    this.#send();
  }

  approveAll(): void {
    const ids = this.#idsIn('pending_approval');
    for (const id of this.#idsIn('approved')) this.#approvedItself(id);
    if (ids.length === 0) return;
    this.box.expect([0], 'review', 'approve', '--all', '--count', String(ids.length));
    this.#personActedOn = this.reboots;
    for (const id of ids) this.#letGoOn.set(id, this.reboots);
  }

  sent(): number {
    return this.#idsIn('sent').length;
  }

  mails(): number {
    mkdirSync(this.box.path('outbox'), { recursive: true });
    return readdirSync(this.box.path('outbox')).filter((file) => file.endsWith('.eml')).length;
  }

  /** Approvals are waiting; the machine goes down and comes up, and its timers fire before anybody has looked. */
  #reboot(at: number): void {
    const { box } = this;
    const before = this.#idsIn('approved');
    box.now = at;
    box.reboot();
    this.reboots += 1;
    for (const job of ['drip', 'nurture']) expect(box.run(job).code).toBe(30);
    expect(box.run('send').code).toBe(before.length > 0 ? 30 : 0);
    expect(this.#idsIn('approved')).toEqual([]);
    expect(this.#idsIn('held')).toEqual(before);
    this.heldByReboots += before.length;
    box.now = at + 12 * MINUTE_MS;
    box.expect([0, 32], 'confirm');
    // A5: until a person has acted, a sequence that approves itself asks like any other.
    expect(this.#idsIn('approved')).toEqual([]);
    box.now = at + 20 * MINUTE_MS;
    this.#send();
    expect(this.#idsIn('held')).toEqual(before);
    this.approveAll();
    this.#send();
    expect(this.#idsIn('held')).toEqual(before);
    box.now = at + HOUR_MS;
    if (before.length === 0) return;
    box.expect([0], 'review', 'release', '--all', '--count', String(before.length));
    this.#personActedOn = this.reboots;
    for (const id of before) this.#letGoOn.set(id, this.reboots);
    this.#send();
  }

  /** Whatever leaves now was let go on this boot, by a person or, after a person had acted on it, by its sequence. */
  #send(): void {
    const before = new Set(this.#idsIn('sent'));
    for (const id of this.#idsIn('approved')) this.#approvedItself(id);
    this.box.expect([0, 32], 'send');
    for (const id of this.#idsIn('sent').filter((each) => !before.has(each))) {
      expect(this.#letGoOn.get(id), `${id} left on boot ${this.reboots}`).toBe(this.reboots);
    }
  }

  #approvedItself(id: string): void {
    if (this.#letGoOn.has(id)) return;
    expect(this.#personActedOn, `${id} approved itself on boot ${this.reboots}`).toBe(this.reboots);
    this.approvedThemselves += 1;
    this.#letGoOn.set(id, this.reboots);
  }

  #idsIn(state: string): readonly string[] {
    return this.box
      .rows<{ id: string }>('SELECT id FROM messages WHERE state = ? ORDER BY row_id', state)
      .map(({ id }) => id);
  }

  #sequence(id: string, approve: 'ask' | 'auto'): void {
    const { box } = this;
    const steps = ['one', 'two', 'three', 'four', 'five', 'six'];
    mkdirSync(box.path('sequences', id), { recursive: true });
    const head = [`name = "${id}"`, 'status = "active"', `approve = "${approve}"`];
    const lines = [...head, '[trigger]', `source = ["form:${id}"]`];
    for (const step of steps) {
      lines.push('[[step]]', `id = "${step}"`, `after = "${step === 'one' ? '0d' : '2d'}"`);
      writeFileSync(
        box.path('sequences', id, `${step}.md`),
        `Subject: ${id} ${step}\nMode: fixed\n\nHow do you do this today?\n`,
      );
    }
    writeFileSync(box.path('sequences', id, 'sequence.toml'), `${lines.join('\n')}\n`);
  }
}
