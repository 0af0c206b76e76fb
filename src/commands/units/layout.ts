/**
 * Where what belongs to the machine stands: with a package of the distribution its files are the package's, else `units install` writes
 * them where an administrator would (hier(7), systemd.unit(5)).
 */
export interface Layout {
  /** True where dpkg owns the units and enables them, and `units install` writes only what differs from them. */
  readonly isPackaged: boolean;
  readonly unitFolder: string;
  readonly sysusersFile: string;
  readonly tmpfilesFile: string;
  /** Not in the installation: it has to work when that is broken. */
  readonly alertFile: string;
  /** `headgate` on PATH. */
  readonly programFile: string;
  /** With which answers the units were written. In a folder that is root's alone, since root believes it. */
  readonly settingsFile: string;
}

/** What wins over the units of a package, and where an administrator's own stand. */
export const LOCAL_UNIT_FOLDER = '/etc/systemd/system';
/** The installation of the package. */
export const PACKAGED_PREFIX = '/usr/lib/headgate';

const LOCAL: Layout = {
  isPackaged: false,
  unitFolder: LOCAL_UNIT_FOLDER,
  sysusersFile: '/etc/sysusers.d/headgate.conf',
  tmpfilesFile: '/etc/tmpfiles.d/headgate.conf',
  alertFile: '/usr/local/lib/headgate/alert',
  programFile: '/usr/local/bin/headgate',
  settingsFile: '/usr/local/lib/headgate/units.json',
};

const PACKAGED: Layout = {
  isPackaged: true,
  unitFolder: '/usr/lib/systemd/system',
  sysusersFile: '/usr/lib/sysusers.d/headgate.conf',
  tmpfilesFile: '/usr/lib/tmpfiles.d/headgate.conf',
  alertFile: '/usr/libexec/headgate/alert',
  programFile: '/usr/bin/headgate',
  settingsFile: '/etc/headgate-units.json',
};

/** The layout of the installation in this folder. */
export function layoutOf(prefix: string): Layout {
  return prefix === PACKAGED_PREFIX ? PACKAGED : LOCAL;
}
