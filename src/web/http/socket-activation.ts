import type { ListenOn } from './server.ts';

/** The first descriptor that systemd hands over (sd_listen_fds(3)). */
const FIRST_FD = 3;

/**
 * The socket that systemd opened for this very process; null when there is none. Variables meant for another process are left alone.
 * Throws RangeError when it opened more than one: the unit asks for something that this program does not do.
 */
export function activatedSocket(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): ListenOn | null {
  if (environment['LISTEN_PID'] !== String(pid)) return null;
  const count = environment['LISTEN_FDS'] ?? '';
  if (count !== '1')
    throw new RangeError(`LISTEN_FDS is ${count === '' ? 'missing' : JSON.stringify(count)}`);
  return { kind: 'fd', fd: FIRST_FD };
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]):(\d{1,5})$/;

/** `--listen`: an address of this machine and nothing else; null for any other. The proxy in front is what the world sees. */
export function loopbackAddress(text: string): ListenOn | null {
  const port = Number(LOOPBACK.exec(text)?.[1] ?? NaN);
  if (!(port <= 65_535)) return null;
  const host = text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  return { kind: 'address', host, port };
}
