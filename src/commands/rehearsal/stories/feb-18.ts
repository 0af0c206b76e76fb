import { join } from 'node:path';
import { writeFileSync } from 'node:fs';

import type { Instant } from '../../../core/model.ts';
import { FIRING_MINUTES } from '../../../core/rehearsal/timers.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time/durations.ts';
import { weekdayOf } from '../../../core/time/calendar.ts';
import { operatorDay } from '../../../core/time/operator-day.ts';
import type { Terminal } from '../../output/terminal.ts';
import { padEnd } from '../../output/text.ts';
import { formatClock } from '../../output/time.ts';
import type { PlayedRun } from '../../../core/rehearsal/tally.ts';
import type { Played } from '../play.ts';
import type { Stage } from '../stage.ts';
import { februaryWeek } from './feb-week.ts';
import { approveAll, bring, round, startUp } from './storyteller.ts';
import type { Story, StoryRow } from './story.ts';
import { personAddress, storyPeople, storySequence } from './words.ts';

/** The last full run before the machine went away, and the first one after the reboot: 504.2 h apart. */
const LAST_RUN = Date.UTC(2026, 0, 28, 5, 51);
const FIRST_RUN = Date.UTC(2026, 1, 18, 6, 3);
const BOOT = FIRST_RUN - 2 * MINUTE_MS;
const BEGIN = Date.UTC(2026, 0, 12, 4);

/** What the engine of that morning had not. */
export const THAT_MORNING = ['one_step', 'watermark', 'cap', 'blast_radius', 'wake'] as const;

const SEQUENCES = {
  ...storySequence('website-lead', {
    head: '',
    trigger: 'source = ["form:*"]',
    steps: [
      ['welcome', 'after = "0d"'],
      ['case-study', 'after = "2d"'],
      ['free-resource', 'after = "3d"'],
      ['last-touch', 'after = "5d"'],
    ],
  }),
  ...storySequence('consulting-outbound', {
    head: 'approve = "auto"',
    trigger: 'source = ["outreach:consulting"]',
    steps: [
      ['followup', 'after = "3d"'],
      ['resource', 'after = "4d"'],
      ['close-loop', 'after = "7d"'],
    ],
  }),
  ...storySequence('quarterly', {
    head: '',
    trigger: 'source = ["newsletter"]',
    steps: [
      ['hello', 'after = "1d"'],
      ['quarter', 'after = "45d"'],
    ],
  }),
  ...storySequence('stay-in-touch', { head: 'kind = "nurture"', steps: [['small-win']] }),
};

/** Who came when, so that on 28 January 17 of 31 wait for a step that falls due while nothing runs, and 14 for a later one. */
const ARRIVALS: readonly { readonly at: Instant; readonly count: number; readonly source: string }[] = [
  { at: Date.UTC(2026, 0, 12, 5), count: 14, source: 'newsletter' },
  // One step left: last-touch.
  { at: Date.UTC(2026, 0, 20, 5), count: 3, source: 'form:contact' },
  // Two steps left.
  { at: Date.UTC(2026, 0, 22, 5), count: 3, source: 'outreach:consulting' },
  { at: Date.UTC(2026, 0, 23, 5), count: 5, source: 'form:contact' },
  // Three steps left.
  { at: Date.UTC(2026, 0, 26, 5), count: 2, source: 'outreach:consulting' },
  { at: Date.UTC(2026, 0, 27, 5), count: 3, source: 'form:contact' },
  // All four, of whom one wrote when the last run was over.
  { at: LAST_RUN + 4 * MINUTE_MS, count: 1, source: 'form:contact' },
];

/** The morning of 18 February, to the minute: a machine comes back after three weeks, and an engine believes that all of it is due. */
export const FEB_18: Story = {
  name: 'feb-18',
  summary: 'a machine comes back after three weeks; 38 drafts in four minutes',
  beginsAt: BEGIN,
  // The sample's hours.
  settings: {
    HEADGATE_HOURS__START: '00:00',
    HEADGATE_HOURS__END: '24:00',
    HEADGATE_MAIL__ALLOWLIST: Array.from({ length: 31 }, (_, index) => personAddress(index + 1)).join(','),
  },
  sequences: SEQUENCES,
  live: threeWeeks,
  script: ({ startsAt, days }) => ({
    startsAt,
    endsAt: Date.UTC(2026, 1, 18) + days * DAY_MS,
    outages: [{ fromAt: startsAt, toAt: BOOT }],
    incidents: [
      {
        at: FIRST_RUN + 5 * MINUTE_MS,
        what: 'a person, not yet awake, approves the first three on the list',
        happen: (stage) => approveAll(stage, 3),
      },
      {
        at: FIRST_RUN + 13 * MINUTE_MS,
        what: 'the person sees what is going on, and would stop it',
        happen: stopIfFlooded,
      },
      ...(days > 1 ? februaryWeek() : []),
    ],
    // That machine ran nurture three minutes after drip.
    minutes: { ...FIRING_MINUTES, nurture: [6] },
  }),
  days: 1,
  daysWithout: 7,
  without: [[...THAT_MORNING]],
  tell,
};

async function threeWeeks(stage: Stage): Promise<void> {
  const { clock } = stage;
  await startUp(stage);
  const arrivals = [...ARRIVALS];
  let arrived = 0;
  const bringDue = async (at: Instant): Promise<void> => {
    for (let next = arrivals[0]; next !== undefined && next.at <= at; next = arrivals[0]) {
      const { count, source } = next;
      await bring(stage, storyPeople({ first: arrived + 1, count, source }));
      arrived += count;
      arrivals.shift();
    }
  };
  for (let day = BEGIN - 4 * HOUR_MS; day <= LAST_RUN; day += DAY_MS) {
    const isWeekend = weekdayOf(operatorDay(day, 'UTC')) > 5;
    clock.passTo(day + 5 * HOUR_MS);
    await bringDue(clock.now());
    for (const minute of isWeekend ? [51] : [21, 51]) {
      clock.passTo(day + 5 * HOUR_MS + minute * MINUTE_MS);
      await round(stage);
    }
  }
  clock.passTo(LAST_RUN + 4 * MINUTE_MS);
  await bringDue(clock.now());
}

/** Whoever has seen more than the cap of a day come in one morning pulls the red handle (A10). */
function stopIfFlooded(stage: Stage): void {
  if (stage.taken.length > 0) writeFileSync(join(stage.directory, 'STOP'), 'what is this?\n');
}

function tell(
  terminal: Terminal,
  { all, rows }: { readonly all: Played; readonly rows: readonly StoryRow[] },
): readonly string[] {
  const flood = rows.find(({ guards }) => guards.length === THAT_MORNING.length)?.played ?? null;
  const line = (run: PlayedRun): string =>
    `   ${formatClock(run.at)}  ${padEnd(run.command, 9)}${runText(run)}`;
  return [
    ` ${terminal.bold('18 FEBRUARY')}  31 leads in flight; the machine comes back after 21 days`,
    ...(flood === null
      ? []
      : [
          '',
          ' Without the guards',
          ...flood.told.filter(({ at }) => at < FIRST_RUN + 15 * MINUTE_MS).map(line),
          `   ${formatClock(FIRST_RUN + 13 * MINUTE_MS)}  a person stops it`,
        ]),
    '',
    ' With them',
    ...all.told.filter(({ at }) => at < FIRST_RUN + 15 * MINUTE_MS).map(line),
    ...all.told
      .filter(({ at, drafts }) => at >= FIRST_RUN + 15 * MINUTE_MS && drafts > 0)
      .slice(0, 1)
      .map(line),
  ];
}

function runText(run: PlayedRun): string {
  if (run.mode === 'preview') {
    const due = run.byCalendar > 0 ? `; the calendar calls ${String(run.byCalendar)} due` : '';
    return `cold start: no draft, ${String(run.wouldDraft)} in a plan${due}`;
  }
  if (run.sends > 0) return `${String(run.sends)} mails sent`;
  const twice = run.leadsTwice > 0 ? `, ${String(run.leadsTwice)} of them twice or more` : '';
  return `${String(run.drafts)} drafts for ${String(run.leads)} leads${twice}`;
}
