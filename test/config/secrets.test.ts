import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { SecretReference } from '../../src/config/key-spec.ts';
import { resolveSecret } from '../../src/config/secrets.ts';
import { folderWith } from './workspace.ts';

const KEY = 'mail.smtp.password';

function resolve(
  reference: SecretReference,
  options: { files?: Record<string, string>; environment?: Record<string, string>; folder?: string } = {},
): Promise<string> {
  const workspaceDir = options.folder ?? folderWith(options.files ?? {});
  return resolveSecret(reference, { key: KEY, workspaceDir, environment: options.environment ?? {} });
}

describe('a secret comes from', () => {
  test('a file beside headgate.toml', async () => {
    expect(await resolve({ kind: 'file', path: 'secret' }, { files: { secret: 'hunter2' } })).toBe('hunter2');
  });

  test('a credential of the unit', async () => {
    const folder = folderWith({ 'smtp-password': 'hunter2\n' });
    const environment = { CREDENTIALS_DIRECTORY: folder };
    expect(await resolve({ kind: 'credential', name: 'smtp-password' }, { environment })).toBe('hunter2');
  });

  test('a credential of the unit that is stored encrypted, and of two forms neither is guessed', async () => {
    const name = 'smtp-password';
    const environment = { CREDENTIALS_DIRECTORY: folderWith({ [`${name}.encrypted`]: 'hunter2' }) };
    expect(await resolve({ kind: 'credential', name }, { environment })).toBe('hunter2');
    const both = { CREDENTIALS_DIRECTORY: folderWith({ [name]: 'old', [`${name}.encrypted`]: 'new' }) };
    await expect(resolve({ kind: 'credential', name }, { environment: both })).rejects.toMatchObject({
      code: 'secret_unusable',
    });
  });

  test('what a command prints, started in the workspace and read by no shell', async () => {
    const reference = { kind: 'command', command: ['printf', '%s\\n', 'a b;c'] } as const;
    expect(await resolve(reference)).toBe('a b;c');
    expect(await resolve({ kind: 'command', command: ['cat', 'secret'] }, { files: { secret: 'x' } })).toBe(
      'x',
    );
  });

  test('an environment variable', async () => {
    const reference = { kind: 'environment', variable: 'HEADGATE_X' } as const;
    expect(await resolve(reference, { environment: { HEADGATE_X: 'hunter2' } })).toBe('hunter2');
  });
});

test('D10: a key in PEM keeps its lines, and nothing else that a header could not hold', async () => {
  const resolvePem = (text: string): Promise<string> =>
    resolveSecret(
      { kind: 'file', path: 'dkim.pem' },
      { key: KEY, workspaceDir: folderWith({ 'dkim.pem': text }), environment: {}, isPem: true },
    );
  expect(await resolvePem('-----BEGIN X-----\r\nQUJD\n-----END X-----\n')).toBe(
    '-----BEGIN X-----\r\nQUJD\n-----END X-----',
  );
  for (const text of ['\n', 'nul\0', 'binary \u0001', 'tab\there'])
    await expect(resolvePem(text)).rejects.toMatchObject({ code: 'secret_unusable', exit: 'CONFIG' });
});

describe('hardening 81: what would break a header never gets that far', () => {
  test.each(['hunter2\n', 'hunter2\r\n', 'hunter2\n\n'])(
    'the line break at the end of %j is trimmed',
    async (text) => {
      expect(await resolve({ kind: 'file', path: 'secret' }, { files: { secret: text } })).toBe('hunter2');
    },
  );

  test.each(['', '\n', 'two\nlines', 'tab\there', 'nul\0', 'line\u2028separator'])(
    '%j is refused',
    async (text) => {
      await expect(
        resolve({ kind: 'file', path: 'secret' }, { files: { secret: text } }),
      ).rejects.toMatchObject({
        code: 'secret_unusable',
        exit: 'CONFIG',
      });
    },
  );
});

describe('what cannot be read ends 77 and says how to put it right', () => {
  test.each<[string, SecretReference]>([
    ['a missing file', { kind: 'file', path: 'missing' }],
    ['a credential outside of a unit', { kind: 'credential', name: 'smtp-password' }],
    ['a command that fails', { kind: 'command', command: ['false'] }],
    ['a command that does not exist', { kind: 'command', command: ['/nonexistent/program'] }],
    [
      'a command that prints without end',
      { kind: 'command', command: ['head', '-c', '200000', '/dev/zero'] },
    ],
  ])('%s', async (_name, reference) => {
    await expect(resolve(reference)).rejects.toMatchObject({ code: 'secret_unreadable', exit: 'NOPERM' });
  });

  test('a folder or a huge file is no secret', async () => {
    const folder = folderWith({ huge: 'x'.repeat(70_000) });
    mkdirSync(join(folder, 'folder'));
    for (const path of ['folder', 'huge']) {
      await expect(resolve({ kind: 'file', path }, { folder })).rejects.toMatchObject({
        code: 'secret_unusable',
      });
    }
  });

  test('hardening 79: a file that everybody can read is refused with the chmod', async () => {
    const folder = folderWith({});
    writeFileSync(join(folder, 'secret'), 'hunter2');
    chmodSync(join(folder, 'secret'), 0o644);
    await expect(resolve({ kind: 'file', path: 'secret' }, { folder })).rejects.toMatchObject({
      code: 'secret_exposed',
      exit: 'CONFIG',
      fix: `chmod 0600 ${folder}/secret`,
    });
  });
});
