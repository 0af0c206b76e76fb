import type { ExitName } from '../core/exits.ts';
import type { Clock, InputStream, Machine, OutputStream, Random } from '../ports.ts';
import type { Terminal } from './output/terminal.ts';
import type { RehearsalSeat } from './rehearsal/seat.ts';

export type { InputStream, OutputStream } from '../ports.ts';

export interface CliIo {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The outside as every command sees it; made once by the composition root, replaced by tests. */
export interface CliContext {
  readonly io: CliIo;
  readonly clock: Clock;
  readonly random: Random;
  readonly machine: Machine;
  /** Absolute path of the directory in which the program was started. */
  readonly cwd: string;
  /** Absolute path of the directory that holds `bin/`, `dist/` and the default `state/`. */
  readonly installation: string;
  readonly version: string;
  /** Aborts on SIGINT and SIGTERM. Only a command registered with `stopsItself` has to look at it. */
  readonly signal: AbortSignal;
  /** Awaited before work that takes long; absent where the process does more than one command, as in tests. */
  readonly beforeLongWork?: (work: { readonly keepsMuch: boolean }) => Promise<void>;
  /** F5: set by `simulate` alone, for the commands that it plays on a copy; what stands in for the outside there. */
  readonly rehearsalSeat?: RehearsalSeat;
}

/** The flags that every command takes (cli.md 2.2), already resolved against environment and terminal. */
export interface GlobalFlags {
  /** `-C, --config FILE` as typed; null when not given. */
  readonly config: string | null;
  /** `--state DIR`, else `$STATE_DIRECTORY`; null when neither is given. */
  readonly state: string | null;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False with `--no-color`; null: the environment and the stream decide. */
  readonly color: false | null;
  readonly ascii: boolean;
  /** False with `--no-input` or when stdin is not a terminal: never ask, fail with what to pass instead. */
  readonly input: boolean;
}

export type OptionValue = string | boolean | readonly string[] | undefined;

/** One call of one command. Read `options` through the helpers of `options.ts`. */
export interface Invocation {
  readonly context: CliContext;
  readonly global: GlobalFlags;
  /** The command's registered path, such as `leads import`. */
  readonly path: string;
  /** Positional arguments in order, variadic ones flattened. */
  readonly args: readonly string[];
  /** The command's own options under commander's camel-case names. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Who decides, as the audit trail names them, where it is not whoever started the program: in a browser, or in the chat. */
  readonly actor?: string;
  /** One line of progress on stderr; silent with `--quiet`. */
  progress(line: string): void;
}

/**
 * What a command hands back: data. The root alone turns it into text or JSON, so that both say the same.
 * A command throws HeadgateError when it could not do its work; it returns an Outcome for every expected
 * ending, loud ones (30, 31, 32) included.
 */
export interface Outcome {
  readonly exit: ExitName;
  /**
   * The `--json` document without `exit`, which the root adds from the fields of this outcome. `schema` comes
   * from the registry entry unless the document names another.
   */
  readonly document: Readonly<Record<string, unknown>>;
  /** What a person reads on stdout, as lines without line breaks (or one text). Called only when it is shown. */
  readonly human: string | ((terminal: Terminal) => readonly string[]);
  /** `exit.message` and `exit.fix` of the document; on stderr too when the exit is loud and `human` is empty. */
  readonly message?: string | null;
  readonly fix?: string | null;
  /** Remarks for stderr; silent with `--quiet`. */
  readonly notes?: readonly string[];
  /** The one line that replaces `human` in the journal (`JOURNAL_STREAM`), such as `5 drafted run=r-… code=0`. */
  readonly journal?: string;
}

/** What the module of a registry entry exports. */
export interface CommandModule {
  run(invocation: Invocation): Promise<Outcome>;
}
