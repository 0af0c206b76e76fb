import type { BodyGate, DeliveryResult, Mailer, OutgoingMail } from '../../ports.ts';
import { serverOf, SMTP_TIMEOUTS } from './smtp-options.ts';
import type { SmtpOptions, SmtpServer, SmtpTimeouts } from './smtp-options.ts';
import { SmtpFailure, SmtpSession } from './smtp-session.ts';
import { resultOf } from './smtp-trouble.ts';

const CONNECTIONS = 5;
/** After so many mails a connection is renewed: relays dislike endless ones. */
const MAILS_PER_CONNECTION_MAX = 100;
// eslint-disable-next-line no-control-regex -- finding what is not ASCII is the purpose
const NOT_ASCII = /[^\u0000-\u007f]/;

/**
 * Delivers over SMTP (D8), each mail once at most (D1): what may have left is unknown and is never repeated here. The
 * only second try is on another connection when one that had served before turns out to be closed, before the gate was
 * asked. A refusal that would meet every mail (log-in, certificate) is remembered: there is no second log-in.
 */
export function createSmtpMailer(options: SmtpOptions): Mailer {
  const connections = options.connections ?? CONNECTIONS;
  const pool = new SmtpPool(serverOf(options), {
    connections,
    timeouts: { ...SMTP_TIMEOUTS, ...options.timeouts },
  });
  return {
    transport: 'smtp',
    connections,
    keyLifeMs: null,
    account: null,
    deliver: (mail, mayLeave) => pool.deliver(mail, mayLeave),
    close: () => pool.close(),
  };
}

class SmtpPool {
  private readonly server: SmtpServer;
  private readonly connections: number;
  private readonly timeouts: SmtpTimeouts;
  private readonly idle: SmtpSession[] = [];
  private readonly underWay = new Set<Promise<unknown>>();
  /** Connections that are saying goodbye. */
  private readonly leaving = new Set<Promise<unknown>>();
  private lastingRefusal: DeliveryResult | null = null;
  private isClosed = false;

  constructor(
    server: SmtpServer,
    { connections, timeouts }: { readonly connections: number; readonly timeouts: SmtpTimeouts },
  ) {
    this.server = server;
    this.connections = connections;
    this.timeouts = timeouts;
  }

  async deliver(mail: OutgoingMail, mayLeave: BodyGate): Promise<DeliveryResult> {
    if (this.isClosed) throw new Error('a mail was given to a mailer that is closed');
    if (this.underWay.size >= this.connections) throw new Error('more mails at once than connections');
    return track(this.underWay, this.attempt(mail, mayLeave));
  }

  /** Waits for what is under way, which is bounded, then says goodbye on every connection. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.underWay);
    for (const session of this.idle.splice(0)) this.release(session);
    await Promise.allSettled(this.leaving);
  }

  private async attempt(mail: OutgoingMail, mayLeave: BodyGate): Promise<DeliveryResult> {
    if (NOT_ASCII.test(mail.to)) return refusedAddress();
    if (this.lastingRefusal !== null) return this.lastingRefusal;
    const reused = this.takeIdle();
    if (reused !== null) {
      const { result, isStale } = await reused.deliver(mail, mayLeave);
      this.keep(reused);
      if (!isStale) return result;
    }
    return this.attemptAfresh(mail, mayLeave);
  }

  private async attemptAfresh(mail: OutgoingMail, mayLeave: BodyGate): Promise<DeliveryResult> {
    let session: SmtpSession;
    try {
      session = await SmtpSession.open(this.server, this.timeouts);
    } catch (error) {
      if (!(error instanceof SmtpFailure)) throw error;
      const refusal = resultOf(error.trouble);
      if (refusal.kind === 'refused' && refusal.permanent) this.lastingRefusal = refusal;
      return refusal;
    }
    const { result } = await session.deliver(mail, mayLeave);
    this.keep(session);
    return result;
  }

  private takeIdle(): SmtpSession | null {
    for (let session = this.idle.pop(); session !== undefined; session = this.idle.pop()) {
      if (session.isUsable) return session;
    }
    return null;
  }

  private keep(session: SmtpSession): void {
    if (!session.isUsable) return;
    if (session.served < MAILS_PER_CONNECTION_MAX) this.idle.push(session);
    else this.release(session);
  }

  private release(session: SmtpSession): void {
    void track(this.leaving, session.quit());
  }
}

/** Holds a promise in a set for as long as it is open. */
function track<T>(set: Set<Promise<unknown>>, promise: Promise<T>): Promise<T> {
  const entry = promise.finally(() => set.delete(entry));
  set.add(entry);
  return entry;
}

/** It would need SMTPUTF8, which few relays offer; mangled it would reach somebody else (hardening 24). */
function refusedAddress(): DeliveryResult {
  const response = 'the address is not ASCII, and mail to it cannot be sent';
  return { kind: 'refused', scope: 'message', permanent: true, response, retryAfterMs: null };
}
