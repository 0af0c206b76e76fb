import { play, SCENARIOS } from './scenarios.ts';

/** Plays the named scenarios (all of them without a name) in this build and prints, by guard, which promises were broken. */
const names = process.argv.slice(2);
const chosen = SCENARIOS.filter(({ guard }) => names.length === 0 || names.includes(guard));
const broken: Record<string, readonly string[]> = {};
for (const scenario of chosen) broken[scenario.guard] = await play(scenario);
process.stdout.write(JSON.stringify(broken));
