import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { layoutOf } from '../../src/commands/units/layout.ts';
import { ENABLED_UNITS, PEOPLE_JOBS, TIMER_JOBS, unitFilesOf } from '../../src/commands/units/unit-files.ts';
import { analyze, rendered, ROOT, unitFolder } from './rendered.ts';

const HAS_SYSTEMD = analyze('/', ['--version']) !== null;
/** As systemd-analyze counts: 0 is safest, a bare unit has 9.6. */
const EXPOSURE_MAX = 1.5;

/** Lines of the section, in order, without comments. */
function settingsOf(text: string, section: string): readonly string[] {
  const body = new RegExp(`^\\[${section}\\]\\n(.*?)(?=^\\[|$(?![\\s\\S]))`, 'ms').exec(text)?.[1] ?? '';
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function unit(name: string): string {
  return rendered().find((file) => file.name === name)?.text ?? '';
}

const TEMPLATES = unitFilesOf(layoutOf('/opt/headgate')).map(({ template }) => template);
const JOBS = TIMER_JOBS.map((job) => `headgate-${job}.service`);
const SERVICES = TEMPLATES.filter((name) => name.endsWith('.service'));

describe('the units that are shipped', () => {
  test('are all that is in systemd/, so that none is forgotten by units install', () => {
    expect(readdirSync(join(ROOT, 'systemd')).toSorted()).toEqual(TEMPLATES.toSorted());
  });

  test.skipIf(!HAS_SYSTEMD)(
    'give systemd-analyze nothing to say, which ends 0 for a key that it ignores',
    () => {
      const { folder, units } = unitFolder({ prefix: ROOT });
      const paths = units.map((name) => join(folder, name));
      expect(analyze(folder, ['verify', ...paths])).toBe('');
      expect(analyze(folder, ['verify', '--man=yes', ...paths])).toBe('');
    },
  );

  test.skipIf(!HAS_SYSTEMD)('are shut in: each has an exposure of 1.5 or better', () => {
    const { folder } = unitFolder();
    const exposures = SERVICES.map((name) => {
      const answer = analyze(folder, ['security', '--offline=true', join(folder, name)]) ?? '';
      return [name, Number(/exposure level for \S+: ([\d.]+)/.exec(answer)?.[1])] as const;
    });
    process.stdout.write(
      `${exposures.map(([name, level]) => `exposure ${String(level)}  ${name}`).join('\n')}\n`,
    );
    for (const [name, level] of exposures) expect(level, name).toBeLessThanOrEqual(EXPOSURE_MAX);
  });

  test('A4: no timer that touches people makes up at boot for what it missed; backup and digest do', () => {
    for (const job of PEOPLE_JOBS) {
      const settings = settingsOf(unit(`headgate-${job}.timer`), 'Timer');
      expect(settings.filter((line) => line.startsWith('Persistent'))).toEqual(['Persistent=false']);
      expect(settings.join('\n')).not.toMatch(/OnBootSec|OnStartupSec|OnActiveSec/);
    }
    for (const job of ['backup', 'digest'])
      expect(settingsOf(unit(`headgate-${job}.timer`), 'Timer')).toContain('Persistent=true');
  });

  test('all name the alert, so that nothing fails unheard, and log every line', () => {
    for (const name of [
      ...JOBS,
      'headgate-listen.service',
      'headgate-unsub.service',
      'headgate-web.service',
    ]) {
      expect(settingsOf(unit(name), 'Unit'), name).toContain('OnFailure=headgate-alert@%n.service');
      expect(settingsOf(unit(name), 'Service'), name).toContain('LogRateLimitIntervalSec=0');
    }
    expect(unit('headgate-alert@.service')).not.toContain('OnFailure=headgate');
  });

  test('take the answers of a run for answers, have a timeout, and never start a run again', () => {
    for (const name of JOBS) {
      const settings = settingsOf(unit(name), 'Service');
      expect(settings).toContain('SuccessExitStatus=20 30 31 32 34 75 143');
      expect(settings).toContain('Restart=no');
      expect(settings.filter((line) => /^TimeoutStartSec=\d+min$/.test(line))).toHaveLength(1);
      expect(settings).toContain('StateDirectory=headgate');
    }
    expect(unit('headgate-send.service')).toContain('TimeoutStartSec=30min');
  });

  test('shut the jobs in alike: one that is looser than the others would be the way in', () => {
    const shut = (name: string): string => unit(name).slice(unit(name).indexOf('NoNewPrivileges'));
    for (const name of [...JOBS, 'headgate-listen.service', 'headgate-alert@.service'])
      expect(shut(name), name).toBe(shut(JOBS[0] ?? ''));
  });

  test('F2: listen for 16 minutes at most after something was told, and are stopped without an alarm', () => {
    const settings = settingsOf(unit('headgate-listen.service'), 'Service');
    expect(settings).toContain('TimeoutStartSec=16min');
    expect(settings).toContain('SuccessExitStatus=143');
    expect(settings).toContain('Restart=no');
    expect(settingsOf(unit('headgate-listen.path'), 'Path')).toContain(
      'PathChanged=/var/lib/headgate/listen',
    );
  });

  test('A5: let a run read the id of its boot, or every run would be the first one since boot', () => {
    for (const name of JOBS) expect(settingsOf(unit(name), 'Service'), name).not.toContain('ProcSubset=pid');
  });

  test('give what drafts no credential but those that reach the operator', () => {
    const others = (name: string): readonly string[] =>
      settingsOf(unit(name), 'Service').filter((line) =>
        /^LoadCredential(?:Encrypted)?=(?!(?:telegram-token|webhook-secret|ping-key)(?:\.encrypted)?:)/.test(
          line,
        ),
      );
    expect(JOBS.filter((name) => others(name).length > 0)).toEqual([
      'headgate-sync.service',
      'headgate-send.service',
    ]);
  });

  test('fire no two jobs that write to people in one minute', () => {
    const minutes = PEOPLE_JOBS.map((job) => {
      const spec = settingsOf(unit(`headgate-${job}.timer`), 'Timer')[0] ?? '';
      const [, start = '', step = ''] = /\*:(\d+)(?:\/(\d+))?:00 UTC$/.exec(spec) ?? [];
      const every = step === '' ? 60 : Number(step);
      return Array.from({ length: 60 }, (_, minute) => minute).filter(
        (minute) => minute % every === Number(start) % every,
      );
    });
    const all = minutes.flat();
    expect(new Set(all).size).toBe(all.length);
  });

  test.skipIf(!HAS_SYSTEMD)('have times that systemd reads as they are meant', () => {
    for (const job of TIMER_JOBS) {
      const spec = settingsOf(unit(`headgate-${job}.timer`), 'Timer')[0]?.replace('OnCalendar=', '') ?? '';
      expect(analyze('/', ['calendar', spec]), spec).toContain(`Normalized form: ${spec}`);
    }
  });

  test('are printed byte for byte as they were reviewed, with every setting changed', async () => {
    const files = rendered({
      user: 'mailer',
      prefix: '/srv/headgate',
      config: '/etc/mail/headgate.toml',
      zone: 'Europe/Berlin',
      times: { drip: '*-*-* *:13:00 UTC', backup: '*-*-* 02:10:00 UTC' },
      credentials: ['crm-key', 'smtp-password'],
    });
    const text = files.map((file) => `# ${file.target} ${file.mode.toString(8)}\n${file.text}`).join('\n');
    await expect(text).toMatchFileSnapshot('golden/units.txt');
  });

  test('with the defaults are the files of systemd/ themselves, so that a package can take those', () => {
    for (const { name, text } of rendered())
      expect(text).toBe(readFileSync(join(ROOT, 'systemd', name), 'utf8'));
  });

  test('F6: the review page is reached by a socket of its user and group alone, never restarts, and connects to nobody', () => {
    const socket = settingsOf(unit('headgate-web.socket'), 'Socket');
    expect(socket.filter((line) => line.startsWith('Listen'))).toEqual([
      'ListenStream=/run/headgate/web.sock',
    ]);
    expect(socket).toEqual(
      expect.arrayContaining(['SocketUser=headgate', 'SocketGroup=headgate', 'SocketMode=0660']),
    );
    const service = settingsOf(unit('headgate-web.service'), 'Service');
    expect(service).toEqual(
      expect.arrayContaining(['Restart=no', 'IPAddressDeny=any', 'RestrictAddressFamilies=AF_UNIX']),
    );
    expect(service.filter((line) => line.startsWith('LoadCredential'))).toEqual([]);
  });

  test('enable timers, sockets and the path, and nothing else', () => {
    expect(ENABLED_UNITS.toSorted()).toEqual(
      TEMPLATES.filter((name) => /\.(?:timer|socket|path)$/.test(name)).toSorted(),
    );
  });
});
