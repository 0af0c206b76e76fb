import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { survive, type Outcome } from './arena.ts';
import { allPoints, samplePoints, type Point } from './points.ts';
import { buildProgram, hasStrace } from './program.ts';
import { makeTemplate, removeFolder, type Template } from './workspace.ts';

/**
 * `bin/send` itself, built and live, against a server that counts what it takes and fails in every way, and with a SIGKILL at every
 * commit and every word of the dialogue. `npm run test:chaos` meets every point; `npm test` an even share of them.
 */
const IS_WHOLE = process.env['HEADGATE_CHAOS'] === 'whole';
/** More than a round: ten leave at once where no pace is set. */
const MESSAGES = 12;
const SHARE = 24;
const SECONDS_PER_POINT = 20;

const everyPoint = allPoints({ hasStrace: hasStrace() });
const points = IS_WHOLE ? everyPoint : samplePoints(everyPoint, SHARE);
const groups = [...new Set(points.map(({ group }) => group))];
const outcomes: { readonly point: Point; readonly outcome: Outcome }[] = [];

let template: Template;

beforeAll(async () => {
  buildProgram();
  template = await makeTemplate(MESSAGES);
}, 120_000);

afterAll(() => {
  removeFolder(template.folder);
  console.log(report().join('\n'));
});

describe('D1: nobody gets a message twice, and every approved one is accounted for', () => {
  test.each(groups)(
    '%s',
    async (group) => {
      const own = points.filter((point) => point.group === group);
      for (const [index, point] of own.entries()) {
        // Each takes as long as several points together; an even share shows that it holds.
        const restores = IS_WHOLE ? index % 2 === 0 : index === 0;
        outcomes.push({ point, outcome: await survive(template, point, { restores }) });
      }
      expect(outcomes.length).toBeGreaterThanOrEqual(own.length);
    },
    SECONDS_PER_POINT * 1_000 * Math.max(1, points.length),
  );

  test.runIf(IS_WHOLE)('300 points or more were hit', () => {
    expect(outcomes.filter(({ outcome }) => outcome.isHit).length).toBeGreaterThanOrEqual(300);
  });
});

/** What was met, group by group: the figures that the promise is about. */
function report(): readonly string[] {
  const sum = (own: typeof outcomes, read: (outcome: Outcome) => number): number =>
    own.reduce((total, { outcome }) => total + read(outcome), 0);
  const line = (name: string, own: typeof outcomes): string =>
    [
      name.padEnd(24),
      `${own.length} points, ${own.filter(({ outcome }) => outcome.isHit).length} hit`.padEnd(24),
      `delivered ${sum(own, ({ delivered }) => delivered)}`.padEnd(16),
      `uncertain ${sum(own, ({ uncertain }) => uncertain)}`.padEnd(16),
      `to send ${sum(own, ({ toSend }) => toSend)}`.padEnd(14),
      `refused ${sum(own, ({ refused }) => refused)}`.padEnd(14),
      `of ${own.length * MESSAGES}`,
    ].join(' ');
  return [
    '',
    'chaos: what was approved, after each bad run and the good ones that followed',
    ...groups.map((group) =>
      line(
        group,
        outcomes.filter(({ point }) => point.group === group),
      ),
    ),
    line('all', outcomes),
    hasStrace() ? '' : 'strace is missing: no run was killed at a system call',
  ];
}
