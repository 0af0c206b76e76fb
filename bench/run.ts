/**
 * `npm run bench`: measures the goals of docs/performance.md, each against a floor that is measured on the spot, on the same Node.
 * `npm run bench -- P1 P4` measures some of them, `--quick` with a third of the pairs, `--strict` ends 1 when one is missed.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { isMet, type Bench, type Figure, type Goal } from './goal.ts';
import { createInstallation } from './installation.ts';
import { startSink, type Sink } from './sink.ts';
import { createWorkspaces } from './workspaces.ts';
import { idleWall } from './p1-idle-wall.ts';
import { idleGrowth } from './p2-idle-growth.ts';
import { idleMemory } from './p3-idle-memory.ts';
import { help } from './p4-help.ts';
import { drafts } from './p5-drafts.ts';
import { sends } from './p6-sends.ts';
import { memory } from './p7-memory.ts';
import { leadImport } from './p8-import.ts';
import { coldStart } from './p9-cold-start.ts';
import { machineOff } from './p10-machine-off.ts';

const GOALS: readonly Goal[] = [
  idleWall,
  idleGrowth,
  idleMemory,
  help,
  drafts,
  sends,
  memory,
  leadImport,
  coldStart,
  machineOff,
];

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, strict: { type: 'boolean', default: false } },
});

const chosen = chooseGoals(positionals);
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'));
let isMissed = false;
let sink: Promise<Sink> | undefined;
try {
  const bench = createBench(folder);
  console.log(header());
  for (const goal of chosen) {
    for (const figure of await measure(bench, goal)) {
      console.log(line(goal, figure));
      isMissed ||= !isMet(figure);
    }
  }
} finally {
  (await sink)?.close();
  rmSync(folder, { recursive: true, force: true });
}
if (flags.strict && isMissed) process.exitCode = 1;

function chooseGoals(ids: readonly string[]): readonly Goal[] {
  const wanted = ids.map((id) => id.toUpperCase());
  const unknown = wanted.filter((id) => GOALS.every((goal) => goal.id !== id));
  if (unknown.length > 0)
    throw new Error(`no goal ${unknown.join(', ')}; there are ${GOALS.map(({ id }) => id).join(', ')}`);
  return wanted.length === 0 ? GOALS : GOALS.filter(({ id }) => wanted.includes(id));
}

function createBench(directory: string): Bench {
  const installation = createInstallation(join(import.meta.dirname, '..'), directory);
  return {
    installation,
    workspaces: createWorkspaces(installation, directory),
    sink: () => (sink ??= startSink()),
    folder: directory,
    pairs: (full) => (flags.quick ? Math.max(3, Math.floor(full / 3)) : full),
  };
}

async function measure(bench: Bench, goal: Goal): Promise<readonly Figure[]> {
  const own = join(bench.folder, goal.id);
  mkdirSync(own);
  try {
    return await goal.measure({ ...bench, folder: own });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function header(): string {
  return columns(['', 'what', 'ours', 'floor', '', 'ratio', 'goal', 'verdict', 'pairs']);
}

function line({ id }: Goal, figure: Figure): string {
  const { what, unit, ours, floor, floorIs, value, goal, pairs } = figure;
  const isRatio = floor > 0;
  return columns([
    id,
    what,
    `${number(ours)} ${unit}`,
    isRatio ? `${number(floor)} ${unit}` : '',
    floorIs,
    isRatio ? `${value.toFixed(2)} x` : String(value),
    isRatio ? `<= ${String(goal)} x` : `= ${String(goal)}`,
    isMet(figure) ? 'met' : 'not met',
    String(pairs),
  ]);
}

function number(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}

function columns(cells: readonly string[]): string {
  const widths = [4, 50, 12, 12, 34, 8, 9, 8, 5];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join(' ')
    .trimEnd();
}
