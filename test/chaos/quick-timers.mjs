/* eslint no-restricted-imports: off -- this is the clock */
// Loaded into a program under test: a second of waiting takes ten milliseconds, so that a silent server costs a test little.
import timers from 'node:timers/promises';

const SPEED = 100;
const { setTimeout: wait } = globalThis;
const { setTimeout: pause } = timers;
const quick = (ms) => (ms >= 1_000 ? ms / SPEED : ms);

globalThis.setTimeout = (act, ms = 0, ...rest) => wait(act, quick(ms), ...rest);
// Whoever is told to come back later pauses with this one.
timers.setTimeout = (ms = 0, ...rest) => pause(quick(ms), ...rest);
