import { Readable } from 'node:stream';

import type { BodyGate } from '../../ports.ts';

/** The caller's gate, asked once. What it throws is the caller's own, and is kept apart from what the peer does. */
export class Gate {
  private readonly ask: BodyGate;
  private thrown: { readonly error: unknown } | null = null;

  constructor(ask: BodyGate) {
    this.ask = ask;
  }

  /** Closed as well when asking failed. */
  isOpen(): boolean {
    try {
      return this.ask();
    } catch (error) {
      this.thrown = { error };
      return false;
    }
  }

  rethrow(): void {
    if (this.thrown !== null) throw this.thrown.error;
  }
}

/**
 * The bytes of one mail as a stream that knows when they leave. The SMTP library reads it only after the server asked
 * for the body, so `mayLeave` is asked at the last moment at which a mail can be called back; false gives no byte.
 * The body is one piece, and the final dot follows it within the same turn: there is no "partly sent" to reason about.
 */
export class MailBody extends Readable {
  private readonly bytes: Uint8Array;
  private readonly mayLeave: () => boolean;

  constructor(bytes: Uint8Array, mayLeave: () => boolean) {
    super();
    this.bytes = bytes;
    this.mayLeave = mayLeave;
  }

  override _read(): void {
    if (this.mayLeave()) {
      this.push(this.bytes);
      this.push(null);
    } else {
      // Destroyed, not ended: only the end of a stream makes the library write the final dot.
      this.destroy();
    }
  }
}
