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
