import type SMTPConnection from 'nodemailer/lib/smtp-connection';

import type { BodyGate, DeliveryResult, OutgoingMail } from '../../ports.ts';
import { Gate, MailBody } from './smtp-body.ts';
import type { SmtpServer, SmtpTimeouts } from './smtp-options.ts';
import { parseReply, printable } from './smtp-reply.ts';
import { BoundedStep, nodeCallback } from './smtp-step.ts';
import { resultOf, troubleOf } from './smtp-trouble.ts';
import type { SmtpStage, SmtpTrouble } from './smtp-trouble.ts';

/** Something the peer did, as an error that never leaves this folder. */
export class SmtpFailure extends Error {
  readonly trouble: SmtpTrouble;

  constructor(trouble: SmtpTrouble) {
    super(trouble.words);
    this.trouble = trouble;
  }
}

/** What one delivery on one connection came to. */
export interface SessionDelivery {
  readonly result: DeliveryResult;
  /** The connection was dead before anything was said on it: another one may be tried within the same attempt. */
  readonly isStale: boolean;
}

type Sent = { readonly kind: 'answered'; readonly response: string } | { readonly kind: 'withdrawn' };

/**
 * One connection to an SMTP server, over nodemailer's. The library reports a lost acknowledgement and a refused
 * connection with the same error, and does not call back at all once it is closed; here every step has a deadline of
 * its own (slow bytes do not extend it), and whether the body left is known from the body itself.
 */
export class SmtpSession {
  /** Mails that were accepted on it. */
  served = 0;
  private readonly connection: SMTPConnection;
  private readonly timeouts: SmtpTimeouts;
  private isOver = false;
  private readonly step = new BoundedStep();

  private constructor(connection: SMTPConnection, timeouts: SmtpTimeouts) {
    this.connection = connection;
    this.timeouts = timeouts;
    connection.on('error', (error: Error) => {
      this.reportFailure(error);
    });
    connection.on('end', () => {
      // The library may still be about to say why.
      queueMicrotask(() => {
        this.reportFailure(new Error('the server closed the connection'));
      });
    });
  }

  /** Connects, secures and logs in. Throws SmtpFailure for whatever the peer does. */
  static async open(server: SmtpServer, timeouts: SmtpTimeouts): Promise<SmtpSession> {
    const { default: Connection } = await import('nodemailer/lib/smtp-connection');
    const connection = new Connection({
      host: server.host,
      port: server.port,
      secure: server.secure,
      requireTLS: !server.secure && server.demandsTls,
      tls: {
        ca: server.ca ?? undefined,
        servername: server.serverName ?? undefined,
        rejectUnauthorized: server.verifiesCertificate,
        minVersion: 'TLSv1.2',
      },
      connectionTimeout: timeouts.connectMs,
      dnsTimeout: timeouts.connectMs,
      greetingTimeout: timeouts.greetingMs,
      // Our own deadlines are shorter at every step; this one only frees a socket that all of them forgot.
      socketTimeout: Math.max(timeouts.answerMs, timeouts.setupMs) * 2,
      socketCloseTimeout: 0,
      maxResponseSize: 65_536,
    });
    const session = new SmtpSession(connection, timeouts);
    await session.setUp(server);
    return session;
  }

  /** True while another mail can be sent on it. */
  get isUsable(): boolean {
    return !this.isOver;
  }

  /** True when what is said on it is encrypted. */
  get isEncrypted(): boolean {
    return this.connection.secure;
  }

  /** Sends one mail. Never throws for what the peer does; rethrows what `mayLeave` throws. */
  async deliver(mail: OutgoingMail, mayLeave: BodyGate): Promise<SessionDelivery> {
    const gate = new Gate(mayLeave);
    const delivery = await this.attempt(mail, gate);
    gate.rethrow();
    return delivery;
  }

  /** Says goodbye and waits for the answer, for a bounded time. */
  async quit(): Promise<void> {
    if (this.isOver) return;
    await this.step
      .run<null>(this.timeouts.closeMs, ({ settle }) => {
        this.connection.once('end', () => {
          settle(null);
        });
        this.connection.quit();
      })
      .catch(() => null);
    this.drop();
  }

  /** Closes the socket at once: what has not been written will never be. */
  drop(): void {
    this.isOver = true;
    this.connection.close();
  }

  private async setUp({ auth }: SmtpServer): Promise<void> {
    let stage: SmtpStage = 'connect';
    try {
      await this.step.run<null>(this.timeouts.setupMs, (steps) => {
        this.connection.connect(nodeCallback(steps));
      });
      if (auth === null) return;
      stage = 'login';
      await this.step.run<null>(this.timeouts.setupMs, (steps) => {
        if (!this.connection.allowsAuth) throw noLoginOffered();
        const credentials = { user: auth.user, pass: auth.password };
        this.connection.login({ credentials }, nodeCallback(steps));
      });
    } catch (error) {
      this.drop();
      if (!(error instanceof Error)) throw error;
      throw new SmtpFailure(troubleOf(stage, error));
    }
  }

  private async attempt(mail: OutgoingMail, gate: Gate): Promise<SessionDelivery> {
    const progress: { stage: SmtpStage } = { stage: 'envelope' };
    try {
      const sent = await this.transfer(mail, { gate, progress });
      if (sent.kind === 'withdrawn') return { result: { kind: 'withdrawn' }, isStale: false };
      const result = judgeAnswer(sent.response);
      if (result.kind === 'accepted') this.served += 1;
      else this.drop();
      return { result, isStale: false };
    } catch (error) {
      this.drop();
      if (!(error instanceof Error)) throw error;
      const trouble = troubleOf(progress.stage, error);
      return { result: resultOf(trouble), isStale: this.served > 0 && isStale(trouble) };
    }
  }

  private transfer(
    mail: OutgoingMail,
    { gate, progress }: { readonly gate: Gate; readonly progress: { stage: SmtpStage } },
  ): Promise<Sent> {
    const { envelopeMs, answerMs } = this.timeouts;
    return this.step.run<Sent>(envelopeMs, ({ settle, fail, extend }) => {
      const body = new MailBody(mail.raw, () => {
        const answer = String(this.connection.lastServerResponse);
        // Anything else is no permission for the body, or the answer to another command.
        if (!answer.startsWith('354')) fail(new Error(`DATA was answered with: ${answer}`));
        else if (!gate.isOpen()) settle({ kind: 'withdrawn' });
        else {
          progress.stage = 'body';
          extend(answerMs);
          return true;
        }
        this.drop();
        return false;
      });
      const envelope = { from: mail.returnAddress ?? mail.from, to: [mail.to], size: mail.raw.length };
      this.connection.send(envelope, body, (error, info) => {
        if (error !== null) fail(error);
        else settle({ kind: 'answered', response: info.response });
      });
    });
  }

  private reportFailure(error: Error): void {
    this.isOver = true;
    this.step.fail(error);
  }
}

/** An answer to the body that begins like a yes; the library looks no further. */
function judgeAnswer(response: string): DeliveryResult {
  const reply = parseReply(response);
  if (reply !== null && reply.code < 300) {
    const { text: response } = reply;
    return { kind: 'accepted', response, providerId: null, messageIdHeader: null, conversationId: null };
  }
  return { kind: 'unknown', detail: `unexpected answer: ${printable(response)}` };
}

/** Servers close connections that were idle; they say 421 first, or nothing. */
function isStale({ stage, reply, isPermanent }: SmtpTrouble): boolean {
  return stage === 'envelope' && !isPermanent && (reply === null || reply.code === 421);
}

function noLoginOffered(): Error {
  return Object.assign(new Error('the server offers no log-in, and a password is configured'), {
    code: 'EAUTH',
  });
}
