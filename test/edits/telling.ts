import fc from 'fast-check';
import { expect } from 'vitest';

import { Author, sequencesOf, STROKES, type Standing, type Stroke, type WrittenSequence } from './author.ts';
import { foresee, orderAfter, type Foreseen } from './foreseen.ts';
import { hasDraft, isInDoubt, type Enrolled, type Fate, type Stage } from './stage.ts';

export interface Story {
  readonly written: WrittenSequence;
  /** The zone of each lead; one arrives before each of the first rounds. */
  readonly leads: readonly number[];
  /** So many steps are behind the farthest when the first edit comes, sent or passed over. */
  readonly settled: number;
  readonly fates: readonly Fate[];
  /** What became of the drafts right before an edit: most of them still wait. */
  readonly lastFates: readonly Fate[];
  readonly isRunKilled: boolean;
  /** Each list is applied at once; between two of them life goes on. */
  readonly edits: readonly (readonly Stroke[])[];
  /** What turns out of every mail that may have left. */
  readonly outcome: 'sent' | 'not-sent';
}

/** So that most people are somewhere, approving is what happens most. */
const FATES: readonly Fate[] = [
  ...(['approve', 'approve', 'approve', 'approve', 'approve'] as const),
  ...(['reject', 'reject', 'reject', 'reject'] as const),
  ...(['leave', 'hold', 'redraft', 'discard', 'expire', 'edit', 'send now'] as const),
  ...(['stop', 'sending', 'uncertain'] as const),
];
/** Most drafts still wait when an edit comes. */
const LAST_FATES: readonly Fate[] = [
  ...(['leave', 'leave', 'leave', 'hold', 'approve', 'approve', 'reject', 'redraft'] as const),
  ...(['discard', 'expire', 'sending', 'uncertain'] as const),
];

/** Without bias: small stories, in which nobody has got anywhere yet, would come first. */
export const STORIES: fc.Arbitrary<Story> = fc.noBias(
  fc.record({
    written: sequencesOf({ minLength: 3, maxLength: 6 }),
    leads: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
    settled: fc.constantFrom(0, 1, 2, 2, 3, 3),
    fates: fc.array(fc.constantFrom(...FATES), { minLength: 5, maxLength: 12 }),
    lastFates: fc.array(fc.constantFrom(...LAST_FATES), { minLength: 1, maxLength: 5 }),
    isRunKilled: fc.boolean(),
    edits: fc.array(fc.array(STROKES, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
    outcome: fc.constantFrom('sent', 'not-sent'),
  }),
);

const NOBODY: Foreseen = { ahead: [], isCancelled: false, isDraftWithdrawn: false };
const ROUNDS_BETWEEN_EDITS = 1;
/** When nothing more comes of it: somebody leaves every draft where it is. */
const ROUNDS_TO_BEGIN = 20;
const WAIT_UNIT_MS = 18 * 3_600_000;

interface Snapshots {
  /** Who was under way in the edited sequence, as they were and as they are. */
  readonly people: readonly { readonly was: Enrolled; readonly is: Enrolled }[];
  readonly foreseen: ReadonlyMap<string, Foreseen>;
  readonly isNew: (key: string) => boolean;
}

/** Tells one story with the real commands, and holds every edit against what was shown and against what was foreseen. */
export class Telling {
  readonly #stage: Stage;
  readonly #story: Story;
  readonly #author = new Author();
  readonly #keys = new Map<number, string>();
  #written: WrittenSequence;
  /** Every key there ever was, removed ones where they stood. */
  #order: readonly string[];
  #fates = 0;

  constructor(stage: Stage, story: Story) {
    this.#stage = stage;
    this.#story = story;
    this.#written = story.written;
    this.#order = story.written.steps.map(({ key }) => key);
    this.#learn();
  }

  async tell(): Promise<void> {
    const { edits, isRunKilled, lastFates, outcome } = this.#story;
    await this.#begin();
    let foreseen: ReadonlyMap<string, Foreseen> = new Map();
    for (const [index, strokes] of edits.entries()) {
      if (index > 0) await this.#live(ROUNDS_BETWEEN_EDITS);
      await this.#stage.round(() => this.#nextOf(lastFates));
      if (isRunKilled) this.#stage.reserve();
      foreseen = await this.#apply(this.#author.edit(this.#written, strokes, this.#standing()));
      // Archived is for good.
      if (this.#written.status === 'archived') break;
    }
    if (this.#written.status === 'paused') {
      foreseen = await this.#apply({ ...this.#author.edit(this.#written, []), status: 'active' });
    }
    const before = this.#stage.mails();
    await this.#stage.runToTheEnd(() => outcome);
    this.#expectEnd(foreseen, before);
  }

  /** Of everybody under way in what is edited. */
  #standing(): readonly Standing[] {
    return this.#underWay().map((person) => {
      const { messages, last, next } = person;
      const inState = (wanted: string): readonly string[] =>
        [...messages].flatMap(([step, state]) =>
          state === wanted && step !== next ? [this.#keyOf(step)] : [],
        );
      return {
        sent: inState('sent'),
        rejected: inState('rejected'),
        last: last === null ? null : this.#keyOf(last),
        next: next === null ? null : this.#keyOf(next),
        hasDraft: hasDraft(person),
      };
    });
  }

  #underWay(): readonly Enrolled[] {
    return [...this.#stage.enrolled().values()].filter(
      ({ sequence, status }) => sequence === this.#written.id && isUnderWay(status),
    );
  }

  #keyOf(stepRowId: number): string {
    return this.#keys.get(stepRowId) ?? `step row ${stepRowId}`;
  }

  async #begin(): Promise<void> {
    const { leads, settled } = this.#story;
    for (const zone of leads) {
      await this.#stage.arrive('main', zone);
      await this.#live(1);
    }
    for (let round = leads.length; round < ROUNDS_TO_BEGIN && this.#settled() < settled; round += 1) {
      await this.#live(1);
    }
  }

  /** By the farthest of those who are under way still. */
  #settled(): number {
    return Math.max(0, ...this.#standing().map(({ sent, rejected }) => sent.length + rejected.length));
  }

  async #live(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1)
      await this.#stage.round(() => this.#nextOf(this.#story.fates));
  }

  #nextOf(fates: readonly Fate[]): Fate {
    this.#fates += 1;
    return fates[this.#fates % fates.length] ?? 'approve';
  }

  async #apply(written: WrittenSequence): Promise<ReadonlyMap<string, Foreseen>> {
    const stage = this.#stage;
    const orderBefore = this.#order;
    const before = stage.enrolled();
    const { outcome } = this.#story;
    const mine = this.#underWay();
    const keyOf = (rowId: number): string => this.#keyOf(rowId);
    const foreseen = new Map(
      mine.map((person) => [person.id, foresee(person, { orderBefore, after: written, keyOf, outcome })]),
    );
    stage.write(written);
    const plan = await stage.json('sequences plan');
    const applied = await stage.json('sequences apply --yes');
    this.#written = written;
    this.#order = orderAfter(orderBefore, written);
    this.#learn();
    const after = stage.enrolled();
    const people = mine.map((was) => ({ was, is: after.get(was.id) ?? was }));
    const isNew = (key: string): boolean => !orderBefore.includes(key);
    expect(toldBy(applied), 'what was done is what was shown').toEqual(toldBy(plan));
    expect(countsOf(plan), 'what was shown is what happened').toEqual(happened({ people, foreseen, isNew }));
    this.#expectPlaces(people, foreseen);
    this.#expectBystandersUntouched(before, after);
    return foreseen;
  }

  /** Which row of the state is which step. */
  #learn(): void {
    const rows = this.#stage.world.rows(
      'SELECT t.row_id, t.id FROM steps t JOIN sequences s ON s.row_id = t.sequence_row_id WHERE s.id = ? AND t.deleted_at IS NULL',
      this.#written.id,
    );
    for (const { row_id: rowId, id } of rows) {
      const step = this.#written.steps.find((each) => each.id === id);
      if (step !== undefined) this.#keys.set(Number(rowId), step.key);
    }
    this.#author.remember(this.#written);
  }

  #expectPlaces(people: Snapshots['people'], foreseen: ReadonlyMap<string, Foreseen>): void {
    for (const { was, is } of people) {
      const { ahead, isCancelled, isDraftWithdrawn } = foreseen.get(was.id) ?? NOBODY;
      const who = `${was.email} after ${JSON.stringify([...was.messages])}`;
      expect(is.status === 'cancelled', who).toBe(isCancelled);
      expect(withdrawnFrom(was, is).length > 0, who).toBe(isDraftWithdrawn);
      if (isInDoubt(was)) continue;
      expect(is.status === 'completed', who).toBe(!isCancelled && ahead.length === 0);
      if (!isUnderWay(is.status)) continue;
      expect(is.next === null ? null : this.#keys.get(is.next), who).toBe(ahead[0]);
      this.#expectDelay(was, is);
    }
  }

  /**
   * C2: who has no draft yet waits as long as the file says now, from the last mail or from the enrollment; who had one that ended
   * unsent may be due at its time still.
   */
  #expectDelay(was: Enrolled, is: Enrolled): void {
    const { messages, next, dueAt, anchorAt, email } = is;
    const { timing, steps } = this.#written;
    if (timing !== 'elapsed' || hasDraft(is) || is.isAskedFor || next === null) return;
    const step = steps.find(({ key }) => key === this.#keys.get(next));
    const due = anchorAt + (step?.wait ?? 0) * WAIT_UNIT_MS;
    expect(messages.has(next) ? [due, was.dueAt] : [due], email).toContain(dueAt);
  }

  #expectBystandersUntouched(
    before: ReadonlyMap<string, Enrolled>,
    after: ReadonlyMap<string, Enrolled>,
  ): void {
    for (const [id, was] of before) {
      if (was.sequence === 'bystander' && ![...was.messages.values()].includes('reserved'))
        expect(after.get(id)).toEqual(was);
    }
  }

  #expectEnd(
    foreseen: ReadonlyMap<string, Foreseen>,
    before: readonly { readonly email: string; readonly key: string }[],
  ): void {
    const mails = this.#stage.mails();
    const named = mails.map(({ email, key }) => `${email} ${key}`);
    expect(new Set(named).size, `a step twice in ${named.join(', ')}`).toBe(named.length);
    const got = new Map<string, string[]>();
    const old = new Set(before.map(({ email, key }) => `${email} ${key}`));
    for (const { email, key } of mails) {
      if (!old.has(`${email} ${key}`)) got.set(email, [...(got.get(email) ?? []), key]);
    }
    for (const [id, { email }] of this.#stage.enrolled()) {
      const plan = foreseen.get(id);
      if (plan !== undefined) expect(got.get(email) ?? [], email).toEqual(plan.ahead);
    }
  }
}

interface Counts {
  readonly moved: unknown;
  readonly completed: unknown;
  readonly cancelled: unknown;
  readonly withdrawn: unknown;
  readonly added: unknown;
  readonly doubleSends: unknown;
  /** Seconds, over everybody who moved. */
  readonly earliest: number | null;
  readonly latest: number | null;
}

type Document = Readonly<Record<string, unknown>>;

function toldBy({ items, ...document }: Document): Document {
  return { ...countsOf({ items, ...document }), items };
}

function countsOf(document: Document): Counts {
  const items = document['items'] as readonly Readonly<Record<string, number | null>>[];
  const shifts = (key: string): readonly number[] => items.flatMap((item) => item[key] ?? []);
  return {
    moved: document['moved_count'],
    completed: document['completed_count'],
    cancelled: document['cancelled_count'],
    withdrawn: document['drafts_withdrawn_count'],
    added: document['emails_added_count'],
    doubleSends: document['double_send_risk_count'],
    ...rangeOf([...shifts('earliest_shift_seconds'), ...shifts('latest_shift_seconds')]),
  };
}

/** The same counts, from nothing but the state before and after. */
function happened({ people, foreseen, isNew }: Snapshots): Counts {
  const moved = people.filter(
    ({ was, is }) => isUnderWay(is.status) && (was.next !== is.next || was.nextDueAt !== is.nextDueAt),
  );
  const ended = (status: string): number => people.filter(({ is }) => is.status === status).length;
  const withdrawn = people.flatMap(({ was, is }) => withdrawnFrom(was, is));
  const added = [...foreseen.values()].flatMap(({ ahead }) => ahead.filter(isNew));
  return {
    moved: moved.length,
    completed: ended('completed'),
    cancelled: ended('cancelled'),
    withdrawn: withdrawn.length,
    added: added.length,
    doubleSends: 0,
    ...rangeOf(moved.map(({ was, is }) => ((is.nextDueAt ?? 0) - (was.nextDueAt ?? 0)) / 1_000)),
  };
}

function withdrawnFrom(was: Enrolled, is: Enrolled): readonly number[] {
  return [...is.messages].flatMap(([step, state]) =>
    state === 'cancelled' && was.messages.get(step) !== 'cancelled' ? [step] : [],
  );
}

function rangeOf(numbers: readonly number[]): Pick<Counts, 'earliest' | 'latest'> {
  if (numbers.length === 0) return { earliest: null, latest: null };
  return { earliest: Math.min(...numbers), latest: Math.max(...numbers) };
}

function isUnderWay(status: string): boolean {
  return status === 'pending' || status === 'active';
}
