/** A part of the sources that is mutated by itself, and the tests that its mutants are held against. */
export interface Part {
  readonly name: string;
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

const CORE = ['test/core/**/*.test.ts'];

const core = (...names: readonly string[]): readonly string[] => names.map((name) => `src/core/${name}.ts`);

const testsOf = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/core/${name}.test.ts`);

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

/** What comes back by mail. The tables of words in inbound/rules are left out: the mails of `npm run eval:mail` hold them. */
const INBOUND = [
  ...['addresses', 'bounce-signs', 'classify', 'delivery-report', 'delivery-status', 'feedback-report'],
  ...['html-text', 'machine-signs', 'mail', 'message-ids', 'notice-text', 'opt-out', 'phrases'],
  ...['provider-notice', 'quote-signs', 'refusal-facts', 'refusal-rules', 'reply-text', 'return-date'],
  ...['rules/phrase-group', 'rules/word-pairs'],
];

/** Each file is held against its own tests: with the mails of all of them a change would cost seconds. */
function inboundPart(name: string): Part {
  const own = name.replace('rules/', '');
  return {
    name: `inbound-${own}`,
    mutate: core(`inbound/${name}`),
    tests: testsOf(`inbound/${own}`, `inbound/${own}-rules`),
  };
}

export const PARTS: readonly Part[] = [
  {
    name: 'guards',
    mutate: ['src/core/guards/**/*.ts'],
    tests: ['test/core/guards/**/*.test.ts', 'test/core/planner.test.ts'],
  },
  {
    name: 'planning',
    mutate: core(
      'planner',
      'states',
      'schedule',
      'progress',
      'catch-up',
      'planned-step',
      'claims',
      'nurture-due',
      'bail',
      'review-rules',
      'reckoning',
      'page-act',
      'thread',
      'journal-facts',
    ),
    tests: CORE,
  },
  { name: 'edits', mutate: core('edit-*'), tests: ['test/core/edit-*.test.ts'] },
  { name: 'time', mutate: core('time/**/*'), tests: ['test/core/time/**/*.test.ts'] },
  { name: 'senders', mutate: core('senders/**/*'), tests: CORE },
  {
    name: 'facts',
    mutate: core('facts/**/*', 'attribution/**/*'),
    tests: ['test/core/facts/**/*.test.ts', 'test/core/attribution/**/*.test.ts'],
  },
  {
    name: 'leads',
    mutate: core('lead-*', 'email-address', 'mail-domain', 'suppression-list'),
    tests: testsOf('lead-*', 'email-address', 'suppression-list'),
  },
  { name: 'csv', mutate: core('csv-*'), tests: CORE },
  {
    name: 'matching',
    mutate: core('matching', 'trigger-index'),
    tests: ['test/core/matching.test.ts', 'test/core/lead-fields.test.ts'],
  },
  {
    name: 'writing',
    mutate: core('writing/**/*', 'template-*', 'clean-text', 'quoted-notes', 'markdown-escape'),
    tests: testsOf('writing/**/*', 'template-*', 'clean-text', 'quoted-notes', 'markdown-escape'),
  },
  ...INBOUND.map(inboundPart),
  {
    name: 'audit',
    mutate: core('audit/**/*', 'erasure', 'state-identity', 'sha256', 'text-hash', 'heap', 'nearest'),
    tests: testsOf('audit/**/*', 'erasure', 'state-identity', 'sha256', 'text-hash', 'heap', 'nearest'),
  },
  { name: 'rehearsal', mutate: core('rehearsal/**/*'), tests: ['test/core/rehearsal/**/*.test.ts'] },
  { name: 'doctor', mutate: core('doctor/**/*'), tests: ['test/core/doctor/**/*.test.ts'] },
  {
    name: 'telling',
    mutate: core('chat/**/*', 'digest/**/*', 'notices/**/*', 'report/**/*', 'reason-texts', 'errors'),
    tests: testsOf('chat/**/*', 'digest/**/*', 'notices/**/*', 'report/**/*', 'reason-texts', 'errors'),
  },
  {
    name: 'small',
    mutate: core(
      'boot',
      'contact-reason',
      'copy-length',
      'countries',
      'exits',
      'fatal-markers',
      'holiday',
      'html-escape',
      'loopback',
      'policy',
      'region-zones',
      'sample-lead',
      'transports',
      'web-key',
      'word-count',
      'write-back',
      'zones-of-country',
    ),
    tests: CORE,
  },
  {
    name: 'claims',
    mutate: CLAIMS.map((name) => `src/store/${name}.ts`),
    tests: CLAIM_TESTS,
  },
];
