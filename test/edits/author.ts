import fc from 'fast-check';

/** How the steps of a written sequence are timed; the two ways of C2 are never mixed. */
export type Timing = 'elapsed' | 'working days' | 'day';

export interface WrittenStep {
  /** What the step is for ever, whatever it is called; its mail says so. */
  readonly key: string;
  readonly id: string;
  readonly renamedFrom: string | null;
  /** Hours after the step before, working days after it, or days further from enrollment. */
  readonly wait: number;
  readonly window: string | null;
  readonly words: number;
  readonly noise: number;
}

export interface WrittenSequence {
  readonly id: string;
  readonly renamedFrom: string | null;
  readonly status: 'active' | 'paused' | 'archived';
  readonly timing: Timing;
  readonly source: string;
  readonly window: string | null;
  readonly title: number;
  readonly steps: readonly WrittenStep[];
}

/** One thing that an author changes. `at` and `to` are taken modulo what there is. */
export type Stroke =
  | { readonly kind: 'delay' | 'insert'; readonly at: number; readonly wait: number }
  | { readonly kind: 'step window'; readonly at: number; readonly window: string | null }
  | { readonly kind: 'window'; readonly window: string | null }
  | { readonly kind: 'move'; readonly at: number; readonly to: number }
  | { readonly kind: 'delete' | 'rename' | 'words' | 'setting'; readonly at: number }
  | { readonly kind: 'sequence name' | 'trigger' | 'title' | 'pause' | 'archive' };

const WINDOWS = [
  null,
  '{ start = "10:00", end = "15:00", tz = "lead", weekdays = [2, 3, 4] }',
  '{ start = "09:00", end = "11:00", tz = "lead" }',
  '{ start = "13:00", end = "16:30", tz = "Europe/Berlin" }',
] as const;

const AT = fc.nat(5);
const WAIT = fc.nat(4);
const WINDOW = fc.constantFrom(...WINDOWS);

/** Every kind of edit that a preflight speaks of (issue 9). */
export const STROKES: fc.Arbitrary<Stroke> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delay'), at: AT, wait: WAIT }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('insert'), at: AT, wait: WAIT }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('delete'), at: AT }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('move'), at: AT, to: AT }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('step window'), at: AT, window: WINDOW }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('window'), window: WINDOW }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('rename', 'words', 'setting'), at: AT }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('sequence name', 'trigger', 'title', 'pause') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('archive') }) },
);

export const SEQUENCES: fc.Arbitrary<WrittenSequence> = fc
  .record({
    timing: fc.constantFrom<Timing>('elapsed', 'elapsed', 'working days', 'day'),
    window: WINDOW,
    waits: fc.array(WAIT, { minLength: 2, maxLength: 5 }),
  })
  .map(({ timing, window, waits }) => ({
    id: 'main',
    renamedFrom: null,
    status: 'active',
    timing,
    source: 'main',
    window,
    title: 0,
    steps: waits.map((wait, index) => newStep(`step-${index + 1}`, wait)),
  }));

/** Writes one edit after the other into a sequence; each new step, name and window is one that there never was. */
export class Author {
  #names = 0;

  edit(sequence: WrittenSequence, strokes: readonly Stroke[]): WrittenSequence {
    const applied: WrittenSequence = {
      ...sequence,
      renamedFrom: null,
      steps: sequence.steps.map((step) => ({ ...step, renamedFrom: null })),
    };
    return strokes.reduce((written, stroke) => this.#stroke(written, stroke), applied);
  }

  #stroke(sequence: WrittenSequence, stroke: Stroke): WrittenSequence {
    switch (stroke.kind) {
      case 'window':
        return { ...sequence, window: stroke.window };
      case 'sequence name':
        this.#names += 1;
        // A second new name before the first was applied still comes from the one that was.
        return {
          ...sequence,
          id: `main-${this.#names}`,
          renamedFrom: sequence.renamedFrom ?? sequence.id,
        };
      case 'trigger':
        return { ...sequence, source: sequence.source === 'main' ? 'elsewhere' : 'main' };
      case 'title':
        return { ...sequence, title: sequence.title + 1 };
      case 'pause':
        return { ...sequence, status: sequence.status === 'paused' ? 'active' : 'paused' };
      case 'archive':
        return { ...sequence, status: 'archived' };
      default:
        return { ...sequence, steps: this.#steps(sequence.steps, stroke) };
    }
  }

  #steps(
    steps: readonly WrittenStep[],
    stroke: Extract<Stroke, { readonly at: number }>,
  ): readonly WrittenStep[] {
    const at = stroke.at % steps.length;
    const change = (changed: (step: WrittenStep) => Partial<WrittenStep>): readonly WrittenStep[] =>
      steps.map((step, index) => (index === at ? { ...step, ...changed(step) } : step));
    switch (stroke.kind) {
      case 'delay':
        return change(() => ({ wait: stroke.wait }));
      case 'step window':
        return change(() => ({ window: stroke.window }));
      case 'words':
        return change(({ words }) => ({ words: words + 1 }));
      case 'setting':
        return change(({ noise }) => ({ noise: noise + 1 }));
      case 'rename':
        this.#names += 1;
        return change(({ id, renamedFrom, key }) =>
          // A step that was never applied has no former name.
          key === id && this.#isNew(key) ? {} : { id: `name-${this.#names}`, renamedFrom: renamedFrom ?? id },
        );
      case 'delete':
        return steps.length === 1 ? steps : steps.filter((_, index) => index !== at);
      case 'insert':
        this.#names += 1;
        return steps.toSpliced(stroke.at % (steps.length + 1), 0, newStep(`new-${this.#names}`, stroke.wait));
      case 'move': {
        const rest = steps.toSpliced(at, 1);
        return rest.toSpliced(stroke.to % steps.length, 0, ...steps.slice(at, at + 1));
      }
    }
  }

  readonly #applied = new Set<string>();

  /** Says that what is written has been applied. */
  remember({ steps }: WrittenSequence): void {
    for (const { key } of steps) this.#applied.add(key);
  }

  #isNew(key: string): boolean {
    return !this.#applied.has(key);
  }
}

function newStep(key: string, wait: number): WrittenStep {
  return { key, id: key, renamedFrom: null, wait, window: null, words: 0, noise: 0 };
}

/** The files of a sequence, by path under sequences/. */
export function filesOf(sequence: WrittenSequence): Readonly<Record<string, string>> {
  const { id, renamedFrom, status, source, window, title } = sequence;
  const head = [
    `name = "Sequence ${title}"`,
    `status = "${status}"`,
    ...(renamedFrom === null ? [] : [`renamed_from = "${renamedFrom}"`]),
    '[trigger]',
    `source = ["${source}"]`,
    '[send]',
    ...(window === null ? [] : [`window = ${window}`]),
  ];
  const steps = sequence.steps.map((step, index) => stepLines(sequence, step, index));
  const words = sequence.steps.map((step) => [`${id}/${step.id}.md`, wordsOf(step)] as const);
  return Object.fromEntries([[`${id}/sequence.toml`, [...head, ...steps, ''].join('\n')], ...words]);
}

function stepLines({ timing, steps }: WrittenSequence, step: WrittenStep, index: number): string {
  const day = steps.slice(0, index + 1).reduce((sum, { wait }) => sum + wait + 1, -1);
  const due =
    timing === 'day'
      ? `day = ${day}`
      : timing === 'elapsed'
        ? `after = "${step.wait * 18}h"`
        : `after = "${step.wait} working days"`;
  return [
    '[[step]]',
    `id = "${step.id}"`,
    due,
    ...(step.renamedFrom === null ? [] : [`renamed_from = "${step.renamedFrom}"`]),
    ...(step.window === null ? [] : [`window = ${step.window}`]),
    ...(step.noise === 0 ? [] : [`max_late = "${20 + step.noise}d"`]),
  ].join('\n');
}

function wordsOf({ key, words }: WrittenStep): string {
  return `Subject: About ${key}\nMode: fixed\n\nthis is ${key}. May I ask ${words} things?\n`;
}
