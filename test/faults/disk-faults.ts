/**
 * Disks as they fill up in life, and folders that nobody may write: real file systems in a mount namespace of each process, so that
 * nothing stays mounted.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { program, type Ended } from '../chaos/program.ts';
import { commandLine, COMMAND_LINES, type CommandLine } from './commands.ts';
import type { FaultKind, Point, Verdict, World } from './kind.ts';
import { endOf } from './promises.ts';
import { Scene } from './scene.ts';

const isRoot = process.getuid?.() === 0;
const NAMESPACE = isRoot ? ['unshare', '--mount'] : ['unshare', '--map-root-user', '--mount'];
const DISK_KIB = 49_152;
/** Around the room that opening needs (256 KiB), that a draft needs (32 MiB), and with next to nothing. */
const FREE_KIB = [0, 40, 120, 250, 262, 300, 420, 700, 1_500, 4_000, 12_000, 32_700, 34_000];
const SMALL_FREE_KIB = FREE_KIB.filter((kib) => kib < 34_000);

interface Disk {
  readonly name: string;
  readonly free: readonly number[];
  /** Mounts it at /mnt; the image lies beside the workspace. */
  readonly mount: (image: string) => string;
}

const MEMORY: Disk = {
  name: 'tmpfs',
  free: FREE_KIB,
  mount: () => `mount -t tmpfs -o size=${String(DISK_KIB)}k tmpfs /mnt`,
};
const ext4 = (blockBytes: number): Disk => ({
  name: `ext4 with blocks of ${String(blockBytes)} bytes`,
  free: SMALL_FREE_KIB,
  mount: (image) =>
    `truncate -s ${String(DISK_KIB)}K '${image}' && mkfs.ext4 -q -F -m 0 -O ^has_journal -b ${String(blockBytes)} '${image}' && mount -o loop '${image}' /mnt`,
});

/** A disk is filled to the last byte but these; a run of each command; then there is room again. */
const LINES = COMMAND_LINES.map(({ name }) => name);
/** What changes nothing has an answer on the fullest disk too. */
const READING: readonly (readonly string[])[] = [
  ['headgate', 'status'],
  ['headgate', 'review', 'list'],
  ['drip', '--preview'],
  ['headgate', 'leads', 'why', 'second0@second0.example'],
];

export const DISK_FAULTS: readonly FaultKind[] = [
  {
    name: 'a full disk (tmpfs), with so much room left',
    few: 3,
    most: 70,
    missing: () => (canMount(MEMORY) ? null : 'no mount namespace may be made'),
    points: (world) => Promise.resolve(pointsOn(world, MEMORY)),
  },
  {
    name: 'a full disk with blocks of 1 KiB, where SQLite’s index would be a SIGBUS',
    few: 3,
    most: 60,
    missing: () => (canMount(ext4(1_024)) ? null : 'no loop device may be mounted'),
    points: (world) => Promise.resolve([...pointsOn(world, ext4(1_024)), ...pointsOn(world, ext4(4_096))]),
  },
  {
    name: 'a read-only disk, and folders and files of somebody else',
    few: 3,
    most: 80,
    missing: () => (canBeNobody() ? null : 'no other user may run the program'),
    points: (world) => Promise.resolve([...readOnlyPoints(world), ...otherUserPoints(world)]),
  },
];

function pointsOn(world: World, disk: Disk): readonly Point[] {
  const writing = LINES.flatMap((name) => {
    const line = commandLine(name);
    return disk.free.map((kib) => ({
      name: `${name} on ${disk.name} with ${String(kib)} KiB left`,
      tryIt: () => onFullDisk({ world, line, disk, kib, codes: [0, 77] }),
    }));
  });
  const reading = READING.flatMap((words) => {
    const line: CommandLine = { name: words.join(' '), stage: 'busy', words: () => words, work: () => null };
    return disk.free.slice(0, 3).map((kib) => ({
      name: `${line.name} on ${disk.name} with ${String(kib)} KiB left`,
      tryIt: () => onFullDisk({ world, line, disk, kib, codes: [0] }),
    }));
  });
  return [...writing, ...reading];
}

/** Whether this machine lets a test mount it. */
function canMount(disk: Disk): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-mount-'));
  const [program = '', ...flags] = NAMESPACE;
  try {
    const script = disk.mount(join(folder, 'probe.img'));
    return spawnSync(program, [...flags, 'sh', '-c', script], { stdio: 'ignore' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Filling {
  readonly world: World;
  readonly line: CommandLine;
  readonly disk: Disk;
  readonly kib: number;
  readonly codes: readonly number[];
}

async function onFullDisk({ world, line, disk, kib, codes }: Filling): Promise<Verdict> {
  const stage = world.stages[line.stage];
  const scene = await Scene.open(stage);
  const image = `${scene.folder}.img`;
  try {
    // In the namespace the full disk stands where the workspace is, so that every path is the one that it knows.
    const script = [
      `set -e; ${disk.mount(image)}`,
      `cp -a '${scene.folder}/.' /mnt`,
      `free=$(df -Pk /mnt | awk 'NR == 2 { print $4 }')`,
      `if [ "$free" -gt ${String(kib)} ]; then fallocate -l $((free - ${String(kib)}))K /mnt/filler 2>/dev/null || head -c $((free - ${String(kib)}))K /dev/zero > /mnt/filler || true; fi`,
      `mkdir -p '${scene.folder}.kept'; mount --bind '${scene.folder}' '${scene.folder}.kept'; mount --bind /mnt '${scene.folder}'`,
      'set +e; "$@"; code=$?',
      `rm -f /mnt/filler; umount '${scene.folder}' 2>/dev/null || umount -l '${scene.folder}'`,
      `find '${scene.folder}' -mindepth 1 -delete; cp -a /mnt/. '${scene.folder}'; exit $code`,
    ].join('\n');
    const words = line.words(scene.folder, stage);
    const ended = await program(scene.place, words, { under: [...NAMESPACE, 'sh', '-c', script, 'sh'] });
    return await judge(scene, line, ended, codes);
  } finally {
    rmSync(image, { force: true });
    rmSync(`${scene.folder}.kept`, { recursive: true, force: true });
    await scene.close();
  }
}

/** 135 is what a shell makes of SIGBUS. */
async function judge(
  scene: Scene,
  line: CommandLine,
  ended: Ended,
  codes: readonly number[] = [0, 77],
): Promise<Verdict> {
  const words = line.words(scene.folder, scene.stage);
  scene.hint(`after ${endOf(ended)}`);
  scene.judgeEnd(ended, codes);
  scene.judgeState();
  await scene.expect(words, line.again ?? [0]);
  await scene.settle();
  scene.judgeMail();
  return { isStruck: true, breaches: scene.breaches, end: endOf(ended) };
}

/** The whole workspace on a disk that was mounted read-only. */
function readOnlyPoints(world: World): readonly Point[] {
  const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
  return COMMAND_LINES.map((line) => ({
    name: `${line.name} on a read-only disk`,
    tryIt: async () => {
      const scene = await Scene.open(world.stages[line.stage]);
      try {
        const under = [...NAMESPACE, 'sh', '-c', script, 'sh', scene.folder];
        const words = line.words(scene.folder, scene.stage);
        const ended = await program(scene.place, words, { under });
        if (ended.code === 0) scene.breach('lost', 'it says that it is done');
        if (scene.server.totalTaken > 0) scene.breach('acted', 'mail left from a disk that keeps nothing');
        return await judge(scene, line, ended);
      } finally {
        await scene.close();
      }
    },
  }));
}

/** Who owns nothing of it, or all but one thing. */
const NOBODY = 65_534;
const THINGS = [
  '.',
  'headgate.db',
  'stamp.json',
  'send-journal.jsonl',
  'locks',
  'backup',
  'unsub.d',
  'headgate.toml',
];

/** Without the rights of root. */
const AS_NOBODY = ['setpriv', '--bounding-set=-all', `--reuid=${String(NOBODY)}`, '--clear-groups'];

/** Only root can become somebody else, and a program below a folder of root's own is nobody else's to run. */
function canBeNobody(): boolean {
  const [file, ...rest] = [...AS_NOBODY, join(import.meta.dirname, '../../bin/headgate'), '--version'];
  return isRoot && spawnSync(file, rest, { stdio: 'ignore' }).status === 0;
}

function otherUserPoints(world: World): readonly Point[] {
  return COMMAND_LINES.flatMap((line) =>
    THINGS.map((thing) => ({
      name: `${line.name}, where ${thing === '.' ? 'everything' : thing} is somebody else’s`,
      tryIt: async () => {
        const scene = await Scene.open(world.stages[line.stage]);
        try {
          giveTo(scene.folder, NOBODY);
          const kept = thing === '.' ? scene.folder : join(scene.folder, thing);
          if (existsSync(kept)) takeBack(kept);
          const words = line.words(scene.folder, scene.stage);
          const ended = await program(scene.place, words, { under: AS_NOBODY });
          giveTo(scene.folder, 0);
          // cli.md 2.3: a headgate.toml that cannot be read is wrong.
          return await judge(scene, line, ended, thing === 'headgate.toml' ? [0, 78] : [0, 77]);
        } finally {
          await scene.close();
        }
      },
    })),
  );
}

function giveTo(path: string, user: number): void {
  for (const each of everythingIn(path)) chownSync(each, user, user);
  chmodSync(path, 0o700);
}

function takeBack(path: string): void {
  for (const each of everythingIn(path)) {
    chownSync(each, 0, 0);
    chmodSync(each, lstatSync(each).isDirectory() ? 0o700 : 0o600);
  }
}

function everythingIn(path: string): readonly string[] {
  if (!lstatSync(path).isDirectory()) return [path];
  return [path, ...readdirSync(path).flatMap((name) => everythingIn(join(path, name)))];
}
