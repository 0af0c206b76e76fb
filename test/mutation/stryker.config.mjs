// What is mutated, and against which tests, comes from run.ts: one part at a time, because the whole takes hours on a small machine.
const { HEADGATE_MUTATE = '', HEADGATE_MUTATE_PART = 'part', HEADGATE_MUTATE_AT_ONCE = '1' } = process.env;
const reports = `test/mutation/reports/${HEADGATE_MUTATE_PART}`;

export default {
  testRunner: 'vitest',
  plugins: [new URL('node_modules/@stryker-mutator/vitest-runner/dist/src/index.js', import.meta.url).href],
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  mutate: HEADGATE_MUTATE.split(','),
  coverageAnalysis: 'perTest',
  concurrency: Number(HEADGATE_MUTATE_AT_ONCE),
  timeoutMS: 20_000,
  timeoutFactor: 4,
  // A change that acts once, while its module is loaded, cannot be held against single tests: all of them run against it.
  ignoreStatic: false,
  tempDirName: '.stryker-tmp',
  // What an earlier run found is not taken up: of a change that acts while a module loads it cannot tell which tests are new.
  incremental: false,
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `${reports}.report.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
  ignorePatterns: ['dist', 'docs', 'man', 'packaging', 'state', 'bench', 'test/mutation/reports'],
  // Vitest does not look at types either.
  disableTypeChecks: false,
};
