import { join } from 'node:path';

import { createHookSpool, type HookSpool } from '../../src/adapters/hook-spool.ts';
import { createActWriter } from '../../src/adapters/spool.ts';
import type { Delivered } from './deliveries.ts';
import type { Chance } from './scenery.ts';
import type { World } from './world.ts';

/** After these nobody may be written to again. */
const FINAL = ['bounce', 'complaint', 'unsubscribe', 'reply “stop”'] as const;
/** These end or hold something, or change nothing at all. */
const PASSING = ['soft bounce', 'delivered', 'opened', 'reply', 'out of office'] as const;

type News = (typeof FINAL)[number] | (typeof PASSING)[number];

/** One webhook as a provider sends it, and whom it is about. */
interface Webhook {
  readonly provider: 'mailgun' | 'stream';
  readonly eventId: string;
  readonly body: Buffer;
  /** Set where nobody may write to this address once it is heard. */
  readonly final: string | null;
}

const KEPT_MAX = 50;

/**
 * What comes back from mail that has left: bounces, complaints, answers, and readers on the unsubscribe page. It comes late, twice, in
 * another order, and about people who have been forgotten by a restored state. `heard` is what the program has been told and said it
 * has taken in: from then on it has no excuse.
 */
export class Post {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #hooks: HookSpool;
  readonly #page: ReturnType<typeof createActWriter>;
  /** Sent once, and again one day. */
  readonly #sent: Webhook[] = [];
  /** Finals that lie in the spool and were not read yet. */
  readonly #waiting = new Set<string>();
  readonly #heardByHook = new Set<string>();
  readonly #heardOnPage = new Set<string>();
  #seen = 0;
  #number = 0;

  constructor(world: World, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
    this.#hooks = createHookSpool(join(world.directory, 'hooks.d'));
    this.#page = createActWriter(join(world.directory, 'unsub.d'));
  }

  /** Addresses that must never be written to again, in lower case. */
  heard(): ReadonlySet<string> {
    return new Set([...this.#heardByHook, ...this.#heardOnPage]);
  }

  /** How much came in all. */
  get count(): number {
    return this.#number;
  }

  /** A while passes: something may come. Returns what did, for the log. */
  arrive(): readonly string[] {
    const all = this.#world.deliveries.all();
    const fresh = all.slice(this.#seen);
    this.#seen = all.length;
    const about = fresh.filter(() => this.#chance.oneIn(6));
    // Some people answer weeks later.
    if (all.length > 0 && this.#chance.oneIn(12)) about.push(this.#chance.pick(all));
    const lines = about.map((mail) => this.#newsOf(mail));
    if (this.#sent.length > 0 && this.#chance.oneIn(10)) lines.push(this.#again());
    return lines;
  }

  /** `sync` has ended well: all that lay in the spool is known. */
  synced(): void {
    for (const address of this.#waiting) this.#heardByHook.add(address);
    this.#waiting.clear();
  }

  /** An older state is in place: what webhooks told it since is gone with the newer one. What was said on our own page is not. */
  restored(): void {
    this.#heardByHook.clear();
  }

  #newsOf(mail: Delivered): string {
    const news = this.#chance.oneIn(4) ? this.#chance.pick(FINAL) : this.#chance.pick(PASSING);
    if (news === 'unsubscribe' && this.#chance.oneIn(2)) return this.#onPage(mail);
    this.#number += 1;
    const webhook = this.#webhook(mail, news);
    this.#deliver(webhook);
    this.#sent.push(webhook);
    if (this.#sent.length > KEPT_MAX) this.#sent.shift();
    return `${news} of ${mail.to}`;
  }

  /** The same event once more, as providers do that got no answer: under its own id, or as another delivery of it. */
  #again(): string {
    const webhook = this.#chance.pick(this.#sent);
    const eventId = this.#chance.oneIn(2) ? webhook.eventId : `${webhook.eventId}-again`;
    this.#deliver({ ...webhook, eventId });
    return 'a webhook came again';
  }

  #deliver(webhook: Webhook): void {
    this.#hooks.record({ ...webhook, receivedAt: this.#world.clock.now() });
    if (webhook.final !== null) this.#waiting.add(webhook.final);
  }

  /** D10: works from the moment at which it is on the disk, and no `sync` is needed. */
  #onPage(mail: Delivered): string {
    const [lead] = this.#world.rows('SELECT id FROM leads WHERE lower(email) = ?', mail.to);
    if (lead === undefined) return `nobody knows ${mail.to} any more`;
    this.#number += 1;
    this.#page.record({ leadId: String(lead['id']), act: 'stop', at: this.#world.clock.now() });
    this.#heardOnPage.add(mail.to);
    return `${mail.to} stops on the page`;
  }

  #webhook(mail: Delivered, news: News): Webhook {
    const eventId = `event-${this.#number}`;
    const at = this.#world.clock.now();
    const isAnswer = ['reply', 'out of office', 'reply “stop”'].includes(news);
    const value = isAnswer
      ? answerTo(mail, { news, at, seq: this.#number })
      : eventAbout(mail, { news, at, eventId });
    return {
      provider: isAnswer ? 'stream' : 'mailgun',
      eventId,
      body: Buffer.from(JSON.stringify(value)),
      final: (FINAL as readonly string[]).includes(news) ? mail.to : null,
    };
  }
}

const MAILGUN: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  bounce: {
    event: 'failed',
    severity: 'permanent',
    'delivery-status': {
      code: 550,
      message: '5.1.1 The email account that you tried to reach does not exist',
    },
  },
  'soft bounce': {
    event: 'failed',
    severity: 'temporary',
    'delivery-status': { code: 452, message: '4.2.2 The mailbox is over quota' },
  },
  complaint: { event: 'complained' },
  unsubscribe: { event: 'unsubscribed' },
  delivered: { event: 'delivered' },
  opened: { event: 'opened' },
};

function eventAbout(
  mail: Delivered,
  { news, at, eventId }: { readonly news: News; readonly at: number; readonly eventId: string },
): unknown {
  return {
    'event-data': {
      ...MAILGUN[news],
      id: eventId,
      timestamp: at / 1_000,
      recipient: mail.to,
      message: { headers: { 'message-id': mail.messageIdHeader.slice(1, -1) } },
    },
  };
}

const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  reply: ['Re: your mail', 'Thank you, could you call me next week? We are looking at two other offers.'],
  'reply “stop”': ['Re: your mail', 'Please remove me from your list and do not write to me again.'],
  'out of office': [
    'Automatic reply: your mail',
    'I am out of the office and will be back in a while. In urgent cases write to my colleagues.',
  ],
};

function answerTo(
  mail: Delivered,
  { news, at, seq }: { readonly news: News; readonly at: number; readonly seq: number },
): unknown {
  const [subject, text] = WORDS[news] ?? ['', ''];
  return {
    seq,
    ts: at,
    type: 'email.received',
    data: {
      from: mail.to,
      subject,
      text,
      headers: {
        'In-Reply-To': mail.messageIdHeader,
        ...(news === 'out of office' ? { 'Auto-Submitted': 'auto-replied' } : {}),
      },
    },
  };
}
