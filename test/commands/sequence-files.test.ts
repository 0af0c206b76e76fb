import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { BRAND, folderWith } from '../config/workspace.ts';
import { COPY } from '../config/definition-samples.ts';
import { runCli } from '../helpers/cli.ts';

const TOML = 'timezone = "Europe/Berlin"\n\n[web]\ntoken_secret = { file = "s" }\n';

function workspace(files: Readonly<Record<string, string>> = {}): { cwd: string } {
  return { cwd: folderWith({ 'headgate.toml': TOML, 'brand.toml': BRAND, ...files }) };
}

interface LintDocument {
  readonly schema: string;
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly counts: Readonly<Record<string, number>>;
  readonly exit: Readonly<Record<string, unknown>>;
}

const GOOD = {
  'sequences/good/sequence.toml': '[[step]]\nid = "one"\nafter = "0d"\n',
  'sequences/good/one.md': COPY,
};
const BAD = {
  'sequences/bad/sequence.toml': 'statsu = "active"\n',
  'sequences/dull/sequence.toml': '[[step]]\nid = "one"\nafter = "0d"\n',
  'sequences/dull/one.md': 'Subject: A\n\nHello {{ first_name | default: "there" }}.',
};

describe('sequences lint', () => {
  it('says that all is well, and counts what it looked at', async () => {
    const { code, stdout } = await runCli(['sequences', 'lint'], workspace(GOOD));
    expect([code, stdout]).toEqual([0, '✓ 1 sequence, 1 step: 0 errors, 0 warnings\n']);
  });

  it('cli.md 2.6: ends 65 with file, line, column, severity, code, message and fix of every problem', async () => {
    const { code, json } = await runCli(['sequences', 'lint', '--json'], workspace({ ...GOOD, ...BAD }));
    const document = json() as LintDocument;
    expect(code).toBe(65);
    expect(document.schema).toBe('headgate.lint/1');
    expect(document.items).toEqual([
      {
        file: 'sequences/bad/sequence.toml',
        line: 1,
        column: 1,
        severity: 'error',
        code: 'unknown_key',
        message: 'unknown key statsu',
        fix: 'did you mean status?',
      },
      {
        file: 'sequences/dull/one.md',
        line: 3,
        column: 1,
        severity: 'warning',
        code: 'no_question',
        message: 'no link and no question: the reader has nothing to do',
        fix: 'ask one question or give one link',
      },
    ]);
    expect(document.counts).toEqual({ sequences: 3, steps: 2, errors: 1, warnings: 1 });
    expect(document.exit).toMatchObject({ code: 65, name: 'DATAERR' });
  });

  it('prints lines that editors and people can follow', async () => {
    const { stdout, stderr } = await runCli(['sequences', 'lint'], workspace({ ...GOOD, ...BAD }));
    expect(stdout.split('\n')[0]).toBe(
      '✗ sequences/bad/sequence.toml:1:1  error  unknown key statsu; did you mean status?',
    );
    expect(stderr).toContain('exit 65 DATAERR');
  });

  it('looks at the named sequences only, and warnings alone are no failure', async () => {
    const { code, stdout } = await runCli(
      ['sequences', 'lint', 'dull', 'good'],
      workspace({ ...GOOD, ...BAD }),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('! 2 sequences, 2 steps: 0 errors, 1 warning');
  });

  it('a misspelt name is a wrong command line, not a clean bill', async () => {
    const { code, stderr } = await runCli(['sequences', 'lint', 'goood'], workspace(GOOD));
    expect(code).toBe(64);
    expect(stderr).toContain('headgate sequences lint good');
  });

  it('needs no state and makes none', async () => {
    const options = workspace(GOOD);
    const before = readdirSync(options.cwd);
    await runCli(['sequences', 'lint'], options);
    expect(readdirSync(options.cwd)).toEqual(before);
  });
});

describe('sequences new', () => {
  it('makes a draft that passes lint as it is', async () => {
    const options = workspace();
    const { code, json } = await runCli(['sequences', 'new', 'website-lead', '--json'], options);
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      items: [
        {
          id: 'website-lead',
          status: 'draft',
          files: ['sequences/website-lead/sequence.toml', 'sequences/website-lead/first-mail.md'],
        },
      ],
    });
    const lint = await runCli(['sequences', 'lint'], options);
    expect([lint.code, lint.stdout]).toEqual([0, '✓ 1 sequence, 1 step: 0 errors, 0 warnings\n']);
    expect(readFileSync(join(options.cwd, 'sequences/website-lead/sequence.toml'), 'utf8')).toContain(
      '"Website lead"',
    );
  });

  it('hardening 79: others may not read what it wrote', async () => {
    const options = workspace();
    await runCli(['sequences', 'new', 'a'], options);
    expect(statSync(join(options.cwd, 'sequences/a/sequence.toml')).mode & 0o007).toBe(0);
  });

  it('never overwrites, not even an empty folder', async () => {
    const options = workspace(GOOD);
    mkdirSync(join(options.cwd, 'sequences/empty'));
    for (const id of ['good', 'empty']) {
      const { code, stderr } = await runCli(['sequences', 'new', id], options);
      expect(code).toBe(64);
      expect(stderr).toContain(`sequences/${id} is there already`);
    }
    expect(readFileSync(join(options.cwd, 'sequences/good/one.md'), 'utf8')).toBe(COPY);
    expect(readdirSync(join(options.cwd, 'sequences/empty'))).toEqual([]);
  });

  it.each([
    ['Website Lead', 'headgate sequences new website-lead'],
    ['../outside', 'headgate sequences new outside'],
    ['ÄÖÜ', 'lower-case letters'],
    ['', 'lower-case letters'],
  ])('refuses the name "%s" and writes nothing', async (id, expected) => {
    const options = workspace();
    const { code, stderr } = await runCli(['sequences', 'new', id], options);
    expect(code).toBe(64);
    expect(stderr).toContain(expected);
    expect(existsSync(join(options.cwd, 'sequences'))).toBe(false);
  });

  it('without a configuration there is no workspace to write into', async () => {
    const options = workspace();
    chmodSync(options.cwd, 0o750);
    const { code } = await runCli(['sequences', 'new', 'a', '-C', join(options.cwd, 'nowhere')], options);
    expect(code).toBe(78);
  });
});
