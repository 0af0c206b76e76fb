import type { Instant } from '../model.ts';
import type { StateDoubt } from '../guards/state-doubts.ts';
import { DAY_MS, HOUR_MS } from '../time/durations.ts';
import { formatInstant } from '../time/instants.ts';
import { checkDesk, count, type Finding } from './finding.ts';

/** One file of ours on the disk. */
export interface FileFacts {
  readonly path: string;
  /** The last nine bits; `excess` are those of them that it should not have. */
  readonly mode: number;
  readonly excess: number;
  /** Whose it is, where that is not the owner of the folder of the state; null where it is. */
  readonly foreignOwner: string | null;
}

/** Modes and owners of what holds leads, keys or the state: a stranger on this machine reads none of it, and no job is refused its own. */
export function judgeFiles(
  files: readonly FileFacts[],
  about: { readonly stateDir: string; readonly mended: number },
): Finding[] {
  const desk = checkDesk('state', 'files');
  const findings = files.flatMap(({ path, mode, excess, foreignOwner }) => [
    ...(excess === 0
      ? []
      : [
          desk.problem(
            `${path} is open to others`,
            `mode ${octal(mode)}, and it is for its owner alone`,
            `chmod ${octal(mode & ~excess)} ${path}   (headgate doctor --fix does it)`,
          ),
        ]),
    ...(foreignOwner === null
      ? []
      : [
          desk.problem(
            `${path} belongs to ${foreignOwner}`,
            'its folder is of another user: a job may be refused its own file',
            `sudo chown --reference=${about.stateDir} ${path}`,
          ),
        ]),
  ]);
  if (findings.length > 0) return findings;
  if (files.length === 0) return [desk.skipped('files', 'there are none yet')];
  const mended = about.mended === 0 ? '' : `, ${String(about.mended)} mended`;
  return [desk.pass('files are for their owner alone', `${count(files.length, 'file')} looked at${mended}`)];
}

/** What opening the state, or trying to, told. */
export type StateFacts =
  | {
      readonly kind: 'open';
      readonly path: string;
      readonly mode: string;
      readonly journalMode: string;
      readonly bytes: number;
      readonly schemaVersion: number;
      /** What `integrity_check` had to say; empty when all is well. */
      readonly faults: readonly string[];
      readonly doubts: readonly StateDoubt[];
      readonly isStampDamaged: boolean;
      readonly host: string;
      readonly boundAt: Instant;
    }
  | { readonly kind: 'closed'; readonly path: string; readonly code: string; readonly why: string };

/** A14, A15: whether there is a whole state, of this machine, that is not older than its stamp. */
export function judgeState(facts: StateFacts): Finding[] {
  if (facts.kind === 'closed') return [judgeClosed(facts)];
  const { path, journalMode, mode, bytes, schemaVersion } = facts;
  const details = [`mode ${mode}`, journalMode.toUpperCase(), size(bytes), `schema ${String(schemaVersion)}`];
  return [
    checkDesk('state', 'database').pass(path, details.join(', ')),
    judgeIntegrity(facts.faults),
    judgeMachine(facts),
    judgeStamp(facts),
  ];
}

function judgeClosed({ path, code, why }: Extract<StateFacts, { kind: 'closed' }>): Finding {
  const desk = checkDesk('state', 'database');
  const fix = FIXES[code] ?? 'headgate status   says the same in full';
  return desk.problem(`${path} cannot be used`, why, fix.replace('PATH', path));
}

const FIXES: Readonly<Record<string, string>> = {
  state_missing: 'headgate init   the first time here; else headgate restore FILE',
  state_empty: 'headgate restore FILE   with the newest copy in backup/',
  state_foreign: 'headgate doctor --state DIR   with the folder of your state',
  state_damaged: 'headgate restore FILE   with the newest copy in backup/, after a copy of this file',
  state_newer: 'headgate --version   then install the version that wrote this state, or a later one',
  state_older: 'headgate status   as the owner of the state: it brings the schema up to date',
  state_not_permitted: 'sudo headgate doctor   or run it as the owner of the state',
  state_disk_full: 'df -h PATH   then free some space there',
  state_io_error: 'sudo dmesg | tail   then: headgate backup',
  state_no_wal: 'headgate init DIR   on a local disk',
  state_busy: 'headgate doctor   again when the other program has ended',
};

function judgeIntegrity(faults: readonly string[]): Finding {
  const desk = checkDesk('state', 'integrity');
  if (faults.length === 0) return desk.pass('integrity_check', 'ok');
  const detail = `${faults[0] ?? ''}${faults.length > 1 ? ` and ${String(faults.length - 1)} more` : ''}`;
  return desk.problem('integrity_check finds damage', detail, FIXES['state_damaged'] ?? '');
}

function judgeMachine({ doubts, host, boundAt }: Extract<StateFacts, { kind: 'open' }>): Finding {
  const desk = checkDesk('state', 'machine');
  const doubt = doubts.find(({ reason }) => reason === 'machine');
  if (doubt === undefined)
    return desk.pass('this machine owns the state', `${host}, since ${formatInstant(boundAt).slice(0, 10)}`);
  return desk.problem('another machine owns the state', doubt.detail, 'headgate adopt');
}

function judgeStamp({ doubts, isStampDamaged }: Extract<StateFacts, { kind: 'open' }>): Finding {
  const desk = checkDesk('state', 'stamp');
  const doubt = doubts.find(({ reason }) => reason === 'restored');
  if (doubt === undefined) return desk.pass('the state is as new as its stamp', 'stamp.json agrees');
  const title = isStampDamaged ? 'stamp.json cannot be read' : 'the state may be a restored one';
  return desk.problem(title, doubt.detail, 'headgate adopt');
}

/** The newest copy of the state. */
export type BackupFacts =
  | { readonly kind: 'none'; readonly folder: string; readonly hasState: boolean }
  | { readonly kind: 'broken'; readonly path: string; readonly why: string }
  | {
      readonly kind: 'opened';
      readonly path: string;
      readonly madeAt: Instant;
      readonly leads: number;
      readonly messages: number;
      /** Another state's copy would not be ours to restore. */
      readonly isOfThisState: boolean;
    };

const BACKUP_AGE_MAX_MS = 2 * DAY_MS;

/** F8: a copy that opens, and is not old. */
export function judgeBackup(facts: BackupFacts, now: Instant): Finding {
  const desk = checkDesk('state', 'backup');
  const fix = 'headgate backup';
  if (facts.kind === 'none')
    return facts.hasState
      ? desk.warn('there is no backup yet', `none in ${facts.folder}`, fix)
      : desk.warn(
          'there is no backup to restore',
          `none in ${facts.folder}`,
          'headgate restore FILE   with a copy from elsewhere',
        );
  if (facts.kind === 'broken')
    return desk.problem('the newest backup cannot be restored', `${facts.path}: ${facts.why}`, fix);
  const contents = `opened, ${count(facts.leads, 'lead')}, ${count(facts.messages, 'message')}`;
  const age = span(now - facts.madeAt);
  if (!facts.isOfThisState)
    return desk.warn('the newest backup is of another state', `${facts.path}, ${age} old`, fix);
  if (now - facts.madeAt > BACKUP_AGE_MAX_MS)
    return desk.warn(`the newest backup is ${age} old`, contents, fix);
  return desk.pass(`backup is ${age} old and restores`, contents);
}

const FREE_BYTES_WARN = 512 * 1_048_576;
const FREE_BYTES_MIN = 64 * 1_048_576;

/** The folder of the state is not there: nobody knows on which disk it would be. */
export function noSpaceToJudge(folder: string): Finding {
  return checkDesk('state', 'space').skipped('disk space', `${folder} is not there`);
}

/** Room for the state itself, once more for a copy of it, and a margin. */
export function judgeSpace(facts: {
  readonly folder: string;
  readonly freeBytes: number;
  readonly stateBytes: number;
}): Finding {
  const { folder, freeBytes, stateBytes } = facts;
  const desk = checkDesk('state', 'space');
  const fix = `df -h ${folder}   then free some space there`;
  const detail = `${size(freeBytes)} free, the state has ${size(stateBytes)}`;
  if (freeBytes < FREE_BYTES_MIN + stateBytes) return desk.problem('the disk is all but full', detail, fix);
  if (freeBytes < FREE_BYTES_WARN + 3 * stateBytes) return desk.warn('the disk is filling up', detail, fix);
  return desk.pass('disk space', detail);
}

/** `4.2 MB`. */
export function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

function span(ms: number): string {
  if (ms < HOUR_MS) return '< 1 h';
  return ms < 2 * DAY_MS
    ? `${String(Math.floor(ms / HOUR_MS))} h`
    : `${String(Math.floor(ms / DAY_MS))} days`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
