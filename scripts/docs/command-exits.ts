import type { ExitName } from '../../src/core/exits.ts';

/** What any command may end with: done, a wrong command line, a bug, files or rights that are missing, a wrong configuration. */
export const COMMON_EXITS: readonly ExitName[] = ['OK', 'USAGE', 'SOFTWARE', 'NOPERM', 'CONFIG'];

const READS_STATE: readonly ExitName[] = ['COLD_START'];
const WRITES_STATE: readonly ExitName[] = ['COLD_START', 'TEMPFAIL'];
const DECIDES: readonly ExitName[] = ['COLD_START', 'PARTIAL', 'STALE_PLAN', 'TEMPFAIL'];
const DRAFTS: readonly ExitName[] = [
  'NOTHING_DUE',
  'WOULD_ACT',
  'COLD_START',
  'HELD',
  'PARTIAL',
  'STALE_PLAN',
  'PAUSED',
  'TEMPFAIL',
];

/** The further exits of each command. A test demands one entry for each, and that no command ends with another one. */
export const COMMAND_EXITS: Readonly<Record<string, readonly ExitName[]>> = {
  drip: DRAFTS,
  nurture: DRAFTS,
  confirm: DRAFTS.filter((name) => name !== 'WOULD_ACT'),
  send: [...DRAFTS.filter((name) => name !== 'STALE_PLAN'), 'UNAVAILABLE'],
  sync: ['NOTHING_DUE', 'WOULD_ACT', 'COLD_START', 'PARTIAL', 'TEMPFAIL', 'UNAVAILABLE'],
  backup: WRITES_STATE,
  status: READS_STATE,
  pause: READS_STATE,
  resume: WRITES_STATE,
  'outbox list': [],
  'outbox open': [],
  review: DECIDES,
  'review list': READS_STATE,
  'review show': READS_STATE,
  'review plan': READS_STATE,
  'review approve': DECIDES,
  'review reject': DECIDES,
  'review discard': DECIDES,
  'review edit': ['DATAERR', ...DECIDES],
  'review hold': DECIDES,
  'review release': DECIDES,
  'review undo': DECIDES,
  'review settle': DECIDES,
  'review veto': ['COLD_START', 'STALE_PLAN', 'TEMPFAIL'],
  'leads import': ['COLD_START', 'PARTIAL', 'DATAERR', 'TEMPFAIL'],
  'leads list': READS_STATE,
  'leads show': READS_STATE,
  'leads why': READS_STATE,
  'leads set': WRITES_STATE,
  'leads stop': WRITES_STATE,
  'leads due': WRITES_STATE,
  'sequences lint': ['COLD_START', 'DATAERR'],
  'sequences plan': ['WOULD_ACT', 'COLD_START', 'DATAERR'],
  'sequences apply': ['COLD_START', 'DATAERR', 'TEMPFAIL'],
  'sequences list': READS_STATE,
  'sequences show': READS_STATE,
  'sequences new': [],
  'sequences test': ['COLD_START', 'PARTIAL', 'PAUSED', 'DATAERR', 'TEMPFAIL', 'UNAVAILABLE'],
  'runs list': READS_STATE,
  'runs show': READS_STATE,
  'sends list': READS_STATE,
  init: ['DATAERR', 'TEMPFAIL'],
  'config show': [],
  'config validate': [],
  'config explain': [],
  adopt: WRITES_STATE,
  restore: ['DATAERR', 'TEMPFAIL'],
  'go-live': WRITES_STATE,
};
