import { DAY_MS } from './rules.ts';
import type { Chance } from './scenery.ts';
import { leadFile, stepWords } from './scenery.ts';
import type { Row } from './view.ts';
import type { World } from './world.ts';

/** Runs one command line of a person, or of a test; the simulation logs and judges it. */
export type Type = (argv: readonly string[]) => Promise<number>;

/** The sequences that a person now and then edits. */
const EDITED = ['website-lead', 'partner'];

const MESSAGES = 'SELECT id, state, hold_cause, held_run_id FROM messages WHERE state = ? ORDER BY row_id';

/** A person who looks in now and then, and does one thing or another with what is there. */
export class Operator {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #type: Type;
  readonly #scale: number;
  #leadsMade = 0;

  /** `scale`: how many times as many people as in a small workspace come at once. */
  constructor(world: World, of: { readonly chance: Chance; readonly type: Type; readonly scale: number }) {
    this.#world = world;
    this.#chance = of.chance;
    this.#type = of.type;
    this.#scale = of.scale;
  }

  /** One visit: at most a few commands. */
  async visit(): Promise<void> {
    if (this.#chance.oneIn(3)) await this.lookAfterDoubts();
    if (this.#chance.oneIn(2)) await this.#review();
    if (this.#chance.oneIn(4)) await this.#changeLead();
    if (this.#chance.oneIn(12)) await this.bringLeads(this.#chance.between(1, 6) * this.#scale);
    if (this.#chance.oneIn(15)) await this.#editSequence();
    if (this.#chance.oneIn(60)) await this.#type(['pause', '--reason', 'a look']);
    if (this.#chance.oneIn(12)) await this.#runByHand();
  }

  /** Lifts whatever keeps the jobs still, as a person who has looked would. */
  async lookAfterDoubts(): Promise<void> {
    await this.#type(['resume', '--yes']);
    await this.#type(['adopt', '--yes']);
    await this.#type(['confirm', this.#chance.oneIn(5) ? '--none' : '--yes', '--yes']);
  }

  /** Approves and releases everything, paused senders too: the calm phase, in which nothing may be left lying. */
  async approveAll(): Promise<void> {
    for (const { address } of this.#world.rows('SELECT address FROM senders WHERE paused_at IS NOT NULL'))
      await this.#type(['resume', '--sender', String(address), '--yes']);
    for (const { id } of this.#world.rows(MESSAGES, 'held'))
      await this.#type(['review', 'release', String(id)]);
    const ids = this.#world.rows(MESSAGES, 'pending_approval').map(({ id }) => String(id));
    if (ids.length > 0) await this.#type(['review', 'approve', ...ids]);
    await this.#settle();
  }

  /** No sequence stays paused. */
  async activateSequences(): Promise<void> {
    for (const id of EDITED) {
      const path = `${id}/sequence.toml`;
      const text = this.#world.read(`sequences/${path}`);
      this.#world.writeSequences({ [path]: text.replace('"paused"', '"active"') });
    }
    await this.#type(['sequences', 'apply', '--yes']);
  }

  async bringLeads(count: number): Promise<void> {
    this.#world.write('arrivals.csv', leadFile(this.#chance, { first: this.#leadsMade, count }));
    // A killed import has stored all of its leads or none; the same people are not brought twice either way.
    this.#leadsMade += count;
    await this.#type(['leads', 'import', 'arrivals.csv', '--yes']);
  }

  async #review(): Promise<void> {
    const held = this.#world.rows(MESSAGES, 'held');
    if (held.length > 0) await this.#decideHeld(held);
    const pending = this.#world.rows(MESSAGES, 'pending_approval').map(({ id }) => String(id));
    const chosen = this.#chance.some(pending);
    const [first] = chosen;
    if (first === undefined) return;
    if (this.#chance.oneIn(12))
      await this.#type(['review', 'reject', first, '--then', this.#chance.pick(['skip', 'redraft', 'stop'])]);
    else if (this.#chance.oneIn(15)) await this.#type(['review', 'discard', first]);
    else if (this.#chance.oneIn(15))
      await this.#type(['review', 'hold', first, '--until', this.#chance.pick(['6h', '3d'])]);
    else if (this.#chance.oneIn(15))
      await this.#type(['review', 'edit', first, '--subject', `${first} edited`]);
    else await this.#type(['review', 'approve', ...chosen]);
    if (this.#chance.oneIn(10)) await this.#type(['review', 'undo', first]);
    if (this.#chance.oneIn(3)) await this.#settle();
  }

  /** Says what became of uncertain mails, having looked. */
  async #settle(): Promise<void> {
    for (const { id } of this.#world.rows(MESSAGES, 'uncertain')) {
      const isThere = this.#world.deliveries.all().some(({ messageId }) => messageId === id);
      await this.#type(['review', 'settle', String(id), isThere ? 'sent' : 'not-sent']);
    }
  }

  async #decideHeld(held: readonly Row[]): Promise<void> {
    const one = this.#chance.pick(held);
    const verb = this.#chance.oneIn(4) ? 'discard' : 'release';
    const runId = one['held_run_id'];
    if (one['hold_cause'] === 'blast_radius' && runId !== null)
      await this.#type(['review', verb, '--run', String(runId)]);
    else await this.#type(['review', verb, String(one['id'])]);
  }

  async #changeLead(): Promise<void> {
    const leads = this.#world.rows('SELECT email FROM leads ORDER BY row_id');
    if (leads.length === 0) return;
    const email = String(this.#chance.pick(leads)['email']);
    await this.#type(this.#changeOf(email));
  }

  #changeOf(email: string): readonly string[] {
    const until = new Date(this.#world.clock.now() + 4 * DAY_MS).toISOString();
    return this.#chance.pick([
      ['leads', 'set', email, 'stage=contacted'],
      ['leads', 'set', email, `hold_until=${until}`],
      ['leads', 'set', email, `hold_until=${until}`],
      ['leads', 'set', email, `timezone=${this.#chance.pick(['Asia/Tokyo', 'America/Denver', 'UTC'])}`],
      ['leads', 'due', email],
      ['leads', 'stop', email, '--reason', 'met in person'],
      ['leads', 'set', email, 'opted_out=true'],
      [
        'leads',
        'set',
        email,
        this.#chance.pick(['stage=customer', 'status=unqualified', 'stage=disqualified']),
      ],
    ]);
  }

  async #editSequence(): Promise<void> {
    const id = this.#chance.pick(EDITED);
    const path = `${id}/sequence.toml`;
    const text = this.#world.read(`sequences/${path}`);
    const edited = this.#chance.pick([otherStatus, otherDelay, withNewStep, withoutStep])(text, this.#chance);
    this.#world.writeSequences({ [path]: edited, ...wordsOf(id, edited) });
    for (const step of stepIds(text)) {
      if (!stepIds(edited).includes(step)) this.#world.delete(`sequences/${id}/${step}.md`);
    }
    await this.#type(['sequences', 'apply', '--yes']);
  }

  async #runByHand(): Promise<void> {
    const argv = this.#chance.pick([
      ['drip', '--preview'],
      ['nurture', '--preview'],
      ['drip', '--force'],
      ['nurture', '--force'],
      ['drip', '--limit', '2'],
      ['send', '--preview'],
      ['send', '--limit', '1'],
      ['confirm', '--veto'],
    ]);
    await this.#type(argv);
  }
}

function otherStatus(toml: string): string {
  return toml.includes('"active"')
    ? toml.replace('"active"', '"paused"')
    : toml.replace('"paused"', '"active"');
}

function otherDelay(toml: string, chance: Chance): string {
  return toml.replace(/after = "\d+d"/, () => `after = "${chance.between(0, 4)}d"`);
}

/** At its end, or in the middle: whoever has passed that place never gets it. */
function withNewStep(toml: string, chance: Chance): string {
  const blocks = toml.split('[[step]]');
  const step = `\nid = "extra-${chance.between(1, 999_999)}"\nafter = "1d"\n`;
  return blocks.toSpliced(chance.between(2, blocks.length), 0, step).join('[[step]]');
}

/** Any but the first; its id is never used again. */
function withoutStep(toml: string, chance: Chance): string {
  const blocks = toml.split('[[step]]');
  return blocks.length < 4
    ? toml
    : blocks.toSpliced(chance.between(2, blocks.length - 1), 1).join('[[step]]');
}

function stepIds(toml: string): readonly string[] {
  return [...toml.matchAll(/^id = "([\w-]+)"/gm)].map(([, id = '']) => id);
}

function wordsOf(sequence: string, toml: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    stepIds(toml).map((step) => [`${sequence}/${step}.md`, stepWords(sequence, step)]),
  );
}
