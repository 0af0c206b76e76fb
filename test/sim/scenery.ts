import type { SeededRandom } from '../helpers/fakes.ts';
import type { Rules } from './rules.ts';
import type { WorldOptions } from './world.ts';

/** Small helpers over the seed, so that a whole simulated year is one number. */
export class Chance {
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** True once in `n` times on average. */
  oneIn(n: number): boolean {
    return this.#random.fraction() * n < 1;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#random.fraction() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.#random.fraction() * list.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  some<T>(list: readonly T[]): readonly T[] {
    return list.filter(() => this.oneIn(2));
  }
}

const ZONES = [
  'Europe/Berlin',
  'Europe/Lisbon',
  'America/New_York',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Pacific/Auckland',
  'UTC',
];

/** Where leads come from, and so which sequences want them. */
const SOURCES = ['form:contact', 'form:demo', 'outreach', 'partner', 'newsletter'];

/** Workspaces that differ in their limits; the seed chooses one. */
const SETTINGS: readonly Pick<WorldOptions, 'env' | 'rules'>[] = [
  {},
  {
    // Large caps, so that the blast radius is what stops a burst.
    env: {
      HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '30',
      HEADGATE_LIMITS__DRAFTS_PER_RUN_NURTURE: '20',
      HEADGATE_LIMITS__DRAFTS_PER_DAY: '40',
      HEADGATE_LIMITS__BLAST_RADIUS_FLOOR: '1',
      HEADGATE_LIMITS__SENDS_PER_RUN: '30',
    },
    rules: {
      draftsPerRun: { drip: 30, nurture: 20 },
      draftsPerDay: 40,
      blastRadiusFloor: 1,
      sendsPerRun: 30,
      senders: {
        'tom@mail.example.com': { dailyCap: 12 },
        'mia@mail.example.com': { dailyCap: 8, rampStart: 2, rampStep: 1 },
      },
    },
  },
  {
    // An operator far from most leads, with small caps.
    env: {
      HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '2',
      HEADGATE_LIMITS__DRAFTS_PER_DAY: '4',
      HEADGATE_LIMITS__SENDS_PER_DAY: '6',
    },
    rules: {
      operatorZone: 'America/Los_Angeles',
      draftsPerRun: { drip: 2, nurture: 5 },
      draftsPerDay: 4,
      sendsPerDay: 6,
      senders: {
        'tom@mail.example.com': { dailyCap: 4 },
        'mia@mail.example.com': { dailyCap: 5, rampStart: 2, rampStep: 1 },
      },
    },
  },
];

/** A large fleet that has room to move, so that caps are not all that ever happens. */
function fleetSetting(scale: number): Pick<WorldOptions, 'env' | 'rules'> {
  const [perRun, perDay] = [Math.ceil(scale / 2), 2 * scale];
  return {
    env: {
      HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: String(perRun),
      HEADGATE_LIMITS__DRAFTS_PER_RUN_NURTURE: String(perRun),
      HEADGATE_LIMITS__DRAFTS_PER_DAY: String(perDay),
      HEADGATE_LIMITS__SENDS_PER_RUN: String(perRun),
      HEADGATE_LIMITS__SENDS_PER_DAY: String(perDay),
      HEADGATE_LIMITS__BLAST_RADIUS_FLOOR: String(scale),
    },
    rules: {
      draftsPerRun: { drip: perRun, nurture: perRun },
      draftsPerDay: perDay,
      sendsPerRun: perRun,
      sendsPerDay: perDay,
      blastRadiusFloor: scale,
    },
  };
}

/** `scale`: how many small workspaces it is worth. */
export function settingOf(seed: number, scale: number): Pick<WorldOptions, 'env' | 'rules'> {
  const settings = scale > 1 ? [...SETTINGS, fleetSetting(scale), fleetSetting(scale)] : SETTINGS;
  const { env = {}, rules = {} } = settings[seed % settings.length] ?? {};
  return { env, rules: { ...rules, senders: scaled(rules.senders ?? {}, scale) } };
}

/** Mailboxes for so many more people: with less, their caps are what leaves somebody waiting, and rightly. */
function scaled(senders: Rules['senders'], scale: number): Rules['senders'] {
  return Object.fromEntries(
    Object.entries(senders).map(([address, { dailyCap, rampStart, rampStep }]) => [
      address,
      {
        dailyCap: dailyCap * scale,
        ...(rampStart === undefined
          ? {}
          : { rampStart: rampStart * scale, rampStep: (rampStep ?? 1) * scale }),
      },
    ]),
  );
}

/** Sequences that differ in all that a run looks at: delays, windows, lateness, who approves, parallel or not. */
export const SEQUENCES: Readonly<Record<string, string>> = {
  ...sequence('website-lead', {
    head: 'status = "active"',
    trigger: 'source = ["form:*"]',
    steps: [
      ['welcome', 'after = "0d"'],
      ['case-study', 'after = "2d"'],
      ['free-resource', 'after = "3d"'],
      ['last-touch', 'after = "5d"'],
    ],
  }),
  ...sequence('outreach', {
    head: 'status = "active"\napprove = "auto"\nlate = "skip"',
    trigger: 'source = ["outreach"]',
    send: 'window = { start = "10:00", end = "15:00", tz = "lead", weekdays = [2, 3, 4] }',
    steps: [
      ['opening', 'day = 1'],
      ['follow-up', 'day = 2'],
      ['closing', 'day = 9'],
    ],
  }),
  ...sequence('partner', {
    head: 'status = "active"\napprove = "auto"\nlate = "restart"',
    trigger: 'source = ["partner"]',
    steps: [
      ['hello', 'after = "90m"'],
      ['details', 'after = "6h"'],
      ['call', 'after = "1 working days"'],
      ['thanks', 'after = "12h"'],
    ],
  }),
  ...sequence('tips', {
    head: 'status = "active"\ngap = "watermark"',
    trigger: 'platform = ["inbound"]\nallow_parallel = true',
    steps: [
      ['tip-one', 'day = 0'],
      ['tip-two', 'day = 1'],
      ['tip-three', 'day = 20'],
    ],
  }),
  ...sequence('stay-in-touch', {
    head: 'status = "active"\nkind = "nurture"',
    steps: [['small-win'], ['useful-read'], ['open-question']],
  }),
};

/** One whose words a model writes, for worlds that have a model. */
export const LETTERS: Readonly<Record<string, string>> = {
  ...sequence('letters', {
    head: 'status = "active"',
    trigger: 'source = ["newsletter"]',
    steps: [
      ['ask', 'after = "0d"'],
      ['ask-again', 'after = "2d"'],
    ],
  }),
  'letters/ask.md': openWords('ask'),
  'letters/ask-again.md': openWords('ask-again'),
};

export interface SequenceParts {
  /** Lines at the top of sequence.toml. */
  readonly head: string;
  readonly trigger?: string;
  readonly send?: string;
  /** Id and timing line of each step. */
  readonly steps: readonly (readonly [string, string?])[];
}

/** The files of one sequence. */
export function sequence(
  id: string,
  { head, trigger, send, steps }: SequenceParts,
): Readonly<Record<string, string>> {
  const toml = [
    `name = "${id}"`,
    head,
    ...(trigger === undefined ? [] : ['[trigger]', trigger]),
    ...(send === undefined ? [] : ['[send]', send]),
    ...steps.map(([step, timing = '']) => `[[step]]\nid = "${step}"\n${timing}`),
    '',
  ].join('\n');
  const words = steps.map(([step]) => [`${id}/${step}.md`, stepWords(id, step)]);
  return { [`${id}/sequence.toml`]: toml, ...(Object.fromEntries(words) as Record<string, string>) };
}

/** Every step has words of its own, which name it in the outbox. */
export function stepWords(sequenceId: string, step: string): string {
  return `Subject: ${sequenceId} ${step}\nMode: fixed\n\nHello {{ first_name | default: "there" }},\n\nthis is ${step}.\n`;
}

function openWords(step: string): string {
  return `Subject: letters ${step}\nLength: short\nBriefing: One case study from the same industry, one number, one question.\n\nHello {{ first_name | default: "there" }},\n\nthis is ${step}.\n\n{{ ai }}\n\nTom\n`;
}

/** A lead file with this many new people, `first` counting on from those before. */
export function leadFile(chance: Chance, { first, count }: { first: number; count: number }): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const platform = chance.oneIn(4) ? 'inbound' : '';
    const stage = chance.oneIn(12) ? 'customer' : chance.pick(['new', 'contacted', 'proposal']);
    const firstName = chance.oneIn(6) ? '' : `Person${number}`;
    return [
      `lead${number}@firm${number}.example`,
      firstName,
      chance.pick(ZONES),
      stage,
      chance.pick(SOURCES),
      platform,
    ].join(',');
  });
  return ['email,first_name,timezone,stage,source,platform', ...rows, ''].join('\n');
}
