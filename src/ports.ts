import type { Instant, StepCopy } from './core/model.ts';
import type { MachineIdentity, Stamp } from './core/state-identity.ts';

export type { MachineIdentity, Stamp };

/** The only source of time. Read once per run (send reads again before each message). */
export interface Clock {
  now(): Instant;
}

/** The only source of randomness: public ids, jitter. */
export interface Random {
  /** `prefix-` and 16 characters of lower-case base32 (80 random bits). */
  publicId(prefix: 'l' | 'm' | 'e' | 'p' | 'r' | 's'): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}

export interface Machine {
  identity(): MachineIdentity;
  /** `/proc/sys/kernel/random/boot_id`; null where it cannot be read, which counts as a new boot. */
  bootId(): string | null;
}

export interface StampFile {
  /** Null when the file is missing; throws HeadgateError `stamp_damaged` when it cannot be understood. */
  read(): Stamp | null;
  /** Atomic replace, synced. */
  write(stamp: Stamp): void;
}

export interface RenderedCopy {
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
}

/** Fields a template may name. Values are text; a missing or empty field is null. */
export type TemplateFields = Readonly<Record<string, string | null>>;

export type RenderResult =
  | { readonly kind: 'rendered'; readonly copy: RenderedCopy }
  /** D3: a missing or empty field without fallback; no draft is made. */
  | { readonly kind: 'problem'; readonly detail: string };

/** Renders fixed copy. The same renderer serves preview, drafting and rehearsal (A17). */
export interface CopyRenderer {
  render(copy: StepCopy, fields: TemplateFields): RenderResult;
}

export interface Notice {
  readonly kind: string;
  readonly job: string | null;
  readonly text: string;
}

/** Reaches configured operator addresses and nobody else. Resolves false when no channel answered. */
export interface Notifier {
  deliver(notice: Notice): Promise<boolean>;
}

/** A stream that people or programs read. Writes are synchronous; a reader that went away is not an error. */
export interface OutputStream {
  write(text: string): void;
  readonly isTty: boolean;
  /** Columns of the terminal (`COLUMNS` wins); null off a terminal. */
  readonly columns: number | null;
  /** True when systemd collects this stream (`JOURNAL_STREAM` names it): lines may carry a `<N>` priority. */
  readonly isJournal: boolean;
}

/** What a person types. Every method resolves to null at the end of the input. */
export interface InputStream {
  readonly isTty: boolean;
  /** One line without its line break. */
  readLine(): Promise<string | null>;
  /** One key press, unbuffered: a character, or a name such as `up`, `enter`, `escape`, `ctrl-c`. */
  readKey(): Promise<string | null>;
  /** Everything up to the end, as UTF-8 text (`leads import -`). */
  readAll(): Promise<string>;
}
