import { elapsedMs } from '../clock.ts';
import { serverOf, SMTP_TIMEOUTS } from './smtp-options.ts';
import type { SmtpOptions } from './smtp-options.ts';
import { SmtpFailure, SmtpSession } from './smtp-session.ts';

/** What logging in, and nothing else, came to. */
export type RelayProbe =
  | { readonly kind: 'ready'; readonly isEncrypted: boolean; readonly tookMs: number }
  | { readonly kind: 'refused'; readonly stage: 'connect' | 'login'; readonly words: string };

/** Connects, secures and logs in as a delivery would, and says goodbye: no mail is named (F7). Never throws for what the peer does. */
export async function probeRelay(options: SmtpOptions): Promise<RelayProbe> {
  const startedMs = elapsedMs();
  try {
    const session = await SmtpSession.open(serverOf(options), { ...SMTP_TIMEOUTS, ...options.timeouts });
    const { isEncrypted } = session;
    const tookMs = elapsedMs() - startedMs;
    await session.quit();
    return { kind: 'ready', isEncrypted, tookMs };
  } catch (error) {
    if (!(error instanceof SmtpFailure)) throw error;
    const { stage, reply, words } = error.trouble;
    return { kind: 'refused', stage: stage === 'login' ? 'login' : 'connect', words: reply?.text ?? words };
  }
}
