import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { temporaryDirectory } from '../helpers/state.ts';

const UNITS = join(import.meta.dirname, '../../systemd');
const NAMES = ['headgate-unsub.socket', 'headgate-unsub.service'] as const;
const PROGRAM = '/opt/headgate/bin/unsub';
/** cli.md, units: 1.5 or better. */
const EXPOSURE_MAX = 1.5;
const canVerify = spawnSync('systemd-analyze', ['--version'], { stdio: 'ignore' }).status === 0;

/** The units with a program that is there, in a folder of their own. */
function installed(): readonly string[] {
  const folder = temporaryDirectory();
  const program = join(folder, 'bin/unsub');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(program, '#!/bin/sh\n');
  chmodSync(program, 0o755);
  return NAMES.map((name) => {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(join(UNITS, name), 'utf8').replaceAll(PROGRAM, program));
    return path;
  });
}

describe.skipIf(!canVerify)('the units of the public page', () => {
  test('systemd finds nothing to say about them', () => {
    // It ends 0 whatever it finds; only its silence means something.
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', ...installed()], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('');
  });

  test('and a word that systemd does not know would be found', () => {
    const [, service = ''] = installed();
    writeFileSync(service, `${readFileSync(service, 'utf8')}ProtectNothing=yes\n`);
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', service], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toContain('ProtectNothing');
  });

  test('F6: what is left open to a hole in it is little', () => {
    const [, service = ''] = installed();
    const ran = spawnSync('systemd-analyze', ['security', '--offline=yes', '--no-pager', service], {
      encoding: 'utf8',
    });
    const exposure = Number(/exposure level[^:]*: ([\d.]+)/.exec(ran.stdout)?.[1]);
    expect(exposure, ran.stdout).toBeLessThanOrEqual(EXPOSURE_MAX);
  });

  test('cli.md 5.2: of the state it sees the two spools; it never restarts by itself', () => {
    const text = readFileSync(join(UNITS, 'headgate-unsub.service'), 'utf8');
    expect(text).toContain('TemporaryFileSystem=/var/lib/headgate:ro\n');
    expect(text).toContain('BindPaths=/var/lib/headgate/unsub.d /var/lib/headgate/hooks.d\n');
    expect(text).toContain('Restart=no\n');
    expect(text).toContain('User=headgate-unsub\n');
    // With it V8 cannot start.
    expect(text).not.toMatch(/^MemoryDenyWriteExecute/m);
  });
});
