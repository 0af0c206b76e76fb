import { activatedSocket, loopbackAddress } from '../../web/http/socket-activation.ts';
import type { ListenOn } from '../../web/http/server.ts';
import type { CliContext } from '../cli-context.ts';
import { usageError } from '../options.ts';

export const DEFAULT_PORT = 8025;
const DEFAULT_ADDRESS = `127.0.0.1:${DEFAULT_PORT}`;
const SOCKET_PATH = /^\/[^\0]{1,100}$/;

/**
 * Where the review page listens: the socket that systemd handed over, else what was typed. Only this machine can reach any of them;
 * whatever the world could reach is refused (64), since who is in may approve mail to everybody.
 */
export function listenOn(typed: string | null, { io: { env } }: CliContext, pid: number): ListenOn {
  if (typed === null || typed === 'fd') {
    const handed = handedOver(env, pid);
    if (handed !== null) return handed;
    if (typed === 'fd')
      throw usageError('--listen fd: systemd handed no socket over', 'systemctl start headgate-web.socket');
  }
  const text = typed ?? DEFAULT_ADDRESS;
  if (SOCKET_PATH.test(text)) return { kind: 'path', path: text };
  const address = loopbackAddress(text);
  if (address !== null) return address;
  throw usageError(
    `the review page listens on this machine alone, not on ${text}`,
    `--listen ${DEFAULT_ADDRESS}, or a socket such as /run/headgate/web.sock; from elsewhere: ssh -L ${DEFAULT_PORT}:/run/headgate/web.sock HOST`,
  );
}

function handedOver(env: CliContext['io']['env'], pid: number): ListenOn | null {
  try {
    return activatedSocket(env, pid);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw usageError(`the socket unit must have one ListenStream=: ${error.message}`);
  }
}
