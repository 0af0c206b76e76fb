import type { Instant } from '../../../core/model.ts';
import type { Terminal } from '../../output/terminal.ts';
import type { Played } from '../play.ts';
import type { Script } from '../script.ts';
import type { Stage } from '../stage.ts';

/** One row of a story: the same play without some guards. */
export interface StoryRow {
  readonly guards: readonly string[];
  readonly played: Played;
}

/** A morning on which something went wrong somewhere, played with the engine as it is; needs no workspace. */
export interface Story {
  readonly name: string;
  /** One line in lower case. */
  readonly summary: string;
  /** When its workspace is made. */
  readonly beginsAt: Instant;
  /** Keys of the configuration, as variables of an environment: `HEADGATE_HOURS__START`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Blocks for headgate.toml, beyond what `init` writes. */
  readonly config?: string;
  /** Files under sequences/, by path. */
  readonly sequences: Readonly<Record<string, string>>;
  /** What happened before the curtain rises, on the stage. */
  readonly live: (stage: Stage) => Promise<void>;
  /** What is played; `days` counts from the morning of the story. */
  readonly script: (of: { readonly startsAt: Instant; readonly days: number }) => StoryScript;
  readonly days: number;
  /** With a guard taken away its harm may take longer to show. */
  readonly daysWithout: number;
  /** What is played beside it when nothing is asked for. */
  readonly without: readonly (readonly string[])[];
  /** What it shows, a few lines. */
  readonly tell: (
    terminal: Terminal,
    of: { readonly all: Played; readonly rows: readonly StoryRow[] },
  ) => readonly string[];
}

export type StoryScript = Pick<Script, 'startsAt' | 'endsAt' | 'outages' | 'incidents'> &
  Partial<Pick<Script, 'firesTwice' | 'minutes' | 'reboots' | 'adopts'>>;
