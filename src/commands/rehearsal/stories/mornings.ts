import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Instant } from '../../../core/model.ts';
import { countOf } from '../../output/text.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time/durations.ts';
import type { Terminal } from '../../output/terminal.ts';
import type { Played } from '../play.ts';
import type { Stage } from '../stage.ts';
import { bring, round, startUp } from './storyteller.ts';
import type { Story, StoryRow, StoryScript } from './story.ts';
import { storyPeople, storySequence } from './words.ts';

const MONDAY = Date.UTC(2026, 1, 16, 9);
const TUESDAY = MONDAY + DAY_MS;

const SEQUENCES = {
  ...storySequence('website-lead', {
    head: '',
    trigger: 'source = ["form:*"]',
    steps: [
      ['welcome', 'after = "0d"'],
      ['case-study', 'after = "2d"'],
      ['last-touch', 'after = "5d"'],
    ],
  }),
  ...storySequence('stay-in-touch', { head: 'kind = "nurture"', steps: [['small-win']] }),
};

/** Twenty people whom nurture finds cold on a Sunday: the bumps that once went out because one of two scripts asked no calendar. */
export const SUNDAY: Story = {
  name: 'sunday',
  summary: 'twenty bumps on a Sunday',
  beginsAt: Date.UTC(2026, 1, 13, 9),
  settings: {},
  sequences: SEQUENCES,
  live: async (stage) => {
    await startUp(stage);
    const lastContact = '2026-02-12T08:00:00Z';
    await bring(stage, storyPeople({ first: 1, count: 20, source: 'crm', lastContact }));
    for (const day of [13, 14]) {
      stage.clock.passTo(Date.UTC(2026, 1, day, 16));
      await round(stage);
    }
  },
  script: ({ startsAt, days }) => ({
    startsAt,
    endsAt: Date.UTC(2026, 1, 15) + days * DAY_MS,
    outages: [],
    incidents: [],
  }),
  days: 2,
  daysWithout: 2,
  without: [['weekday', 'hours', 'cap', 'blast_radius']],
  tell: plainly('SUNDAY', 'twenty people went cold over the weekend; the timers fire all the same'),
};

/** The state of Tuesday morning comes back on Tuesday noon, and has forgotten what it sent. */
export const RESTORED_BACKUP: Story = {
  ...tuesday({
    name: 'restored-backup',
    summary: 'a backup is put back, and has forgotten what it sent',
    script: {
      incidents: [
        {
          at: TUESDAY + MINUTE_MS,
          what: 'a copy of the state is put away',
          happen: (stage) => {
            stage.reader.vacuumInto(join(stage.directory, COPY));
          },
        },
        {
          at: TUESDAY + 4 * HOUR_MS,
          what: 'the copy is put in the place of the state',
          happen: putBack,
          untrusted: { promise: 'A15', what: 'the state was an older copy' },
        },
      ],
    },
  }),
  without: [['wake']],
  tell: plainly('RESTORED BACKUP', 'mails left after the copy that now is the state'),
};

/** A second machine boots from an image of the first, which goes on. */
export const CLONED_VPS: Story = {
  ...tuesday({
    name: 'cloned-vps',
    summary: 'an image of the machine boots a second time, elsewhere',
    script: {
      incidents: [
        {
          at: TUESDAY + MINUTE_MS,
          what: 'an image of the machine is made, which goes on',
          happen: (stage) => {
            stage.reader.vacuumInto(join(stage.directory, COPY));
            copyFileSync(stage.workspace.paths.stampFile, join(stage.directory, COPIED_STAMP));
          },
        },
        {
          at: TUESDAY + 4 * HOUR_MS,
          what: 'the image boots elsewhere; from here on it is that machine',
          happen: (stage) => {
            putBack(stage);
            const { stampFile, sendJournalFile } = stage.workspace.paths;
            copyFileSync(join(stage.directory, COPIED_STAMP), stampFile);
            rmSync(sendJournalFile, { force: true });
            stage.machine.become({ machineIdHash: 'vps-2', macHash: 'vps-2', hostName: 'vps-2' });
          },
          untrusted: { promise: 'A15', what: 'the state belonged to another machine' },
        },
      ],
      // Whoever has two of them throws the second away.
      adopts: false,
    },
  }),
  without: [['wake']],
  tell: plainly('CLONED VPS', 'two machines with one state; the first has sent mails already'),
};

/** The clock goes back by 26 hours and is set right in the afternoon. */
export const CLOCK_BACK: Story = {
  ...tuesday({
    name: 'clock-back',
    summary: 'the clock goes back by a day and two hours',
    script: {
      incidents: [
        {
          at: TUESDAY + 2 * HOUR_MS,
          what: 'the clock goes back by 26 hours',
          happen: (stage) => {
            stage.clock.goWrong(-26 * HOUR_MS);
          },
          untrusted: { promise: 'A14', what: 'the clock was 26 hours slow' },
        },
        {
          at: TUESDAY + 7 * HOUR_MS,
          what: 'the clock is right again',
          happen: (stage) => {
            stage.clock.goWrong(0);
          },
          untrusted: null,
        },
      ],
    },
  }),
  without: [['wake']],
  tell: plainly('CLOCK BACK', 'for five hours the machine believes that it is Monday again'),
};

/** Two timers of one name: every job is started twice, at once. */
export const DOUBLE_TIMER: Story = {
  ...tuesday({
    name: 'double-timer',
    summary: 'two timers start every job twice, at once',
    script: { incidents: [], firesTwice: true },
  }),
  without: [],
  tell: plainly('DOUBLE TIMER', 'every job starts twice, in the same second'),
};

const COPY = 'copy.db';
const COPIED_STAMP = 'copy-stamp.json';

function tuesday(of: {
  readonly name: string;
  readonly summary: string;
  readonly script: Pick<StoryScript, 'incidents'> & Partial<StoryScript>;
}): Omit<Story, 'without' | 'tell'> {
  return {
    name: of.name,
    summary: of.summary,
    beginsAt: MONDAY,
    settings: {},
    sequences: SEQUENCES,
    live: async (stage) => {
      await startUp(stage);
      stage.clock.passTo(TUESDAY - MINUTE_MS);
      await round(stage);
      await bring(stage, storyPeople({ first: 1, count: 8, source: 'form:contact' }));
    },
    script: ({ startsAt, days }) => ({
      startsAt,
      endsAt: Date.UTC(2026, 1, 17) + days * DAY_MS,
      outages: [],
      ...of.script,
    }),
    days: 2,
    daysWithout: 2,
  };
}

/** The file as `cp` would put it back, behind the program's back. */
function putBack(stage: Stage): void {
  const { databaseFile } = stage.workspace.paths;
  stage.letGo();
  for (const beside of ['-wal', '-shm']) rmSync(`${databaseFile}${beside}`, { force: true });
  const copy = join(stage.directory, COPY);
  if (existsSync(copy)) copyFileSync(copy, databaseFile);
}

function plainly(title: string, what: string): Story['tell'] {
  return (
    terminal: Terminal,
    { all, rows }: { readonly all: Played; readonly rows: readonly StoryRow[] },
  ) => [
    ` ${terminal.bold(title)}  ${what}`,
    '',
    ...happened(all),
    `   ${madeText('with the guards', all)}`,
    ...rows.map(
      ({ guards, played }) => `   ${madeText(`without ${guards.join(', ').replaceAll('_', ' ')}`, played)}`,
    ),
  ];
}

function happened({ happenings }: Played): readonly string[] {
  return [
    ...happenings.map(({ at, what }) => `   ${clockOf(at)}  ${what}`),
    ...(happenings.length === 0 ? [] : ['']),
  ];
}

function clockOf(at: Instant): string {
  return new Date(at)
    .toUTCString()
    .slice(0, 22)
    .replace(/^(\w+), 0?/, '$1 ')
    .replace(' 2026', '');
}

function madeText(name: string, { drafts, sends, violations }: Played): string {
  const twice = violations.filter(({ promise }) => promise === 'D1').length;
  const again = twice === 0 ? '' : `, ${String(twice)} of them for the second time`;
  return `${name}: ${countOf(drafts, 'draft')}, ${countOf(sends, 'mail')} sent${again}`;
}
