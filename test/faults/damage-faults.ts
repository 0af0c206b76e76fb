import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { program } from '../chaos/program.ts';
import { commandLine, type CommandLine } from './commands.ts';
import type { FaultKind, Point, Verdict, World } from './kind.ts';
import { endOf } from './promises.ts';
import { Scene } from './scene.ts';
import { inState, type Stage } from './stages.ts';

/** A state that is not what it was when a run comes to it (A15; hardening 109 to 116): what it may do then, and the way back. */

interface Damage {
  readonly name: string;
  readonly strike: (folder: string, stage: Stage) => void;
  /** How what touches people may end, and everything else. */
  readonly outbound: readonly number[];
  readonly others: readonly number[];
  /** What a person does then. */
  readonly repair: 'restore' | 'none' | ((folder: string, stage: Stage) => void);
}

const PAGE_BYTES = 4_096;
/** cli.md 2.7: 30, and 78 where nobody could be told by another way. */
const GONE = { outbound: [30, 78], others: [30, 78], repair: 'restore' } as const;
const REFUSED = { outbound: [78], others: [78], repair: 'restore' } as const;
/** It may not be met on the way; what goes out looks through the whole file first. */
const PERHAPS = { outbound: [0, 30, 78], others: [0, 78], repair: 'restore' } as const;
const DOUBTED = { outbound: [30], others: [0, 30], repair: 'none' } as const;
const HARMLESS = { outbound: [0], others: [0], repair: 'none' } as const;

const DAMAGES: readonly Damage[] = [
  { name: 'no state', strike: removeState, ...GONE },
  { name: 'an emptied state', strike: (folder) => replaceState(folder, Buffer.alloc(0)), ...GONE },
  {
    name: 'a text file',
    strike: (folder) => replaceState(folder, Buffer.from('lead,email\n'.repeat(500))),
    ...REFUSED,
  },
  { name: 'another program’s database', strike: foreign, ...REFUSED },
  {
    name: 'a newer schema',
    strike: (folder) => inState(folder, (db) => db.pragma('user_version = 9999')),
    ...REFUSED,
  },
  {
    name: 'a destroyed header',
    strike: (folder) => overwrite(join(folder, 'headgate.db'), 0, Buffer.from('NOT A DATABASE!!')),
    ...REFUSED,
  },
  ...[50, 100, 5_000, 3 * PAGE_BYTES, 25 * PAGE_BYTES].map((bytes) => ({
    name: `cut after ${String(bytes)} bytes`,
    strike: (folder: string) => truncateSync(join(folder, 'headgate.db'), bytes),
    ...REFUSED,
  })),
  ...[1, 2, 3, 5, 8, 12, 17, 25, 40].map((page) => ({
    name: `noise in page ${String(page)}`,
    strike: (folder: string) => overwrite(join(folder, 'headgate.db'), page * PAGE_BYTES, noise(PAGE_BYTES)),
    ...PERHAPS,
  })),
  {
    name: 'a log of noise beside it',
    strike: (folder) => writeFileSync(join(folder, 'headgate.db-wal'), noise(2 * PAGE_BYTES)),
    ...HARMLESS,
  },
  {
    name: 'an index of noise beside it',
    strike: (folder) => writeFileSync(join(folder, 'headgate.db-shm'), noise(8 * PAGE_BYTES)),
    ...HARMLESS,
  },
  { name: 'an older copy in its place', strike: olderCopy, ...DOUBTED },
  { name: 'no stamp', strike: (folder) => rmSync(join(folder, 'stamp.json')), ...DOUBTED },
  {
    name: 'half a stamp',
    strike: (folder) => truncateSync(join(folder, 'stamp.json'), 20),
    outbound: [78],
    others: [0, 78],
    repair: (folder) => rmSync(join(folder, 'stamp.json')),
  },
  {
    name: 'another machine',
    strike: (folder) =>
      inState(folder, (db) =>
        db.prepare('UPDATE state_header SET machine_json = replace(machine_json, \'":"\', \'":"x\')').run(),
      ),
    ...DOUBTED,
  },
  {
    name: 'a cut last line in the send journal',
    strike: (folder) => appendFileSync(join(folder, 'send-journal.jsonl'), '{"messageId":"m-'),
    ...HARMLESS,
  },
  {
    name: 'noise in the folder of locks',
    strike: (folder) => {
      mkdirSync(join(folder, 'locks'), { recursive: true });
      for (const job of ['drip', 'nurture', 'send', 'confirm', 'sync', 'backup', 'digest'])
        writeFileSync(join(folder, 'locks', `${job}.holder.json`), noise(100));
    },
    ...HARMLESS,
  },
];

const OUTBOUND = ['drip', 'nurture', 'send', 'confirm'];
const OTHERS = ['sync', 'backup', 'digest', 'review approve', 'leads import', 'leads set', 'sequences apply'];
/** One that cannot be restored is met with 30 by the commands that a timer starts; `restore` and `pause` need no state. */
const LINES = [...OUTBOUND, ...OTHERS];

export const DAMAGE_FAULTS: readonly FaultKind[] = [
  {
    name: 'a state that is gone, emptied, cut, damaged, foreign, newer, older or elsewhere',
    few: 6,
    most: 110,
    points: (world) =>
      Promise.resolve(LINES.flatMap((name) => DAMAGES.map((damage) => pointOf(world, name, damage)))),
  },
];

function pointOf(world: World, name: string, damage: Damage): Point {
  const line = commandLine(name);
  return { name: `${name} over ${damage.name}`, tryIt: () => meet(world, line, damage) };
}

async function meet(world: World, line: CommandLine, damage: Damage): Promise<Verdict> {
  const stage = world.stages[line.stage];
  const scene = await Scene.open(stage);
  try {
    const words = line.words(scene.folder, stage);
    damage.strike(scene.folder, stage);
    const before = contentOf(scene.folder);
    const ended = await program(scene.place, words);
    scene.hint(`after ${endOf(ended)}`);
    scene.judgeEnd(ended, OUTBOUND.includes(line.name) ? damage.outbound : damage.others);
    if (ended.code !== 0 && scene.server.totalTaken > 0) scene.breach('acted', 'mail left over it');
    // What is refused is left as it is: it may be all that there is.
    if (damage.outbound === REFUSED.outbound && contentOf(scene.folder) !== before)
      scene.breach('acted', 'the file was changed');
    if (typeof damage.repair === 'function') damage.repair(scene.folder, stage);
    if (damage.repair === 'restore' && ended.code !== 0)
      await scene.expect(['headgate', 'restore', join(scene.folder, stage.backup), '--yes'], [0]);
    if (!(damage.repair === 'restore' && ended.code === 0)) {
      await scene.settle();
      scene.judgeState();
      scene.judgeMail();
    }
    return { isStruck: true, breaches: scene.breaches, end: endOf(ended) };
  } finally {
    await scene.close();
  }
}

function removeState(folder: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `headgate.db${suffix}`), { force: true });
}

function replaceState(folder: string, bytes: Buffer): void {
  removeState(folder);
  writeFileSync(join(folder, 'headgate.db'), bytes);
}

function foreign(folder: string): void {
  removeState(folder);
  const db = new Database(join(folder, 'headgate.db'));
  db.exec('CREATE TABLE leads (email TEXT); INSERT INTO leads VALUES (1)');
  db.close();
}

function olderCopy(folder: string, { backup }: Stage): void {
  removeState(folder);
  copyFileSync(join(folder, backup), join(folder, 'headgate.db'));
}

function overwrite(file: string, offset: number, bytes: Buffer): void {
  const content = readFileSync(file);
  bytes.copy(content, offset % statSync(file).size);
  writeFileSync(file, content);
}

function noise(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, index) => (index * 197 + 31) % 256));
}

function contentOf(folder: string): string {
  const file = join(folder, 'headgate.db');
  return existsSync(file) ? readFileSync(file).toString('base64') : '';
}
