import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { temporaryDirectory } from '../helpers/state.ts';
import { REPOSITORY } from './rig/installation.ts';

const COMMANDS_MAX = 8;
const isClone = existsSync(join(REPOSITORY, '.git'));

test.skipIf(!isClone)(
  'issue 3: in a fresh clone the commands of the README lead from npm start to a first approved mail, eight at most',
  () => {
    const home = temporaryDirectory();
    const clone = join(home, 'headgate');
    execFileSync('git', ['clone', '--quiet', '--local', REPOSITORY, clone], { stdio: 'inherit' });
    // The packages are those that are installed here; an old lock file tells the set-up that they are recent enough.
    symlinkSync(join(REPOSITORY, 'node_modules'), join(clone, 'node_modules'));
    utimesSync(join(clone, 'package-lock.json'), 0, 0);
    const commands = commandsOf(readFileSync(join(clone, 'README.md'), 'utf8'));
    expect(commands[0]).toBe('npm start');
    let typed = 0;
    for (const command of commands) {
      if (typed === COMMANDS_MAX || mailsIn(clone).length > 0) break;
      const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
        cwd: clone,
        encoding: 'utf8',
        input: '',
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: home, NO_COLOR: '1' },
      });
      typed += 1;
      expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
    }
    const [first = ''] = mailsIn(clone);
    console.log(`the first mail was in outbox/ after ${typed} commands: ${first}`);
    const mail = readFileSync(join(clone, 'state/outbox', first), 'utf8');
    expect(mail).toMatch(/^Subject: /m);
    expect(mail).toMatch(/^To: /m);
    const changes = execFileSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' });
    expect(changes.replace('?? node_modules\n', ''), 'npm start leaves nothing in the checkout').toBe('');
  },
  120_000,
);

/** The commands of the blocks marked `sh`, in order; a test that runs the tests would never end. */
function commandsOf(readme: string): readonly string[] {
  return [...readme.matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && line !== 'npm test');
}

function mailsIn(clone: string): readonly string[] {
  const outbox = join(clone, 'state/outbox');
  return existsSync(outbox) ? readdirSync(outbox).filter((file) => file.endsWith('.eml')) : [];
}
