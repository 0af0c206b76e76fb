import { Simulation } from './simulation.ts';

/**
 * Plays seeds one after another, as a program of its own: `DAYS LEADS SEED…`. A line of JSON for each, with the seconds of a processor that it took; the first broken promise ends it
 * with 1, and stands on stderr.
 */
const [days = '10', leads = '12', ...seeds] = process.argv.slice(2);
for (const seed of seeds) {
  const before = process.cpuUsage();
  try {
    const result = await Simulation.run(Number(seed), { days: Number(days), leads: Number(leads) });
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    process.stdout.write(`${JSON.stringify({ ...result, seconds })}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    break;
  }
}
