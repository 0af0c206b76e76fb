import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { replaceFile } from '../adapters/durable-file.ts';
import { runTool } from '../adapters/service-manager.ts';
import { HeadgateError } from '../core/errors.ts';
import { agrees } from './ask.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { countOf } from './output/text.ts';
import { createTerminal } from './output/terminal.ts';
import { compareUnits, type Difference } from './units/compare.ts';
import { differenceItem, differenceLines } from './units/difference-text.ts';
import { mustRun, requireHost, requireStartable } from './units/host.ts';
import { installManPages } from './units/man-pages.ts';
import { layoutOf } from './units/layout.ts';
import { placeUnits, renderSettings, type RenderedFile } from './units/render.ts';
import { installedSettings, rootOf, unitSettings, type UnitSettings } from './units/settings.ts';
import { ENABLED_UNITS } from './units/unit-files.ts';

/** What one install has to do. */
interface Work {
  readonly root: string;
  readonly settings: UnitSettings;
  readonly files: readonly RenderedFile[];
  readonly differences: readonly Difference[];
  /** Timers and sockets that no install enabled yet. One that a person disabled since is left alone. */
  readonly toEnable: readonly string[];
  readonly enabledBefore: readonly string[];
}

/**
 * `units install`: shows what it would change, asks, writes the units, makes users and folders, and enables timers and sockets (F7, cli.md
 * 7). Twice is once. Never enables a timer that touches people while a drop-in makes it persistent (78), and enables nothing before there
 * is a configuration. With `--root DIR` it writes the files into another system, and no more. Throws 77 without root, 78 where it cannot.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const root = rootOf(invocation);
  if (root === '') requireHost(invocation);
  const work = workOf(invocation, root);
  refuseDanger(work);
  if (root === '') requireStartable(work.settings);
  const writes = work.differences.filter(({ change }) => WRITTEN.has(change));
  const hasNews = writes.length > 0 || work.toEnable.length > 0;
  const isDone =
    !hasNews ||
    (await agrees(invocation, {
      lines: plannedLines(invocation, work, writes),
      question: `Write ${countOf(writes.length, 'file')} and enable ${countOf(work.toEnable.length, 'unit')}?`,
    }));
  // Also without news: an install that was cut short is completed by the next one.
  if (isDone) {
    install(work, writes);
    installManPages(root, layoutOf(work.settings.prefix), invocation.context.installation);
  }
  return outcomeOf(work, { writes, isDone });
}

/** In the first lines of our launcher. */
const PROGRAM_SAYS = 'its configuration, its state, its user';
const WRITTEN: ReadonlySet<Difference['change']> = new Set<Difference['change']>([
  'missing',
  'changed',
  'mode',
]);

function workOf(invocation: Invocation, root: string): Work {
  const settings = unitSettings(invocation, root);
  const files = placeUnits(invocation.context.installation, settings, root);
  const differences = compareUnits(root, files);
  const enabledBefore = installedSettings(layoutOf(settings.prefix), root)?.enabled ?? [];
  const masked = differences.filter(({ change }) => change === 'masked').map(({ name }) => name);
  // A package enables its units itself, once, and remembers what a person disabled since.
  const canEnable = root === '' && existsSync(settings.config) && !layoutOf(settings.prefix).isPackaged;
  const toEnable = ENABLED_UNITS.filter((unit) => !enabledBefore.includes(unit) && !masked.includes(unit));
  return { root, settings, files, differences, enabledBefore, toEnable: canEnable ? toEnable : [] };
}

/** Before anything is written. */
function refuseDanger({ differences, root, settings }: Work): void {
  const persistent = differences.filter(({ isPersistent }) => isPersistent);
  if (persistent.length > 0) {
    throw new HeadgateError(
      'a drop-in makes a timer that touches people persistent: it would run at boot what was missed',
      {
        code: 'persistent_timer',
        exit: 'CONFIG',
        details: persistent.map(({ name, path }) => `${name}: ${path}`),
        notDone: 'Nothing was changed, and nothing enabled.',
        fix: 'Take Persistent=true out of it, then headgate units install again.',
      },
    );
  }
  const program = `${root}${layoutOf(settings.prefix).programFile}`;
  if (!existsSync(program) || readFileSync(program, 'utf8').includes(PROGRAM_SAYS)) return;
  throw new HeadgateError(`${program} is somebody else's`, {
    code: 'program_taken',
    exit: 'CONFIG',
    notDone: 'Nothing was changed.',
    fix: `Look at it, and move it away: mv ${program} ${program}.old`,
  });
}

function plannedLines(invocation: Invocation, work: Work, writes: readonly Difference[]): readonly string[] {
  const { io } = invocation.context;
  const { color, ascii } = invocation.global;
  const { isTty, columns } = io.stderr;
  const terminal = createTerminal({ isTty, columns, env: io.env, color, ascii });
  return [
    ...differenceLines(terminal, writes),
    ...work.toEnable.map((unit) => ` ${terminal.bold(unit)} is enabled`),
  ];
}

function install(work: Work, writes: readonly Difference[]): void {
  const { root, files, settings } = work;
  for (const { path } of writes) writeFile(root, files, path);
  if (root === '') activate(work, changedTimers(writes));
  const notes = renderSettings(settings, [...new Set([...work.enabledBefore, ...work.toEnable])]);
  writeFile(root, [notes], `${root}${notes.target}`);
}

function writeFile(root: string, files: readonly RenderedFile[], path: string): void {
  const file = files.find(({ target }) => `${root}${target}` === path);
  if (file === undefined) throw new Error(`${path} is none of our files`);
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, file.text);
  chmodSync(path, file.mode);
}

function activate({ toEnable, settings }: Work, changed: readonly string[]): void {
  const { sysusersFile, tmpfilesFile } = layoutOf(settings.prefix);
  mustRun('systemd-sysusers', [sysusersFile]);
  mustRun('systemd-tmpfiles', ['--create', tmpfilesFile]);
  // A timer whose time changes under it may fire at once; one that starts anew waits for its next time.
  const restarted = changed.filter(isActive);
  if (restarted.length > 0) mustRun('systemctl', ['stop', ...restarted]);
  mustRun('systemctl', ['daemon-reload']);
  if (restarted.length > 0) mustRun('systemctl', ['start', ...restarted]);
  if (toEnable.length > 0) mustRun('systemctl', ['enable', '--now', ...toEnable]);
}

function changedTimers(writes: readonly Difference[]): readonly string[] {
  return writes
    .filter(({ change, name }) => change === 'changed' && name.endsWith('.timer'))
    .map(({ name }) => name);
}

function isActive(unit: string): boolean {
  return runTool('systemctl', ['is-active', unit])?.isDone === true;
}

function outcomeOf(
  work: Work,
  result: { readonly writes: readonly Difference[]; readonly isDone: boolean },
): Outcome {
  const { writes, isDone } = result;
  const { root, settings, toEnable } = work;
  const hasConfig = existsSync(`${root}${settings.config}`);
  const next = nextOf(work);
  return {
    exit: 'OK',
    document: {
      items: writes.map(differenceItem),
      installed: isDone,
      enabled: isDone ? toEnable : [],
      next: isDone ? next : [],
    },
    human: (terminal) => {
      if (!isDone) return ['Nothing was changed.'];
      const ok = terminal.green(terminal.symbols.ok);
      return [
        writes.length === 0
          ? `${ok} every file is as it should be`
          : `${ok} ${countOf(writes.length, 'file')} written`,
        ...(toEnable.length === 0 ? [] : [`${ok} ${countOf(toEnable.length, 'unit')} enabled`]),
        ...(root !== '' || hasConfig
          ? []
          : [`${terminal.symbols.warning} nothing is enabled: there is no ${settings.config} yet`]),
        ...next.map((command, index) => `${index === 0 ? 'Next' : '    '}   ${command}`),
      ];
    },
    notes: keptNotes(work),
  };
}

function nextOf({ root, settings }: Work): readonly string[] {
  if (root !== '') return [];
  if (existsSync(settings.config)) return ["systemctl list-timers 'headgate-*'"];
  return ['headgate init /etc/headgate', 'headgate units install'];
}

function keptNotes({ differences, settings }: Work): readonly string[] {
  const kept = differences.filter(({ change }) => !WRITTEN.has(change) && change !== 'disabled');
  const rare = Object.entries(settings.times).filter(([, spec]) =>
    /\b(?:mon|tue|wed|thu|fri|sat|sun)/i.test(spec),
  );
  return [
    ...kept.map(
      ({ name, path, change }) =>
        `left as it is: ${path} (${change === 'drop_in' ? `changes ${name}` : change})`,
    ),
    ...rare.map(
      ([job, spec]) =>
        `${job} at "${spec}" leaves days out; the guards take a gap for an outage, and keep weekends themselves`,
    ),
  ];
}
