import { join } from 'node:path';

/** The folder of the sources. */
export const ROOT = join(import.meta.dirname, '../..');

export type Architecture = 'amd64' | 'arm64';

/** What Debian's names are in Node's. */
const NODE_ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' } as const;

/** What is built. */
export interface Target {
  readonly architecture: Architecture;
  readonly version: string;
  /** Every file carries this time, so that the same source makes the same package (reproducible-builds.org, SOURCE_DATE_EPOCH). */
  readonly epochSeconds: number;
  /** The package's files, as they will stand under `/`. */
  readonly tree: string;
}

export function nodeArchitecture(architecture: Architecture): 'x64' | 'arm64' {
  return NODE_ARCHITECTURES[architecture];
}

export function isArchitecture(text: string): text is Architecture {
  return text in NODE_ARCHITECTURES;
}
