import type { ForecastDay } from '../../core/report/forecast.ts';
import { weekdayOf } from '../../core/time/calendar.ts';
import { addDays } from '../../core/time/zone.ts';
import { html, type Markup } from '../../web/markup.ts';
import { dayText } from './dates.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const SHADES = 4;

/** The coming weeks as a calendar, a week a row; the shade says how near to the cap of a day. */
export function calendarTable(
  forecast: readonly ForecastDay[],
  { cap, stepNames }: { readonly cap: number; readonly stepNames: ReadonlyMap<number, string> },
): Markup {
  const weeks = weeksOf(forecast);
  return html`<table class="calendar">
    <caption class="unseen">
      Emails planned for each of the coming days
    </caption>
    <thead>
      <tr>
        <th scope="col">Week of</th>
        ${WEEKDAYS.map((name) => html`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${weeks.map(
        ({ monday, days }) =>
          html`<tr>
            <th scope="row">${dayText(monday).slice(4)}</th>
            ${days.map((day) => cell(day, cap, stepNames))}
          </tr> `,
      )}
    </tbody>
  </table> `;
}

/** The same day by day with the steps, for who cannot hover. */
export function forecastTable(
  forecast: readonly ForecastDay[],
  stepNames: ReadonlyMap<number, string>,
): Markup {
  const days = forecast.filter(({ total }) => total > 0);
  return html`<table class="numbers">
    <thead>
      <tr>
        <th scope="col">Day</th>
        <th scope="col">Emails</th>
        <th scope="col">Steps</th>
      </tr>
    </thead>
    <tbody>
      ${days.map(
        (day) =>
          html`<tr>
            <th scope="row">${dayText(day.day)}</th>
            <td>${day.total}</td>
            <td class="words">${stepsText(day, stepNames)}</td>
          </tr> `,
      )}
    </tbody>
  </table> `;
}

function cell(day: ForecastDay | null, cap: number, stepNames: ReadonlyMap<number, string>): Markup {
  if (day === null) return html`<td class="past"></td>`;
  const date = String(Number(day.day.slice(8)));
  if (!day.isOpen)
    return html`<td class="closed"><span class="date">${date}</span><span class="rests">rest</span></td>`;
  const shade =
    day.total === 0 ? 0 : Math.max(1, Math.ceil((Math.min(day.total, cap) / Math.max(1, cap)) * SHADES));
  const title = day.total === 0 ? null : html` title="${stepsText(day, stepNames)}"`;
  return html`<td class="shade-${shade}" ${title}>
    <span class="date">${date}</span><span class="count">${day.total}</span>
  </td>`;
}

function stepsText(day: ForecastDay, stepNames: ReadonlyMap<number, string>): string {
  return [...day.steps]
    .sort((one, other) => other[1] - one[1])
    .map(([rowId, count]) => `${String(count)} × ${stepNames.get(rowId) ?? 'a removed step'}`)
    .join(', ');
}

/** Whole weeks from Monday; the days before today are null. */
function weeksOf(
  forecast: readonly ForecastDay[],
): readonly { readonly monday: string; readonly days: readonly (ForecastDay | null)[] }[] {
  const [first] = forecast;
  if (first === undefined) return [];
  const gap = weekdayOf(first.day) - 1;
  const cells: readonly (ForecastDay | null)[] = [...Array.from({ length: gap }, () => null), ...forecast];
  const monday = addDays(first.day, -gap);
  return Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) => {
    const days = cells.slice(week * 7, week * 7 + 7);
    const rest = Array.from({ length: 7 - days.length }, () => null);
    return { monday: addDays(monday, week * 7), days: [...days, ...rest] };
  });
}
