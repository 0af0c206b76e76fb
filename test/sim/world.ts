import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import Database from 'better-sqlite3';

import { runCli, type CliResult } from '../helpers/cli.ts';
import { OutboxDeliveries, WireDeliveries, type Deliveries } from './deliveries.ts';
import { FakeClock, FakeMachine, SeededRandom } from '../helpers/fakes.ts';
import type { SmtpTestServer } from '../helpers/smtp-server.ts';
import { OpenAiServer } from '../servers/models.ts';
import { Witness, type Broken } from './promises.ts';
import { DEFAULT_RULES, senderBlocks, type Rules } from './rules.ts';
import type { Row } from './view.ts';

export interface WorldOptions {
  readonly now: number;
  readonly seed?: number;
  /** The configuration as every command of this world sees it: `HEADGATE_LIMITS__DRAFTS_PER_DAY`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files under sequences/, by path. */
  readonly sequences?: Readonly<Record<string, string>>;
  /** What the witness believes was promised, where it differs from the defaults. */
  readonly rules?: Partial<Rules>;
  /** Given: the workspace is live and its mail goes there; else it lies in the outbox. */
  readonly server?: SmtpTestServer | null;
  /** Given: this model writes what steps leave open. */
  readonly model?: OpenAiServer | null;
}

/** What one command did, and which promises it broke. */
export interface Ran extends CliResult {
  readonly broken: readonly Broken[];
}

export interface RunOptions {
  /** True: on its timer, without a terminal. */
  readonly isTimer?: boolean;
  /** False: the command is looked at only at the next one that is. */
  readonly isJudged?: boolean;
}

/**
 * A workspace with a machine, a clock and a person of its own. Every command is the real one on a real state, run in this process;
 * the witness judges all promises after each. `remove` when done.
 */
export class World {
  readonly directory: string;
  readonly clock: FakeClock;
  readonly machine = new FakeMachine();
  readonly random: SeededRandom;
  readonly deliveries: Deliveries;
  /** All promises broken so far. */
  readonly broken: Broken[] = [];
  /** Addresses that the program knows it must not write to, as whoever told it knows. */
  heard: () => ReadonlySet<string> = () => new Set();
  #rules: Rules;
  #env: Readonly<Record<string, string>>;
  /** What stays whatever the configuration says. */
  #connections: Readonly<Record<string, string>> = {};
  #witness: Witness | null = null;

  private constructor(options: WorldOptions) {
    // Hundreds of simulated days sync a hundred thousand times: in memory where there is some.
    const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    const folder = process.env['HEADGATE_SIM_FOLDER'] ?? memory;
    mkdirSync(folder, { recursive: true });
    this.directory = mkdtempSync(join(folder, 'headgate-sim-'));
    this.clock = new FakeClock(options.now);
    this.random = new SeededRandom(options.seed ?? 1);
    this.#rules = { ...DEFAULT_RULES, ...options.rules };
    this.#env = options.env ?? {};
    const { server = null } = options;
    this.deliveries = server === null ? new OutboxDeliveries(this.directory) : new WireDeliveries(server);
  }

  /** A fresh workspace as `init` makes it, with these sequences applied. */
  static async create(options: WorldOptions): Promise<World> {
    const world = new World(options);
    await world.#expectOk([
      'init',
      world.directory,
      ...['--name', 'Tom at Ledd', '--from', 'tom@mail.example.com'],
      ...['--timezone', world.#rules.operatorZone, '--postal-address', 'Hauptstrasse 1, 10115 Berlin'],
    ]);
    // As the public page makes them when it starts.
    for (const inbox of ['hooks.d', 'unsub.d']) mkdirSync(join(world.directory, inbox), { recursive: true });
    const config = world.read('headgate.toml');
    const ai = (options.model ?? null) === null ? '' : '[ai]\nkey = { file = "model-key" }\n';
    world.write('headgate.toml', `${config}\n${ai}${senderBlocks(world.#rules.senders)}`);
    world.write('model-key', OpenAiServer.KEY);
    chmodSync(join(world.directory, 'model-key'), 0o600);
    world.#connections = { ...wireOf(options.server ?? null), ...modelOf(options.model ?? null) };
    world.#witness = new Witness(world.directory, world.#rules);
    world.writeSequences(options.sequences ?? {});
    await world.#expectOk(['sequences', 'apply', '--yes']);
    if ((options.server ?? null) !== null) await world.#expectOk(['go-live', '--keep', '--yes']);
    return world;
  }

  /** Runs one command line to its end and judges it. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const isStopped = existsSync(join(this.directory, 'STOP'));
    const result = await runCli([...argv, '-C', this.directory], {
      clock: this.clock,
      machine: this.machine,
      random: this.random,
      cwd: this.directory,
      env: { ...this.#env, ...this.#connections },
    });
    if (options.isJudged === false) return { ...result, broken: [] };
    return {
      ...result,
      broken: this.judge(argv, {
        code: result.code,
        isStopped,
        isTimer: options.isTimer ?? false,
        isKilled: false,
      }),
    };
  }

  /** Lets the witness look at what has been committed since it last looked. */
  judge(
    argv: readonly string[],
    ran: { code: number; isStopped: boolean; isTimer: boolean; isKilled: boolean },
  ): readonly Broken[] {
    const words = argv.filter((word) => !word.startsWith('-'));
    const command = ['review', 'leads', 'sequences'].includes(words[0] ?? '')
      ? words.slice(0, 2).join(' ')
      : (words[0] ?? '');
    const broken = this.#looking.judge({
      command,
      by: ran.isTimer ? 'timer' : 'person',
      forced: argv.includes('--force'),
      at: this.clock.now(),
      bootId: this.machine.bootId() ?? '',
      machineIdHash: this.machine.identity().machineIdHash ?? '',
      isStopped: ran.isStopped,
      isKilled: ran.isKilled,
      code: ran.code,
      heard: this.heard(),
    });
    this.broken.push(...broken);
    return broken;
  }

  /** What the state says, through the witness's own connection. */
  rows(sql: string, ...values: readonly (string | number | null)[]): readonly Row[] {
    return this.#looking.rows(sql, ...values);
  }

  /** Writes into the state past every command, as a bug or an impatient person would. */
  tamper(sql: string): void {
    const db = new Database(join(this.directory, 'headgate.db'), { fileMustExist: true });
    db.exec(sql);
    db.close();
  }

  /** Another configuration from now on, and what it promises. The operator's zone and the senders stay. */
  async configure({ env = {}, rules = {} }: Pick<WorldOptions, 'env' | 'rules'>): Promise<void> {
    this.#env = env;
    const { operatorZone, senders } = this.#rules;
    this.#rules = { ...DEFAULT_RULES, ...rules, operatorZone, senders };
    await this.unseen(() => undefined);
  }

  /** Does something to the state's files that no promise is about, such as putting another file in their place. */
  async unseen<T>(work: () => Promise<T> | T): Promise<T> {
    this.#looking.close();
    this.#witness = null;
    const result = await work();
    this.#witness = new Witness(this.directory, this.#rules);
    return result;
  }

  /** Puts a copy in the state's place as `cp` would, behind the program's back. */
  async copyIntoPlace(copy: string): Promise<void> {
    await this.unseen(() => {
      for (const suffix of ['-wal', '-shm'])
        rmSync(join(this.directory, `headgate.db${suffix}`), { force: true });
      copyFileSync(copy, join(this.directory, 'headgate.db'));
    });
  }

  writeSequences(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) this.write(join('sequences', path), text);
  }

  write(path: string, text: string): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** The files of the outbox: what has left and cannot be taken back. */
  mails(): readonly string[] {
    const outbox = join(this.directory, 'outbox');
    return existsSync(outbox) ? readdirSync(outbox).filter((name) => name.endsWith('.eml')) : [];
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), 'utf8');
  }

  delete(path: string): void {
    rmSync(join(this.directory, path), { force: true });
  }

  /** The same files on another disk, as a snapshot of the machine would have them; its own program runs on them. */
  async cloned(
    work: (other: {
      run: (argv: readonly string[]) => Promise<CliResult>;
      rows: World['rows'];
    }) => Promise<void>,
  ): Promise<void> {
    const directory = mkdtempSync(join(dirname(this.directory), 'headgate-clone-'));
    const machine = new FakeMachine();
    machine.become({ machineIdHash: 'machine-of-the-clone', instanceIdHash: 'clone', macHash: 'clone' });
    cpSync(this.directory, directory, { recursive: true, filter: (path) => !path.endsWith('/locks') });
    const db = new Database(join(directory, 'headgate.db'));
    try {
      await work({
        run: (argv) =>
          runCli([...argv, '-C', directory], {
            ...{ clock: this.clock, machine, random: this.random, cwd: directory },
            env: { ...this.#env, ...this.#connections },
          }),
        rows: (sql, ...values) => db.prepare(sql).all(...values) as readonly Row[],
      });
    } finally {
      db.close();
      rmSync(directory, { recursive: true, force: true });
    }
  }

  remove(): void {
    this.#witness?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get #looking(): Witness {
    if (this.#witness === null) throw new Error('the witness looks away');
    return this.#witness;
  }

  async #expectOk(argv: readonly string[]): Promise<void> {
    const { code, stderr } = await this.run(argv, { isJudged: false });
    if (code !== 0) throw new Error(`headgate ${argv.join(' ')} ended ${code}\n${stderr}`);
  }
}

function wireOf(server: SmtpTestServer | null): Readonly<Record<string, string>> {
  if (server === null) return {};
  return {
    HEADGATE_LIVE: 'true',
    HEADGATE_MAIL__TRANSPORT: 'smtp',
    HEADGATE_MAIL__SMTP__HOST: '127.0.0.1',
    HEADGATE_MAIL__SMTP__PORT: String(server.port),
    HEADGATE_MAIL__PACE_SECONDS_MIN: '0',
    HEADGATE_MAIL__PACE_SECONDS_MAX: '0',
  };
}

function modelOf(model: OpenAiServer | null): Readonly<Record<string, string>> {
  if (model === null) return {};
  return {
    HEADGATE_AI__PROVIDER: 'openai',
    HEADGATE_AI__BASE_URL: `${model.url}/v1`,
    HEADGATE_AI__MODEL: OpenAiServer.MODEL,
  };
}
