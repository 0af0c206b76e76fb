import { COMMAND_LINES, type CommandLine } from './commands.ts';
import { CALL_KINDS, NO_COMPILER, type Call, type CallKind, type Deed, type Injector } from './injector.ts';
import type { FaultKind, Point, Verdict, World } from './kind.ts';
import { endOf } from './promises.ts';
import { Scene } from './scene.ts';

/** The k-th call of a command on its files goes wrong: for every command, every k and every way that is worth the name. */

interface Way {
  readonly deed: Deed;
  readonly calls: readonly CallKind[];
  /** How the run may end. */
  readonly codes: readonly number[];
}

interface CallFault {
  readonly name: string;
  readonly few: number;
  readonly most: number;
  readonly ways: readonly Way[];
  /** Of these command lines alone, and `audit verify` must find the trail whole after each. */
  readonly decides?: readonly string[];
}

const WRITES: readonly CallKind[] = ['write', 'truncate', 'rename', 'unlink', 'open'];
const CHANGES: readonly CallKind[] = ['sync', ...WRITES];

const FAULTS: readonly CallFault[] = [
  {
    name: 'a sync fails (EIO), once and from then on',
    few: 6,
    most: 200,
    ways: [
      { deed: { error: 'EIO' }, calls: ['sync'], codes: [0, 77] },
      { deed: { error: 'EIO', onwards: true }, calls: ['sync'], codes: [0, 77] },
    ],
  },
  {
    name: 'a write finds the disk full (ENOSPC)',
    few: 6,
    most: 170,
    ways: [
      { deed: { error: 'ENOSPC' }, calls: ['write', 'truncate', 'open'], codes: [0, 77] },
      { deed: { error: 'ENOSPC', onwards: true }, calls: ['write', 'truncate', 'open'], codes: [0, 77] },
    ],
  },
  {
    name: 'a write fails (EIO), or finds the quota used up (EDQUOT)',
    few: 3,
    most: 90,
    ways: [
      { deed: { error: 'EIO' }, calls: ['write', 'truncate'], codes: [0, 77] },
      { deed: { error: 'EDQUOT', onwards: true }, calls: ['write'], codes: [0, 77] },
    ],
  },
  {
    name: 'the disk takes half of a write and goes on',
    few: 2,
    most: 60,
    ways: [{ deed: { cuts: 'short' }, calls: ['write'], codes: [0, 77] }],
  },
  {
    name: 'a file cannot be opened, renamed or removed (EACCES, EROFS)',
    few: 3,
    most: 90,
    ways: [
      { deed: { error: 'EACCES' }, calls: ['open'], codes: [0, 77] },
      { deed: { error: 'EROFS', onwards: true }, calls: ['rename', 'unlink', 'open'], codes: [0, 77] },
    ],
  },
  {
    name: 'a read fails (EIO)',
    few: 3,
    most: 80,
    ways: [{ deed: { error: 'EIO' }, calls: ['read'], codes: [0, 77, 78] }],
  },
  {
    name: 'no memory for the index, no lock to be had (ENOMEM, ENOLCK)',
    few: 2,
    most: 80,
    ways: [
      { deed: { error: 'ENOMEM' }, calls: ['map'], codes: [77] },
      { deed: { error: 'ENOLCK' }, calls: ['lock'], codes: [0, 75, 77] },
    ],
  },
  {
    name: 'SIGKILL at a call',
    few: 10,
    most: 280,
    ways: [{ deed: { signal: 'SIGKILL' }, calls: CHANGES, codes: [] }],
  },
  {
    name: 'SIGKILL while a decision and its entry in the audit trail are written',
    few: 15,
    most: 40,
    // Each ends a commit: whatever came of it in two would stand alone here.
    ways: [{ deed: { signal: 'SIGKILL' }, calls: ['sync'], codes: [] }],
    decides: ['review approve', 'send', 'leads erase'],
  },
  {
    name: 'half of a write, then SIGKILL',
    few: 3,
    most: 70,
    ways: [{ deed: { cuts: 'tear' }, calls: ['write'], codes: [] }],
  },
  {
    name: 'SIGTERM at a call',
    few: 3,
    most: 70,
    ways: [{ deed: { signal: 'SIGTERM' }, calls: CHANGES, codes: [0, 143] }],
  },
];

const MAILED_EACH = 3;
const VERIFY = ['headgate', 'audit', 'verify'];

export const CALL_FAULTS: readonly FaultKind[] = FAULTS.map(({ name, few, most, ways, decides }) => ({
  name,
  few,
  most,
  missing: ({ injector }) => (injector === null ? NO_COMPILER : null),
  points: async (world) =>
    (await Promise.all(ways.map((way) => pointsOf(world, way, decides ?? null)))).flat(),
}));

async function pointsOf(
  world: World,
  { deed, calls, codes }: Way,
  decides: readonly string[] | null,
): Promise<readonly Point[]> {
  const { injector } = world;
  if (injector === null) return [];
  const all = await callsOf(world, injector);
  return all
    .filter(({ call }) => calls.includes(call.kind))
    .filter(
      ({ line, call }) =>
        decides === null || (decides.includes(line.name) && call.file === '/headgate.db-wal'),
    )
    .map(({ line, call }) => ({
      name: `${line.name}: ${JSON.stringify(deed)} at ${call.kind} ${String(call.nth)} (${call.file})`,
      hasBroken: hasBroken(line, call),
      tryIt: () => strikeAt({ world, injector, line, call, deed, codes, verifies: decides !== null }),
    }));
}

/** A restore renamed the state away first: killed here it had left none. */
function hasBroken({ name }: CommandLine, { kind, file }: Call): boolean {
  return name === 'restore' && kind === 'rename' && file === '/headgate.db';
}

interface LineCall {
  readonly line: CommandLine;
  readonly call: Call;
}

const known = new WeakMap<World, Promise<readonly LineCall[]>>();

/** Every call that every command line makes, from one run of each that nothing disturbs. */
function callsOf(world: World, injector: Injector): Promise<readonly LineCall[]> {
  const listing = known.get(world) ?? listCalls(world, injector);
  known.set(world, listing);
  return listing;
}

async function listCalls({ stages }: World, injector: Injector): Promise<readonly LineCall[]> {
  const lists = await Promise.all(
    COMMAND_LINES.map(async (line) => {
      const stage = stages[line.stage];
      const scene = await Scene.open(stage);
      try {
        const calls = await injector.list(scene.place, line.words(scene.folder, stage), CALL_KINDS);
        worked.set(line.name, JSON.stringify(line.work(scene.folder)));
        return calls.map((call) => ({ line, call }));
      } finally {
        await scene.close();
      }
    }),
  );
  return lists.flat();
}

/** What each command line leaves behind when nothing disturbs it. */
const worked = new Map<string, string>();

interface Strike {
  readonly world: World;
  readonly injector: Injector;
  readonly line: CommandLine;
  readonly call: Call;
  readonly deed: Deed;
  readonly codes: readonly number[];
  readonly verifies: boolean;
}

async function strikeAt({ world, injector, line, call, deed, codes, verifies }: Strike): Promise<Verdict> {
  const stage = world.stages[line.stage];
  const scene = await Scene.open(stage);
  try {
    const words = line.words(scene.folder, stage);
    const before = scene.mailAsItIs();
    const begun: bigint[] = [];
    scene.server.watch = (moment) => {
      // eslint-disable-next-line no-restricted-properties -- compared with what another process reads of the same clock
      if (moment === 'MAIL') begun.push(process.hrtime.bigint());
    };
    // One mail after another, so that what begins after the fault can be told from what was under way.
    const environment = { HEADGATE_MAIL__PACE_SECONDS_MAX: '0.001' };
    const { ended, struckAt } = await injector.strike(scene.place, words, { call, deed, environment });
    scene.server.watch = null;
    scene.hint(`after ${endOf(ended)}`);
    if (isKill(deed)) {
      if (struckAt !== null && ended.signal !== 'SIGKILL') scene.judgeEnd(ended, []);
    } else scene.judgeEnd(ended, call.kind === 'read' ? [...codes, ...(line.unreadable ?? [])] : codes);
    if (struckAt !== null && isLasting(deed) && begun.some((at) => at > struckAt) && ended.code !== 0)
      scene.breach('acted', 'a mail began to leave after the disk had failed for good');
    // A lie: it says that its work is done.
    if (ended.code === 0 && !isLeftToOthers(call)) judgeWork(scene, line, 'said to be done');
    scene.judgeState();
    if (verifies) await scene.expect(VERIFY, [0]);
    await scene.expect(words, line.again ?? [0]);
    if (verifies) await scene.expect(VERIFY, [0]);
    judgeWork(scene, line, 'after the next run');
    // Where nothing that leaves was touched, a share of the points is enough to show that it still leaves.
    if (call.nth % MAILED_EACH === 0 || scene.mailAsItIs() !== before) await scene.settle();
    scene.judgeMail();
    return { isStruck: struckAt !== null, breaches: scene.breaches, end: endOf(ended) };
  } finally {
    await scene.close();
  }
}

function judgeWork(scene: Scene, line: CommandLine, when: string): void {
  const is = JSON.stringify(line.work(scene.folder));
  const due = worked.get(line.name);
  if (is !== due) scene.breach('lost', `${when}, its work is ${is} and not ${String(due)}`);
}

/** A source whose lock is not to be had is read by whoever has it: SQLite tells both alike. */
function isLeftToOthers({ kind, file }: Call): boolean {
  return kind === 'lock' && file.startsWith('/locks/sync-');
}

function isKill(deed: Deed): boolean {
  return ('signal' in deed && deed.signal === 'SIGKILL') || ('cuts' in deed && deed.cuts === 'tear');
}

function isLasting(deed: Deed): boolean {
  return 'error' in deed && deed.onwards === true;
}
