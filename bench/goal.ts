import type { Installation } from './installation.ts';
import type { Sink } from './sink.ts';
import type { Workspaces } from './workspaces.ts';

/** What a goal measures with. */
export interface Bench {
  readonly installation: Installation;
  readonly workspaces: Workspaces;
  /** The mail server of all goals; started when it is first asked for. */
  readonly sink: () => Promise<Sink>;
  /** A folder for the goal's own files; removed at the end. */
  readonly folder: string;
  /** How many pairs: `full`, or a third of it with --quick. At least 9 when full. */
  readonly pairs: (full: number) => number;
}

export type Unit = 'ms' | 'MiB' | 'mails and drafts';

export interface Figure {
  readonly what: string;
  readonly unit: Unit;
  readonly ours: number;
  readonly floor: number;
  /** What `floor` is, in a few words. */
  readonly floorIs: string;
  /** `ours` against `floor`; for a goal that is a number, `ours` itself. */
  readonly value: number;
  readonly goal: number;
  readonly pairs: number;
}

export interface Goal {
  readonly id: string;
  readonly title: string;
  readonly measure: (bench: Bench) => Promise<readonly Figure[]>;
}

export function isMet({ value, goal }: Figure): boolean {
  return value <= goal;
}
