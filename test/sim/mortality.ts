import Database from 'better-sqlite3';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What every further step of a process that has died throws, so that it does nothing more. */
export class KilledProcess extends Error {
  constructor() {
    super('the process was killed here');
  }
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
const LASTING_ACTS_LATER = ['rename'];
const OTHER_WRITES_LATER = ['open', 'rm', 'mkdir', 'writeFile', 'unlink'];

/**
 * kill -9 between any two acts that last, without a process of its own: after the k-th commit, sync or rename nothing that the
 * program tries has any effect, SQLite and files alike, until `revive` has closed what the dead one left open. Its locks go with
 * their connections, as they do with a process. An open transaction is rolled back by the same closing.
 */
export class Mortality {
  #isDead = false;
  #actsLeft = Infinity;
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

  /** True when the process had died: it is gone now, with its connections, and another one may start. */
  revive(): boolean {
    const hadDied = this.#isDead;
    this.#isDead = false;
    this.#actsLeft = Infinity;
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
    this.#replace(
      Database.prototype,
      'exec',
      (exec) =>
        function (this: unknown, ...values) {
          live();
          const result = exec.apply(this, values);
          // It stands in for a method of that class.
          note(this as Database.Database, String(values[0]));
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
    this.#replace(
      target,
      name,
      (original) =>
        function (this: unknown, ...values) {
          live();
          const result = original.apply(this, values);
          if (lasts) acted();
          return result;
        },
    );
  }

  #patchLater(name: string, lasts: boolean): void {
    const live = this.#live.bind(this);
    const acted = this.#acted.bind(this);
    this.#replace(
      fs.promises,
      name,
      (original) =>
        async function (this: unknown, ...values) {
          live();
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
