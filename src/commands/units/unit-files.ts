import type { Layout } from './layout.ts';

/** The jobs that timers fire, in the order of a day's first runs; each is a flag of `units install` that takes its time. */
export const TIMER_JOBS = ['drip', 'nurture', 'sync', 'send', 'confirm', 'digest', 'backup'] as const;
export type TimerJob = (typeof TIMER_JOBS)[number];

/** Their timers must never make up for a missed time at boot (cli.md 7): all but those that touch nobody but the operator. */
export const PEOPLE_JOBS: readonly TimerJob[] = TIMER_JOBS.filter(
  (job) => job !== 'backup' && job !== 'digest',
);

/** What speaks to providers, and so takes the credentials that `--credential` names. */
export const CREDENTIAL_JOBS: readonly TimerJob[] = ['sync', 'send'];

/** One file that `units install` writes. */
export interface UnitFile {
  /** In `systemd/` of the installation. */
  readonly template: string;
  /** Where it goes, absolute. */
  readonly target: string;
  readonly mode: number;
}

/** What is enabled: everything else is started by one of these. */
export const ENABLED_UNITS: readonly string[] = [
  ...TIMER_JOBS.map((job) => `headgate-${job}.timer`),
  'headgate-unsub.socket',
  'headgate-web.socket',
  'headgate-listen.path',
];

const UNITS = [
  ...TIMER_JOBS.flatMap((job) => [`headgate-${job}.service`, `headgate-${job}.timer`]),
  'headgate-unsub.service',
  'headgate-unsub.socket',
  'headgate-web.service',
  'headgate-web.socket',
  'headgate-listen.service',
  'headgate-listen.path',
  'headgate-alert@.service',
];

const PLAIN_MODE = 0o644;
const PROGRAM_MODE = 0o755;

/** Everything that is written, in the order in which it is shown (cli.md 7). */
export function unitFilesOf(layout: Layout): readonly UnitFile[] {
  const { unitFolder, sysusersFile, tmpfilesFile, alertFile, programFile } = layout;
  return [
    ...UNITS.map((template) => ({ template, target: `${unitFolder}/${template}`, mode: PLAIN_MODE })),
    { template: 'headgate.sysusers', target: sysusersFile, mode: PLAIN_MODE },
    { template: 'headgate.tmpfiles', target: tmpfilesFile, mode: PLAIN_MODE },
    { template: 'alert.sh', target: alertFile, mode: PROGRAM_MODE },
    { template: 'headgate.sh', target: programFile, mode: PROGRAM_MODE },
  ];
}

/** Whether a template is a unit, which an administrator's file of that name wins over. */
export function isUnit(name: string): boolean {
  return /^headgate-[a-z]+@?\.(?:service|timer|socket|path)$/.test(name);
}

/** The job of `headgate-drip.service`; null for a unit of another name. */
export function jobOfUnit(unit: string): string | null {
  return /^headgate-([a-z]+)\.(?:service|timer|socket|path)$/.exec(unit)?.[1] ?? null;
}
