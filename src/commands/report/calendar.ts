import type { ForecastDay } from '../../core/report/forecast.ts';
import { html, type Markup } from '../../web/markup.ts';
import { calendarSheet, closedCell, countCell } from './calendar-sheet.ts';
import { dayText } from './dates.ts';

/** The coming weeks as a calendar; the shade says how near to the cap of a day. */
export function calendarTable(
  forecast: readonly ForecastDay[],
  { cap, stepNames }: { readonly cap: number; readonly stepNames: ReadonlyMap<number, string> },
): Markup {
  return calendarSheet(forecast, {
    caption: 'Emails planned for each of the coming days',
    cell: (day) => {
      if (!day.isOpen) return closedCell(day.day, 'rest');
      const title = day.total === 0 ? null : stepsText(day, stepNames);
      return countCell(day.day, { count: day.total, cap, title });
    },
  });
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

function stepsText(day: ForecastDay, stepNames: ReadonlyMap<number, string>): string {
  return [...day.steps]
    .sort((one, other) => other[1] - one[1])
    .map(([rowId, count]) => `${String(count)} × ${stepNames.get(rowId) ?? 'a removed step'}`)
    .join(', ');
}
