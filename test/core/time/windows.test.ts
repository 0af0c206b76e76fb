import { describe, expect, it } from 'vitest';
import type { SendWindow, Weekday } from '../../../src/core/model.ts';
import type { WorkingHours } from '../../../src/core/policy.ts';
import {
  isOpen,
  judgeHours,
  validateWindow,
  windowMinutes,
  windowZone,
} from '../../../src/core/time/windows.ts';
import { localTime, type LocalTime } from '../../../src/core/time/zone.ts';
import { ALWAYS, EVERY_DAY, OFFICE } from './oracle.ts';

function window(start: string, end: string, changes: Partial<SendWindow> = {}): SendWindow {
  return { startMinute: minute(start), endMinute: minute(end), zone: 'lead', weekdays: [], ...changes };
}

function minute(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

/** 2026-02-16 is a Monday. */
function at(weekday: Weekday, time: string): LocalTime {
  return { isoDate: `2026-02-${String(15 + weekday)}`, minuteOfDay: minute(time), weekday };
}

describe('isOpen', () => {
  it('C3: the start is inside, the end is not', () => {
    const morning = window('09:00', '11:00');
    expect(isOpen(at(1, '08:59'), morning)).toBe(false);
    expect(isOpen(at(1, '09:00'), morning)).toBe(true);
    expect(isOpen(at(1, '10:59'), morning)).toBe(true);
    expect(isOpen(at(1, '11:00'), morning)).toBe(false);
  });

  it('C3, hardening 85: no weekdays are every day, some are those', () => {
    for (const weekday of EVERY_DAY) {
      expect(isOpen(at(weekday, '10:00'), window('09:00', '11:00'))).toBe(true);
      expect(isOpen(at(weekday, '10:00'), window('09:00', '11:00', { weekdays: [2, 3, 4] }))).toBe(
        [2, 3, 4].includes(weekday),
      );
    }
  });

  it('C3: an overnight window belongs to the weekday on which it opens', () => {
    const fridayNight = window('22:00', '06:00', { weekdays: [5] });
    expect(isOpen(at(5, '05:00'), fridayNight)).toBe(false);
    expect(isOpen(at(5, '21:59'), fridayNight)).toBe(false);
    expect(isOpen(at(5, '22:00'), fridayNight)).toBe(true);
    expect(isOpen(at(6, '05:59'), fridayNight)).toBe(true);
    expect(isOpen(at(6, '06:00'), fridayNight)).toBe(false);
    expect(isOpen(at(6, '22:00'), fridayNight)).toBe(false);
  });

  it('C3: Sunday night reaches into Monday', () => {
    const sundayNight = window('22:00', '06:00', { weekdays: [7] });
    expect(isOpen(at(1, '03:00'), sundayNight)).toBe(true);
    expect(isOpen(at(7, '03:00'), sundayNight)).toBe(false);
  });

  it('C3: midnight as end closes the day and opens no next one', () => {
    for (const end of ['24:00', '00:00']) {
      const evening = window('18:00', end, { weekdays: [1] });
      expect(isOpen(at(1, '23:59'), evening)).toBe(true);
      expect(isOpen(at(2, '00:00'), evening)).toBe(false);
    }
  });

  it('C3: start equal to end, and no window, restrict nothing', () => {
    for (const weekday of EVERY_DAY) {
      expect(isOpen(at(weekday, '03:17'), window('09:00', '09:00'))).toBe(true);
      expect(isOpen(at(weekday, '03:17'), window('00:00', '00:00', { weekdays: [1] }))).toBe(true);
      expect(isOpen(at(weekday, '03:17'), null)).toBe(true);
    }
  });

  it('hardening 98: a Thursday window opens on 31 December 2026 and not on 1 January', () => {
    const thursday = window('09:00', '11:00', { weekdays: [4] });
    expect(isOpen(localTime(Date.parse('2026-12-31T09:00:00Z'), 'UTC'), thursday)).toBe(true);
    expect(isOpen(localTime(Date.parse('2027-01-01T09:00:00Z'), 'UTC'), thursday)).toBe(false);
  });
});

describe('windowZone', () => {
  it('C3: a window is judged in its own zone, or in that of the lead', () => {
    expect(windowZone(window('09:00', '11:00'), 'America/Denver')).toBe('America/Denver');
    expect(windowZone(window('09:00', '11:00', { zone: 'Europe/Rome' }), 'America/Denver')).toBe(
      'Europe/Rome',
    );
  });
});

describe('judgeHours', () => {
  const never = (): boolean => false;

  it('A11: the hours are 09:00 to 17:00 of the lead, the end excluded', () => {
    expect(judgeHours({ local: at(1, '08:59'), hours: OFFICE, isHoliday: never })).toBe('hours');
    expect(judgeHours({ local: at(1, '09:00'), hours: OFFICE, isHoliday: never })).toBe('open');
    expect(judgeHours({ local: at(5, '16:59'), hours: OFFICE, isHoliday: never })).toBe('open');
    expect(judgeHours({ local: at(5, '17:00'), hours: OFFICE, isHoliday: never })).toBe('hours');
  });

  it('A11: nobody is written to on the weekend or on a holiday, and the reason says which', () => {
    const isHoliday = (isoDate: string): boolean => isoDate === '2026-02-16' || isoDate === '2026-02-22';
    expect(judgeHours({ local: at(7, '10:00'), hours: OFFICE, isHoliday })).toBe('lead_weekday');
    expect(judgeHours({ local: at(6, '10:00'), hours: OFFICE, isHoliday })).toBe('lead_weekday');
    expect(judgeHours({ local: at(1, '10:00'), hours: OFFICE, isHoliday })).toBe('lead_holiday');
    expect(judgeHours({ local: at(1, '03:00'), hours: OFFICE, isHoliday })).toBe('lead_holiday');
    expect(judgeHours({ local: at(2, '10:00'), hours: OFFICE, isHoliday })).toBe('open');
  });

  it('hardening 84: hours from 17:00 to 09:00 are the night; a Saturday at 02:00 is still a Saturday', () => {
    const night: WorkingHours = { weekdays: [1, 2, 3, 4, 5], startMinute: 1020, endMinute: 540 };
    expect(judgeHours({ local: at(1, '16:59'), hours: night, isHoliday: never })).toBe('hours');
    expect(judgeHours({ local: at(1, '17:00'), hours: night, isHoliday: never })).toBe('open');
    expect(judgeHours({ local: at(2, '08:59'), hours: night, isHoliday: never })).toBe('open');
    expect(judgeHours({ local: at(2, '09:00'), hours: night, isHoliday: never })).toBe('hours');
    expect(judgeHours({ local: at(6, '02:00'), hours: night, isHoliday: never })).toBe('lead_weekday');
  });

  it('A11: hours that the configuration should have refused never open', () => {
    expect(
      judgeHours({ local: at(1, '09:00'), hours: { ...OFFICE, endMinute: 540 }, isHoliday: never }),
    ).toBe('hours');
    expect(judgeHours({ local: at(1, '09:00'), hours: { ...OFFICE, weekdays: [] }, isHoliday: never })).toBe(
      'lead_weekday',
    );
  });
});

describe('windowMinutes', () => {
  it('counts across midnight, and a whole day where nothing is restricted', () => {
    expect(windowMinutes(window('09:00', '11:00'))).toBe(120);
    expect(windowMinutes(window('22:00', '06:00'))).toBe(480);
    expect(windowMinutes(window('23:30', '00:00'))).toBe(30);
    expect(windowMinutes(window('00:00', '24:00'))).toBe(1440);
    expect(windowMinutes(window('09:00', '09:00'))).toBe(1440);
  });
});

describe('validateWindow', () => {
  it('C3: refuses a window that could fall between two hourly runs', () => {
    expect(validateWindow(window('09:00', '09:59'), OFFICE)).toContain('59 minutes');
    expect(validateWindow(window('23:30', '00:29'), null)).toContain('59 minutes');
    expect(validateWindow(window('09:00', '10:00'), OFFICE)).toBeNull();
    expect(validateWindow(window('23:30', '00:30'), null)).toBeNull();
  });

  it('accepts what restricts nothing', () => {
    expect(validateWindow(window('09:00', '09:00'), OFFICE)).toBeNull();
    expect(validateWindow(window('00:00', '24:00'), ALWAYS)).toBeNull();
  });

  it('C3: refuses a window that can never open within the hours', () => {
    const never = 'the window can never open: it shares no minute of the week with the working hours';
    expect(validateWindow(window('17:00', '20:00'), OFFICE)).toBe(never);
    expect(validateWindow(window('06:00', '09:00'), OFFICE)).toBe(never);
    expect(validateWindow(window('09:00', '17:00', { weekdays: [6, 7] }), OFFICE)).toBe(never);
    expect(validateWindow(window('16:00', '20:00', { weekdays: [5] }), OFFICE)).toBeNull();
    expect(validateWindow(window('17:00', '20:00'), null)).toBeNull();
  });

  it('C3: an overnight window of a Sunday reaches the hours of Monday, one of a Friday reaches nothing', () => {
    const early: WorkingHours = { ...OFFICE, startMinute: 240 };
    expect(validateWindow(window('22:00', '05:00', { weekdays: [7] }), early)).toBeNull();
    expect(validateWindow(window('22:00', '05:00', { weekdays: [5] }), early)).toContain('never open');
  });

  it('C3: a window in a zone of its own is refused only if it suits leads nowhere on earth', () => {
    const rome = { zone: 'Europe/Rome' };
    expect(validateWindow(window('09:00', '11:00', rome), OFFICE)).toBeNull();
    expect(validateWindow(window('20:00', '22:00', { ...rome, weekdays: [7] }), OFFICE)).toBeNull();
    expect(validateWindow(window('09:00', '10:00', { zone: 'UTC', weekdays: [7] }), OFFICE)).toContain(
      'never open',
    );
  });

  it('hardening 84 and 91: refuses minutes and zones that do not exist', () => {
    expect(validateWindow(window('25:00', '26:00'), OFFICE)).toContain('between 00:00 and 23:59');
    expect(validateWindow(window('24:00', '09:00'), OFFICE)).toContain('between 00:00 and 23:59');
    expect(validateWindow(window('09:00', '24:01'), OFFICE)).toContain('between 00:00 and 24:00');
    expect(validateWindow({ ...window('09:00', '11:00'), startMinute: Number.NaN }, OFFICE)).toContain(
      'must start',
    );
    expect(validateWindow({ ...window('09:00', '11:00'), startMinute: -60 }, OFFICE)).toContain('must start');
    expect(validateWindow(window('09:00', '11:00', { zone: 'Europe/Rom' }), OFFICE)).toBe(
      '"Europe/Rom" is no IANA time zone',
    );
  });
});
