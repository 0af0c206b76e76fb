import { once } from 'node:events';
import { createServer } from 'node:net';

import { systemRandom } from '../../src/adapters/random.ts';

/** Nobody listens there (discard, RFC 863), and no system ever gives it out: one that was closed a moment ago may be another test's now. */
export const CLOSED_PORT = 9;

/** Below the ports that systems give out by themselves: to who listens at port 0, and to every connection (ip_local_port_range). */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const TRIES_MAX = 100;

/** A port for a program that has to be told one. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = FIRST_PORT + Math.floor(systemRandom.fraction() * (LAST_PORT - FIRST_PORT));
    if (await isFree(port)) return port;
  }
  throw new Error(`no port between ${String(FIRST_PORT)} and ${String(LAST_PORT)} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = new Promise<boolean>((resolve) => {
    server.once('listening', () => {
      resolve(true);
    });
    server.once('error', () => {
      resolve(false);
    });
  });
  server.listen(port, '127.0.0.1');
  if (!(await isListening)) return false;
  server.close();
  await once(server, 'close');
  return true;
}
