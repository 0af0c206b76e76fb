import { createHmac } from 'node:crypto';

import { formatInstant } from '../../core/time/instants.ts';
import type { Clock, NoticeChannel, OperatorMessage, PostResult } from '../../ports.ts';
import { answerLine } from '../mail/http/answer.ts';
import { HttpPeer, type HttpTimeouts } from '../http/http-peer.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { USER_AGENT } from '../http/user-agent.ts';
import { NOTIFY_TIMEOUTS } from './telegram-api.ts';

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
  readonly host: string;
  readonly clock: Clock;
  readonly timeouts?: HttpTimeouts;
}

/**
 * An address of the operator's own: one POST of JSON with a signature over its moment and its body, so that a receiver can tell ours
 * from anybody's, and today's from one that was recorded. Any 2xx takes it.
 */
export class WebhookChannel implements NoticeChannel {
  readonly name = 'webhook';
  private readonly options: WebhookOptions;
  private readonly peer: HttpPeer;
  private readonly path: string;

  constructor(options: WebhookOptions) {
    this.options = options;
    const { url, timeouts = NOTIFY_TIMEOUTS } = options;
    const { origin, pathname } = new URL(url);
    this.path = pathname;
    this.peer = new HttpPeer({ baseUrl: origin, connections: 1, keepsAlive: false, timeouts });
  }

  async post(message: OperatorMessage): Promise<PostResult> {
    const { secret, clock } = this.options;
    const body = Buffer.from(JSON.stringify(this.documentOf(message)));
    const seconds = String(Math.floor(clock.now() / 1_000));
    const signature = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');
    const outcome = await this.peer.request(
      {
        method: 'POST',
        path: this.path,
        headers: {
          'content-type': 'application/json',
          'user-agent': USER_AGENT,
          'headgate-signature': `t=${seconds},v1=${signature}`,
        },
        body,
      },
      () => true,
    );
    if (outcome.kind !== 'answered') {
      const error = outcome.kind === 'withdrawn' ? 'called back' : outcome.words;
      return { kind: 'failed', error, retryAfterMs: null, mayHaveArrived: outcome.kind === 'lost' };
    }
    const { status } = outcome;
    if (status >= 200 && status < 300) return { kind: 'taken' };
    return {
      kind: 'failed',
      error: answerLine(outcome),
      retryAfterMs: retryAfterMs(outcome.headers['retry-after'], clock.now()),
      mayHaveArrived: status >= 500,
    };
  }

  close(): Promise<void> {
    return this.peer.close();
  }

  private documentOf({ text, isQuiet, notices }: OperatorMessage): Readonly<Record<string, unknown>> {
    const { host } = this.options;
    return {
      schema: 'headgate.notices/1',
      host,
      quiet: isQuiet,
      text,
      items: notices.map(({ id, kind, job, runId, at, mayBeRepeat, text: words }) => ({
        id,
        kind,
        job,
        run: runId,
        at: formatInstant(at),
        may_be_repeat: mayBeRepeat,
        text: words,
      })),
    };
  }
}
