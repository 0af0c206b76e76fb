import { mkdirSync, existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';

import { createStampFile } from '../adapters/stamp-file.ts';
import { initialFiles, type InitialFile } from '../config/initial-files.ts';
import { initialWorkspaceDir, stateDirectory, workspacePaths, type WorkspacePaths } from '../config/paths.ts';
import { statePlaceRemark } from '../config/state-place.ts';
import { formatReckoning, reckoningOf } from '../core/reckoning.ts';
import { createState } from '../store/create.ts';
import { actorOf } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { collectAnswers, unusedFlags } from './init-answers.ts';
import { makeFolder, writeMissingFiles, type WrittenFiles } from './init-files.ts';
import { fillWithSample, sampleDefinitions, sampleFiles, type SampleCounts } from './init-sample.ts';
import { refuseKnownState } from './init-state.ts';
import { OUTBOUND_JOBS, withJobLocks } from './job-locks.ts';
import { argument, flagOption, textOption } from './options.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';
import { shellWord } from './typed-line.ts';
import { openWorkspace, workspaceQuestion, type Workspace } from './workspace.ts';

interface Made {
  readonly workspace: Workspace;
  readonly files: WrittenFiles;
  readonly sample: SampleCounts | null;
  readonly notes: readonly string[];
}

/**
 * `init`: makes a workspace, and the only command that makes a state (A15). Files that exist stay as they are, a state
 * that exists is refused. Nothing is written before the answers are complete and right. Throws 64 (answers, state),
 * 78 (files that were there and are wrong), 77 (disk), 75 (a run is going on in the state to be replaced).
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const paths = pathsOf(invocation);
  refuseKnownState(paths, textOption(invocation, 'replace'));
  const made = await make(invocation, paths);
  return outcomeOf(invocation, made);
}

function pathsOf(invocation: Invocation): WorkspacePaths {
  const question = workspaceQuestion(invocation);
  const workspaceDir = initialWorkspaceDir(question, argument(invocation, 0));
  return workspacePaths({ workspaceDir, stateDir: stateDirectory(question) ?? workspaceDir });
}

async function make(invocation: Invocation, paths: WorkspacePaths): Promise<Made> {
  const isSample = flagOption(invocation, 'sample');
  const isWritten = (file: string): boolean => !existsSync(join(paths.workspaceDir, file));
  const notes = [...unusedFlags(invocation, isWritten), ...keptHours(isSample, isWritten('headgate.toml'))];
  const extra = isSample ? await sampleFiles(paths) : [];
  const answers = await collectAnswers(invocation, isWritten);
  const own = initialFiles(answers, { isSample, tokenSecret: newSecret(invocation) });
  const files = writeFiles(paths, [...own, ...extra]);
  const workspace = openWorkspace({
    ...invocation,
    global: { ...invocation.global, config: paths.configFile, state: paths.stateDir },
  });
  const place = statePlaceRemark(paths.stateDir);
  const sample = await makeState(invocation, { workspace, isSample });
  return { workspace, files, sample, notes: place === null ? notes : [...notes, place] };
}

function keptHours(isSample: boolean, isConfigWritten: boolean): readonly string[] {
  if (!isSample || isConfigWritten) return [];
  return ['headgate.toml exists and stays as it is; outside of its hours the sample drafts nothing'];
}

/** 320 random bits in the one alphabet that the port hands out. */
function newSecret({ context }: Invocation): string {
  return Array.from({ length: 4 }, () => context.random.publicId('s').slice(2)).join('');
}

function writeFiles(paths: WorkspacePaths, files: readonly InitialFile[]): WrittenFiles {
  const holdsState = paths.stateDir === paths.workspaceDir;
  const folderMode = holdsState ? 0o700 : 0o750;
  const written = writeMissingFiles({ folder: paths.workspaceDir, folderMode }, files);
  for (const folder of [paths.sequencesDir, paths.campaignsDir]) makeFolder(folder, folderMode);
  return written;
}

async function makeState(
  invocation: Invocation,
  of: { readonly workspace: Workspace; readonly isSample: boolean },
): Promise<SampleCounts | null> {
  const { workspace, isSample } = of;
  const { paths } = workspace;
  const { clock, random, machine } = invocation.context;
  const definitions = isSample ? await sampleDefinitions(workspace) : null;
  mkdirSync(paths.stateDir, { recursive: true, mode: 0o700 });
  // A run that is going on in the state to be replaced would write on into a file that nobody sees any more.
  return withJobLocks(invocation, { workspace, jobs: OUTBOUND_JOBS }, async () => {
    const replace = textOption(invocation, 'replace') !== null;
    const stampFile = createStampFile(paths.stampFile);
    const reckonedWith = formatReckoning(reckoningOf(workspace.policy));
    const madeBy = actorOf(invocation);
    createState({
      file: paths.databaseFile,
      clock,
      random,
      machine,
      stampFile,
      replace,
      reckonedWith,
      madeBy,
    });
    return definitions === null ? null : fillWithSample(invocation, { workspace, definitions });
  });
}

function outcomeOf(invocation: Invocation, made: Made): Outcome {
  const { workspace, files, sample, notes } = made;
  const { paths } = workspace;
  const next = nextCommands(invocation, made);
  return {
    exit: 'OK',
    document: {
      workspace: paths.workspaceDir,
      state_dir: paths.stateDir,
      items: [
        ...files.created.map((path) => ({ path, action: 'created' })),
        ...files.kept.map((path) => ({ path, action: 'kept' })),
      ],
      counts: { sequences: sample?.sequences ?? 0, leads: sample?.leads ?? 0 },
      next,
    },
    human: (terminal) => humanLines(terminal, made, next),
    notes,
  };
}

function humanLines(
  terminal: Terminal,
  { workspace, files, sample }: Made,
  next: readonly string[],
): readonly string[] {
  const ok = terminal.green(terminal.symbols.ok);
  const { workspaceDir, stateDir } = workspace.paths;
  const kept = files.kept.length === 0 ? '' : `, ${countOf(files.kept.length, 'file')} kept as they were`;
  return [
    '',
    ` ${terminal.bold(escapeText(workspaceDir))}`,
    `   ${ok} ${countOf(files.created.length, 'file')} written${kept}`,
    `   ${ok} state in ${escapeText(stateDir)}, bound to this machine`,
    ...(sample === null
      ? []
      : [
          `   ${ok} ${countOf(sample.sequences, 'sequence')} active, ${countOf(sample.leads, 'lead')} imported`,
        ]),
    `   ${ok} not live: every mail lands in outbox/ as a file`,
    '',
    ...next.map((command, index) => ` ${index === 0 ? 'Next ' : '     '}   ${command}`),
    '',
  ];
}

function nextCommands(invocation: Invocation, { workspace, sample }: Made): readonly string[] {
  const headgate = `headgate -C ${shellWord(shortPath(invocation.context.cwd, workspace.paths.workspaceDir))}`;
  if (sample !== null) return [`${headgate} drip --preview`, `${headgate} drip`, `${headgate} status`];
  return [`${headgate} sequences lint`, `${headgate} sequences apply`, `${headgate} leads import FILE`];
}

/** Relative where that is shorter to read: inside the folder in which the operator stands. */
function shortPath(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  return inside === '' ? '.' : inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}
