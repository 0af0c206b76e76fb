import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';

import { makePrivateFolder, removeFolder } from '../../adapters/private-folder.ts';
import { SeededRandom } from '../../adapters/seeded-random.ts';
import { workspacePaths } from '../../config/paths.ts';
import type { Instant } from '../../core/model.ts';
import type { Mailer, OutgoingMail } from '../../ports.ts';
import { openState, type StateDatabase } from '../../store/database.ts';
import type { CliContext, Invocation, OptionValue } from '../cli-context.ts';
import type { Workspace } from '../workspace.ts';
import { RehearsedClock, RehearsedMachine, silentIo, SILENT } from './outside.ts';
import type { RehearsalSeat } from './seat.ts';
import { standIn } from './stand-in.ts';

/** One delivery that the rehearsal took. */
export interface TakenMail {
  readonly messageId: string;
  readonly to: string;
  readonly at: Instant;
}

export interface StageOptions {
  readonly context: CliContext;
  readonly workspace: Workspace;
  readonly startsAt: Instant;
  readonly without: ReadonlySet<string>;
  readonly seed: number;
}

/** The state, its log while it is played on, and as much again. */
const COPIES = 3;
const COPIED_FILES = [
  'sendJournalFile',
  'stampFile',
  'erasureFile',
  'stopFile',
  'unsubscribeSpoolDir',
] as const;
const MARGIN_BYTES = 64 * 1_048_576;

/**
 * A copy of a workspace's state in a folder that nobody else can enter, with a clock, a machine and a randomness of its own, on which the
 * commands of the engine are played. The state it was made from is only read. `remove` when done; nothing else is left behind.
 */
export class Stage {
  readonly directory: string;
  readonly workspace: Workspace;
  readonly clock: RehearsedClock;
  readonly machine: RehearsedMachine;
  readonly random: SeededRandom;
  /** Every mail that left, oldest first. */
  readonly taken: TakenMail[] = [];
  readonly seed: number;
  /** Some guard is off. */
  readonly leavesOut: boolean;
  readonly signal: AbortSignal;
  /** What its commands see; a stage that goes on from here is made with it. */
  readonly context: CliContext;
  #reader: StateDatabase | null = null;

  constructor(options: StageOptions) {
    const { context, workspace, startsAt, without, seed } = options;
    this.seed = seed;
    this.leavesOut = without.size > 0;
    this.signal = context.signal;
    const bytes = statSync(workspace.paths.databaseFile).size;
    this.directory = makePrivateFolder('headgate-rehearsal', bytes * COPIES + MARGIN_BYTES);
    try {
      this.workspace = { ...workspace, paths: this.#copyOf(workspace) };
    } catch (error) {
      removeFolder(this.directory);
      throw error;
    }
    this.clock = new RehearsedClock(startsAt);
    this.machine = new RehearsedMachine(context.machine.identity(), context.machine.bootId());
    this.random = new SeededRandom(seed);
    const { installation, cwd, version, signal } = context;
    this.context = {
      io: silentIo(context.io.env),
      clock: this.clock,
      random: this.random,
      machine: this.machine,
      rehearsalSeat: this.#seat(without),
      ...{ installation, cwd, version, signal },
    };
  }

  /** A command line on the copy, for the module of that command. */
  invocation(
    path: string,
    of: { readonly args?: readonly string[]; readonly options?: Readonly<Record<string, OptionValue>> } = {},
  ): Invocation {
    return {
      context: this.context,
      global: SILENT,
      path,
      args: of.args ?? [],
      options: of.options ?? {},
      progress: () => undefined,
    };
  }

  /** The copy as it is now, for looking. */
  get reader(): StateDatabase {
    return (this.#reader ??= openState({ file: this.workspace.paths.databaseFile, mode: 'read' }));
  }

  /** Lets go of the copy, for whoever puts another file in its place. */
  letGo(): void {
    this.#reader?.close();
    this.#reader = null;
  }

  remove(): void {
    this.letGo();
    removeFolder(this.directory);
  }

  /** The journal first and the stamp next: what they know must not be newer than what the copy knows (A14, A15). */
  #copyOf({ paths }: Workspace): Workspace['paths'] {
    const { workspaceDir, configFile, sequencesDir } = paths;
    const copy = { ...workspacePaths({ workspaceDir, configFile, stateDir: this.directory }), sequencesDir };
    // A15: who was erased stays erased in the copy too, whatever the copy was made from.
    for (const name of COPIED_FILES)
      if (existsSync(paths[name])) cpSync(paths[name], copy[name], { recursive: true });
    mkdirSync(copy.locksDir, { mode: 0o700 });
    const source = openState({ file: paths.databaseFile, mode: 'read' });
    try {
      source.vacuumInto(copy.databaseFile);
    } finally {
      source.close();
    }
    return copy;
  }

  #seat(without: ReadonlySet<string>): RehearsalSeat {
    return {
      workspace: this.workspace,
      without,
      mailer: this.#mailer(),
      compose: (message, sender) =>
        Promise.resolve(unwritten(message.id, { from: sender, to: message.leadEmail })),
      wait: (ms) => {
        this.clock.pass(ms);
        return Promise.resolve();
      },
      standIn,
    };
  }

  #mailer(): Mailer {
    const { policy, mail } = this.workspace;
    const { clock, taken } = this;
    return {
      transport: policy.live ? mail.transport : 'outbox',
      // As the outbox has, and every transport without a pace.
      connections: 10,
      keyLifeMs: null,
      account: null,
      deliver(mailed, mayLeave) {
        if (!mayLeave()) return Promise.resolve({ kind: 'withdrawn' });
        taken.push({ messageId: mailed.id, to: mailed.to, at: clock.now() });
        const said = { response: 'taken by the rehearsal', providerId: null };
        return Promise.resolve({ kind: 'accepted', ...said, messageIdHeader: null, conversationId: null });
      },
      close: () => Promise.resolve(),
    };
  }
}

function unwritten(id: string, { from, to }: { readonly from: string; readonly to: string }): OutgoingMail {
  const raw = Buffer.from(`rehearsed ${id}\r\n`);
  return { id, from, to, messageIdHeader: `<${id}@rehearsal.invalid>`, raw, payload: null };
}
