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

/** A change where it matters to one of those under way: `who` is taken modulo those that have such a step. */
export type Aimed =
  /** What they have had, right in front of what they get next, or last of all. */
  | { readonly kind: 'had in front' | 'had last'; readonly what: 'sent' | 'rejected'; readonly who: number }
  | {
      readonly kind: 'new in front';
      readonly what: 'sent' | 'rejected' | 'next';
      readonly who: number;
      readonly wait: number;
    };

/** Where somebody under way stands, by keys of steps. */
export interface Standing {
  readonly sent: readonly string[];
  readonly rejected: readonly string[];
  readonly last: string | null;
  readonly next: string | null;
  readonly hasDraft: boolean;
}

/** One thing that an author changes. `at` and `to` are taken modulo what there is. */
export type Stroke =
  | { readonly kind: 'delay' | 'insert'; readonly at: number; readonly wait: number }
  | { readonly kind: 'step window'; readonly at: number; readonly window: string | null }
  | { readonly kind: 'window'; readonly window: string | null }
  | { readonly kind: 'move'; readonly at: number; readonly to: number }
  | { readonly kind: 'delete' | 'rename' | 'words' | 'setting'; readonly at: number }
  | Aimed
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
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constantFrom('had in front', 'had in front', 'had last'),
      what: fc.constantFrom('sent', 'rejected', 'rejected'),
      who: AT,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('new in front'),
      what: fc.constantFrom('sent', 'rejected', 'next'),
      who: AT,
      wait: WAIT,
    }),
  },
);

export const SEQUENCES = sequencesOf({ minLength: 2, maxLength: 5 });

/** By how many steps they have. */
export function sequencesOf(length: {
  readonly minLength: number;
  readonly maxLength: number;
}): fc.Arbitrary<WrittenSequence> {
  return fc
    .record({
      timing: fc.constantFrom<Timing>('elapsed', 'elapsed', 'working days', 'day'),
      window: WINDOW,
      waits: fc.array(WAIT, length),
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
}

/** Writes one edit after the other into a sequence; each new step, name and window is one that there never was. */
export class Author {
  #names = 0;

  /** `standing` tells where everybody under way stands. */
  edit(
    sequence: WrittenSequence,
    strokes: readonly Stroke[],
    standing: readonly Standing[] = [],
  ): WrittenSequence {
    const applied: WrittenSequence = {
      ...sequence,
      renamedFrom: null,
      steps: sequence.steps.map((step) => ({ ...step, renamedFrom: null })),
    };
    return strokes.reduce((written, stroke) => this.#stroke(written, { stroke, standing }), applied);
  }

  #stroke(
    sequence: WrittenSequence,
    { stroke, standing }: { readonly stroke: Stroke; readonly standing: readonly Standing[] },
  ): WrittenSequence {
    switch (stroke.kind) {
      case 'had in front':
      case 'had last':
      case 'new in front':
        return { ...sequence, steps: this.#aimed(sequence.steps, { stroke, standing }) };
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

  #aimed(
    steps: readonly WrittenStep[],
    { stroke, standing }: { readonly stroke: Aimed; readonly standing: readonly Standing[] },
  ): readonly WrittenStep[] {
    const aim = aimOf(steps, stroke, standing);
    if (aim === null) return steps;
    const { step, next } = aim;
    if (stroke.kind === 'new in front') {
      this.#names += 1;
      return steps.toSpliced(steps.indexOf(step), 0, newStep(`new-${this.#names}`, stroke.wait));
    }
    const rest = steps.filter((each) => each !== step);
    const to = rest.findIndex(({ key }) => key === next);
    return stroke.kind === 'had last' || to === -1 ? [...rest, step] : rest.toSpliced(to, 0, step);
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

/**
 * The step that a stroke is aimed at, and what that person gets next; null when nobody has one. Whoever has no draft in hand and has
 * gone on from that step comes first: the edit alone decides what they get.
 */
function aimOf(
  steps: readonly WrittenStep[],
  { what, who }: Aimed,
  standing: readonly Standing[],
): { readonly step: WrittenStep; readonly next: string | null } | null {
  const isAnyRejected = standing.some(({ rejected }) => rejected.length > 0);
  const aims = standing.flatMap(({ next, last, hasDraft, sent, rejected }) => {
    const keys = what === 'next' ? [next] : what === 'rejected' && isAnyRejected ? rejected : sent;
    return steps
      .filter(({ key }) => keys.includes(key))
      .map((step) => ({ step, next, isOpen: !hasDraft && step.key !== last }));
  });
  const open = aims.filter(({ isOpen }) => isOpen);
  const choice = open.length > 0 ? open : aims;
  return choice[who % choice.length] ?? null;
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
