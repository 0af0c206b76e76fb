import { defineConfig } from 'vitest/config';

import base from '../../vitest.config.ts';

/** The tests that a mutant is held against: those of the core, and those that drive the store without a process of their own. */
const TESTS = (process.env['HEADGATE_MUTATE_TESTS'] ?? 'test/core/**/*.test.ts').split(',');

/** A change is mostly noticed by the first examples of a property. */
const env = { HEADGATE_PROPERTY_DIVISOR: '20' };

export default defineConfig({ ...base, test: { ...base.test, include: TESTS, maxWorkers: 1, env } });
