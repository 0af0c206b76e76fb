import { basename } from 'node:path';

import { readSequenceFolders, type SequenceFolder } from './sequence-files.ts';
import { decodeDefinition } from './sequence-text.ts';
import { parseSequenceToml } from './sequence-toml.ts';

/** The text of a step file that is not written yet. */
export interface ProposedStep {
  readonly sequence: string;
  readonly step: string;
  readonly text: string;
}

/** The folders as they would be with these files in them. A sequence without a folder gets none. */
export function withProposed(
  folders: readonly SequenceFolder[],
  proposed: readonly ProposedStep[],
): readonly SequenceFolder[] {
  if (proposed.length === 0) return folders;
  return folders.map((folder) => {
    const steps = new Map(folder.steps);
    for (const { sequence, step, text } of proposed)
      if (sequence === folder.id)
        steps.set(step, { file: stepFileLabel(folder.file, step), bytes: Buffer.from(text) });
    return { ...folder, steps };
  });
}

/** How messages name a step's file. */
export function stepFileLabel(folderLabel: string, step: string): string {
  return `${folderLabel}/${step}.md`;
}

/** The step files of one sequence as they are: by id in the order of `sequence.toml`, null for a `[[step]]` that has none yet. */
export function stepFiles(sequencesDirectory: string, id: string): ReadonlyMap<string, Buffer | null> {
  const { folders } = readSequenceFolders(sequencesDirectory, basename(sequencesDirectory));
  const folder = folders.find((each) => each.id === id);
  const files = new Map<string, Buffer | null>();
  if (folder?.toml === undefined || folder.toml === null) return files;
  const text = decodeDefinition(folder.toml);
  if (typeof text !== 'string') return files;
  const { steps } = parseSequenceToml({ id, file: folder.toml.file, text }, new Set());
  for (const step of steps) files.set(step.id, folder.steps.get(step.id)?.bytes ?? null);
  return files;
}
