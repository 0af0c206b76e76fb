import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Machine, whyNoMachine } from '../systemd/rig/machine.ts';
import { approveAll, goLive, Relay, releaseAll, sends } from '../systemd/rig/relay.ts';
import { buildPackage, IS_WHOLE } from './built.ts';

const NODE = '/usr/lib/headgate/node_modules/.bin/node';
const SUITE = 'bookworm';
/** Where Debian comes from; mmdebstrap knows its usual place. */
const MIRROR = process.env['HEADGATE_DEBIAN_MIRROR'];
/** What the package depends on: the machine has no network to fetch it from. */
const PACKAGES = ['systemd', 'systemd-sysv', 'libatomic1', 'libstdc++6', 'tzdata'];
const SETUP_MS = 600_000;
const STEP_MS = 240_000;
const TIMERS = ['drip', 'nurture', 'sync', 'send', 'confirm', 'digest', 'backup'];

/** Why there is no clean system to install on; null where one can be made. */
function whyNot(): string | null {
  if (!IS_WHOLE) return 'npm run test:deb';
  return spawnSync('mmdebstrap', ['--version']).status === 0 ? whyNoMachine() : 'mmdebstrap is not installed';
}

const WHY_NOT = whyNot();

describe.skipIf(WHY_NOT !== null)(
  `the package on a clean Debian${WHY_NOT === null ? '' : ` (${WHY_NOT})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'headgate-clean-'));
    let machine: Machine;
    let relay: Relay;

    beforeAll(async () => {
      const root = join(folder, 'root');
      const include = `--include=${PACKAGES.join(',')}`;
      const made = spawnSync(
        'mmdebstrap',
        ['--variant=minbase', include, SUITE, root, ...(MIRROR === undefined ? [] : [MIRROR])],
        {
          encoding: 'utf8',
        },
      );
      expect(made.status, made.stderr).toBe(0);
      machine = new Machine(root);
      relay = new Relay(machine, NODE);
      for (const version of ['0.1.0', '0.1.1'])
        machine.put(buildPackage(folder, { version }), `/root/headgate_${version}.deb`);
      await machine.boot();
    }, SETUP_MS);

    afterAll(async () => {
      await machine.destroy();
      rmSync(folder, { recursive: true, force: true });
    });

    function install(version: string): string {
      return machine.sh(`apt-get install -y /root/headgate_${version}.deb 2>&1`);
    }

    function active(units: readonly string[]): readonly string[] {
      return units.filter((unit) => machine.run('systemctl', 'is-active', unit).stdout.trim() === 'active');
    }

    const timers = TIMERS.map((job) => `headgate-${job}.timer`);

    test(
      'apt install makes users, folders and a workspace, and every timer runs',
      () => {
        expect(install('0.1.0')).toContain('The timers run.');
        expect(active([...timers, 'headgate-unsub.socket'])).toEqual([...timers, 'headgate-unsub.socket']);
        expect(
          machine.sh('stat -c "%U %a" /var/lib/headgate /etc/headgate /etc/headgate/headgate.toml'),
        ).toBe('headgate 700\nheadgate 750\nheadgate 640\n');
        expect(machine.sh('command -v headgate; command -v sync')).toBe('/usr/bin/headgate\n/usr/bin/sync\n');
        expect(machine.sh('dpkg -S /bin/sync | cut -d: -f1')).toBe('coreutils\n');
        expect(machine.run('headgate', 'units', 'diff', '--detailed-exit-code').code).toBe(20);
        expect(machine.sh('dpkg --verify headgate; headgate config validate')).not.toContain('/usr/');
      },
      STEP_MS,
    );

    test(
      'A4: a timer fires by itself, its first run is a cold start, and nothing fails',
      async () => {
        machine.sh("headgate units install --yes --drip '*-*-* *:*:00/2 UTC'");
        await machine.until('a run of drip', () => machine.sh('headgate runs list').includes('\tdrip\t'));
        expect(machine.sh('headgate runs list --json')).toMatch(
          /"command":"drip","mode":"preview"[^}]*"exit":30,"reason":"no_checkpoint"/,
        );
        machine.sh("headgate units install --yes --drip '*-*-* *:03:00 UTC'");
        for (const job of TIMERS) machine.sh(`systemctl start headgate-${job}.service`);
        expect(machine.sh('systemctl --failed --no-legend')).toBe('');
        expect(machine.sh('find /var/lib/headgate /etc/headgate -user root')).toBe('');
      },
      STEP_MS,
    );

    test(
      'D9: nothing can leave before go-live: live = true alone ends every run, and the answers of the package are taken by none',
      async () => {
        machine.sh(
          `sed -i 's/^live = false/live = true/; s/^\\[mail\\].*/&\\ntransport = "smtp"\\nsmtp.host = "127.0.0.1"/' /etc/headgate/headgate.toml`,
        );
        expect(machine.run('systemctl', 'start', 'headgate-send.service').code).not.toBe(0);
        expect(machine.run('headgate', 'go-live', '--restart', '--yes').stderr).toContain(
          'you@headgate.invalid',
        );
        await machine.until(
          'the alert is kept',
          () => machine.sh("systemctl list-units --no-legend 'headgate-alert@*'").trim() === '',
        );
        machine.sh('systemctl reset-failed');
      },
      STEP_MS,
    );

    test(
      'D1: an upgrade in the middle of a send waits for the mail that is under way; none is lost or doubled, and timers go on',
      async () => {
        relay.start();
        goLive(machine);
        machine.sh('systemctl disable --now headgate-nurture.timer');
        relay.think(2000);
        const approved = approveAll(machine);
        machine.sh('systemctl start --no-block headgate-send.service');
        await machine.until('the first mail', () => relay.took().length > 0);
        install('0.1.1');
        expect(machine.sh("dpkg-query -W -f '${Version}' headgate")).toBe('0.1.1');
        const others = timers.filter((unit) => unit !== 'headgate-nurture.timer');
        expect(active(timers), 'what a person disabled stays so').toEqual(others);
        expect(machine.sh('systemctl --failed --no-legend')).toBe('');
        expect(relay.took().length).toBeLessThan(approved.length);
        relay.think(0);
        machine.sh('systemctl start headgate-send.service');
        releaseAll(machine);
        machine.sh('systemctl start headgate-send.service');
        const took = relay.took().map((id) => id.split('@')[0] ?? '');
        expect(took.toSorted()).toEqual([...approved].toSorted());
        expect([...sends(machine, 'sent'), ...sends(machine, 'uncertain')].toSorted()).toEqual(
          [...approved].toSorted(),
        );
      },
      STEP_MS,
    );

    test(
      'removing it stops everything and keeps state and configuration; installing it again goes on where it was',
      () => {
        machine.sh('headgate suppressions add gone@example.com --reason manual');
        const before = machine.sh('headgate sends list');
        machine.sh('apt-get remove -y headgate');
        expect(active([...timers, 'headgate-unsub.socket'])).toEqual([]);
        expect(machine.run('test', '-e', '/usr/lib/headgate').code).not.toBe(0);
        machine.sh('test -s /var/lib/headgate/headgate.db && test -s /etc/headgate/secrets/token-secret');
        install('0.1.1');
        expect(machine.sh('headgate sends list')).toBe(before);
        expect(machine.sh('headgate suppressions list')).toContain('gone@example.com');
        expect(active(timers)).toHaveLength(TIMERS.length - 1);
      },
      STEP_MS,
    );

    test(
      'purging it takes the configuration away and keeps who asked for no more mail, with a copy of what signed the links',
      () => {
        const secret = machine.sh('cat /etc/headgate/secrets/token-secret');
        expect(machine.sh('apt-get purge -y headgate 2>&1')).toContain(
          'the state stays in /var/lib/headgate',
        );
        expect(machine.run('test', '-e', '/etc/headgate').code).not.toBe(0);
        expect(
          machine.sh(
            "find /etc /usr -name '*headgate*' -not -path '/etc/*-' | grep -v '^/usr/share/man' || true",
          ),
        ).toBe('');
        expect(machine.sh('stat -c "%U %a" /var/lib/headgate/etc-headgate.tar.gz')).toBe('root 600\n');
        expect(install('0.1.1')).toContain('tar -xpzf');
        expect(active(timers)).toEqual([]);
        machine.sh('tar -xpzf /var/lib/headgate/etc-headgate.tar.gz -C /etc && dpkg-reconfigure headgate');
        expect(machine.sh('cat /etc/headgate/secrets/token-secret')).toBe(secret);
        expect(active(timers)).toEqual(timers);
        expect(machine.sh('headgate suppressions list')).toContain('gone@example.com');
      },
      STEP_MS,
    );
  },
);
