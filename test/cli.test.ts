import { describe, expect, test } from 'vitest';

import { HeadgateError } from '../src/core/errors.ts';
import { EXIT_CODES, type ExitName } from '../src/core/exits.ts';
import type { Invocation, Outcome } from '../src/commands/cli-context.ts';
import { COMMANDS, type CommandEntry } from '../src/commands/registry.ts';
import { runCli } from './helpers/cli.ts';

type Run = (invocation: Invocation) => Promise<Outcome>;

function entry(path: string, run: Run, more: Partial<CommandEntry> = {}): CommandEntry {
  return {
    path,
    group: 'every day',
    summary: `the summary of ${path}`,
    schema: 'headgate.test/1',
    examples: [`headgate ${path}`],
    load: () => Promise.resolve({ run }),
    ...more,
  };
}

const done: Run = () => Promise.resolve({ exit: 'OK', document: { items: [] }, human: 'done' });

function ending(exit: ExitName, more: Partial<Outcome> = {}): Run {
  return () => Promise.resolve({ exit, document: { items: [1] }, human: '', ...more });
}

function failing(error: Error): Run {
  return () => Promise.reject(error);
}

/** A command that hands its invocation to the test. */
function recording(path: string, more: Partial<CommandEntry> = {}) {
  const seen: Invocation[] = [];
  const recorded = entry(
    path,
    (invocation) => {
      seen.push(invocation);
      return done(invocation);
    },
    more,
  );
  return { entry: recorded, seen };
}

describe('exit codes are an interface (cli.md 2.3)', () => {
  test.each(Object.entries(EXIT_CODES).filter(([, code]) => code !== 0))(
    '%s ends as %i and names itself in the last line of stderr',
    async (name, code) => {
      const result = await runCli(['run'], { entries: [entry('run', ending(name as ExitName))] });
      expect(result.code).toBe(code);
      expect(result.stderr.trimEnd().split('\n').at(-1)).toBe(`exit ${String(code)} ${name}`);
    },
  );

  test('a quiet success says nothing on stderr', async () => {
    const result = await runCli(['run'], { entries: [entry('run', done)] });
    expect(result).toMatchObject({ code: 0, stdout: 'done\n', stderr: '' });
  });
});

describe('errors in four lines (cli.md 2.4)', () => {
  const error = new HeadgateError('headgate.toml:14:1   unknown key "draft_per_day"', {
    code: 'unknown_key',
    exit: 'CONFIG',
    details: ['Did you mean drafts_per_day?'],
    notDone: 'Nothing was done.',
    fix: 'headgate config explain limits',
  });

  test('what, where, what was not done, what to do', async () => {
    const result = await runCli(['run'], { entries: [entry('run', failing(error))] });
    expect(result.code).toBe(78);
    expect(result.stdout).toBe('');
    expect(result.stderr).toBe(
      [
        ' headgate.toml:14:1   unknown key "draft_per_day"',
        '   Did you mean drafts_per_day?',
        '   Nothing was done.',
        '   Do   headgate config explain limits',
        '',
        'exit 78 CONFIG',
        '',
      ].join('\n'),
    );
  });

  test('a stranger’s control characters in a message cannot move the cursor', async () => {
    const evil = new HeadgateError('bad name \u001B[2Jx', { code: 'x', exit: 'DATAERR' });
    const result = await runCli(['run'], { entries: [entry('run', failing(evil))] });
    expect(result.stderr).toContain(' bad name \\e[2Jx');
  });

  test('an unforeseen error is 70 with one line, and its stack only with --verbose', async () => {
    const entries = [entry('run', failing(new TypeError('x is undefined\nsecond line')))];
    const short = await runCli(['run'], { entries });
    expect(short.code).toBe(70);
    expect(short.stderr).toContain(' Headgate itself failed: x is undefined\n');
    expect(short.stderr).not.toContain('at ');
    const long = await runCli(['run', '-v'], { entries });
    expect(long.stderr).toContain('TypeError: x is undefined');
    expect(long.stderr).toMatch(/\n {3,}at /);
    expect(long.stderr.trimEnd()).toMatch(/\nexit 70 SOFTWARE$/);
  });

  test('something that is no Error at all is 70 too', async () => {
    const result = await runCli(['run'], { entries: [entry('run', failing('boom' as unknown as Error))] });
    expect(result).toMatchObject({ code: 70 });
    expect(result.stderr).toContain('boom');
  });

  test.each(['EACCES', 'EROFS', 'ENOSPC', 'EIO'])(
    '%s from the file system is 77 and names the path',
    async (code) => {
      const systemError = Object.assign(new Error(`${code}: no`), { code, path: '/state/headgate.db' });
      const result = await runCli(['run'], { entries: [entry('run', failing(systemError))] });
      expect(result.code).toBe(77);
      expect(result.stderr).toContain('/state/headgate.db: ');
    },
  );

  test('a loud outcome without a screen still says why on stderr', async () => {
    const run = ending('PAUSED', { message: 'STOP is present since 09:00.', fix: 'headgate resume' });
    const result = await runCli(['run'], { entries: [entry('run', run)] });
    expect(result.stderr).toBe(' STOP is present since 09:00.\n   Do   headgate resume\n\nexit 34 PAUSED\n');
  });

  test('a command whose module cannot be loaded is 70, not a crash', async () => {
    const broken = entry('run', done, { load: () => Promise.reject(new Error('no such module')) });
    expect((await runCli(['run'], { entries: [broken] })).code).toBe(70);
  });
});

describe('--json is exactly one document on stdout (cli.md 2.6)', () => {
  test('of a success: schema first, the data, exit last', async () => {
    const result = await runCli(['run', '--json'], { entries: [entry('run', done)] });
    expect(result.stdout).toBe(
      '{"schema":"headgate.test/1","items":[],"exit":{"code":0,"name":"OK","message":null,"fix":null}}\n',
    );
  });

  test('of a loud outcome: its data stay', async () => {
    const run = ending('HELD', { message: '38 drafts are held.', fix: 'headgate review' });
    const result = await runCli(['run', '--json'], { entries: [entry('run', run)] });
    expect(result.json()).toEqual({
      schema: 'headgate.test/1',
      items: [1],
      exit: { code: 31, name: 'HELD', message: '38 drafts are held.', fix: 'headgate review' },
    });
    expect(result.stderr).toBe('exit 31 HELD\n');
  });

  test('of a failure: the same schema, no items, the reason', async () => {
    const error = new HeadgateError('busy', {
      code: 'lock_busy',
      exit: 'TEMPFAIL',
      notDone: 'Nothing was done.',
    });
    const result = await runCli(['--json', 'run'], { entries: [entry('run', failing(error))] });
    expect(result.json()).toEqual({
      schema: 'headgate.test/1',
      items: [],
      error: { code: 'lock_busy', details: [], not_done: 'Nothing was done.' },
      exit: { code: 75, name: 'TEMPFAIL', message: 'busy', fix: null },
    });
  });

  test.each([
    [['nonsense', '--json'], 64],
    [['--json', '--nonsense'], 64],
    [['run', '--json', '--nonsense'], 64],
    [['run', 'extra', '--json'], 64],
    [['--json'], 0],
    [['--json', '--version'], 0],
    [['run', '--help', '--json'], 0],
    [['help', 'exit-codes', '--json'], 0],
  ])('of %j, which runs no command', async (argv, code) => {
    const result = await runCli(argv, { entries: [entry('run', done)] });
    expect(result.code).toBe(code);
    expect(result.json()).toMatchObject({ exit: { code } });
  });

  test('people get it indented, programs on one line', async () => {
    const entries = [entry('run', done)];
    const tty = await runCli(['run', '--json'], { entries, stdoutIsTty: true });
    expect(tty.stdout.split('\n').length).toBeGreaterThan(3);
  });

  test('the human text is not even rendered', async () => {
    const run = ending('OK', {
      human: () => {
        throw new Error('rendered');
      },
    });
    expect((await runCli(['run', '--json'], { entries: [entry('run', run)] })).code).toBe(0);
  });
});

describe('the command line', () => {
  test('a typo is 64 and gets the right name', async () => {
    const result = await runCli(['dirp'], { entries: [entry('drip', done), entry('send', done)] });
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('Did you mean drip?');
  });

  test('a typo in a sub-command gets the right name too', async () => {
    const entries = [entry('leads import', done), entry('leads list', done)];
    const result = await runCli(['leads', 'imprt'], { entries });
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('Did you mean import?');
  });

  test('an unknown flag is 64 and gets the right name', async () => {
    const configured = entry('drip', done, {
      configure: (command) => command.option('-n, --preview', 'show only'),
    });
    const result = await runCli(['drip', '--previw'], { entries: [configured] });
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('Did you mean --preview?');
  });

  test('a namespace alone is 64 and names its help', async () => {
    const result = await runCli(['leads'], { entries: [entry('leads import', done)] });
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('headgate leads --help');
  });

  test('a word can be a command and a namespace at once', async () => {
    const review = recording('review', { configure: (command) => command.argument('[id]') });
    const list = recording('review list');
    const entries = [review.entry, list.entry];
    await runCli(['review', 'm-1'], { entries });
    await runCli(['review', 'list'], { entries });
    expect(review.seen.map(({ args }) => args)).toEqual([['m-1']]);
    expect(list.seen).toHaveLength(1);
  });

  test('global flags work before and after the command', async () => {
    const { entry: recorded, seen } = recording('leads list');
    for (const argv of [
      ['-C', 'a.toml', '--state', 's', '-q', 'leads', 'list'],
      ['leads', '-C', 'a.toml', '--state', 's', '-q', 'list'],
      ['leads', 'list', '-C', 'a.toml', '--state', 's', '-q'],
    ]) {
      await runCli(argv, { entries: [recorded] });
    }
    expect(seen).toHaveLength(3);
    for (const { global, options } of seen) {
      expect(global).toMatchObject({ config: 'a.toml', state: 's', quiet: true });
      expect(options).toEqual({});
    }
  });

  test('a command may use the name of a global flag for itself: review list --state is a filter', async () => {
    const { entry: recorded, seen } = recording('review list', {
      configure: (command) => command.option('--state <name...>', 'only these'),
    });
    await runCli(['--state', 'dir', 'review', 'list', '--state', 'held'], { entries: [recorded] });
    expect(seen[0]?.global.state).toBe('dir');
    expect(seen[0]?.options).toEqual({ state: ['held'] });
  });

  test('systemd’s STATE_DIRECTORY is the state unless a flag says otherwise', async () => {
    const { entry: recorded, seen } = recording('drip');
    const options = { entries: [recorded], env: { STATE_DIRECTORY: '/var/lib/headgate:/var/lib/other' } };
    await runCli(['drip'], options);
    await runCli(['drip', '--state', 'x'], options);
    expect(seen.map(({ global }) => global.state)).toEqual(['/var/lib/headgate', 'x']);
  });

  test('--dry-run is --preview', async () => {
    const { entry: recorded, seen } = recording('drip', {
      configure: (command) => command.option('-n, --preview', 'show').option('--dry-run', 'show'),
    });
    await runCli(['drip', '--dry-run'], { entries: [recorded] });
    expect(seen[0]?.options['preview']).toBe(true);
  });

  test('nobody is asked anything with --no-input or off a terminal', async () => {
    const { entry: recorded, seen } = recording('init');
    const entries = [recorded];
    await runCli(['init'], { entries, answers: [] });
    await runCli(['init', '--no-input'], { entries, answers: [] });
    await runCli(['init'], { entries });
    expect(seen.map(({ global }) => global.input)).toEqual([true, false, false]);
  });

  test('--quiet leaves only errors', async () => {
    const run: Run = (invocation) => {
      invocation.progress('working');
      return Promise.resolve({ exit: 'PARTIAL', document: {}, human: 'screen', notes: ['a remark'] });
    };
    const entries = [entry('run', run)];
    expect(await runCli(['run'], { entries })).toMatchObject({
      stdout: 'screen\n',
      stderr: 'working\na remark\nexit 32 PARTIAL\n',
    });
    expect(await runCli(['run', '-q'], { entries })).toMatchObject({
      stdout: '',
      stderr: 'exit 32 PARTIAL\n',
    });
  });
});

describe('help', () => {
  const entries = [
    entry('drip', done, { group: 'timers' }),
    entry('leads import', done, { group: 'leads and sequences' }),
    entry('leads list', done, { group: 'leads and sequences' }),
  ];

  test.each([[[]], [['--help']], [['-h']], [['help']]])('%j lists every first word once', async (argv) => {
    const { code, stdout } = await runCli(argv, { entries });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}drip +the summary of drip$/m);
    expect(stdout.match(/^ {2}leads /gm)).toHaveLength(1);
  });

  test('of one command shows its flags, the global ones and its examples', async () => {
    for (const argv of [
      ['leads', 'import', '--help'],
      ['help', 'leads', 'import'],
    ]) {
      const { code, stdout } = await runCli(argv, { entries });
      expect(code).toBe(0);
      expect(stdout).toContain('The summary of leads import.');
      expect(stdout).toContain('--config <file>');
      expect(stdout).toContain('Examples:\n  headgate leads import');
    }
  });

  test('of a namespace lists its commands', async () => {
    const { stdout } = await runCli(['leads', '--help'], { entries });
    expect(stdout).toContain('import');
    expect(stdout).toContain('list');
  });

  test('of an unknown command is 64', async () => {
    expect((await runCli(['help', 'dirp'], { entries })).code).toBe(64);
  });

  test('exit-codes documents every code that exists', async () => {
    const { stdout } = await runCli(['help', 'exit-codes'], { entries });
    for (const [name, code] of Object.entries(EXIT_CODES)) {
      expect(stdout).toMatch(new RegExp(`^ +${String(code)}  ${name} `, 'm'));
    }
  });
});

describe('signals', () => {
  function interrupted(): { controller: AbortController; waiting: Run } {
    const controller = new AbortController();
    const waiting: Run = () => {
      queueMicrotask(() => {
        controller.abort('INTERRUPTED');
      });
      return new Promise(() => undefined);
    };
    return { controller, waiting };
  }

  test('Ctrl-C ends a command at once as 130, in JSON too', async () => {
    const { controller, waiting } = interrupted();
    const result = await runCli(['run', '--json'], {
      entries: [entry('run', waiting)],
      signal: controller.signal,
    });
    expect(result.code).toBe(130);
    expect(result.json()).toMatchObject({ items: [], exit: { code: 130, name: 'INTERRUPTED' } });
    expect(result.stderr).toBe('exit 130 INTERRUPTED\n');
  });

  test('a command that stops itself reports what it did and ends as 143', async () => {
    const controller = new AbortController();
    const run: Run = () => {
      controller.abort('TERMINATED');
      return Promise.resolve({ exit: 'OK', document: { items: ['sent'] }, human: '1 sent' });
    };
    const entries = [entry('send', run, { stopsItself: true })];
    const result = await runCli(['send', '--json'], { entries, signal: controller.signal });
    expect(result.code).toBe(143);
    expect(result.json()).toMatchObject({ items: ['sent'], exit: { name: 'TERMINATED' } });
  });

  test('an error beats the signal: a broken promise is never hidden behind 143', async () => {
    const controller = new AbortController();
    controller.abort('TERMINATED');
    const entries = [entry('send', ending('SOFTWARE'), { stopsItself: true })];
    expect((await runCli(['send'], { entries, signal: controller.signal })).code).toBe(70);
  });
});

describe('the journal', () => {
  test('gets one line with a priority instead of a screen', async () => {
    const run = ending('COLD_START', { human: 'a whole screen', journal: 'preview only run=r-1 code=30' });
    const result = await runCli(['drip'], { entries: [entry('drip', run)], isJournal: true });
    expect(result.stdout).toBe('<4>preview only run=r-1 code=30\n');
    expect(result.stderr).toBe('<4>exit 30 COLD_START\n');
  });

  test('gets failures as errors, line by line', async () => {
    const error = new HeadgateError('quota used up', { code: 'quota', exit: 'UNAVAILABLE', fix: 'top up' });
    const result = await runCli(['drip'], { entries: [entry('drip', failing(error))], isJournal: true });
    expect(result.stderr).toBe('<3>quota used up\n<3>Do   top up\n<3>exit 69 UNAVAILABLE\n');
  });
});

describe('the registry', () => {
  const bare = COMMANDS.filter(({ runsBare }) => runsBare === true);

  test('what runs bare gets the same request as from commander, defaults included', async () => {
    for (const command of bare) {
      const runs: Invocation[] = [];
      const probe = (more: Partial<CommandEntry>): CommandEntry => ({
        ...command,
        ...more,
        load: () =>
          Promise.resolve({
            run: (invocation) => {
              runs.push(invocation);
              return done(invocation);
            },
          }),
      });
      await runCli(command.path.split(' '), { entries: [probe({ runsBare: true })] });
      await runCli(command.path.split(' '), { entries: [probe({ runsBare: false })] });
      expect(runs).toHaveLength(2);
      const [direct, parsed] = runs.map(({ args, options, global, path }) => ({
        args,
        options,
        global,
        path,
      }));
      expect(direct, command.path).toEqual(parsed);
    }
  });

  test('names every command once', () => {
    const paths = COMMANDS.map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)]);
  });

  test.each(COMMANDS.map((command) => [command.path, command] as const))(
    '%s loads, and its help and examples are true to its flags',
    async (path, command) => {
      expect((await command.load()).run).toBeTypeOf('function');
      const { code, stdout } = await runCli([...path.split(' '), '--help']);
      expect(code).toBe(0);
      const own = command.examples.filter((example) => new RegExp(`^headgate ${path}( |$)`).test(example));
      expect(own.length).toBeGreaterThan(0);
      for (const example of command.examples) expect(example).toMatch(/^headgate /);
      for (const example of own) {
        for (const [flag] of example.matchAll(/(?<= )--?[a-z-]+/g)) expect(stdout).toContain(flag);
      }
    },
  );
});
