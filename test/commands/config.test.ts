import { describe, expect, test } from 'vitest';

import { everyKey } from '../../src/config/reference.ts';
import { describeFileSystem, statePlaceRemark } from '../../src/config/state-place.ts';
import { BRAND, folderWith } from '../config/workspace.ts';
import type { CliOptions } from '../helpers/cli.ts';
import { runCli } from '../helpers/cli.ts';

const TOML =
  'timezone = "Europe/Berlin"\n\n[limits]\ndrafts_per_day = 7\n\n[web]\ntoken_secret = { file = "s" }\n';

function workspace(toml = TOML, brand = BRAND): CliOptions & { cwd: string } {
  return { cwd: folderWith({ 'headgate.toml': toml, 'brand.toml': brand }) };
}

interface Items {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly exit: Readonly<Record<string, unknown>>;
}

async function json(argv: readonly string[], options: CliOptions): Promise<Items> {
  return (await runCli([...argv, '--json'], options)).json() as Items;
}

describe('config show', () => {
  test('cli.md 1: prints each value with where it came from', async () => {
    const options = { ...workspace(), env: { HEADGATE_LIMITS__SENDS_PER_DAY: '9' } };
    const { code, stdout } = await runCli(['config', 'show'], options);
    const lines = stdout.split('\n');
    expect(code).toBe(0);
    expect(lines).toContain('timezone\t"Europe/Berlin"\theadgate.toml:1');
    expect(lines).toContain('limits.drafts_per_day\t7\theadgate.toml:4');
    expect(lines).toContain('limits.sends_per_day\t9\t$HEADGATE_LIMITS__SENDS_PER_DAY');
    expect(lines).toContain('limits.drafts_per_run_drip\t5\tdefault');
    expect(lines).toContain('brand.name\t"Tom at Ledd"\tbrand.toml:1');
  });

  test('hardening 79: of a secret it tells where it is, never what it is', async () => {
    const options = {
      ...workspace(),
      env: { HEADGATE_MAIL__SMTP__PASSWORD: 'hunter2', HEADGATE_MAIL__SMTP__USER: 'u' },
    };
    const { stdout } = await runCli(['config', 'show'], options);
    expect(stdout).toContain('web.token_secret\t{ file = "s" }\theadgate.toml:7');
    expect(stdout).toContain('mail.smtp.password\t(in $HEADGATE_MAIL__SMTP__PASSWORD)');
    expect(stdout + (await runCli(['config', 'show', '--json'], options)).stdout).not.toContain('hunter2');
  });

  test('says where a value acts otherwise than it reads', async () => {
    const { items } = await json(['config', 'show'], workspace());
    const noteOf = (key: string): unknown => items.find((item) => item['key'] === key)?.['note'];
    expect(noteOf('limits.undo_minutes')).toBe('acts as 0 while not live');
    expect(noteOf('mail.transport')).toBe('acts as "outbox" while not live');
    expect(noteOf('timezone')).toBeNull();
  });

  test('ends 78 and shows nothing of a configuration that is wrong', async () => {
    const { code, stdout, stderr } = await runCli(['config', 'show'], workspace('live = 1'));
    expect(code).toBe(78);
    expect(stdout).toBe('');
    expect(stderr).toContain('live: got 1, expected true or false');
    expect(stderr).toContain('exit 78 CONFIG');
  });
});

describe('config validate', () => {
  test('says that a right one is right, and counts what it sets', async () => {
    const { code, stdout } = await runCli(['config', 'validate'], workspace());
    expect(code).toBe(0);
    expect(stdout).toContain('headgate.toml is valid: 3 keys set, 0 errors');
  });

  test('hardening 75: names every error with its line, ends 78 and keeps stdout one document', async () => {
    const options = workspace('live = 1\n[limits]\nmax_per_rnu = 2\n', 'name = "x"');
    const text = await runCli(['config', 'validate'], options);
    expect(text.code).toBe(78);
    expect(text.stdout).toContain('headgate.toml:1:1  live: got 1, expected true or false');
    expect(text.stdout).toContain('headgate.toml:3:1  limits.max_per_rnu: unknown key');
    const { items, exit } = await json(['config', 'validate'], options);
    expect(exit).toMatchObject({ code: 78, name: 'CONFIG' });
    expect(items.map((item) => [item['code'], item['key'], item['line']])).toEqual([
      ['missing', 'from', null],
      ['missing', 'postal_address', null],
      ['wrong_value', 'live', 1],
      ['unknown_key', 'limits.max_per_rnu', 3],
    ]);
  });

  test('remarks stop nothing', async () => {
    const { code, stdout } = await runCli(
      ['config', 'validate'],
      workspace('[hours]\nstart = "09:10"\nend = "09:30"'),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('less than an hour a day');
  });

  test('hardening 82: a workspace that is not there is named', async () => {
    const { code, stderr } = await runCli(['config', 'validate', '-C', 'nowhere.toml'], workspace());
    expect(code).toBe(78);
    expect(stderr).toContain('nowhere.toml');
  });
});

describe('hardening 83: a state on a file system that cannot keep it is remarked on', () => {
  test('network and memory, but no ordinary disk', () => {
    expect(describeFileSystem('/s', 0x6969)).toContain('NFS');
    expect(describeFileSystem('/s', 0x01021994)).toContain('gone after a reboot');
    expect(describeFileSystem('/s', 0xef53)).toBeNull();
    expect(describeFileSystem('/s', 0xff534d42 | 0)).toContain('CIFS');
  });

  test('for a folder that does not exist yet, by the one above it', () => {
    expect(statePlaceRemark('/proc/nothing/here')).toBeNull();
  });
});

describe('config explain', () => {
  test('one key, a section, everything; without any workspace', async () => {
    const options = { cwd: folderWith({}) };
    const one = await runCli(['config', 'explain', 'limits.drafts_per_day'], options);
    expect(one.code).toBe(0);
    expect(one.stdout).toContain('accepts  a whole number from 0 to 10000');
    expect(one.stdout).toContain('default  10');
    expect((await json(['config', 'explain', 'hours'], options)).items).toHaveLength(3);
    expect((await json(['config', 'explain'], options)).items).toHaveLength(everyKey().length);
    expect((await json(['config', 'explain', 'brand'], options)).items.length).toBeGreaterThan(5);
  });

  test('a misspelt word ends 64 with the nearest one', async () => {
    const { code, stderr } = await runCli(['config', 'explain', 'limits.draft_per_day'], {
      cwd: folderWith({}),
    });
    expect(code).toBe(64);
    expect(stderr).toContain('headgate config explain limits.drafts_per_day');
  });
});
