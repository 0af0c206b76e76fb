import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HeadgateError } from '../../../core/errors.ts';
import type { Instant } from '../../../core/model.ts';
import { DAY_MS, HOUR_MS } from '../../../core/time/durations.ts';
import { openState } from '../../../store/database.ts';
import { mishapsOn, type Mishaps } from '../../../store/mishaps.ts';
import { run as sendNow } from '../../leads-due.ts';
import type { Incident } from '../script.ts';
import type { Stage } from '../stage.ts';
import { personAddress } from './words.ts';

const ELSEWHERE = 'person10@elsewhere.example';

/**
 * The week after 18 February, in which somebody tries each guard once: past every command, as a script or an impatient person would, so
 * that nothing but the guard itself stands in the way.
 */
export function februaryWeek(): readonly Incident[] {
  return WEEK;
}

const WEEK: readonly Incident[] = [
  {
    at: at(18, 20),
    what: 'a script marks four leads, and withdraws nothing',
    happen: (stage) => {
      tamper(stage, (mishaps) => {
        mishaps.suppress(personAddress(15));
        mishaps.optOut(personAddress(16));
        mishaps.hold(personAddress(17), at(28, 0));
        mishaps.mistake(personAddress(31));
      });
    },
  },
  {
    at: at(19, 9, 1),
    what: 'somebody asks for the next mail of eight leads at once',
    happen: (stage) => sendNowTo(stage, [18, 19, 20, 21, 22, 23, 24, 25]),
  },
  {
    at: at(19, 11, 4),
    what: 'a fault makes the approved drafts a week older',
    happen: (stage) => {
      tamper(stage, (mishaps) => {
        mishaps.age(8 * DAY_MS);
      });
    },
  },
  {
    at: at(19, 12),
    what: 'a script takes a lead under way for one gone cold',
    happen: (stage) => {
      tamper(stage, (mishaps) => {
        mishaps.chill(personAddress(11));
      });
    },
  },
  {
    at: at(19, 12, 4),
    what: 'a person wants an hour more to undo',
    happen: (stage) => {
      tamper(stage, (mishaps) => {
        mishaps.keepUndoable(HOUR_MS);
      });
    },
  },
  {
    at: at(20, 8),
    what: 'a lead changes to an address outside of the allowlist',
    happen: (stage) => {
      tamper(stage, (mishaps) => {
        mishaps.readdress(personAddress(10), ELSEWHERE);
      });
      return sendNowToAddress(stage, [ELSEWHERE]);
    },
  },
  {
    at: at(20, 13, 30),
    what: 'a lead turns out to live in Auckland, where it is Saturday',
    happen: (stage) => {
      tamper(stage, (mishaps) => {
        mishaps.moveTo(personAddress(13), 'Pacific/Auckland');
      });
      return sendNowTo(stage, [13]);
    },
  },
  {
    at: at(20, 20),
    what: 'everything is paused for the evening, and somebody asks for a mail',
    happen: (stage) => {
      writeFileSync(join(stage.directory, 'STOP'), 'wait\n');
      return sendNowTo(stage, [9]);
    },
  },
  {
    at: at(20, 23, 50),
    what: 'the pause is over',
    happen: (stage) => {
      rmSync(join(stage.directory, 'STOP'), { force: true });
    },
  },
  {
    at: at(22, 21, 30),
    what: 'a lead turns out to live in Tokyo, where it is Monday',
    happen: (stage) => {
      tamper(stage, (mishaps) => {
        mishaps.moveTo(personAddress(12), 'Asia/Tokyo');
      });
      return sendNowTo(stage, [12]);
    },
  },
  {
    at: at(23, 8),
    what: 'the mailbox is paused by hand',
    happen: (stage) => {
      tamper(stage, (mishaps) => {
        mishaps.pauseSenders(at(23, 8));
      });
    },
  },
  {
    at: at(23, 12),
    what: 'a sequence is paused by hand',
    happen: (stage) => {
      tamper(stage, (mishaps) => {
        mishaps.pauseSequence('quarterly');
      });
      return sendNowTo(stage, [8]);
    },
  },
];

function at(day: number, hour: number, minute = 0): Instant {
  return Date.UTC(2026, 1, day, hour, minute);
}

function tamper(stage: Stage, work: (mishaps: Mishaps) => void): void {
  const db = openState({ file: stage.workspace.paths.databaseFile, mode: 'write' });
  try {
    work(mishapsOn(db));
  } finally {
    db.close();
  }
}

function sendNowTo(stage: Stage, people: readonly number[]): Promise<void> {
  return sendNowToAddress(stage, people.map(personAddress));
}

/** C6: due at once; every guard still holds. */
async function sendNowToAddress(stage: Stage, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    try {
      await sendNow(stage.invocation('leads due', { args: [address] }));
    } catch (error) {
      // Whoever is under way in nothing any more has no next mail.
      if (!(error instanceof HeadgateError)) throw error;
    }
  }
}
