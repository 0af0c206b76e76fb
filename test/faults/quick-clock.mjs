/* eslint no-restricted-properties: off -- this is the clock */
// Loaded into a program under test: it waits a hundred times as fast and believes to have waited in full. At its end it writes down for
// how many milliseconds it believes to have lived. A deadline of minutes costs a test seconds, and a busy machine changes nothing.
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';

const SPEED = 100;
const { setTimeout: wait } = globalThis;
const [wallNow, quietNow] = [Date.now, performance.now.bind(performance)];
const start = quietNow();
let skipped = 0;

globalThis.setTimeout = (act, ms = 0, ...rest) => {
  const dueAt = quietNow() + skipped + ms;
  const atDue = () => {
    skipped = Math.max(skipped, dueAt - quietNow());
    act(...rest);
  };
  return wait(atDue, ms / SPEED);
};
// A silent socket is timed by timers of its own.
const waitFor = Socket.prototype.setTimeout;
Socket.prototype.setTimeout = function (ms, act) {
  const dueAt = quietNow() + skipped + ms;
  if (ms > 0) {
    this.prependOnceListener('timeout', () => {
      skipped = Math.max(skipped, dueAt - quietNow());
    });
  }
  return waitFor.call(this, ms / SPEED, act);
};
Date.now = () => Math.round(wallNow() + skipped);
performance.now = () => quietNow() + skipped;

process.on('exit', () => {
  if (process.env.HEADGATE_LIFE_FILE !== undefined)
    writeFileSync(process.env.HEADGATE_LIFE_FILE, String(performance.now() - start));
});
