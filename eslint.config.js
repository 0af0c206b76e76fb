import { readFileSync } from 'node:fs';

import tseslint from 'typescript-eslint';

/** Every ban names its replacement: whoever meets one should know what to write instead. */
const CLOCK = 'Take `now` as a parameter, or the Clock port at the edge (src/adapters/clock.ts).';
const RANDOM = 'Use the Random port (src/adapters/random.ts).';
const CRYPTO_RANDOM = [
  'randomBytes',
  'randomInt',
  'randomUUID',
  'randomFill',
  'randomFillSync',
  'getRandomValues',
];

const AMBIENT_PROPERTIES = [
  { object: 'Date', property: 'now', message: CLOCK },
  { object: 'performance', property: 'now', message: CLOCK },
  { object: 'process', property: 'hrtime', message: CLOCK },
  { object: 'Temporal', property: 'Now', message: CLOCK },
  { object: 'Math', property: 'random', message: RANDOM },
  ...CRYPTO_RANDOM.map((property) => ({ object: 'crypto', property, message: RANDOM })),
];

const AMBIENT_SYNTAX = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: CLOCK },
  { selector: "CallExpression[callee.name='Date']", message: CLOCK },
];

const AMBIENT_IMPORTS = {
  paths: [
    ...['node:crypto', 'crypto'].map((name) => ({ name, importNames: CRYPTO_RANDOM, message: RANDOM })),
    ...['node:perf_hooks', 'perf_hooks', 'node:timers/promises'].map((name) => ({ name, message: CLOCK })),
  ],
};

const gitignore = readFileSync(new URL('.gitignore', import.meta.url), 'utf8');
const ignored = gitignore.split('\n').filter((line) => /^[a-z].*\/$/.test(line));

export default tseslint.config(
  { ignores: ignored.map((folder) => `**/${folder}**`) },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
      'no-control-regex': 'error',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70 }],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Code points are what ids, digits and addresses are made of; what people see is cut in output/text.ts.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // A number in a template is as readable as String(number).
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-properties': ['error', ...AMBIENT_PROPERTIES],
      'no-restricted-syntax': ['error', ...AMBIENT_SYNTAX],
      'no-restricted-imports': ['error', AMBIENT_IMPORTS],
    },
  },
  {
    files: ['src/adapters/**', 'bench/**'],
    rules: {
      'no-restricted-properties': 'off',
      'no-restricted-syntax': 'off',
      'no-restricted-imports': 'off',
    },
  },
  {
    files: ['test/**'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      // Rows of test.each, matchers and parsed JSON: the assertion that follows is the check.
      '@typescript-eslint/max-params': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['scripts/**', 'bench/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.disableTypeChecked] },
);
