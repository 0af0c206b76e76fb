import { afterAll, describe, expect, test } from 'vitest';

import { temporaryDirectory } from '../helpers/state.ts';
import { BrokenPromise, FULL, SMALL, Story, type Told } from './fleet/story.ts';
import { PROMISE_NAMES } from './fleet/promises.ts';
import { Box, fakeTimeLibrary } from './rig/box.ts';
import { installation, removeInstallations } from './rig/installation.ts';

const canRun = fakeTimeLibrary() !== null;
/** `npm run test:acceptance`: the fleet at its full size, and the table of guards. */
const isFull = process.env['HEADGATE_ACCEPTANCE'] === 'full';
const LONG_MS = 3_600_000;

/** Each alone, but for one-step, which the watermark stands behind: taken alone it lets nothing through. */
const GUARDS: readonly string[] = [
  'one_step,watermark',
  'watermark',
  'cap',
  'hours',
  'weekday',
  'due',
  'reservation',
  'suppressed',
  'bail',
  'lead',
  'attribution',
  'late',
  'wake',
  'pause',
  'blast_radius',
  'undo',
  'expired',
  'allowlist',
];

afterAll(removeInstallations);

describe.skipIf(!canRun)('a fleet of leads, from import to the third email, by the real commands', () => {
  test.runIf(!isFull)(
    'small: every promise holds through three weeks of work and three weeks off',
    () => {
      const told = tellStory('small');
      expect(told.threeSteps).toBeGreaterThanOrEqual(SMALL.target);
      expect(told.forced).toBeLessThanOrEqual(5);
    },
    300_000,
  );

  test.runIf(isFull)(
    'full: 1,000 of 2,000 leads get three steps, 200 a day, and no promise breaks',
    () => {
      const told = tellStory('full');
      expect(told.threeSteps).toBeGreaterThanOrEqual(FULL.target);
      expect(told.brokenRows).toBe(FULL.leads / 50);
      expect(told.forced).toBeLessThanOrEqual(5);
    },
    LONG_MS,
  );

  test.runIf(isFull).each(GUARDS)(
    'without %s the same story breaks a promise',
    (guards) => {
      const broken = breakStory(guards.split(','));
      console.log(`| ${guards.replace(',', ' + ').padEnd(22)} | ${broken}`);
    },
    LONG_MS,
  );
});

function tellStory(size: 'small' | 'full'): Told {
  const told = storyOf(size, []).tell();
  const { processes, days, drafts, sends, threeSteps, brokenRows, liveRuns, quietRuns, forced } = told;
  console.log(
    [
      `${size} fleet: ${days} days, ${processes} processes, ${drafts} drafts, ${sends} mails`,
      `${threeSteps} leads with three steps; ${brokenRows} broken rows refused; ${liveRuns} live runs, ${quietRuns} quiet ones, no cold start`,
      `after 21 days off: 30 and 0 drafts; --force made ${forced}`,
      `${PROMISE_NAMES.length} promises asked of the database every day`,
    ].join('\n'),
  );
  return told;
}

/** The first promise that breaks without these guards, and how. */
function breakStory(guards: readonly string[]): string {
  try {
    storyOf('small', guards).tell();
  } catch (error) {
    if (!(error instanceof BrokenPromise)) throw error;
    const [first] = error.broken;
    return `${first?.promise ?? ''}: ${first?.detail ?? ''}`;
  }
  throw new Error(`without ${guards.join(' and ')} nothing broke`);
}

function storyOf(size: 'small' | 'full', withoutGuards: readonly string[]): Story {
  const box = new Box({ directory: temporaryDirectory(), installation: installation(withoutGuards), now: 0 });
  return new Story(box, size === 'full' ? FULL : SMALL);
}
