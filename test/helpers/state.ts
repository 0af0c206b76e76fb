import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createStampFile } from '../../src/adapters/stamp-file.ts';
import type { Instant } from '../../src/core/model.ts';
import type { StampFile } from '../../src/ports.ts';
import { createState } from '../../src/store/create.ts';
import { openState } from '../../src/store/database.ts';
import type { OpenStateOptions, StateDatabase } from '../../src/store/database.ts';
import { FakeClock, FakeMachine, SeededRandom } from './fakes.ts';

export interface TestState {
  /** A folder of this test alone; gone after it. */
  readonly directory: string;
  readonly file: string;
  /** Open for writing. */
  readonly database: StateDatabase;
  readonly clock: FakeClock;
  readonly random: SeededRandom;
  readonly machine: FakeMachine;
  readonly stampFile: StampFile;
  /** One more connection; closed after the test. */
  open(mode: OpenStateOptions['mode']): StateDatabase;
}

/** A fresh state as `init` makes it, on a real file, for one test. */
export function testState(options: { now?: Instant; seed?: number } = {}): TestState {
  const directory = temporaryDirectory();
  const file = join(directory, 'headgate.db');
  const clock = new FakeClock(options.now);
  const random = new SeededRandom(options.seed);
  const machine = new FakeMachine();
  const stampFile = createStampFile(join(directory, 'stamp.json'));
  createState({ file, clock, random, machine, stampFile });
  const open = (mode: OpenStateOptions['mode']): StateDatabase => {
    const database = openState({ file, mode });
    onTestFinished(() => database.close());
    return database;
  };
  return { directory, file, database: open('write'), clock, random, machine, stampFile, open };
}

/** An empty folder, removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'headgate-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
