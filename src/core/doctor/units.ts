import { checkDesk, count, type Finding } from './finding.ts';

/** What systemd says of one of our units. */
export interface UnitFacts {
  readonly name: string;
  /** `loaded`, `not-found`, `masked`. */
  readonly load: string;
  /** `active`, `inactive`, `failed`. */
  readonly active: string;
  /** `enabled`, `disabled`, or empty. */
  readonly file: string;
  /** Only of timers: whether it makes up at boot for what it missed. */
  readonly isPersistent: boolean;
  readonly touchesPeople: boolean;
}

/** A5, A9: timers run and none of those that touch people is persistent; sockets listen; nothing has failed. */
export function judgeUnits(units: readonly UnitFacts[]): Finding[] {
  const timers = units.filter(({ name }) => name.endsWith('.timer'));
  return [
    ...judgeStarted('timers', timers),
    ...judgeStarted(
      'sockets',
      units.filter(({ name }) => name.endsWith('.socket')),
    ),
    judgePersistence(timers),
    judgeFailures(units.filter(({ name }) => name.endsWith('.service'))),
  ];
}

function judgeStarted(check: 'timers' | 'sockets', units: readonly UnitFacts[]): Finding[] {
  const desk = checkDesk('systemd', check);
  const idle = units.filter(({ active, file }) => active !== 'active' || file !== 'enabled');
  if (idle.length === 0) {
    const word = check === 'timers' ? 'enabled and waiting' : 'enabled and listening';
    return [desk.pass(`${count(units.length, check.slice(0, -1))} ${word}`, shortNames(units))];
  }
  const states = idle.map(({ name, load, active, file }) => {
    if (load !== 'loaded') return `${name} ${load}`;
    return `${name} ${file === 'enabled' ? active : file === '' ? 'disabled' : file}`;
  });
  const fix = startLine(idle);
  return [desk.problem(`${count(idle.length, check.slice(0, -1))} not running`, states.join(', '), fix)];
}

function startLine(idle: readonly UnitFacts[]): string {
  const masked = idle.filter(({ load }) => load === 'masked');
  const enable = `sudo systemctl enable --now ${namesOf(idle)}`;
  // Neither `enable` nor an installation takes a mask off.
  if (masked.length > 0) return `sudo systemctl unmask ${namesOf(masked)}   then: ${enable}`;
  return idle.every(({ load }) => load === 'loaded') ? enable : 'sudo headgate units install';
}

function namesOf(units: readonly UnitFacts[]): string {
  return units.map(({ name }) => name).join(' ');
}

/** The default of the whole world, and the way in which three weeks of mail fall due in one morning. */
function judgePersistence(timers: readonly UnitFacts[]): Finding {
  const desk = checkDesk('systemd', 'persistent');
  const wrong = timers.filter(({ isPersistent, touchesPeople }) => isPersistent && touchesPeople);
  const [first] = wrong;
  if (first === undefined)
    return desk.pass('Persistent=no on all that touch people', 'nothing is made up for at boot');
  return desk.problem(
    'a timer that touches people is persistent',
    `${shortNames(wrong)}: what was missed would run at boot`,
    `sudo systemctl revert ${first.name}   then: sudo headgate units install`,
  );
}

function judgeFailures(services: readonly UnitFacts[]): Finding {
  const desk = checkDesk('systemd', 'failed');
  const failed = services.filter(({ active }) => active === 'failed');
  const [first] = failed;
  if (first === undefined) return desk.pass('no unit has failed', count(services.length, 'service'));
  return desk.problem(
    `${count(failed.length, 'unit')} failed`,
    failed.map(({ name }) => name).join(', '),
    `journalctl -u ${first.name} -n 20   then: sudo systemctl reset-failed ${first.name}`,
  );
}

/** F7: the files on this machine are those that this version would install. */
export function judgeUnitFiles(differences: readonly string[]): Finding {
  const desk = checkDesk('systemd', 'units_diff');
  if (differences.length === 0) return desk.pass('units match this version', 'headgate units diff: empty');
  return desk.warn(
    'units differ from this version',
    differences.slice(0, 5).join(', '),
    'headgate units diff',
  );
}

/** One secret of the configuration, without a word of it. */
export interface SecretFacts {
  readonly key: string;
  readonly kind: 'credential' | 'file' | 'command' | 'environment';
}

/** Secrets in the environment are seen by every child of a process, and by who may look at it. */
export function judgeSecrets(secrets: readonly SecretFacts[]): Finding {
  const desk = checkDesk('systemd', 'secrets');
  const open = secrets.filter(({ kind }) => kind === 'environment');
  const [first] = open;
  if (first !== undefined)
    return desk.warn(
      'a secret comes from the environment',
      open.map(({ key }) => key).join(', '),
      `headgate config explain ${first.key}   and name a credential or a file`,
    );
  const kinds = (['credential', 'file', 'command'] as const).flatMap((kind) => {
    const number = secrets.filter((each) => each.kind === kind).length;
    return number === 0 ? [] : [count(number, kind)];
  });
  return desk.pass('secrets are kept apart', `${kinds.join(', ')}; none in the environment`);
}

function shortNames(units: readonly UnitFacts[]): string {
  return units.map(({ name }) => name.replace(/^headgate-/, '').replace(/\.\w+$/, '')).join(', ');
}
