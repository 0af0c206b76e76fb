import { isLoopbackHost } from '../../core/loopback.ts';

/** What the configuration says of it. */
export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; false means STARTTLS. */
  readonly secure: boolean;
  /** Both, or neither: then there is no log-in. */
  readonly user: string | null;
  readonly password: string | null;
  /** How many connections may be open at once. */
  readonly connections?: number;
  /** Whether the host is this machine; known by its name where this is left out. */
  readonly isLoopback?: boolean;
  /** PEM of an authority to trust instead of the system's. */
  readonly ca?: string;
  /** The name in its certificate, where that is not the host. */
  readonly serverName?: string | null;
  /** True: TLS is used where it is offered, and not demanded. */
  readonly allowPlain?: boolean;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

/** Where mail is handed over. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; false means STARTTLS, which is then demanded. */
  readonly secure: boolean;
  /** Without TLS nothing is said to it, neither password nor mail. */
  readonly demandsTls: boolean;
  /** Its certificate must be valid, and its own. */
  readonly verifiesCertificate: boolean;
  /** The name in its certificate; null for `host`. */
  readonly serverName: string | null;
  /** Null: no log-in. */
  readonly auth: { readonly user: string; readonly password: string } | null;
  /** PEM of an authority to trust instead of the system's; null for the usual ones. */
  readonly ca: string | null;
}

/** Every wait has an end. All in milliseconds from the beginning of the step, however many bytes trickle in. */
export interface SmtpTimeouts {
  /** Name and TCP. */
  readonly connectMs: number;
  /** From the connection to the greeting. */
  readonly greetingMs: number;
  /** From nothing to EHLO over TLS; and once more for the log-in. */
  readonly setupMs: number;
  /** MAIL, RCPT and DATA. */
  readonly envelopeMs: number;
  /** The body and the answer to it. Long: who gives up here never learns whether the mail was taken. */
  readonly answerMs: number;
  readonly closeMs: number;
}

export const SMTP_TIMEOUTS: SmtpTimeouts = {
  connectMs: 15_000,
  greetingMs: 30_000,
  setupMs: 60_000,
  envelopeMs: 60_000,
  answerMs: 300_000,
  closeMs: 5_000,
};

/**
 * TLS is demanded and verified everywhere but on this machine; there too, once somebody says whose certificate it must be. Only
 * `allowPlain` lifts the demand, and nothing the verification.
 */
export function serverOf(options: SmtpOptions): SmtpServer {
  const { host, port, secure, user, password, ca = null, serverName = null } = options;
  const isLoopback = options.isLoopback ?? isLoopbackHost(host);
  const isStrict = !isLoopback || ca !== null || serverName !== null;
  return {
    host,
    port,
    secure,
    demandsTls: isStrict && options.allowPlain !== true,
    verifiesCertificate: isStrict,
    serverName,
    auth: user === null || password === null ? null : { user, password },
    ca,
  };
}
