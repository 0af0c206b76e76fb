import { expect, test } from 'vitest';

import { draftsMade, draftVolume, recentDays, recordJobDay } from '../../src/store/volume.ts';
import { claimDesk, DAY_MS, type ClaimDesk } from './claim-desk.ts';

const TODAY = '2026-02-18';

/** A draft of another message each, as the log keeps it. */
function log(desk: ClaimDesk, columns: Readonly<Record<string, string | number | null>>): void {
  const message = desk.put('pending_approval');
  const [row] = desk.column('SELECT row_id FROM draft_log WHERE message_row_id = ?', message);
  desk.set('draft_log', Number(row), columns);
}

const volume = (desk: ClaimDesk, days = 7): ReturnType<typeof draftVolume> =>
  draftVolume(desk.database, {
    job: 'drip',
    operatorDay: TODAY,
    days,
    isOperatingDay: (day) => day !== '2026-02-16',
  });

test('A6: the drafts of both engines together fill the day and the last 24 hours, each to the moment', () => {
  const desk = claimDesk();
  const now = desk.clock.now();
  log(desk, { operator_day: TODAY, made_at: now - DAY_MS });
  log(desk, { operator_day: TODAY, made_at: now, job: 'nurture', counts_in_mean: 0 });
  log(desk, { operator_day: '2026-02-17', made_at: now - DAY_MS + 1 });
  log(desk, { operator_day: '2026-02-19', made_at: now - DAY_MS + 1 });
  expect(draftsMade(desk.database, now, TODAY)).toEqual({ onOperatorDay: 2, inLast24Hours: 3 });
});

test('A8: today is what this job made and nobody holds; what was released raises the line of its own job', () => {
  const desk = claimDesk();
  log(desk, { operator_day: TODAY });
  log(desk, { operator_day: TODAY, counts_in_mean: 0 });
  log(desk, { operator_day: TODAY, job: 'nurture' });
  log(desk, { operator_day: '2026-02-17', released_day: TODAY });
  log(desk, { operator_day: '2026-02-17', released_day: TODAY, job: 'nurture' });
  log(desk, { operator_day: '2026-02-17', released_day: '2026-02-17' });
  expect(volume(desk)).toEqual({ madeToday: 1, releasedToday: 1, recentDays: [] });
});

test('A8: the mean is of the last operating days with a run of this job, an empty one too, newest first', () => {
  const desk = claimDesk();
  desk.write(() => {
    for (const day of ['2026-02-13', '2026-02-15', '2026-02-16', '2026-02-17', TODAY, '2026-02-19'])
      recordJobDay(desk.database, 'drip', day);
    recordJobDay(desk.database, 'drip', '2026-02-17');
    recordJobDay(desk.database, 'nurture', '2026-02-14');
  });
  log(desk, { operator_day: '2026-02-17' });
  log(desk, { operator_day: '2026-02-17' });
  log(desk, { operator_day: '2026-02-17', counts_in_mean: 0 });
  log(desk, { operator_day: '2026-02-17', job: 'nurture' });
  log(desk, { operator_day: '2026-02-13' });
  expect(volume(desk).recentDays).toEqual([2, 0, 1]);
  expect(volume(desk, 2).recentDays).toEqual([2, 0]);
});

test('A8: seven operating days are found across long holidays, but no further than sixty days with a run back', () => {
  const desk = claimDesk();
  const dayOf = (index: number): string => new Date(Date.UTC(2025, 0, index + 1)).toISOString().slice(0, 10);
  desk.write(() => {
    for (let index = 0; index < 62; index += 1) recordJobDay(desk.database, 'drip', dayOf(index));
  });
  const days = (isOperatingDay: (day: string) => boolean): readonly string[] =>
    recentDays(desk.database, { job: 'drip', operatorDay: TODAY, days: 100, isOperatingDay }).map(
      ({ operatorDay }) => operatorDay,
    );
  expect(days(() => true)).toHaveLength(60);
  expect(days((day) => day <= dayOf(2))).toEqual([dayOf(2)]);
});
