import Database from 'better-sqlite3';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What every further step of a process that has died throws, so that it does nothing more. */
export class KilledProcess extends Error {
  constructor() {
    super('the process was killed here');
  }
}

/** What a disk says that has no room left, or no strength. */
export type DiskFault = 'ENOSPC' | 'EIO';

/** From the `after`-th act on, so many times; then there is room again. */
interface DiskTrouble {
  readonly code: DiskFault;
  after: number;
  times: number;
}

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;
type Patchable = Record<string, AnyFunction>;

/** What reaches the disk at once; death comes right after one of these. */
const LASTING_ACTS = ['fsyncSync', 'fdatasyncSync', 'renameSync'];
/** What a dead process can do no more. Reading harms nobody, and descriptors must be closed. */
const OTHER_WRITES = [
  'writeSync',
  'writeFileSync',
  'appendFileSync',
  'rmSync',
  'unlinkSync',
  'mkdirSync',
  'linkSync',
  'chmodSync',
];
/** What takes room; a full disk still removes and renames. */
const NEEDS_ROOM: ReadonlySet<string> = new Set([
  'fsyncSync',
  'fdatasyncSync',
  'writeSync',
  'writeFileSync',
  'appendFileSync',
  'mkdirSync',
  'linkSync',
  'mkdir',
  'writeFile',
]);
const LASTING_ACTS_LATER = ['rename'];
const OTHER_WRITES_LATER = ['open', 'rm', 'mkdir', 'writeFile', 'unlink'];

/**
 * kill -9 between any two acts that last, without a process of its own: after the k-th commit, sync or rename nothing that the
 * program tries has any effect, SQLite and files alike, until `revive` has closed what the dead one left open. Its locks go with
 * their connections, as they do with a process. An open transaction is rolled back by the same closing. A disk can fail here as well:
 * then commits and writes say so, and the program goes on to whatever it makes of that.
 */
export class Mortality {
  #isDead = false;
  #actsLeft = Infinity;
  #disk: DiskTrouble | null = null;
  #diskFaults = 0;
  readonly #writers = new WeakSet<object>();
  readonly #connections = new Set<Database.Database>();
  readonly #undo: (() => void)[] = [];

  constructor() {
    this.#patchSqlite();
    for (const name of LASTING_ACTS) this.#patch(fs, name, true);
    for (const name of OTHER_WRITES) this.#patch(fs, name, false);
    for (const name of LASTING_ACTS_LATER) this.#patchLater(name, true);
    for (const name of OTHER_WRITES_LATER) this.#patchLater(name, false);
    syncBuiltinESMExports();
  }

  /** The process will die right after this many lasting acts. */
  arm(acts: number): void {
    this.#actsLeft = acts;
  }

  /** The disk will fail from the `after`-th write on, `times` times, or until `revive`. */
  failDisk(trouble: { readonly code: DiskFault; readonly after: number; readonly times: number }): void {
    this.#disk = { ...trouble };
    this.#diskFaults = 0;
  }

  /** How often it has failed since. */
  get diskFaults(): number {
    return this.#diskFaults;
  }

  /** True when the process had died: it is gone now, with its connections, and another one may start. */
  revive(): boolean {
    const hadDied = this.#isDead;
    this.#isDead = false;
    this.#actsLeft = Infinity;
    this.#disk = null;
    this.#diskFaults = 0;
    if (hadDied) for (const connection of this.#connections) connection.close();
    this.#connections.clear();
    return hadDied;
  }

  /** Gives SQLite and fs back as they were. */
  end(): void {
    for (const undo of this.#undo.reverse()) undo();
    syncBuiltinESMExports();
  }

  #live(): void {
    if (this.#isDead) throw new KilledProcess();
  }

  /** True: this write fails. */
  #fails(): DiskFault | null {
    if (this.#disk === null) return null;
    this.#disk.after -= 1;
    if (this.#disk.after >= 0 || this.#disk.times <= 0) return null;
    this.#disk.times -= 1;
    this.#diskFaults += 1;
    return this.#disk.code;
  }

  #write(name: string): void {
    if (!NEEDS_ROOM.has(name)) return;
    const code = this.#fails();
    if (code !== null) throw Object.assign(new Error(`${code}: the simulated disk, ${name}`), { code });
  }

  /** The transaction is still open behind it, as after a commit that SQLite could not make. */
  #commit(connection: Database.Database, sql: string): void {
    const code = sql === 'COMMIT' && this.#writers.has(connection) ? this.#fails() : null;
    if (code === null) return;
    const name = code === 'EIO' ? 'SQLITE_IOERR_WRITE' : 'SQLITE_FULL';
    throw new Database.SqliteError('the simulated disk', name);
  }

  #acted(): void {
    this.#actsLeft -= 1;
    if (this.#actsLeft <= 0) this.#isDead = true;
  }

  #patchSqlite(): void {
    const probe = new Database(':memory:');
    const statements = Object.getPrototypeOf(probe.prepare('SELECT 1')) as object;
    probe.close();
    for (const name of ['run', 'get', 'all', 'iterate']) this.#patch(statements, name, false);
    for (const name of ['prepare', 'pragma']) this.#patch(Database.prototype, name, false);
    const live = this.#live.bind(this);
    const note = this.#noteExec.bind(this);
    const commit = this.#commit.bind(this);
    this.#replace(
      Database.prototype,
      'exec',
      (exec) =>
        function (this: unknown, ...values) {
          live();
          // It stands in for a method of that class.
          const connection = this as Database.Database;
          commit(connection, String(values[0]));
          const result = exec.apply(this, values);
          note(connection, String(values[0]));
          return result;
        },
    );
  }

  #noteExec(connection: Database.Database, sql: string): void {
    this.#connections.add(connection);
    if (sql === 'BEGIN IMMEDIATE') this.#writers.add(connection);
    if (sql === 'COMMIT' && this.#writers.delete(connection)) this.#acted();
  }

  #patch(target: object, name: string, lasts: boolean): void {
    const live = this.#live.bind(this);
    const acted = this.#acted.bind(this);
    const write = this.#write.bind(this);
    this.#replace(
      target,
      name,
      (original) =>
        function (this: unknown, ...values) {
          live();
          write(name);
          const result = original.apply(this, values);
          if (lasts) acted();
          return result;
        },
    );
  }

  #patchLater(name: string, lasts: boolean): void {
    const live = this.#live.bind(this);
    const acted = this.#acted.bind(this);
    const write = this.#write.bind(this);
    this.#replace(
      fs.promises,
      name,
      (original) =>
        async function (this: unknown, ...values) {
          live();
          write(name);
          const result = await original.apply(this, values);
          if (lasts) acted();
          return result;
        },
    );
  }

  #replace(target: object, name: string, wrap: (original: AnyFunction) => AnyFunction): void {
    const methods = target as Patchable;
    const original = methods[name];
    if (original === undefined) throw new Error(`there is no ${name} to patch`);
    methods[name] = wrap(original);
    this.#undo.push(() => {
      methods[name] = original;
    });
  }
}
