import fc from 'fast-check';
import { expect } from 'vitest';

import { Author, SEQUENCES, STROKES, type Stroke, type WrittenSequence } from './author.ts';
import { foresee, orderAfter, type Foreseen } from './foreseen.ts';
import type { Enrolled, Fate, Stage } from './stage.ts';

export interface Story {
  readonly written: WrittenSequence;
  /** The zone of each lead; one arrives before each of the first rounds. */
  readonly leads: readonly number[];
  readonly rounds: number;
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
  ...([
    'approve',
    'approve',
    'approve',
    'leave',
    'hold',
    'reject',
    'reject',
    'redraft',
    'discard',
    'edit',
  ] as const),
  ...(['sending', 'uncertain', 'send now'] as const),
];

export const STORIES: fc.Arbitrary<Story> = fc.record({
  written: SEQUENCES,
  leads: fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
  rounds: fc.integer({ min: 3, max: 10 }),
  fates: fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 12 }),
  lastFates: fc.array(fc.constantFrom<Fate>('leave', 'leave', 'hold', 'approve', 'sending', 'uncertain'), {
    minLength: 1,
    maxLength: 5,
  }),
  isRunKilled: fc.boolean(),
  edits: fc.array(fc.array(STROKES, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
  outcome: fc.constantFrom('sent', 'not-sent'),
});

const ROUNDS_BETWEEN_EDITS = 1;
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
      foreseen = await this.#apply(this.#author.edit(this.#written, strokes));
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

  async #begin(): Promise<void> {
    const { leads, rounds } = this.#story;
    for (const zone of leads) {
      await this.#stage.arrive('main', zone);
      await this.#live(1);
    }
    await this.#live(Math.max(0, rounds - leads.length));
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
    const mine = [...before.values()].filter(
      ({ sequence, status }) => sequence === this.#written.id && isUnderWay(status),
    );
    const keyOf = (rowId: number): string => this.#keys.get(rowId) ?? `step row ${rowId}`;
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
      const { ahead, isCancelled } = foreseen.get(was.id) ?? { ahead: [], isCancelled: false };
      const who = `${was.email} after ${JSON.stringify([...was.messages])}`;
      expect(is.status === 'cancelled', who).toBe(isCancelled);
      if (isInDoubt(was)) continue;
      expect(is.status === 'completed', who).toBe(!isCancelled && ahead.length === 0);
      if (!isUnderWay(is.status)) continue;
      expect(is.next === null ? null : this.#keys.get(is.next), who).toBe(ahead[0]);
      this.#expectDelay(is);
    }
  }

  /** C2: who has no draft yet waits as long as the file says now, from the last mail or from the enrollment. */
  #expectDelay({ messages, isAskedFor, next, dueAt, anchorAt, email }: Enrolled): void {
    const { timing, steps } = this.#written;
    const hasDraft = [...messages.values()].some((state) =>
      ['pending_approval', 'approved', 'held'].includes(state),
    );
    if (timing !== 'elapsed' || hasDraft || isAskedFor || next === null) return;
    const step = steps.find(({ key }) => key === this.#keys.get(next));
    expect((dueAt ?? 0) - anchorAt, email).toBe((step?.wait ?? 0) * WAIT_UNIT_MS);
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
      if (plan !== undefined)
        expect([...(got.get(email) ?? [])].sort(), email).toEqual([...plan.ahead].sort());
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
  const withdrawn = people.flatMap(({ was, is }) =>
    [...is.messages].filter(
      ([step, state]) => state === 'cancelled' && was.messages.get(step) !== 'cancelled',
    ),
  );
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

function rangeOf(numbers: readonly number[]): Pick<Counts, 'earliest' | 'latest'> {
  if (numbers.length === 0) return { earliest: null, latest: null };
  return { earliest: Math.min(...numbers), latest: Math.max(...numbers) };
}

function isUnderWay(status: string): boolean {
  return status === 'pending' || status === 'active';
}

function isInDoubt({ messages }: Enrolled): boolean {
  return [...messages.values()].some((state) => state === 'sending' || state === 'uncertain');
}
