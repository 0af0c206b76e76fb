import { createHash } from 'node:crypto';
import { basename } from 'node:path';

import { readSequenceFolders, type SequenceFolder } from './sequence-files.ts';

/**
 * The hash of all definition files as they are, words included, without understanding them: equal hashes mean that
 * there is nothing to apply (C5). 64 hexadecimal digits; a missing directory hashes like an empty one. Apart from what
 * understands them, which a run that drafts need not load.
 */
export function hashDefinitions(sequencesDirectory: string): string {
  return hashFolders(readSequenceFolders(sequencesDirectory, basename(sequencesDirectory)).folders);
}

/** The same of folders that were read already. */
export function hashFolders(folders: readonly SequenceFolder[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const source of [folder.toml, ...folder.steps.values()]) {
      if (source === null) continue;
      // Name and length before the bytes, so that no two sets of files read the same.
      hash
        .update(`${source.file.slice(source.file.indexOf('/') + 1)}\0${source.bytes.length}\0`)
        .update(source.bytes);
    }
  }
  return hash.digest('hex');
}
