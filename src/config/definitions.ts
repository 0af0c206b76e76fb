import { basename, dirname, join } from 'node:path';

import type { SequenceDefinition, StepDefinition } from '../core/model.ts';
import { hashFolders } from './definitions-hash.ts';
import { withProposed, type ProposedStep } from './proposed-steps.ts';
import { MECHANICS_FILE, readCampaignNames, readSequenceFolders } from './sequence-files.ts';
import type { DefinitionFile, SequenceFolder } from './sequence-files.ts';
import { takesThreadSubject } from '../core/thread.ts';
import { hasErrors, problemAt, sortProblems, wholeFile } from './sequence-problem.ts';
import type { DefinitionProblem } from './sequence-problem.ts';
import { judgeTogether } from './sequence-set.ts';
import type { StepMechanics } from './sequence-steps.ts';
import { decodeDefinition } from './sequence-text.ts';
import { parseSequenceToml } from './sequence-toml.ts';
import type { ParsedSequence } from './sequence-toml.ts';
import { parseStepFile } from './step-file.ts';
import type { ParsedStep } from './step-file.ts';

/** One sequence that parsed, with what lint needs to point into its files. */
export interface LoadedSequence {
  readonly definition: SequenceDefinition;
  /** `sequences/website-lead/sequence.toml`. */
  readonly file: string;
  readonly tomlText: string;
  readonly places: ReadonlyMap<string, ParsedStep['places']>;
}

export interface LoadedDefinitions {
  /** The sequences without an error, by id. Apply them only when `problems` holds no error. */
  readonly definitions: readonly SequenceDefinition[];
  readonly loaded: readonly LoadedSequence[];
  /** Every folder, right or wrong: a sequence that does not parse has not vanished (hardening 64). */
  readonly folderIds: readonly string[];
  /** Of all files, in reading order. */
  readonly problems: readonly DefinitionProblem[];
  /** The same as `hashDefinitions` of the same files. */
  readonly hash: string;
}

/**
 * Reads and validates every `sequences/<id>/sequence.toml` with its `<step>.md` files (C1, B1, C2, C3). Finds all
 * problems of all files at once and throws for none of them. Campaigns are looked up beside `sequencesDirectory`. `proposed` are judged as if
 * they had been written.
 */
export function loadDefinitions(
  sequencesDirectory: string,
  proposed: readonly ProposedStep[] = [],
): LoadedDefinitions {
  const read = readSequenceFolders(sequencesDirectory, basename(sequencesDirectory));
  const { problems: readProblems } = read;
  const folders = withProposed(read.folders, proposed);
  const campaigns = readCampaignNames(join(dirname(sequencesDirectory), 'campaigns'));
  return loadFolders(folders, { campaigns, problems: readProblems });
}

/** The same of folders that were read already, with what was found wrong in reading them. */
export function loadFolders(
  folders: readonly SequenceFolder[],
  read: { readonly campaigns: ReadonlySet<string>; readonly problems: readonly DefinitionProblem[] },
): LoadedDefinitions {
  const problems = [...read.problems];
  const loaded: LoadedSequence[] = [];
  for (const folder of folders) {
    const result = loadFolder(folder, read.campaigns);
    problems.push(...result.problems);
    if (result.loaded !== null) loaded.push(result.loaded);
  }
  problems.push(...judgeTogether(loaded, new Set(folders.map((folder) => folder.id))));
  return {
    definitions: loaded.map((sequence) => sequence.definition),
    loaded,
    folderIds: folders.map((folder) => folder.id),
    problems: sortProblems(problems),
    hash: hashFolders(folders),
  };
}

interface FolderResult {
  readonly loaded: LoadedSequence | null;
  readonly problems: readonly DefinitionProblem[];
}

function loadFolder(folder: SequenceFolder, campaigns: ReadonlySet<string>): FolderResult {
  const problems: DefinitionProblem[] = [];
  const parsedSteps = parseSteps(folder, problems);
  if (folder.toml === null) return { loaded: null, problems };
  const tomlText = decode(folder.toml, problems);
  if (tomlText === null) return { loaded: null, problems };
  const parsed = parseSequenceToml({ id: folder.id, file: folder.toml.file, text: tomlText }, campaigns);
  problems.push(...parsed.problems, ...pairingProblems(folder, parsed));
  const steps = parsed.steps.flatMap((step) => withCopy(step, parsedSteps) ?? []);
  problems.push(...subjectProblems(steps, parsedSteps));
  if (parsed.mechanics === null || hasErrors(problems)) return { loaded: null, problems };
  return {
    loaded: {
      definition: { ...parsed.mechanics, steps },
      file: folder.toml.file,
      tomlText,
      places: new Map([...parsedSteps].map(([id, step]) => [id, step.places])),
    },
    problems,
  };
}

function parseSteps(folder: SequenceFolder, problems: DefinitionProblem[]): ReadonlyMap<string, ParsedStep> {
  const parsed = new Map<string, ParsedStep>();
  for (const [id, source] of folder.steps) {
    const text = decode(source, problems);
    if (text === null) continue;
    const step = parseStepFile({ file: source.file, text });
    problems.push(...step.problems);
    parsed.set(id, step);
  }
  return parsed;
}

function withCopy(step: StepMechanics, parsedSteps: ReadonlyMap<string, ParsedStep>): StepDefinition | null {
  const copy = parsedSteps.get(step.id)?.copy ?? null;
  if (copy === null) return null;
  const { place: _place, ...mechanics } = step;
  return { ...mechanics, copy };
}

/** D4, D6: only a reply can do without a subject, since it has that of its thread. */
function subjectProblems(
  steps: readonly StepDefinition[],
  parsedSteps: ReadonlyMap<string, ParsedStep>,
): readonly DefinitionProblem[] {
  return steps.flatMap((step, index) => {
    if (!takesThreadSubject(step) || (index > 0 && step.thread === 'reply')) return [];
    const file = parsedSteps.get(step.id)?.places.file ?? step.id;
    const complaint = {
      code: 'no_subject',
      message: 'the step has no Subject',
      fix: 'begin the file with "Subject: …"; only a reply to an earlier step can do without',
    };
    return [problemAt({ file, line: 1, column: 1 }, complaint)];
  });
}

/** hardening 68 to 70: a `[[step]]` without its file, and a file without its `[[step]]`. */
function pairingProblems(folder: SequenceFolder, parsed: ParsedSequence): readonly DefinitionProblem[] {
  const ids = new Set(parsed.steps.map((step) => step.id));
  const missing = parsed.steps
    .filter((step) => !folder.steps.has(step.id))
    .map((step) =>
      problemAt(step.place, {
        code: 'no_step_file',
        message: `step "${step.id}" has no file ${step.id}.md`,
        fix: 'write the file or remove the [[step]]',
      }),
    );
  // When the TOML could not be read there are no steps to compare with, and each file would be blamed for it.
  if (parsed.mechanics === null && ids.size === 0) return missing;
  const orphans = [...folder.steps]
    .filter(([id]) => !ids.has(id))
    .map(([id, source]) =>
      problemAt(wholeFile(source.file), {
        code: 'no_step_entry',
        message: `no [[step]] in ${MECHANICS_FILE} has id = "${id}"`,
        fix: 'add the [[step]] where it belongs in the order, or remove the file',
      }),
    );
  return [...missing, ...orphans];
}

function decode(source: DefinitionFile, problems: DefinitionProblem[]): string | null {
  const text = decodeDefinition(source);
  if (typeof text === 'string') return text;
  problems.push(text);
  return null;
}
