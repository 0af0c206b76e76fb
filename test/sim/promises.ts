import type { Promised } from './promised.ts';
import { DRAFT_PROMISES } from './promises-drafts.ts';
import { RUN_PROMISES } from './promises-runs.ts';
import { SEND_PROMISES } from './promises-sends.ts';
import { STATE_PROMISES } from './promises-state.ts';
import type { Rules } from './rules.ts';
import { StateReader, type Before, type Row, type Tick } from './view.ts';

/** Every promise that the checker knows, by name. */
export const PROMISES: readonly Promised[] = [
  ...RUN_PROMISES,
  ...DRAFT_PROMISES,
  ...SEND_PROMISES,
  ...STATE_PROMISES,
];

export interface Broken {
  readonly promise: string;
  readonly how: string;
}

/**
 * An independent witness: before each command it remembers, after it it judges every promise from the database alone. It shares no
 * code with the program, so a guard that is wrong in the same way twice has to be written wrong twice.
 */
export class Witness {
  readonly #reader: StateReader;
  readonly #rules: Rules;
  #before: Before;
  #version: number;

  constructor(directory: string, rules: Rules) {
    this.#reader = new StateReader(directory);
    this.#rules = rules;
    this.#before = this.#reader.before();
    this.#version = this.#reader.version();
  }

  /** Judges what the command just run has done, and remembers the state for the next one. */
  judge(tick: Tick): readonly Broken[] {
    const version = this.#reader.version();
    // Nothing was committed: nothing can have been broken.
    if (version === this.#version) return [];
    const view = this.#reader.view(this.#rules, tick, this.#before);
    const broken = PROMISES.flatMap((promise) =>
      promise.broken(view).map((how) => ({ promise: promise.name, how })),
    );
    this.#version = version;
    this.#before = this.#reader.before();
    return broken;
  }

  rows(sql: string, ...values: readonly (string | number | null)[]): readonly Row[] {
    return this.#reader.rows(sql, ...values);
  }

  close(): void {
    this.#reader.close();
  }
}
