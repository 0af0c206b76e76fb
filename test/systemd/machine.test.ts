import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Finding } from '../../src/core/doctor/finding.ts';
import { removeInstallations } from '../acceptance/rig/installation.ts';
import { Machine, whyNoMachine } from './rig/machine.ts';

const WHY_NOT = whyNoMachine();
/** Booting takes a second; the rest is building what is installed. */
const SETUP_MS = 60_000;
const STEP_MS = 90_000;
const INIT =
  "init /etc/headgate --sample --no-input --name Tom --from tom@mail.example.com --timezone UTC --postal-address '1 Mill Lane'";
/** Enough for what one test drafts, and the shortest wait that there is. */
const LIMITS = ['boot_confirm_minutes = 1', 'drafts_per_day = 40', 'blast_radius_floor = 40'];
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/how-to/install-on-a-vps.md'), 'utf8');
/** What the page has its reader type as root. */
const ROOT_LINES = [...PAGE.matchAll(/^\$ sudo (.+)$/gm)].map((match) => match[1] ?? '');
const READ_NOTICES = `const open = require('/opt/headgate/node_modules/better-sqlite3');
const db = new open('/var/lib/headgate/headgate.db');
console.log(JSON.stringify(db.prepare('SELECT kind, job, text FROM notices ORDER BY row_id').all()));`;
/** A minute has to pass before the timer may confirm; nobody waits for it here. */
const AGE_PLANS = `const open = require('/opt/headgate/node_modules/better-sqlite3');
new open('/var/lib/headgate/headgate.db').prepare('UPDATE plans SET made_at = made_at - 120000').run();`;

const THREE_DAYS_OFF = `const open = require('/opt/headgate/node_modules/better-sqlite3');
new open('/var/lib/headgate/headgate.db').prepare('UPDATE jobs SET checkpoint_at = checkpoint_at - 259200000').run();`;

interface Run {
  readonly command: string;
  readonly mode: string;
  readonly reason: string | null;
  readonly exit: number;
  readonly counts: Readonly<Record<string, number>>;
}

describe.skipIf(WHY_NOT !== null)(
  `the units on a real systemd${WHY_NOT === null ? '' : ` (${WHY_NOT})`}`,
  () => {
    let machine: Machine;

    beforeAll(async () => {
      machine = new Machine();
      await machine.boot();
    }, SETUP_MS);

    afterAll(async () => {
      await machine.destroy();
      removeInstallations();
    });

    /** As the user of the units, who owns the state. */
    function script(text: string): string {
      const node = '/opt/headgate/node_modules/.bin/node';
      const { code, stdout, stderr } = machine.run('runuser', '-u', 'headgate', '--', node, '-e', text);
      expect(code, stderr).toBe(0);
      return stdout;
    }

    function notices(): readonly { readonly kind: string; readonly job: string; readonly text: string }[] {
      return JSON.parse(script(READ_NOTICES)) as ReturnType<typeof notices>;
    }

    function runs(command: string): readonly Run[] {
      const document = JSON.parse(machine.sh('headgate runs list --json')) as {
        readonly items: readonly Run[];
      };
      return document.items.filter((run) => run.command === command);
    }

    function property(unit: string, name: string): string {
      return machine.sh(`systemctl show --property=${name} --value ${unit}`).trim();
    }

    function alerts(): string {
      return machine.sh('journalctl --quiet --identifier=headgate-alert --output=cat');
    }

    test(
      'units install enables nothing before there is a configuration',
      () => {
        expect(machine.sh('/opt/headgate/bin/headgate units install --yes')).toContain('nothing is enabled');
        expect(machine.sh("systemctl list-timers --all --no-legend 'headgate-*'")).toBe('');
      },
      STEP_MS,
    );

    test(
      'whoever types what docs/how-to/install-on-a-vps.md says has it running, and again changes nothing',
      () => {
        // Nothing is fetched here: /opt/headgate is there, and brings its Node.
        const lines = ROOT_LINES.filter((line) => !/^(?:apt-get|git) /.test(line));
        expect(lines.length).toBeGreaterThan(5);
        for (const line of lines) expect(machine.sh(`${line} < /dev/null`), line).not.toContain('rror');
        const [again = ''] = lines.filter((line) => line.includes('install.sh'));
        expect(machine.sh(`${again} < /dev/null`)).not.toMatch(/written|enabled/);
        expect(machine.run('headgate', 'units', 'diff', '--detailed-exit-code').code).toBe(20);
        expect(machine.sh('stat -c "%U %a" /var/lib/headgate /etc/headgate/secrets/token-secret')).toBe(
          'headgate 700\nheadgate 640\n',
        );
      },
      STEP_MS,
    );

    test(
      'nothing can leave after an install: it is not live, and live = true alone ends every run',
      () => {
        expect(machine.sh('headgate status')).toContain('not live (outbox)');
        machine.sh("sed -i 's/^live = false/live = true/' /etc/headgate/headgate.toml");
        expect(machine.run('systemctl', 'start', 'headgate-send.service').code).not.toBe(0);
        expect(property('headgate-send.service', 'ExecMainStatus')).toBe('78');
      },
      STEP_MS,
    );

    test(
      'a workspace with leads takes the place of the empty one',
      () => {
        machine.sh('rm -r /etc/headgate/* /var/lib/headgate/*');
        machine.sh(`headgate ${INIT}`);
        machine.sh(`sed -i 's/^\\[limits\\].*/&\\n${LIMITS.join('\\n')}/' /etc/headgate/headgate.toml`);
        machine.sh('systemctl reset-failed');
        expect(machine.sh('headgate units install --yes')).not.toContain('enabled');
        expect(machine.sh('headgate leads list')).toContain('vogt');
      },
      STEP_MS,
    );

    test(
      'A5: every timer runs, and none that touches people is persistent',
      () => {
        for (const job of ['drip', 'nurture', 'sync', 'send', 'confirm', 'digest', 'backup']) {
          expect(property(`headgate-${job}.timer`, 'ActiveState'), job).toBe('active');
          expect(property(`headgate-${job}.timer`, 'Persistent'), job).toBe(
            /^(?:backup|digest)$/.test(job) ? 'yes' : 'no',
          );
        }
      },
      STEP_MS,
    );

    test(
      'F7: the doctor finds all of it in order, each thing that is not, and what it says to type mends it',
      () => {
        const look = (): readonly Finding[] => {
          const { stdout } = machine.run('headgate', 'doctor', '--only', 'systemd', '--json');
          return (JSON.parse(stdout) as { readonly items: readonly Finding[] }).items;
        };
        const verdicts = (): Readonly<Record<string, string>> =>
          Object.fromEntries(look().map(({ check, verdict }) => [check, verdict]));
        const all = {
          timers: 'pass',
          sockets: 'pass',
          persistent: 'pass',
          failed: 'pass',
          units_diff: 'pass',
          secrets: 'pass',
        };
        expect(verdicts(), JSON.stringify(look())).toEqual(all);
        const folder = '/etc/systemd/system/headgate-send.timer.d';
        machine.sh('systemctl disable --now headgate-drip.timer');
        machine.sh(
          `mkdir ${folder}; printf '[Timer]\\nPersistent=true\\n' > ${folder}/own.conf; systemctl daemon-reload`,
        );
        const wrong = look().filter(({ verdict }) => verdict !== 'pass');
        expect(wrong.map(({ check, verdict }) => `${verdict} ${check}`)).toEqual([
          'problem timers',
          'problem persistent',
          'warn units_diff',
        ]);
        for (const { fix } of wrong.slice(0, 2))
          machine.sh(fix?.split('   ')[0]?.replace('sudo ', '') ?? 'false');
        expect(verdicts(), JSON.stringify(look())).toEqual(all);
      },
      STEP_MS,
    );

    test(
      'every job runs shut in as it is: the first ones ever are cold starts, which are no failures',
      () => {
        for (const job of ['drip', 'nurture', 'sync', 'send', 'confirm', 'digest', 'backup'])
          machine.sh(`systemctl start headgate-${job}.service`);
        expect(machine.sh('systemctl --failed --no-legend')).toBe('');
        expect(runs('drip')).toMatchObject([{ mode: 'preview', reason: 'no_checkpoint', exit: 30 }]);
        machine.sh('headgate confirm --yes');
        expect(machine.sh('ls /var/cache/headgate')).not.toBe('');
        expect(machine.sh('find /var/lib/headgate /etc/headgate -user root')).toBe('');
      },
      STEP_MS,
    );

    test(
      'a timer fires at the time that its flag gave it',
      async () => {
        const before = runs('sync').length;
        machine.sh("headgate units install --yes --sync '*-*-* *:*:00/2 UTC'");
        await machine.until('two runs of sync', () => runs('sync').length >= before + 2);
      },
      STEP_MS,
    );

    test(
      'the public page answers through its socket, and can read neither state nor leads',
      () => {
        machine.sh(`node=/opt/headgate/node_modules/.bin/node
      $node -e "fetch('http://127.0.0.1:8026/u/x').then((r) => process.exit(r.status === 404 ? 0 : 1))"`);
        for (const path of ['/var/lib/headgate/headgate.db', '/etc/headgate/leads.csv'])
          expect(machine.run('runuser', '-u', 'headgate-unsub', '--', 'cat', path).code, path).not.toBe(0);
      },
      STEP_MS,
    );

    test(
      'a secret that is stored is encrypted on the disk, reaches the unit that needs it, and is lent to one command of root',
      () => {
        machine.sh('printf hunter2 | headgate secrets set smtp-password');
        const stored = machine.sh('headgate secrets list');
        expect(stored).toBe('smtp-password\tencrypted\tsend\n');
        expect(machine.sh('stat -c %a /etc/credstore.encrypted/headgate.*')).toBe('600\n');
        expect(machine.run('grep', '-r', 'hunter2', '/etc/credstore.encrypted').code).not.toBe(0);
        dropIn(
          'headgate-send.service',
          `ExecStartPre=/bin/sh -c 'cat "$CREDENTIALS_DIRECTORY"/smtp-password.encrypted > /var/lib/headgate/seen'`,
        );
        machine.sh('systemctl daemon-reload && systemctl start headgate-send.service');
        expect(machine.sh('cat /var/lib/headgate/seen && rm /var/lib/headgate/seen')).toBe('hunter2');

        machine.sh(`cat > /usr/local/bin/spy <<'END'
#!/bin/sh
id -un && cat "$CREDENTIALS_DIRECTORY"/smtp-password.encrypted
END
chmod 0755 /usr/local/bin/spy
sed 's|^program=.*|program=/usr/local/bin/spy|' /usr/local/bin/headgate > /tmp/lending`);
        expect(machine.sh('sh /tmp/lending sequences test')).toBe('headgate\nhunter2');
        expect(machine.sh('ls -d /run/headgate-* 2>/dev/null || true')).toBe('/run/headgate-unsub\n');
        machine.sh('headgate secrets remove smtp-password --yes');
      },
      STEP_MS,
    );

    test(
      'F1: a program that fails, crashes or hangs leaves an alert with unit, result and last log lines',
      async () => {
        machine.sh(
          'cp /etc/headgate/headgate.toml /tmp/right && echo "live = maybe" > /etc/headgate/headgate.toml',
        );
        machine.run('systemctl', 'start', 'headgate-backup.service');
        machine.sh('cp /tmp/right /etc/headgate/headgate.toml');
        dropIn(
          'headgate-nurture.service',
          'ExecStart=\nExecStart=/bin/sh -c "echo on the brink; kill -SEGV $$$$"',
        );
        // It even ends as one that was stopped on purpose.
        const hangs = `/bin/sh -c 'trap "exit 143" TERM; sleep 60 & wait'`;
        dropIn('headgate-send.service', `ExecStart=\nExecStart=${hangs}\nTimeoutStartSec=1s`);
        machine.sh('systemctl daemon-reload');
        machine.run('systemctl', 'start', 'headgate-nurture.service');
        machine.run('systemctl', 'start', 'headgate-send.service');
        const failed = () => notices().filter(({ kind }) => kind === 'unit_failed');
        await machine.until('three alerts', () => failed().length >= 3);
        const [backup, nurture, send] = ['backup', 'nurture', 'send'].map(
          (job) => failed().find((notice) => notice.job === job)?.text,
        );
        expect(backup).toContain('headgate-backup.service failed: exit-code, status 78.');
        expect(backup).toContain('headgate.toml');
        expect(nurture).toContain('on the brink');
        expect(nurture).toMatch(/failed: (?:signal|core-dump), status SEGV/);
        expect(send).toContain('headgate-send.service failed: timeout');
        expect(machine.run('headgate', 'units', 'diff', '--detailed-exit-code').code).toBe(21);
      },
      STEP_MS,
    );

    test(
      'F1: a program that is gone still alerts: the journal says so, and the fallback is called',
      async () => {
        machine.sh(`printf '#!/bin/sh\\necho "fallback called for $1: $2"\\n' > /etc/headgate/alert-fallback
      chmod 0755 /etc/headgate/alert-fallback
      mv /opt/headgate/bin /opt/headgate/gone`);
        machine.run('systemctl', 'start', 'headgate-drip.service');
        await machine.until('the fallback', () => alerts().includes('fallback called'));
        machine.sh('mv /opt/headgate/gone /opt/headgate/bin');
        expect(alerts()).toContain('headgate-drip.service failed: result=exit-code');
        expect(alerts()).toContain('fallback called for headgate-drip.service: exit-code');
      },
      STEP_MS,
    );

    test(
      'A5: after a power cut and three days off nothing is made up for, the first run previews, and confirm drafts that',
      async () => {
        machine.sh(`rm -r /etc/systemd/system/headgate-*.d
      touch -d '3 days ago' /var/lib/systemd/timers/stamp-headgate-backup.timer /var/lib/systemd/timers/stamp-headgate-drip.timer
      sync`);
        const later = machine.sh("date -u -d '+12 hours' +'%H:00:00'").trim();
        machine.sh(`headgate units install --yes --drip '*-*-* ${later} UTC'`);
        const [copies, drips] = [runs('backup').length, runs('drip').length];
        await machine.cutPower();
        await machine.boot();
        await machine.until('the copy that was missed', () => runs('backup').length > copies);
        expect(runs('drip')).toHaveLength(drips);

        const soon = machine.sh("date -u -d '+5 seconds' +'%H:%M:%S'").trim();
        machine.sh(`headgate units install --yes --drip '*-*-* ${soon} UTC'`);
        await machine.until('the first run since boot', () => runs('drip').length > drips);
        expect(runs('drip')[0]).toMatchObject({ mode: 'preview', reason: 'first_boot', exit: 30 });
        const planned = runs('drip')[0]?.counts['would_draft'];
        const confirmations = runs('confirm').length;
        script(AGE_PLANS);
        machine.sh("headgate units install --yes --confirm '*-*-* *:*:00/2 UTC'");
        await machine.until('the confirmation', () => runs('confirm').length > confirmations);
        expect(planned).toBeGreaterThan(0);
        expect(runs('confirm')[0]).toMatchObject({ mode: 'live', exit: 0, counts: { drafted: planned } });
      },
      STEP_MS,
    );

    test(
      'A4: three days off end in a preview of every job and an alert; no step goes out, approved or not, and a veto holds',
      async () => {
        const waiting = JSON.parse(machine.sh('headgate review list --json')) as { items: unknown[] };
        machine.sh(`headgate review approve --all --count ${String(waiting.items.length)}`);
        // Two at once would find each other's lock.
        machine.sh('systemctl disable headgate-confirm.timer && sync');
        await machine.cutPower();
        await machine.boot();
        script(THREE_DAYS_OFF);
        const before = { drip: runs('drip').length, send: runs('send').length };
        for (const job of ['drip', 'nurture', 'send']) machine.sh(`systemctl start headgate-${job}.service`);
        expect(runs('drip')[0]).toMatchObject({ mode: 'preview', reason: 'gap', exit: 30 });
        expect(runs('nurture')[0]).toMatchObject({ mode: 'preview', exit: 30 });
        expect(runs('send')[0]).toMatchObject({ exit: 30 });
        const told = notices().filter(({ kind, text }) => kind === 'doubt' && text.includes('72.0 h'));
        expect(told.map(({ job }) => job).toSorted()).toEqual(['drip', 'nurture', 'send']);
        machine.sh('headgate confirm --veto');
        script(AGE_PLANS);
        for (const job of ['confirm', 'confirm', 'drip', 'send'])
          machine.sh(`systemctl start headgate-${job}.service`);
        const since = [
          ...runs('drip').slice(0, runs('drip').length - before.drip),
          ...runs('send').slice(0, runs('send').length - before.send),
        ];
        for (const run of since) expect(run.counts['drafted'] ?? run.counts['sent'] ?? 0).toBe(0);
        expect(waiting.items.length).toBeGreaterThan(0);
        expect(JSON.parse(machine.sh('headgate outbox list --json'))).toMatchObject({ items: [] });
      },
      STEP_MS,
    );

    test(
      'units remove stops everything and leaves the state',
      () => {
        machine.sh('/opt/headgate/bin/headgate units remove --yes');
        expect(
          machine.sh("systemctl list-units --all --no-legend 'headgate-*.timer' 'headgate-*.socket'"),
        ).toBe('');
        machine.sh(
          'test -s /var/lib/headgate/headgate.db && test -e /etc/headgate/headgate.toml && id headgate',
        );
      },
      STEP_MS,
    );

    function dropIn(unit: string, service: string): void {
      machine.sh(`mkdir -p /etc/systemd/system/${unit}.d
      cat > /etc/systemd/system/${unit}.d/rig.conf <<'END'
[Service]
${service}
END`);
    }
  },
);
