import { zonesOfCountry } from '../../adapters/country-zones.ts';
import { SeededRandom } from '../../adapters/seeded-random.ts';
import type { IncomingFact } from '../../core/facts/fact.ts';
import type { Instant } from '../../core/model.ts';
import { SYNC_MINUTES } from '../../core/rehearsal/timers.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time/durations.ts';
import { openState } from '../../store/database.ts';
import { recordReadToEnd } from '../../store/reply-sources.ts';
import { createArrivalContext } from '../arrivals/arrival-context.ts';
import { openEngine } from '../engine/engine.ts';
import { applyFacts } from '../sync/apply-facts.ts';
import { optOutBy } from '../sync/sync-run.ts';
import type { Answers } from './script.ts';
import type { Stage, TakenMail } from './stage.ts';

/** An answer comes within two days, most of them within the first. */
const ANSWER_MIN_MS = HOUR_MS;
const ANSWER_MAX_MS = 47 * HOUR_MS;
const BOUNCE_MS = 5 * MINUTE_MS;
/** What nothing has changed since is not written down again at every firing. */
const READ_AGAIN_MS = HOUR_MS;
const SOURCE = 'rehearsal';

/** Who gets the mails of a rehearsal: some answer, some addresses are dead. `sync` reads of it as it would of any source. */
export class Correspondence {
  readonly #stage: Stage;
  readonly #answers: Answers;
  readonly #chance: SeededRandom;
  #coming: readonly IncomingFact[] = [];
  #taken = 0;
  #readAt = 0;
  #readBootId: string | null = null;
  replies = 0;
  bounces = 0;

  constructor(stage: Stage, answers: Answers) {
    this.#stage = stage;
    this.#answers = answers;
    this.#chance = new SeededRandom(stage.seed + 1);
  }

  /** Looks at what has just left. */
  takeIn(): void {
    const { taken } = this.#stage;
    for (; this.#taken < taken.length; this.#taken += 1) {
      const mail = taken[this.#taken];
      const fact = mail === undefined ? null : this.#answerTo(mail);
      if (fact !== null) this.#coming = [...this.#coming, fact];
    }
  }

  /** What `sync` has done by now, at the last of its firings: it read every source to its end (A21), and told what came. */
  sync(): void {
    const { clock, machine, workspace } = this.#stage;
    const every = SYNC_MINUTES * MINUTE_MS;
    const at = Math.floor(clock.trueAt / every) * every;
    const due = this.#coming.filter((fact) => fact.at <= at);
    const { replySourceIds } = workspace.policy;
    const isNews = at - this.#readAt >= READ_AGAIN_MS || this.#readBootId !== machine.bootId();
    if (due.length === 0 && (replySourceIds.length === 0 || !isNews)) return;
    this.#coming = this.#coming.filter((fact) => fact.at > at);
    this.#apply(due);
    this.#readAt = at;
    this.#readBootId = machine.bootId();
  }

  #apply(due: readonly IncomingFact[]): void {
    const { clock, machine, workspace, random } = this.#stage;
    const now = clock.now();
    const { policy, paths } = workspace;
    const db = openState({ file: paths.databaseFile, mode: 'write' });
    try {
      const engine = openEngine({ db, policy, now, without: new Set() });
      const arrivals = createArrivalContext({ db, policy, random, zonesOfCountry, now });
      const context = { engine, optOut: optOutBy(arrivals), sourceId: SOURCE, runId: random.publicId('r') };
      db.write(() => {
        if (due.length > 0) applyFacts(context, due);
        for (const sourceId of policy.replySourceIds)
          recordReadToEnd(db, { sourceId, now, bootId: machine.bootId() });
      });
    } finally {
      db.close();
    }
    for (const { kind } of due) {
      if (kind === 'reply') this.replies += 1;
      else this.bounces += 1;
    }
  }

  #answerTo({ messageId, to, at }: TakenMail): IncomingFact | null {
    const { replyShare, bounceShare } = this.#answers;
    // Drawn for each mail whatever comes of it, so that one share does not move the other.
    const [fate, delay] = [this.#chance.fraction(), this.#chance.fraction()];
    if (fate < bounceShare) return fact('hard_bounce', { messageId, to, at: at + BOUNCE_MS });
    if (fate >= bounceShare + replyShare) return null;
    // Twice as likely in the first half of the time.
    return fact('reply', {
      messageId,
      to,
      at: at + Math.round(ANSWER_MIN_MS + delay ** 1.5 * ANSWER_MAX_MS),
    });
  }
}

function fact(
  kind: 'reply' | 'hard_bounce',
  { messageId, to, at }: { readonly messageId: string; readonly to: string; readonly at: Instant },
): IncomingFact {
  const about = { messageIdHeaders: [], providerId: null, conversationId: null, emailKey: to.toLowerCase() };
  return {
    kind,
    key: `${kind} ${messageId}`,
    at,
    about: { messageId, ...about },
    trust: 'verified',
    detail: 'of the rehearsal',
    text: kind === 'reply' ? 'Thank you, let us talk.' : null,
    until: null,
    isMachine: false,
  };
}
