import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { inspectConfig } from '../../src/config/load.ts';
import type { ConfigInspection } from '../../src/config/load.ts';
import { formatIssue } from '../../src/config/issue.ts';

const BRAND = 'name = "Ledd"\nfrom = "tom@mail.example.com"\npostal_address = "1 Mill Lane, Leeds"\n';
const SECRET = 'token_secret = { file = "secret" }';
const RELAY = 'live = true\n[mail]\ntransport = "smtp"\nsmtp.host = "smtp.example.net"\n[web]\n';
const LOCAL_RELAY = RELAY.replace('smtp.example.net', '127.0.0.1');

function inspected(toml: string, brand = BRAND): ConfigInspection {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-live-'));
  writeFileSync(join(folder, 'headgate.toml'), toml);
  writeFileSync(join(folder, 'brand.toml'), brand);
  return inspectConfig({
    configFlag: join(folder, 'headgate.toml'),
    stateFlag: null,
    environment: {},
    cwd: folder,
    installation: folder,
  });
}

/** One line each, the folder left out. */
function complaints(toml: string, brand = BRAND): readonly string[] {
  const inspection = inspected(toml, brand);
  if (inspection.kind === 'valid') return [];
  return inspection.issues.map((issue) => formatIssue(issue).replace(/^\S*\//, ''));
}

describe('D10: a live run needs a way out that its readers can use, and says in which line it is missing', () => {
  test('with an https address and a secret it may go to any relay', () => {
    expect(complaints(`${RELAY}base_url = "https://mail.example.com"\n${SECRET}`)).toEqual([]);
  });

  test('without a secret nothing runs', () => {
    expect(complaints(`${RELAY}base_url = "https://mail.example.com"`)).toEqual([
      'headgate.toml:5:1  web.token_secret: missing; expected what signs unsubscribe links, as live = true with ' +
        'mail.transport = "smtp" writes to people; make one with: openssl rand -hex 32',
    ]);
  });

  test('without an address that readers can open nothing runs, whether it is the default or written down', () => {
    const words =
      'and live = true with mail.transport = "smtp" writes to people; expected the https address at which the unsubscribe page answers';
    expect(complaints(`${RELAY}${SECRET}`)).toEqual([
      `headgate.toml:5:1  web.base_url: readers cannot open http://127.0.0.1:8026, ${words}`,
    ]);
    expect(complaints(`${RELAY}${SECRET}\nbase_url = "https://localhost"`)).toEqual([
      `headgate.toml:7:1  web.base_url: readers cannot open https://localhost, ${words}`,
    ]);
    expect(complaints(`${RELAY}base_url = "http://mail.example.com"\n${SECRET}`)[0]).toContain(
      'headgate.toml:6:1  web.base_url: got "http://mail.example.com", expected an https address',
    );
  });

  test('all that is missing is said at once', () => {
    expect(complaints(RELAY).map((line) => line.replace(/: .*/, ''))).toEqual([
      'headgate.toml:5:1  web.token_secret',
      'headgate.toml:5:1  web.base_url',
    ]);
  });

  test('nothing is live while brand.toml holds the answers of a package instead of yours', () => {
    const live = `${RELAY}base_url = "https://mail.example.com"\n${SECRET}`;
    const unsaid = BRAND.replace('tom@mail.example.com', 'you@headgate.invalid').replace(
      '1 Mill Lane, Leeds',
      'Your postal address',
    );
    expect(complaints(live, unsaid)).toEqual([
      'headgate.toml:1:1  live: brand.toml does not say yet who writes: from = "you@headgate.invalid", ' +
        'postal_address = "Your postal address"',
    ]);
    expect(complaints(live, unsaid.replace('headgate.invalid', 'mail.example.com'))).toHaveLength(1);
    expect(complaints(live.replace('true', 'false'), unsaid)).toEqual([]);
  });

  test('without a postal address nothing runs, live or not', () => {
    const brand = BRAND.replace(/postal_address.*\n/, '');
    for (const toml of ['', RELAY])
      expect(complaints(toml, brand)).toContainEqual(
        expect.stringContaining('brand.toml  postal_address: missing'),
      );
    expect(complaints('', BRAND.replace('1 Mill Lane, Leeds', '  '))[0]).toContain(
      'brand.toml:3:1  postal_address',
    );
  });
});

describe('where nobody is reached an address of this machine will do', () => {
  test.each([
    ['while not live', RELAY.replace('live = true', 'live = false')],
    ['into the outbox', 'live = true\n[web]\n'],
    ['through a relay of this machine', `${LOCAL_RELAY}${SECRET}`],
  ])('%s', (_, toml) => {
    expect(complaints(toml)).toEqual([]);
  });

  test('a relay of this machine may lead outside, so that is remarked, and the secret is needed', () => {
    const inspection = inspected(`${LOCAL_RELAY}${SECRET}`);
    expect(inspection.kind === 'valid' && inspection.config.remarks).toEqual([
      'web.base_url is an address of this machine: who gets mail cannot open its unsubscribe link',
    ]);
    expect(complaints(LOCAL_RELAY)).toHaveLength(1);
  });
});

describe('hardening 122: old secrets', () => {
  test('are a list of the same forms as one secret, and none by default', () => {
    const inspection = inspected('[web]\nold_token_secrets = [{ file = "a" }, { credential = "b" }]');
    expect(inspection.kind === 'valid' && inspection.config.web.oldTokenSecrets).toEqual([
      { kind: 'file', path: 'a' },
      { kind: 'credential', name: 'b' },
    ]);
    const without = inspected('');
    expect(without.kind === 'valid' && without.config.web.oldTokenSecrets).toEqual([]);
  });

  test.each([
    [
      '["0123456789abcdef0123456789abcdef"]',
      'web.old_token_secrets[0]: the secret itself stands here; move it',
    ],
    ['[{ file = "a" }, { fil = "b" }]', 'web.old_token_secrets[1]: expected exactly one of'],
    ['{ file = "a" }', 'web.old_token_secrets: expected a list of'],
    [`[${'{ file = "a" }, '.repeat(21)}]`, 'at most 20 of them'],
  ])('%s is refused without repeating what stands there', (value, complaint) => {
    const lines = complaints(`[web]\nold_token_secrets = ${value}`);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(complaint);
    expect(lines[0]).not.toContain('0123456789abcdef');
  });
});

test('hardening 50: an address so long that its link would not fit into a header is refused', () => {
  expect(complaints(`[web]\nbase_url = "https://mail.example.com/${'a'.repeat(500)}"`)[0]).toContain(
    'web.base_url: got',
  );
});
