import { HttpPeer } from '../http/http-peer.ts';
import { USER_AGENT } from '../http/user-agent.ts';
import { NOTIFY_TIMEOUTS } from './telegram-api.ts';

/** What a dead-man service is told of a run: the word that is added to its address; success is the address itself. */
export type PingEvent = 'start' | 'success' | 'fail' | 'log';

/** Tells a dead-man service; false when it did not answer with a 2xx. No body: nothing of any lead. Never throws for what the peer does. */
export async function ping(address: string, event: PingEvent): Promise<boolean> {
  const { origin, pathname } = new URL(address);
  const peer = new HttpPeer({
    baseUrl: origin,
    connections: 1,
    keepsAlive: false,
    timeouts: NOTIFY_TIMEOUTS,
    answerBytesMax: 65_536,
  });
  const path = `${pathname.replace(/\/+$/, '')}${event === 'success' ? '' : `/${event}`}`;
  const headers = { 'user-agent': USER_AGENT };
  const outcome = await peer.request({ method: 'GET', path, headers, body: null }, () => true);
  await peer.close();
  return outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300;
}
