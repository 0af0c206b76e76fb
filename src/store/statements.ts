import type Database from 'better-sqlite3';
import { mapSqliteError } from './sqlite-errors.ts';

/** What the rest of the store may do with a statement: the subset that libSQL's client has too. */
export interface StateStatement<Params extends unknown[], Row> {
  run(...params: Params): { changes: number; lastInsertRowid: number | bigint };
  get(...params: Params): Row | undefined;
  all(...params: Params): Row[];
  iterate(...params: Params): IterableIterator<Row>;
}

/** Says of a damaged page, a full disk or a lock what an operator can act on, wherever it is met. */
export class ReadingStatement implements StateStatement<unknown[], unknown> {
  readonly #statement: Database.Statement;
  readonly #file: string;

  constructor(statement: Database.Statement, file: string) {
    this.#statement = statement;
    this.#file = file;
  }

  run(...params: unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    return this.#mapped(() => this.#statement.run(...params));
  }

  get(...params: unknown[]): unknown {
    return this.#mapped(() => this.#statement.get(...params));
  }

  all(...params: unknown[]): unknown[] {
    return this.#mapped(() => this.#statement.all(...params));
  }

  *iterate(...params: unknown[]): IterableIterator<unknown> {
    try {
      yield* this.#statement.iterate(...params);
    } catch (error) {
      throw mapSqliteError(error, this.#file);
    }
  }

  #mapped<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw mapSqliteError(error, this.#file);
    }
  }
}

/** Lets a statement that writes run only inside `StateDatabase.write`. */
export class WritingStatement implements StateStatement<unknown[], unknown> {
  readonly #statement: Database.Statement;
  readonly #database: { assertInWrite(): void };

  constructor(statement: Database.Statement, database: { assertInWrite(): void }) {
    this.#statement = statement;
    this.#database = database;
  }

  run(...params: unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    this.#database.assertInWrite();
    return this.#statement.run(...params);
  }

  get(...params: unknown[]): unknown {
    this.#database.assertInWrite();
    return this.#statement.get(...params);
  }

  all(...params: unknown[]): unknown[] {
    this.#database.assertInWrite();
    return this.#statement.all(...params);
  }

  iterate(...params: unknown[]): IterableIterator<unknown> {
    this.#database.assertInWrite();
    return this.#statement.iterate(...params);
  }
}
