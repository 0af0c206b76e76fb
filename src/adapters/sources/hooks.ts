import type { IncomingFact } from '../../core/facts/fact.ts';
import type { Instant } from '../../core/model.ts';
import type { FactPage, FactSource, ReadingFrom } from '../../ports.ts';
import type { HookProvider, HookSpool, SpooledHook } from '../hook-spool.ts';
import { objectOf } from '../http/json.ts';
import { fieldsAt } from './event-fields.ts';
import { mailgunFact } from './mailgun-event.ts';
import { resendHookFact } from './resend-event.ts';
import { sourceError } from './source-error.ts';
import { streamFacts } from './stream-event.ts';

/** Of one transaction. */
const HOOKS_PER_PAGE = 200;

/**
 * The webhooks of one provider that wait in the inbox (E5). A file is removed once what it says is committed: a kill in between reads it
 * again, which changes nothing (E7). What is more than the time of the run is read by the next one. In a preview all stay.
 */
export function createHookSource(options: {
  readonly provider: HookProvider;
  readonly spool: HookSpool;
  readonly isPreview: boolean;
  readonly now: () => Instant;
}): FactSource {
  const { provider, spool, isPreview, now } = options;
  return {
    readsReplies: false,
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is for sources that wait
    async *pages({ deadlineAt, signal }: ReadingFrom) {
      while (now() < deadlineAt && !signal.aborted) {
        const hooks = orTrouble(provider, () => spool.list(HOOKS_PER_PAGE, provider));
        const isEnd = hooks.length < HOOKS_PER_PAGE || isPreview;
        const page: FactPage = { facts: hooks.flatMap(factsOf), cursor: '', isEnd };
        yield page;
        // Whoever asks for the next page, or for the end, has committed this one.
        if (!isPreview)
          orTrouble(provider, () => {
            spool.remove(hooks.map(({ file }) => file));
          });
        if (isEnd) return;
      }
    },
    close: () => Promise.resolve(),
  };
}

/** An inbox without the right owner is the trouble of this source alone: answers lie in others. */
function orTrouble<T>(provider: HookProvider, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw sourceError(`hooks-${provider}`, error.message);
  }
}

/** What a hook says; nothing where its body is no event, or one of a kind that nobody knows (hardening 136). */
function factsOf({ provider, eventId, body }: SpooledHook): readonly IncomingFact[] {
  const value = objectOf(Buffer.from(body).toString('utf8'));
  if (value === null) return [];
  switch (provider) {
    case 'resend':
      return [resendHookFact(value, eventId)].filter((fact) => fact !== null);
    case 'mailgun':
      return [mailgunFact(fieldsAt(value, 'event-data'))].filter((fact) => fact !== null);
    case 'stream':
      return streamFacts(value);
  }
}
