import type { Instant } from '../../core/model.ts';
import type { Clock, Machine, MachineIdentity } from '../../ports.ts';
import type { CliIo, InputStream, OutputStream, GlobalFlags } from '../cli-context.ts';

/** The clock of a rehearsal: true time, and how wrong the machine shows it. */
export class RehearsedClock implements Clock {
  #trueAt: Instant;
  #wrongByMs = 0;

  constructor(at: Instant) {
    this.#trueAt = at;
  }

  now(): Instant {
    return this.#trueAt + this.#wrongByMs;
  }

  /** Time passes; it never goes back by itself. */
  passTo(at: Instant): void {
    this.#trueAt = Math.max(this.#trueAt, at);
  }

  /** A pause is drawn as a fraction; an instant is a whole number. */
  pass(ms: number): void {
    this.#trueAt += Math.ceil(ms);
  }

  get trueAt(): Instant {
    return this.#trueAt;
  }

  /** From now on it is wrong by so much; 0 sets it right. */
  goWrong(ms: number): void {
    this.#wrongByMs = ms;
  }
}

/** The machine of a rehearsal: this one at first, rebooted as the rehearsal goes. */
export class RehearsedMachine implements Machine {
  #identity: MachineIdentity;
  #bootId: string | null;
  #boots = 0;

  constructor(identity: MachineIdentity, bootId: string | null) {
    this.#identity = identity;
    this.#bootId = bootId;
  }

  identity(): MachineIdentity {
    return this.#identity;
  }

  bootId(): string | null {
    return this.#bootId;
  }

  reboot(): void {
    this.#boots += 1;
    this.#bootId = `rehearsed boot ${String(this.#boots)}`;
  }

  /** Another machine under the same name: a cloned disk. */
  become(parts: Partial<MachineIdentity>): void {
    this.#identity = { ...this.#identity, ...parts };
  }
}

/** Nobody reads along and nobody answers; the environment is there for what it says of the person. */
export function silentIo(env: CliIo['env']): CliIo {
  return { stdin: NOBODY, stdout: NOWHERE, stderr: NOWHERE, env };
}

const NOWHERE: OutputStream = {
  write: () => undefined,
  isTty: false,
  columns: null,
  rows: null,
  isJournal: false,
};

const NOBODY: InputStream = {
  isTty: false,
  readLine: () => Promise.resolve(null),
  readKey: () => Promise.resolve(null),
  releaseKeys: () => undefined,
  readHidden: () => Promise.resolve(null),
  readAll: () => Promise.resolve(''),
};

/** The flags of a command that nobody watches and nobody answers. */
export const SILENT: GlobalFlags = {
  config: null,
  state: null,
  json: false,
  quiet: true,
  verbose: false,
  color: false,
  ascii: true,
  input: false,
};
