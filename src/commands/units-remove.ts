import { existsSync, rmSync } from 'node:fs';

import { runTool } from '../adapters/service-manager.ts';
import { agrees } from './ask.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { countOf, escapeText } from './output/text.ts';
import { mustRun, requireHost } from './units/host.ts';
import { layoutOf, LOCAL_UNIT_FOLDER, type Layout } from './units/layout.ts';
import { removeManPages } from './units/man-pages.ts';
import { rootOf } from './units/settings.ts';
import { ENABLED_UNITS, isUnit, unitFilesOf } from './units/unit-files.ts';

/**
 * `units remove`: disables timers and sockets and takes away the files that `units install` wrote. State, configuration, users, credentials
 * and drop-ins stay. A run that is going on ends by itself. Throws 77 without root, 78 where systemd does not run.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const root = rootOf(invocation);
  if (root === '') requireHost(invocation);
  const layout = layoutOf(invocation.context.installation);
  const paths = [...writtenFiles(layout), layout.settingsFile]
    .map((target) => `${root}${target}`)
    .filter((path) => existsSync(path));
  const isDone =
    paths.length === 0 ||
    (await agrees(invocation, {
      lines: paths.map((path) => ` ${escapeText(path)}`),
      question: `Stop every timer and remove ${countOf(paths.length, 'file')}?`,
    }));
  if (isDone && paths.length > 0) remove(root, layout, paths);
  return {
    exit: 'OK',
    document: { items: isDone ? paths.map((path) => ({ path })) : [], removed: isDone },
    human: isDone
      ? `${countOf(paths.length, 'file')} removed. State, configuration, users and drop-ins are where they were.`
      : 'Nothing was changed.',
  };
}

/** Of a package's files only what was written over them: the others are dpkg's to take away. */
function writtenFiles(layout: Layout): readonly string[] {
  const files = unitFilesOf(layout);
  if (!layout.isPackaged) return files.map(({ target }) => target);
  return files
    .filter(({ template }) => isUnit(template))
    .map(({ template }) => `${LOCAL_UNIT_FOLDER}/${template}`);
}

function remove(root: string, layout: Layout, paths: readonly string[]): void {
  if (root === '') {
    const there = ENABLED_UNITS.filter((unit) => existsSync(`${layout.unitFolder}/${unit}`));
    if (there.length > 0) mustRun('systemctl', ['disable', '--now', ...there]);
  }
  for (const path of paths) rmSync(path);
  removeManPages(root, layout);
  if (root !== '') return;
  mustRun('systemctl', ['daemon-reload']);
  // Nothing to say where none of them failed.
  runTool('systemctl', ['reset-failed', 'headgate-*']);
}
