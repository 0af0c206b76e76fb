import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { runCli, type CliOptions, type CliResult } from '../../helpers/cli.ts';
import { FakeClock, FakeMachine, SeededRandom } from '../../helpers/fakes.ts';
import { temporaryDirectory } from '../../helpers/state.ts';

/** Wednesday, 18 February 2026, 09:00 UTC. */
export const WEDNESDAY = Date.UTC(2026, 1, 18, 9);

/** A workspace with the samples, in working hours, and a machine of its own. */
export class Sample {
  readonly directory = temporaryDirectory();
  readonly clock = new FakeClock(WEDNESDAY);
  readonly machine = new FakeMachine();
  readonly random = new SeededRandom();

  static async create(): Promise<Sample> {
    const sample = new Sample();
    const init = ['init', sample.directory, '--no-input', '--sample', '--name', 'Tom', '--timezone', 'UTC'];
    const { code, stderr } = await sample.run([
      ...init,
      ...['--from', 'tom@mail.example.com', '--postal-address', '1 Mill Lane'],
    ]);
    if (code !== 0) throw new Error(stderr);
    return sample;
  }

  run(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const { clock, machine, random, directory } = this;
    const where = argv[0] === 'init' ? [] : ['-C', directory];
    return runCli([...argv, ...where], { clock, machine, random, cwd: directory, ...options });
  }

  /** Every file of the workspace with a hash of what is in it; what SQLite keeps beside an open state left out. */
  files(): Readonly<Record<string, string>> {
    const paths = globSync('**/*', { cwd: this.directory })
      .filter((path) => statSync(join(this.directory, path)).isFile() && !/-(?:wal|shm)$/.test(path))
      .sort();
    return Object.fromEntries(
      paths.map((path) => [
        path,
        createHash('sha256')
          .update(readFileSync(join(this.directory, path)))
          .digest('hex'),
      ]),
    );
  }
}
