import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { openState } from '../../src/store/database.ts';
import { readHeader } from '../../src/store/header.ts';
import { acquireLock } from '../../src/store/locks.ts';
import { folderWith } from '../config/workspace.ts';
import type { CliOptions, CliResult } from '../helpers/cli.ts';
import { runCli } from '../helpers/cli.ts';
import { FakeClock, SeededRandom } from '../helpers/fakes.ts';

const FLAGS = [
  ...['--name', 'Tom at Ledd', '--from', 'tom@mail.example.com'],
  ...['--timezone', 'Europe/Berlin', '--postal-address', '1 Mill Lane, Leeds'],
];

function init(cwd: string, argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return runCli(['init', ...argv], { cwd, ...options });
}

/** Every file below a folder with its content, but for what a database may rewrite by itself. */
function contents(folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = paths.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('locks'));
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, 'latin1')];
    }),
  );
}

function mode(path: string): number {
  return statSync(path).mode & 0o777;
}

describe('init makes a workspace', () => {
  test('cli.md 2.0: that every other command can use at once', async () => {
    const cwd = folderWith({});
    const made = await init(cwd, ['mail', '--no-input', ...FLAGS]);
    expect(made.stderr).toBe('');
    expect(made.code).toBe(0);
    expect(made.stdout).toContain('headgate -C mail sequences lint');
    const valid = await runCli(['config', 'validate', '-C', 'mail'], { cwd });
    expect(valid.code).toBe(0);
    expect(existsSync(join(cwd, 'mail/sequences'))).toBe(true);
    expect(existsSync(join(cwd, 'mail/campaigns'))).toBe(true);
    expect(existsSync(join(cwd, 'mail/leads.csv'))).toBe(false);
    const db = openState({ file: join(cwd, 'mail/headgate.db'), mode: 'read' });
    expect(readHeader(db).stateId).toMatch(/^s-/);
    db.close();
    expect(existsSync(join(cwd, 'mail/stamp.json'))).toBe(true);
  });

  test('hardening 79: whose folder, state and secret nobody else can read', async () => {
    const cwd = folderWith({});
    await init(cwd, ['mail', '--no-input', ...FLAGS]);
    expect(mode(join(cwd, 'mail')) & 0o077).toBe(0);
    expect(mode(join(cwd, 'mail/headgate.db'))).toBe(0o600);
    expect(mode(join(cwd, 'mail/secrets/token-secret'))).toBe(0o600);
    expect(mode(join(cwd, 'mail/secrets'))).toBe(0o700);
    expect(mode(join(cwd, 'mail/headgate.toml')) & 0o007).toBe(0);
    const secret = readFileSync(join(cwd, 'mail/secrets/token-secret'), 'utf8');
    expect(secret).toMatch(/^[a-z0-9]{64}\n$/);
    expect(readFileSync(join(cwd, 'mail/headgate.toml'), 'utf8')).not.toContain(secret.trim());
  });

  test('split into files and state as on a server', async () => {
    const cwd = folderWith({});
    const { code } = await init(cwd, ['etc', '--state', 'var/state', '--no-input', ...FLAGS]);
    expect(code).toBe(0);
    expect(existsSync(join(cwd, 'var/state/headgate.db'))).toBe(true);
    expect(existsSync(join(cwd, 'etc/headgate.db'))).toBe(false);
    expect(mode(join(cwd, 'var/state'))).toBe(0o700);
  });

  test('cli.md 2.6: and says so in one document', async () => {
    const cwd = folderWith({});
    const { json } = await init(cwd, ['mail', '--no-input', '--json', ...FLAGS]);
    expect(json()).toMatchObject({
      schema: 'headgate.init/1',
      workspace: join(cwd, 'mail'),
      state_dir: join(cwd, 'mail'),
      counts: { sequences: 0, leads: 0 },
      exit: { code: 0 },
    });
  });
});

describe('the four questions', () => {
  test('are asked on a terminal, again after a wrong answer, with the zone of the machine as a suggestion', async () => {
    const cwd = folderWith({});
    const answers = [
      'Tom at Ledd',
      'not an address',
      'tom@mail.example.com',
      'Europe/Berln',
      'europe/berlin',
      '1 Mill Lane',
    ];
    const { code, stderr } = await init(cwd, ['mail'], { answers });
    expect(code).toBe(0);
    expect(stderr).toContain('expected one sender');
    expect(stderr).toContain('did you mean Europe/Berlin');
    expect(readFileSync(join(cwd, 'mail/headgate.toml'), 'utf8')).toContain('timezone = "Europe/Berlin"');
    expect(readFileSync(join(cwd, 'mail/brand.toml'), 'utf8')).toContain('from = "tom@mail.example.com"');
  });

  test('an empty line takes the suggestion', async () => {
    const cwd = folderWith({});
    const { code } = await init(cwd, ['mail', '--name', 'Tom', '--from', 't@m.example'], {
      answers: ['', '1 Mill Lane'],
    });
    expect(code).toBe(0);
  });

  test.each([[['Tom']], [['', '', '', '', '', '', '', '']]])(
    'an input that ends, or never answers, makes nothing: %j',
    async (answers) => {
      const cwd = folderWith({});
      const { code, stderr } = await init(cwd, ['mail'], { answers });
      expect(code).toBe(64);
      expect(stderr).toContain('init needs --');
      expect(existsSync(join(cwd, 'mail'))).toBe(false);
    },
  );

  test('without input every missing flag is named at once, and nothing is made', async () => {
    const cwd = folderWith({});
    const { code, stderr } = await init(cwd, ['mail', '--no-input', '--name', 'Tom']);
    expect(code).toBe(64);
    expect(stderr).toContain('init needs --from, --timezone, --postal-address');
    expect(existsSync(join(cwd, 'mail'))).toBe(false);
  });

  test('every wrong flag is named at once, and nothing is made', async () => {
    const cwd = folderWith({});
    const wrong = [
      '--name',
      'Tom\u0007',
      '--from',
      'a@b.example, c@d.example',
      '--timezone',
      'EST5',
      '--postal-address',
      ' ',
    ];
    const { code, stderr } = await init(cwd, ['mail', '--no-input', ...wrong]);
    expect(code).toBe(64);
    for (const flag of ['--name', '--from', '--timezone', '--postal-address'])
      expect(stderr).toContain(`${flag} "`);
    expect(existsSync(join(cwd, 'mail'))).toBe(false);
  });

  test('answers with quotes, backslashes and line breaks come back as they were', async () => {
    const cwd = folderWith({});
    const name = 'Maren "M" Vogt \\ Söhne';
    const flags = [
      '--name',
      name,
      '--from',
      't@m.example',
      '--timezone',
      'UTC',
      '--postal-address',
      '1 Mill Lane\nLeeds',
    ];
    expect((await init(cwd, ['mail', '--no-input', ...flags])).code).toBe(0);
    const { stdout } = await runCli(['config', 'show', '-C', 'mail', '--json'], { cwd });
    const { items } = JSON.parse(stdout) as { items: { key: string; value: unknown }[] };
    expect(items.find((item) => item.key === 'brand.name')?.value).toBe(name);
    expect(items.find((item) => item.key === 'brand.postal_address')?.value).toBe('1 Mill Lane\nLeeds');
  });
});

describe('init twice loses nothing', () => {
  test('A15: a state that exists is refused and stays, byte for byte', async () => {
    const cwd = folderWith({});
    await init(cwd, ['mail', '--no-input', ...FLAGS]);
    const before = contents(join(cwd, 'mail'));
    const { code, stderr } = await init(cwd, ['mail', '--no-input', '--sample', ...FLAGS]);
    expect(code).toBe(64);
    expect(stderr).toContain('there is already a state');
    expect(stderr).toContain(`headgate init ${join(cwd, 'mail')} --replace mail`);
    expect(contents(join(cwd, 'mail'))).toEqual(before);
  });

  test('files that exist stay as they are, and their questions are not asked', async () => {
    const toml = '# mine\nlive = false\n';
    const brand = 'name = "Mine"\nfrom = "m@m.example"\npostal_address = "x"\n';
    const cwd = folderWith({
      'mail/headgate.toml': toml,
      'mail/brand.toml': brand,
      'mail/brand.md': '# Mine\n',
    });
    const { code, stderr } = await init(cwd, ['mail', '--no-input', '--timezone', 'Asia/Tokyo']);
    expect(code).toBe(0);
    expect(stderr).toContain('headgate.toml exists and stays as it is; --timezone was not used');
    expect(readFileSync(join(cwd, 'mail/headgate.toml'), 'utf8')).toBe(toml);
    expect(readFileSync(join(cwd, 'mail/brand.toml'), 'utf8')).toBe(brand);
    expect(readFileSync(join(cwd, 'mail/brand.md'), 'utf8')).toBe('# Mine\n');
  });

  test('a link that leads nowhere is not written through', async () => {
    const cwd = folderWith({});
    mkdirSync(join(cwd, 'mail'));
    symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'mail/brand.md'));
    expect((await init(cwd, ['mail', '--no-input', ...FLAGS])).code).toBe(0);
    expect(existsSync(join(cwd, 'elsewhere'))).toBe(false);
  });

  test('a file that is there and wrong ends 78 before any state is made', async () => {
    const cwd = folderWith({ 'mail/headgate.toml': 'live = "maybe"\n' });
    const { code, stderr } = await init(cwd, ['mail', '--no-input', ...FLAGS]);
    expect(code).toBe(78);
    expect(stderr).toContain('live: got "maybe"');
    expect(existsSync(join(cwd, 'mail/headgate.db'))).toBe(false);
  });

  test('a file in place of the folder is refused', async () => {
    const cwd = folderWith({ mail: '' });
    const { code, stderr } = await init(cwd, ['mail', '--no-input', ...FLAGS]);
    expect(code).toBe(64);
    expect(stderr).toContain('is not a folder');
  });
});

describe('A15, hardening 109: a lost state is never made anew in silence', () => {
  const lost = async (): Promise<string> => {
    const cwd = folderWith({});
    await init(cwd, ['mail', '--no-input', ...FLAGS]);
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(cwd, `mail/headgate.db${suffix}`), { force: true });
    return cwd;
  };

  test('a stamp without a database refuses', async () => {
    const cwd = await lost();
    const { code, stderr } = await init(cwd, ['mail', '--no-input']);
    expect(code).toBe(64);
    expect(stderr).toContain('there was a state in');
    expect(stderr).toContain('headgate restore FILE');
    expect(existsSync(join(cwd, 'mail/headgate.db'))).toBe(false);
  });

  test.each([
    ['a log', 'headgate.db-wal'],
    ['a state set aside', 'headgate.db.replaced'],
    ['a send journal', 'send-journal.jsonl'],
    ['caught mail', 'outbox/m-1.eml'],
    ['a backup', 'backup/headgate-1.db'],
    ['an empty database', 'headgate.db'],
  ])('so does %s', async (_name, path) => {
    const cwd = folderWith({ [`mail/${path}`]: '' });
    const { code, stderr } = await init(cwd, ['mail', '--no-input', ...FLAGS]);
    expect(code).toBe(64);
    expect(stderr).toContain('found ');
  });

  test('--replace with another name refuses', async () => {
    const cwd = await lost();
    const { code, stderr } = await init(cwd, ['mail', '--no-input', '--replace', 'state']);
    expect(code).toBe(64);
    expect(stderr).toContain(`headgate init ${join(cwd, 'mail')} --replace mail`);
    expect(existsSync(join(cwd, 'mail/headgate.db'))).toBe(false);
  });

  test('--replace with the name of the folder starts over and keeps the old state aside', async () => {
    const cwd = folderWith({});
    await init(cwd, ['mail', '--no-input', ...FLAGS]);
    const secret = readFileSync(join(cwd, 'mail/secrets/token-secret'), 'utf8');
    const { code } = await init(cwd, ['mail', '--no-input', '--replace', 'mail']);
    expect(code).toBe(0);
    expect(existsSync(join(cwd, 'mail/headgate.db.replaced'))).toBe(true);
    // Links in mail that already went out must go on working.
    expect(readFileSync(join(cwd, 'mail/secrets/token-secret'), 'utf8')).toBe(secret);
  });

  test('A12: not while a run is going on in it', async () => {
    const cwd = folderWith({});
    await init(cwd, ['mail', '--no-input', ...FLAGS]);
    const before = contents(join(cwd, 'mail'));
    const holder = { pid: 1, startedAt: 0, command: 'drip', hostName: 'vps-1' };
    const lock = acquireLock({ directory: join(cwd, 'mail/locks'), job: 'drip', holder });
    const { code } = await init(cwd, ['mail', '--no-input', '--replace', 'mail']);
    if (lock.kind === 'held') lock.release();
    expect(code).toBe(75);
    expect(contents(join(cwd, 'mail'))).toEqual(before);
  });
});

describe('which folder', () => {
  test('the workspace one stands in, so that nobody makes a second one by accident', async () => {
    const cwd = folderWith({});
    await init(cwd, ['mail', '--no-input', ...FLAGS]);
    const { code, stderr } = await init(join(cwd, 'mail'), ['--no-input', ...FLAGS]);
    expect(code).toBe(64);
    expect(stderr).toContain('there is already a state');
  });

  test('-C names it as well as the argument does', async () => {
    const cwd = folderWith({});
    expect((await init(cwd, ['-C', 'mail', '--no-input', ...FLAGS])).code).toBe(0);
    expect(existsSync(join(cwd, 'mail/headgate.toml'))).toBe(true);
  });
});

test('what a person wrote beside the workspace is not touched', async () => {
  const cwd = folderWith({ 'mail/notes.txt': 'mine' });
  writeFileSync(join(cwd, 'mail/.gitignore'), 'mine');
  await init(cwd, ['mail', '--no-input', ...FLAGS]);
  expect(contents(join(cwd, 'mail'))).toMatchObject({ 'notes.txt': 'mine', '.gitignore': 'mine' });
});

test('hardening 79: of all that commands write into a workspace, git takes what a person writes and nothing that names people', async () => {
  const cwd = folderWith({});
  const at = (path: string): string => join(cwd, 'mail', path);
  const run = async (...argv: readonly string[]): Promise<void> => {
    const { code, stderr } = await runCli([...argv, '-C', at('headgate.toml')], {
      cwd: at(''),
      clock: new FakeClock(),
      random: new SeededRandom(7),
      input: 'email\nnobody\nzoe@zoe.example\n',
    });
    expect([0, 30, 32, 65], `${argv.join(' ')}: ${stderr}`).toContain(code);
  };
  await init(cwd, ['mail', '--sample', '--no-input', ...FLAGS]);
  await run('drip', '--force');
  await run('leads', 'import', '-', '--source', 'form', '--yes');
  await run('report');
  await run('backup');
  await run('pause', '--reason', 'Ann called');
  await run('digest', '--to', 'digest.txt');
  await run('leads', 'export', '--all', '--to', 'all.csv');
  const { stdout: leads } = await runCli(['leads', 'list', '-C', 'mail', '--json'], { cwd });
  const { items } = JSON.parse(leads) as { items: { email: string }[] };
  await run('leads', 'export', items[0]!.email, '--to', 'person.json');
  await run('leads', 'verify', '--csv', 'verdicts.csv', '--html', 'verdicts.html');
  await run('leads', 'erase', items[1]!.email, '--yes');
  // What a crash leaves, and the chat.
  for (const name of [
    'person.txt.17.new',
    'send-journal.jsonl.new',
    'headgate.db.replaced',
    'told.json',
    'listen',
  ])
    writeFileSync(at(name), 'people');
  const git = (...argv: readonly string[]): string =>
    execFileSync('git', argv, { cwd: at(''), encoding: 'utf8' });
  git('init', '-q');
  const taken = git('ls-files', '--others', '--exclude-standard').trim().split('\n');
  expect(taken.filter((path) => !/^(?:sequences|campaigns)\//.test(path))).toEqual([
    '.gitignore',
    'brand.md',
    'brand.toml',
    'headgate.toml',
  ]);
  expect(taken.filter((path) => !/\.(?:toml|md)$/.test(path))).toEqual(['.gitignore']);
});

describe('init --sample', () => {
  test('cli.md 2.0: three active sequences and 31 leads, through the ordinary import', async () => {
    const cwd = folderWith({});
    const made = await init(cwd, ['mail', '--sample', '--no-input', ...FLAGS]);
    expect(made.stderr).toBe('');
    expect(made.code).toBe(0);
    expect(made.stdout).toContain('3 sequences active, 31 leads imported');
    const leads = await runCli(['leads', 'list', '-C', 'mail', '--json'], { cwd });
    expect((leads.json() as { items: unknown[] }).items).toHaveLength(31);
    const sequences = await runCli(['sequences', 'list', '-C', 'mail', '--json'], { cwd });
    expect(
      (sequences.json() as { items: { id: string; status: string }[] }).items.map(({ id, status }) => [
        id,
        status,
      ]),
    ).toEqual([
      ['consulting-outbound', 'active'],
      ['stay-in-touch', 'active'],
      ['website-lead', 'active'],
    ]);
    const plan = await runCli(['sequences', 'plan', '-C', 'mail', '--detailed-exit-code'], { cwd });
    expect(plan.code).not.toBe(21);
  });

  test.each([
    ['a Wednesday morning', Date.UTC(2026, 1, 18, 9, 3)],
    ['a Sunday night', Date.UTC(2026, 1, 22, 23, 59)],
    ['New Year', Date.UTC(2027, 0, 1, 0, 0)],
  ])('A4, A6: on %s a preview would draft five, and the first run is a cold start', async (_name, now) => {
    const cwd = folderWith({});
    const options = { clock: { now: () => now }, random: new SeededRandom() };
    await init(cwd, ['mail', '--sample', '--no-input', ...FLAGS], options);
    const preview = await runCli(['drip', '--preview', '-C', 'mail', '--json'], { cwd, ...options });
    expect(preview.json()).toMatchObject({ counts: { would_draft: 5 } });
    const run = await runCli(['drip', '-C', 'mail'], { cwd, ...options });
    expect(run.code).toBe(30);
    const nurture = await runCli(['nurture', '--preview', '-C', 'mail', '--json'], { cwd, ...options });
    expect(nurture.json()).toMatchObject({ counts: { would_draft: 5 } });
  });

  test('a leads.csv of one’s own is not taken for the sample', async () => {
    const cwd = folderWith({ 'mail/leads.csv': 'email\nreal@person.example\n' });
    const { code, stderr } = await init(cwd, ['mail', '--sample', '--no-input', ...FLAGS]);
    expect(code).toBe(64);
    expect(stderr).toContain('is not the sample');
    expect(existsSync(join(cwd, 'mail/headgate.toml'))).toBe(false);
  });

  test('a sequence that is there and wrong ends 65 before any state is made', async () => {
    const cwd = folderWith({ 'mail/sequences/website-lead/sequence.toml': 'nme = "x"' });
    const { code } = await init(cwd, ['mail', '--sample', '--no-input', ...FLAGS]);
    expect(code).toBe(65);
    expect(existsSync(join(cwd, 'mail/headgate.db'))).toBe(false);
  });

  test('a headgate.toml that is there keeps its hours, and that is said', async () => {
    const cwd = folderWith({ 'mail/headgate.toml': '' });
    const { code, stderr } = await init(cwd, ['mail', '--sample', '--no-input', ...FLAGS]);
    expect(code).toBe(0);
    expect(stderr).toContain('outside of its hours the sample drafts nothing');
  });
});
