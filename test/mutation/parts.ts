/** A part of the sources that is mutated by itself, and the tests that its mutants are held against. */
export interface Part {
  readonly name: string;
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

const CORE = ['test/core/**/*.test.ts'];

/** From "approved" to "sending" to "sent", and every place in SQL where a cap, a reservation, a claim or an expiry is decided. */
const CLAIMS = [
  ...['messages', 'sends', 'send-list', 'send-now', 'at-door', 'reservations', 'senders', 'transport-waits'],
  ...[
    'expiry',
    'drafts',
    'forgotten-sends',
    'volume',
    'asking',
    'holds',
    'review',
    'enrollments',
    'candidates',
  ],
];

/** Each file of the claim path has tests of its own, on a real file and without a command: seconds for all of them. */
export const CLAIM_TESTS: readonly string[] = CLAIMS.map((name) => `test/store/${name}.test.ts`);

export const PARTS: readonly Part[] = [
  {
    name: 'guards',
    mutate: ['src/core/guards/**/*.ts'],
    tests: ['test/core/guards/**/*.test.ts', 'test/core/planner.test.ts'],
  },
  {
    name: 'planning',
    mutate: [
      'planner',
      'states',
      'schedule',
      'progress',
      'catch-up',
      'planned-step',
      'claims',
      'nurture-due',
      'bail',
      'boot',
    ].map((name) => `src/core/${name}.ts`),
    tests: CORE,
  },
  { name: 'edits', mutate: ['src/core/edit-*.ts'], tests: CORE },
  { name: 'time', mutate: ['src/core/time/**/*.ts'], tests: CORE },
  { name: 'senders', mutate: ['src/core/senders/**/*.ts', 'src/core/review-rules.ts'], tests: CORE },
  {
    name: 'facts',
    mutate: [
      'src/core/facts/**/*.ts',
      'src/core/attribution/**/*.ts',
      'src/core/journal-facts.ts',
      'src/core/thread.ts',
    ],
    tests: CORE,
  },
  {
    name: 'leads',
    mutate: [
      'src/core/lead-*.ts',
      'src/core/csv-*.ts',
      'src/core/email-address.ts',
      'src/core/matching.ts',
      'src/core/trigger-index.ts',
    ],
    tests: CORE,
  },
  {
    name: 'writing',
    mutate: ['src/core/writing/**/*.ts', 'src/core/template-*.ts', 'src/core/clean-text.ts'],
    tests: CORE,
  },
  { name: 'inbound', mutate: ['src/core/inbound/*.ts'], tests: CORE },
  {
    name: 'claims',
    mutate: CLAIMS.map((name) => `src/store/${name}.ts`),
    tests: CLAIM_TESTS,
  },
];
