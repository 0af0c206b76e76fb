import { HOUR_MS, MINUTE_MS } from '../../src/core/time/durations.ts';
import { runCli, type CliOptions, type CliResult } from './cli.ts';
import { FakeClock, FakeMachine, SeededRandom } from './fakes.ts';

/** A sample workspace that has worked for some weeks. */
export interface Weeks {
  readonly clock: FakeClock;
  readonly machine: FakeMachine;
  run(line: readonly string[], options?: CliOptions): Promise<CliResult>;
  json(line: readonly string[]): Promise<{ readonly items: readonly Readonly<Record<string, unknown>>[] }>;
  /** One day of drafts, approvals and mails, beginning at 09:03. */
  day(): Promise<void>;
  /** The machine was off for so long; then the drip that its timer starts. */
  outage(days: number): Promise<void>;
}

const INIT = [
  ...['init', '.', '--sample', '--no-input', '--name', 'Ledd Consulting', '--timezone', 'UTC'],
  ...['--from', 'Tom at Ledd <tom@mail.example.com>', '--postal-address', '1 Example Street, Leeds'],
];
const DAY_HOURS = 24;

/** Makes a sample workspace in an empty folder, on Monday, 26 January 2026, 09:03 UTC, and confirms its first run. */
export async function sampleWeeks(directory: string): Promise<Weeks> {
  const clock = new FakeClock(Date.UTC(2026, 0, 26, 9, 3));
  const machine = new FakeMachine();
  const random = new SeededRandom();
  const run = (line: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
    runCli(line, {
      cwd: directory,
      clock,
      machine,
      random,
      ...options,
      env: { USER: 'tom', ...options.env },
    });
  const json: Weeks['json'] = async (line) =>
    (await run([...line, '--json'])).json() as Awaited<ReturnType<Weeks['json']>>;
  await run(INIT);
  await run(['drip']);
  await run(['confirm', '--yes']);
  await run(['nurture']);
  await run(['confirm', '--none', '--yes']);
  await run(['send', '--force']);

  async function approveAndSend(): Promise<void> {
    const { items } = await json(['review', 'list', '--state', 'pending_approval']);
    clock.advance(17 * MINUTE_MS);
    if (items.length > 0) await run(['review', 'approve', '--all', '--count', String(items.length)]);
    clock.advance(15 * MINUTE_MS);
    await run(['send']);
  }
  return {
    clock,
    machine,
    run,
    json,
    async day() {
      const startsAt = clock.now();
      await run(['drip']);
      await run(['nurture']);
      await approveAndSend();
      clock.set(startsAt + DAY_HOURS * HOUR_MS);
    },
    async outage(days) {
      clock.advance(days * DAY_HOURS * HOUR_MS);
      await run(['drip']);
    },
  };
}
