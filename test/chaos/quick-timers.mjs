// Loaded into a program under test: a second of waiting takes ten milliseconds, so that a silent server costs a test little.
const SPEED = 100;
const { setTimeout: wait } = globalThis;

globalThis.setTimeout = (act, ms = 0, ...rest) => wait(act, ms >= 1_000 ? ms / SPEED : ms, ...rest);
