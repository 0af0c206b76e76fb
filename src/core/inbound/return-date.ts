import { addDays, epochDayOf, isIsoDate, weekdayOf } from '../time/calendar.ts';
import { foldLetters } from './phrases.ts';
import {
  MONTH_NAMES,
  RETURN_CUES,
  RETURN_CUES_BEHIND,
  STILL_AWAY_CUES,
  TOMORROW,
  WEEKDAY_NAMES,
} from './rules/date-words.ts';

const TEXT_CHARACTERS_MAX = 4_000;
/** A date belongs to the words before it when it stands this near behind them. */
const CUE_REACH = 70;
const CUE_BEHIND_REACH = 8;
/** Longer absences are typing errors, or no absences. */
const AWAY_DAYS_MAX = 400;
/** A date without a year that comes round so late is in truth one that has just passed. */
const YEARLESS_DAYS_MAX = 300;

interface FoundDate {
  readonly at: number;
  readonly end: number;
  readonly isoDate: string;
}

/**
 * The first day on which the writer of an absence note is back, as far as the note says it: a date, in several
 * languages and forms, or a weekday that follows words such as "back on" or "bis zum". Null when it names none, or none
 * that lies between the day of receipt and 400 days later. A date that may be read in two ways is read as the sooner
 * one: whoever is still away then answers by machine once more.
 *
 * `receivedOn` is the day on which the mail arrived, YYYY-MM-DD.
 */
export function returnDateIn(text: string, receivedOn: string): string | null {
  const words = foldLetters(text.slice(0, TEXT_CHARACTERS_MAX));
  const dates = [...datesIn(words, receivedOn), ...weekdaysIn(words, receivedOn)];
  const back = latestAfter(words, dates, RETURN_CUES);
  if (back !== null) return back;
  const lastAway = latestAfter(words, dates, STILL_AWAY_CUES);
  return lastAway === null ? null : addDays(lastAway, 1);
}

function latestAfter(words: string, dates: readonly FoundDate[], cues: readonly string[]): string | null {
  const cued = dates.filter(({ at, end }) => {
    const before = words.slice(Math.max(0, at - CUE_REACH), at);
    const after = words.slice(end, end + CUE_BEHIND_REACH);
    return cues.some((cue) => hasCue(before, cue)) || RETURN_CUES_BEHIND.some((cue) => after.includes(cue));
  });
  return (
    cued
      .map(({ isoDate }) => isoDate)
      .sort()
      .at(-1) ?? null
  );
}

const LETTER = /\p{L}/u;
const SENTENCE_END = /\p{L}{3}[.!?] /u;
/** A short cue is a word of its own: "ab" is not the beginning of "abwesend". */
const SHORT_CUE = 4;

function hasCue(before: string, cue: string): boolean {
  const at = before.lastIndexOf(cue);
  if (at === -1) return false;
  const end = at + cue.length;
  if (LETTER.test(cue) && LETTER.test(before.slice(Math.max(0, at - 1), at))) return false;
  if (cue.length < SHORT_CUE && LETTER.test(before.slice(end, end + 1))) return false;
  // A sentence that ended in between has nothing to do with the date; "5." and "e.g." are no ends.
  return !SENTENCE_END.test(before.slice(end));
}

function datesIn(words: string, receivedOn: string): readonly FoundDate[] {
  return PATTERNS.flatMap(({ pattern, read }) =>
    [...words.matchAll(pattern)].flatMap((match) => {
      const isoDate = soonestPlausible(read(match), receivedOn);
      return isoDate === null ? [] : [{ at: match.index, end: match.index + match[0].length, isoDate }];
    }),
  );
}

/** Year (null when it is not named), month, day; more than one reading where the form is ambiguous. */
type Reading = readonly [number | null, number, number];

const MONTH = Object.keys(MONTH_NAMES).join('|');
const ORDINAL = '(?:st|nd|rd|th|er|º|ª|\\.|-го|o)?';

const PATTERNS: readonly {
  readonly pattern: RegExp;
  readonly read: (match: RegExpMatchArray) => readonly Reading[];
}[] = [
  {
    // 2026-05-04, 2026/5/4, 2026年5月4日, 2026. 5. 4
    pattern: folded(/(?<!\d)(20\d\d)(?:[-/.]|\. |年|년 ?)(\d{1,2})(?:[-/.]|\. |月|월 ?)(\d{1,2})(?!\d)/g),
    read: ([, year, month, day]) => [[Number(year), Number(month), Number(day)]],
  },
  {
    // 4.5.2026, 4-5-26
    pattern: /(?<!\d)(\d{1,2})([.-]) ?(\d{1,2})\2 ?((?:20)?\d\d)(?!\d)/g,
    read: ([, day, , month, year]) => [[yearOf(year), Number(month), Number(day)]],
  },
  {
    // 04/05/26: the day first, or in America the month
    pattern: /(?<!\d)(\d{1,2})\/(\d{1,2})\/((?:20)?\d\d)(?!\d)/g,
    read: ([, first, second, year]) => bothOrders(yearOf(year), Number(first), Number(second)),
  },
  {
    // 4.5., 4/5
    pattern: /(?<![\d./-])(\d{1,2})(?:\.(\d{1,2})\.?|\/(\d{1,2}))(?![\d/:%-]|\.\d)/g,
    read: ([, first, dotted, slashed]) =>
      dotted === undefined
        ? bothOrders(null, Number(first), Number(slashed))
        : [[null, Number(dotted), Number(first)]],
  },
  {
    // 5月4日, 5월 4일
    pattern: folded(/(?<![\d年년])(\d{1,2})(?:月|월 ?)(\d{1,2})(?:日|일|号)/g),
    read: ([, month, day]) => [[null, Number(month), Number(day)]],
  },
  {
    // 4 May 2026, 4th of May, 4. Mai, 4 de mayo de 2026
    pattern: new RegExp(
      `(?<!\\d)(\\d{1,2})${ORDINAL} (?:of |de |di |d')?(${MONTH})\\.?(?![a-zа-я])(?:,? (?:de |of )?(20\\d\\d))?`,
      'g',
    ),
    read: ([, day, month, year]) => [[yearOf(year), MONTH_NAMES[month ?? ''] ?? 0, Number(day)]],
  },
  {
    // May 4, May 4th, 2026
    pattern: new RegExp(
      `(?<![a-z])(${MONTH})\\.? (?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?![\\d:])(?:,? (20\\d\\d))?`,
      'g',
    ),
    read: ([, month, day, year]) => [[yearOf(year), MONTH_NAMES[month ?? ''] ?? 0, Number(day)]],
  },
];

/** Folding takes the syllables of Korean apart; what is to be found in folded words must be in pieces too. */
function folded({ source, flags }: RegExp): RegExp {
  return new RegExp(source.normalize('NFKD'), flags);
}

function bothOrders(year: number | null, first: number, second: number): readonly Reading[] {
  return [
    [year, second, first],
    [year, first, second],
  ];
}

function yearOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  return text.length === 2 ? 2000 + Number(text) : Number(text);
}

function soonestPlausible(readings: readonly Reading[], receivedOn: string): string | null {
  return readings.flatMap((reading) => plausible(reading, receivedOn) ?? []).sort()[0] ?? null;
}

function plausible([year, month, day]: Reading, receivedOn: string): string | null {
  const receivedYear = Number(receivedOn.slice(0, 4));
  const years = year === null ? [receivedYear, receivedYear + 1] : [year];
  const daysMax = year === null ? YEARLESS_DAYS_MAX : AWAY_DAYS_MAX;
  for (const candidate of years) {
    const isoDate = `${candidate}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
    if (!isIsoDate(isoDate)) continue;
    const days = epochDayOf(isoDate) - epochDayOf(receivedOn);
    if (days >= 0 && days <= daysMax) return isoDate;
  }
  return null;
}

/** "back on Monday": the next one; "tomorrow": the next day. */
function weekdaysIn(words: string, receivedOn: string): readonly FoundDate[] {
  const found: FoundDate[] = [];
  for (const [name, weekday] of Object.entries(WEEKDAY_NAMES)) {
    const at = words.indexOf(name);
    if (at === -1 || /[a-z]/.test(words.slice(Math.max(0, at - 1), at))) continue;
    // A weekday beside a date only repeats the date.
    if (
      /^[a-zа-я]{0,12}[.,]? ?(?:the |den |dem |le |el |il )?(?:\d|[a-z]{3,9}\.? \d)/.test(
        words.slice(at + name.length, at + name.length + 30),
      )
    )
      continue;
    const days = (weekday - weekdayOf(receivedOn) + 7) % 7 || 7;
    found.push({ at, end: at + name.length, isoDate: addDays(receivedOn, days) });
  }
  for (const word of TOMORROW) {
    const at = words.indexOf(word);
    if (at !== -1) found.push({ at, end: at + word.length, isoDate: addDays(receivedOn, 1) });
  }
  return found;
}
