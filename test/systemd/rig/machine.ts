import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  rmdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { installation, REPOSITORY } from '../../acceptance/rig/installation.ts';

const CLEAN_ENV = [
  'env',
  '-i',
  'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LC_ALL=C.UTF-8',
];
const LESS_RIGHTS = ['setpriv', '--bounding-set', '-sys_time,-sys_boot,-sys_module,-syslog,-sys_rawio'];
const CGROUPS = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
const POLL_MS = 200;
/** What a package manager may take on a busy machine. */
const COMMAND_MS = 180_000;

/** Why no machine can be started here; null where one can. */
export function whyNoMachine(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'a machine of its own needs Linux and root';
  if (!existsSync('/lib/systemd/systemd')) return 'systemd is not installed';
  if (cgroupFolder() === null) return 'there is no cgroup2 to put a machine into';
  const probe = ['--pid', '--fork', '--mount', '--cgroup', '--net', '--ipc', '--uts', 'true'];
  return spawnSync('unshare', probe).status === 0 ? null : 'namespaces are not allowed here';
}

function cgroupFolder(): string | null {
  return CGROUPS.find((folder) => existsSync(join(folder, 'cgroup.procs'))) ?? null;
}

/**
 * A real systemd as first process of namespaces of its own, over an overlay of a root: what it writes is gone with it. Its
 * clock, kernel and devices are this machine's and out of its reach; network is loopback alone. `/opt/headgate` is the present sources, built.
 */
export class Machine {
  readonly #folder = mkdtempSync(join(tmpdir(), 'headgate-machine-'));
  readonly #cgroup = join(cgroupFolder() ?? '', `headgate-rig-${String(process.pid)}`);
  /** What its root is read from. */
  readonly #base: string;
  /** The arguments of a machine with `/opt/headgate`. */
  readonly #installation: readonly string[];
  #outer: ChildProcess | null = null;
  #leader = 0;
  #boots = 0;

  /** Over this machine's root with `/opt/headgate` in it, or over the root of another system in the folder `base`, as it is. */
  constructor(base: string | null = null) {
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(this.#folder, name));
    this.#base = base ?? '/';
    this.#installation = base === null ? [installation(), join(REPOSITORY, 'node_modules')] : [];
  }

  /** Puts a file of this machine into it; before it boots. */
  put(file: string, path: string): void {
    const target = join(this.#folder, 'upper', path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }

  /** Boots; resolves when systemd says that it is up. Throws with the console when it does not come up. */
  async boot(): Promise<void> {
    this.#boots += 1;
    const consoleFile = join(this.#folder, `console.${String(this.#boots)}.log`);
    const log = openSync(consoleFile, 'w');
    mkdirSync(this.#cgroup, { recursive: true });
    const inside = [join(import.meta.dirname, 'inside.sh'), this.#folder, this.#base, ...this.#installation];
    const namespaces = ['--pid', '--fork', '--kill-child', '--mount', '--cgroup', '--net', '--ipc', '--uts'];
    // It ends with us, however we end.
    const script = 'echo $$ > "$0/cgroup.procs" && exec setpriv --pdeathsig KILL unshare "$@"';
    this.#outer = spawn('sh', ['-c', script, this.#cgroup, ...namespaces, 'bash', ...inside], {
      stdio: ['ignore', log, log],
    });
    try {
      const outer = this.#outer;
      await this.until('the machine is up', () => {
        if (outer.exitCode !== null) throw new Error('it never started');
        this.#leader = this.#leader > 0 ? this.#leader : firstChild(this.#outer?.pid ?? 0);
        return (
          this.#leader > 0 &&
          /^(?:running|degraded)$/.test(this.run('systemctl', 'is-system-running').stdout.trim())
        );
      });
    } catch (error) {
      throw new Error(readFileSync(consoleFile, 'utf8'), { cause: error });
    }
  }

  /** Runs a command in it as root. */
  run(...command: readonly string[]): {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  } {
    const { status, stdout, stderr } = spawnSync(
      'nsenter',
      [
        '-t',
        String(this.#leader),
        '-p',
        '-m',
        '-C',
        '-n',
        '-i',
        '-u',
        '--',
        ...LESS_RIGHTS,
        ...CLEAN_ENV,
        ...command,
      ],
      { encoding: 'utf8', timeout: COMMAND_MS },
    );
    return { code: status ?? -1, stdout, stderr };
  }

  /** Runs a line of shell in it; throws when it fails. */
  sh(line: string): string {
    const { code, stdout, stderr } = this.run('sh', '-eu', '-c', line);
    if (code !== 0) throw new Error(`${line}\nended ${String(code)}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Waits for what a timer does in there; throws after 40 seconds. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    for (let left = 40_000; left > 0; left -= POLL_MS) {
      if (isSo()) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`waited 40 s in vain: ${what}`);
  }

  /** A power cut: every process in it is gone at once, and nothing is written any more. */
  async cutPower(): Promise<void> {
    if (this.#outer === null || this.#leader === 0) return;
    const ended = new Promise((resolve) => this.#outer?.once('exit', resolve));
    process.kill(this.#leader, 'SIGKILL');
    await ended;
    this.#outer = null;
    this.#leader = 0;
  }

  /** Takes away everything that is left of it. */
  async destroy(): Promise<void> {
    await this.cutPower();
    removeCgroup(this.#cgroup);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function firstChild(pid: number): number {
  const path = `/proc/${String(pid)}/task/${String(pid)}/children`;
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[0]) : 0;
}

/** A cgroup is removed from its leaves upwards. */
function removeCgroup(folder: string): void {
  if (!existsSync(folder)) return;
  const { stdout } = spawnSync('find', [folder, '-depth', '-type', 'd'], { encoding: 'utf8' });
  for (const path of stdout.split('\n').filter((line) => line !== '')) {
    try {
      rmdirSync(path);
    } catch {
      // Somebody in it is still dying; an empty cgroup of that name does no harm.
    }
  }
}
