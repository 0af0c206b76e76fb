/** What is known of one mailbox before it sends anything: its name, and how much it may send (D6). */
export interface SenderRules {
  /** Domain in lower case. */
  readonly address: string;
  /** Most mails a day; null where only the limits of the whole installation hold. */
  readonly dailyCap: number | null;
  /** Mails on the first day of warming up; null: no warming up. */
  readonly rampStart: number | null;
  /** Mails added on each further day on which it sends. */
  readonly rampStep: number;
  /** Former senders whose leads write to this one from now on. */
  readonly takesOver: readonly string[];
}

/** Two spellings of one address are one sender: hosts that tell `Tom@` from `tom@` are none that mail leaves from. */
export function isSameAddress(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
