import { weekdayOf } from '../../core/time/calendar.ts';
import { addDays } from '../../core/time/zone.ts';
import { html, type Markup } from '../../web/markup.ts';
import { dayText } from './dates.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const SHADES = 4;

/** Consecutive days as a calendar, a week a row; the days of the first and last week that are not among them stay empty. */
export function calendarSheet<Day extends { readonly day: string }>(
  days: readonly Day[],
  { caption, cell }: { readonly caption: string; readonly cell: (day: Day) => Markup },
): Markup {
  return html`<table class="calendar">
    <caption class="unseen">
      ${caption}
    </caption>
    <thead>
      <tr>
        <th scope="col">Week of</th>
        ${WEEKDAYS.map((name) => html`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${weeksOf(days).map(
        (week) =>
          html`<tr>
            <th scope="row">${dayText(week.monday).slice(4)}</th>
            ${week.days.map((day) => (day === null ? html`<td class="past"></td>` : cell(day)))}
          </tr> `,
      )}
    </tbody>
  </table> `;
}

/** A day on which nothing is planned to leave, and the word for why. */
export function closedCell(day: string, word: string): Markup {
  return html`<td class="closed">
    <span class="date">${dateOf(day)}</span><span class="rests">${word}</span>
  </td>`;
}

/** A day and how many leave on it; the shade says how near to the cap of a day. `title` is shown to who points at it. */
export function countCell(
  day: string,
  of: { readonly count: number; readonly cap: number; readonly title: string | null },
): Markup {
  const { count } = of;
  const cap = Math.max(1, of.cap);
  const shade = count === 0 ? 0 : Math.max(1, Math.ceil((Math.min(count, cap) / cap) * SHADES));
  const title = of.title === null ? null : html` title="${of.title}"`;
  return html`<td class="shade-${shade}" ${title}>
    <span class="date">${dateOf(day)}</span><span class="count">${count}</span>
  </td>`;
}

function dateOf(day: string): string {
  return String(Number(day.slice(8)));
}

/** Whole weeks from Monday; days outside are null. */
function weeksOf<Day extends { readonly day: string }>(
  days: readonly Day[],
): readonly { readonly monday: string; readonly days: readonly (Day | null)[] }[] {
  const [first] = days;
  if (first === undefined) return [];
  const gap = weekdayOf(first.day) - 1;
  const cells: readonly (Day | null)[] = [...Array.from({ length: gap }, () => null), ...days];
  const monday = addDays(first.day, -gap);
  return Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) => {
    const own = cells.slice(week * 7, week * 7 + 7);
    const rest = Array.from({ length: 7 - own.length }, () => null);
    return { monday: addDays(monday, week * 7), days: [...own, ...rest] };
  });
}
