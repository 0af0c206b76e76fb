import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Box } from '../rig/box.ts';

/** What differs between a small fleet and a large one; all else is the program's default. */
export interface Limits {
  readonly draftsPerRunDrip: number;
  readonly draftsPerRunNurture: number;
  readonly draftsPerDay: number;
  readonly sendsPerRun: number;
  readonly sendsPerDay: number;
  readonly blastRadiusFloor: number;
}

export interface Settings {
  readonly limits: Limits | null;
  readonly holidays: readonly string[];
  readonly allowlist: readonly string[];
  readonly undoMinutes: number;
}

/** The operator edits headgate.toml. `limits` null leaves every cap at its default. */
export function writeSettings(box: Box, settings: Settings): void {
  const { limits, holidays, allowlist, undoMinutes } = settings;
  const lines = [
    'live = false',
    'timezone = "UTC"',
    `holidays = ${JSON.stringify(holidays)}`,
    '[limits]',
    `undo_minutes = ${undoMinutes}`,
    ...(limits === null
      ? []
      : [
          `drafts_per_run_drip = ${limits.draftsPerRunDrip}`,
          `drafts_per_run_nurture = ${limits.draftsPerRunNurture}`,
          `drafts_per_day = ${limits.draftsPerDay}`,
          `sends_per_run = ${limits.sendsPerRun}`,
          `sends_per_day = ${limits.sendsPerDay}`,
          `blast_radius_floor = ${limits.blastRadiusFloor}`,
        ]),
    '[mail]',
    `allowlist = ${JSON.stringify(allowlist)}`,
    '[web]',
    'token_secret = { file = "secrets/token-secret" }',
    '',
  ];
  writeFileSync(box.path('headgate.toml'), lines.join('\n'));
}

interface StepText {
  readonly id: string;
  readonly after: string;
}

interface SequenceText {
  readonly id: string;
  readonly head: readonly string[];
  readonly trigger: readonly string[];
  readonly steps: readonly StepText[];
  /** Words that need a field of the lead without a fallback. */
  readonly needs?: string;
}

const SEQUENCES: readonly SequenceText[] = [
  {
    id: 'website',
    head: [],
    trigger: ['form = ["contact-2026"]'],
    steps: [
      { id: 'hello', after: '0d' },
      { id: 'case', after: '2d' },
      { id: 'close', after: '3d' },
    ],
  },
  {
    // Six hours apart, which the watermark stretches to a day.
    id: 'quick',
    head: ['gap = "watermark"'],
    trigger: ['source = ["form:quick"]'],
    steps: [
      { id: 'one', after: '0d' },
      { id: 'two', after: '6h' },
      { id: 'three', after: '6h' },
    ],
  },
  {
    id: 'window',
    head: [],
    trigger: ['source = ["form:window"]'],
    steps: [
      { id: 'first', after: '0d' },
      { id: 'second', after: '2d' },
      { id: 'third', after: '2d' },
    ],
  },
  {
    id: 'campaign',
    head: [],
    trigger: ['source = ["form:campaign"]'],
    steps: [
      { id: 'start', after: '0d' },
      { id: 'more', after: '2d' },
      { id: 'end', after: '2d' },
    ],
  },
  {
    // Runs beside the campaign for the same people: two enrollments, one watermark.
    id: 'launch',
    head: [],
    trigger: ['tags = ["launch"]', 'allow_parallel = true'],
    steps: [
      { id: 'news', after: '1h' },
      { id: 'offer', after: '1d' },
    ],
  },
  {
    // A list that comes all at once.
    id: 'fair',
    head: [],
    trigger: ['source = ["form:fair"]'],
    steps: [{ id: 'met', after: '0d' }],
  },
  {
    // Its first step falls due while nothing runs.
    id: 'sleepers',
    head: ['late = "skip"'],
    trigger: ['source = ["form:sleepers"]'],
    steps: [
      { id: 'knock', after: '3d' },
      { id: 'again', after: '5d' },
    ],
  },
  {
    id: 'company',
    head: [],
    trigger: ['source = ["form:company"]'],
    steps: [{ id: 'about', after: '0d' }],
    needs: 'company',
  },
];

/** Writes the sequences of the story. `paused` are those that the operator has set to paused. */
export function writeSequences(box: Box, paused: readonly string[] = []): void {
  for (const sequence of SEQUENCES) {
    const { id, head, trigger, steps, needs } = sequence;
    const folder = box.path('sequences', id);
    mkdirSync(folder, { recursive: true });
    const toml = [
      `name = "${id}"`,
      `status = "${paused.includes(id) ? 'paused' : 'active'}"`,
      ...head,
      ...(id === 'window'
        ? ['[send]', 'window = { start = "10:00", end = "15:00", tz = "lead", weekdays = [2, 3, 4] }']
        : []),
      '[trigger]',
      ...trigger,
      ...steps.flatMap((step) => ['[[step]]', `id = "${step.id}"`, `after = "${step.after}"`]),
      '',
    ];
    writeFileSync(join(folder, 'sequence.toml'), toml.join('\n'));
    for (const { id: step } of steps) writeFileSync(join(folder, `${step}.md`), wordsOf(id, step, needs));
  }
  writeNurture(box);
}

function writeNurture(box: Box): void {
  const folder = box.path('sequences', 'keep-in-touch');
  mkdirSync(folder, { recursive: true });
  const steps = ['ask', 'read'];
  const toml = [
    'name = "keep in touch"',
    'status = "active"',
    'kind = "nurture"',
    ...steps.flatMap((id) => ['[[step]]', `id = "${id}"`]),
    '',
  ];
  writeFileSync(join(folder, 'sequence.toml'), toml.join('\n'));
  for (const step of steps) writeFileSync(join(folder, `${step}.md`), wordsOf('keep-in-touch', step));
}

function wordsOf(sequence: string, step: string, needs?: string): string {
  const about = needs === undefined ? '' : ` about {{ ${needs} }}`;
  return `Subject: ${sequence} ${step} for {{ first_name | default: "you" }}
Mode: fixed

Hello {{ first_name | default: "there" }},

one plain question${about}: how do you do this today?

{{ sender_name }}
`;
}
