import Database from 'better-sqlite3';

import { program, type Ended } from '../chaos/program.ts';
import { killProcess } from '../helpers/kill-process.ts';
import { CLOSED_PORT } from '../helpers/ports.ts';
import type { PlannedFault, SmtpMoment, SmtpTestServer } from '../helpers/smtp-server.ts';
import type { FaultKind, Point, Verdict, World } from './kind.ts';
import { endOf } from './promises.ts';
import { Scene } from './scene.ts';
import { smtpPoints, type SmtpPoint } from './smtp-points.ts';

/** `bin/send` against a server that counts what it takes, and fails, or kills, in every way and at every word of the dialogue. */

const GROUPS: readonly (Pick<FaultKind, 'name' | 'few'> & {
  readonly group: SmtpPoint['group'];
  readonly most: number;
})[] = [
  {
    name: 'SMTP: cut, reset, silent, slow, refused, nonsense, acknowledgement lost',
    group: 'fault',
    few: 4,
    most: 110,
  },
  { name: 'SMTP: log-in and TLS fail, nobody listens', group: 'door', few: 1, most: 22 },
  { name: 'SMTP: SIGKILL at every word of the dialogue', group: 'kill', few: 2, most: 40 },
  { name: 'SMTP: three bad runs one after another', group: 'storm', few: 1, most: 10 },
];

/** Most of a dialogue with such a server is waiting. */
const WAITING_AT_ONCE = 6;

export const SMTP_FAULTS: readonly FaultKind[] = GROUPS.map(({ name, group, few, most }) => ({
  name,
  few,
  most,
  atOnce: WAITING_AT_ONCE,
  points: (world) =>
    Promise.resolve(
      smtpPoints()
        .filter((point) => point.group === group)
        .map((point, index) => pointOf(world, point, index % RESTORED_EACH === 0)),
    ),
}));

/** Each takes as long as two points: a share of them shows that it holds. */
const RESTORED_EACH = 6;

function pointOf(world: World, point: SmtpPoint, restores: boolean): Point {
  return { name: `send: ${point.name}`, tryIt: () => survive(world, point, restores) };
}

/** One bad run or several, then good ones until nothing moves; what each message came to is judged after each. */
async function survive({ stages }: World, point: SmtpPoint, restores: boolean): Promise<Verdict> {
  const scene = await Scene.open(stages.mailing, point.server);
  try {
    const options = { environment: point.remedy ?? {} };
    const first = await badRun(scene, point);
    scene.hint(`after ${endOf(first.ended)}`);
    judgeNow(scene);
    for (const next of point.then ?? []) {
      await badRun(scene, next);
      judgeNow(scene);
    }
    await scene.settle(options);
    judgeNow(scene);
    if (scene.count('SELECT count(*) FROM messages WHERE retry_at IS NOT NULL') > 0) {
      forgetWaits(scene);
      await scene.settle(options);
      judgeNow(scene);
    }
    scene.judgeState();
    if (scene.count("SELECT count(*) FROM messages WHERE state = 'approved'") > 0)
      scene.breach('lost', 'some never leave');
    if (restores && scene.breaches.length === 0) await restoreAndGoOn(scene, options);
    return { isStruck: first.isStruck, breaches: scene.breaches, end: endOf(first.ended) };
  } finally {
    await scene.close();
  }
}

function judgeNow(scene: Scene, isRestored = false): void {
  // Right after a kill what was being sent still says so; the next run settles it.
  scene.judgeMail({ mayBeRefused: true, mayBeSending: true, isRestored });
}

async function badRun(scene: Scene, point: SmtpPoint): Promise<{ ended: Ended; isStruck: boolean }> {
  const { server, place } = scene;
  let pid = 0;
  server.plan(point.faults ?? []);
  if (point.killAtMoment !== undefined) killAt(server, point.killAtMoment, () => pid);
  const ended = await program(
    point.isRefused === true ? { ...place, port: CLOSED_PORT } : place,
    ['send', '--json'],
    {
      quickTimers: point.faults?.some(isSilent) ?? false,
      environment: {
        ...(point.isPaced ? { HEADGATE_MAIL__PACE_SECONDS_MAX: '0.001' } : {}),
        ...point.environment,
      },
      started: (started) => {
        pid = started;
      },
    },
  );
  server.plan([]);
  server.watch = null;
  server.cutAll();
  const isKill = point.killAtMoment !== undefined;
  if (!(isKill && ended.signal === 'SIGKILL')) scene.judgeEnd(ended, [0, 32, 69, 75]);
  return {
    ended,
    isStruck: isKill ? ended.signal === 'SIGKILL' : server.strikes > 0 || point.faults === undefined,
  };
}

/** As if hours had passed since the last refusal. */
function forgetWaits(scene: Scene): void {
  const db = new Database(`${scene.folder}/headgate.db`);
  db.prepare('UPDATE messages SET retry_at = NULL').run();
  db.close();
}

/** F8: the state of before all this, put back; nobody gets anything twice even then. */
async function restoreAndGoOn(
  scene: Scene,
  options: { readonly environment: Readonly<Record<string, string>> },
): Promise<void> {
  scene.hint('after a restore');
  await scene.expect(['headgate', 'restore', `${scene.folder}/${scene.stage.backup}`, '--yes'], [0], options);
  judgeNow(scene, true);
  await scene.settle(options);
  judgeNow(scene, true);
}

/** Then only a deadline ends the wait. */
function isSilent({ at, fault }: PlannedFault): boolean {
  const isNoAnswer = fault.kind === 'slow' && at === 'BODY';
  return isNoAnswer || fault.kind === 'hang' || (fault.kind === 'lost' && fault.then === 'hang');
}

function killAt(
  server: SmtpTestServer,
  { moment, nth, when }: NonNullable<SmtpPoint['killAtMoment']>,
  pidOf: () => number,
): void {
  let seen = 0;
  server.watch = (met: SmtpMoment) => {
    if (met !== moment) return;
    seen += 1;
    if (seen !== nth) return;
    const kill = (): void => {
      killProcess(pidOf());
    };
    if (when === 'before') kill();
    else setImmediate(kill);
  };
}
