import type { Job } from '../../core/model.ts';
import { weekdayOf } from '../../core/time/calendar.ts';
import { html, type Markup } from '../../web/markup.ts';
import { countOf } from '../output/text.ts';
import { dayText } from './dates.ts';
import type { JobDay, ReportDay } from './facts.ts';

const WIDTH = 960;
const HEIGHT = 250;
const LEFT = 40;
/** Room for what the line says, beside its end. */
const RIGHT = 84;
const TOP = 34;
const BOTTOM = 30;
const BAR_SHARE = 0.66;
const LABEL_ROOM = 130;

interface Scale {
  readonly top: number;
  readonly slot: number;
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
}

/** Drafts a day as bars, the hold line through them, and hollow above them what the guards prevented (A8, cli.md 5.4). */
export function volumeChart(days: readonly ReportDay[], job: Job): Markup {
  const own = days.map((each) => ({ ...each, ...each.jobs[job] }));
  const scale = scaleOf(own);
  const id = `volume-${job}`;
  return html`<svg
    class="chart"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-labelledby="${id}-title ${id}-text"
  >
    <title id="${id}-title">${job === 'drip' ? 'Drip' : 'Nurture'} drafts a day against the hold line</title>
    <desc id="${id}-text">${summaryOf(own)}</desc>
    ${restDays(own, scale)}${gridLines(scale)}${own.map((day, index) => bars(day, index, scale))}${lineOf(own, scale)}${own.map((day, index) => preventedText(day, index, scale))}${dateTexts(own, scale)}
  </svg> `;
}

/** The same as a table, for who cannot see the chart or wants the numbers. */
export function volumeTable(days: readonly ReportDay[], job: Job): Markup {
  const shown = days.filter(
    ({ jobs, sent }) => jobs[job].made > 0 || jobs[job].prevented !== null || sent > 0,
  );
  return html`<table class="numbers">
    <thead>
      <tr>
        <th scope="col">Day</th>
        <th scope="col">Drafts</th>
        <th scope="col">Hold line</th>
        <th scope="col">Would have been</th>
        <th scope="col">Sent, both jobs</th>
      </tr>
    </thead>
    <tbody>
      ${shown.map(
        ({ day, jobs, sent }) =>
          html`<tr>
            <th scope="row">${dayText(day)}</th>
            <td>${jobs[job].made}</td>
            <td>${jobs[job].line.toFixed(1)}</td>
            <td>${jobs[job].prevented ?? '–'}</td>
            <td>${sent}</td>
          </tr> `,
      )}
    </tbody>
  </table> `;
}

type OwnDay = ReportDay & JobDay;

function scaleOf(days: readonly OwnDay[]): Scale {
  const most = Math.max(1, ...days.map(({ made, line, prevented }) => Math.max(made, line, prevented ?? 0)));
  const top = niceTop(most);
  const slot = (WIDTH - LEFT - RIGHT) / days.length;
  return {
    top,
    slot,
    x: (index) => LEFT + index * slot,
    y: (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM),
  };
}

/** The next round number with a half that is round too. */
function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 6, 8, 10].find((each) => each * power >= most) ?? 10;
  return Math.max(2, step * power);
}

function gridLines({ top, y }: Scale): Markup {
  return html`${[0, top / 2, top].map(
    (value) =>
      html`<line
          class="${value === 0 ? 'axis' : 'grid'}"
          x1="${LEFT}"
          x2="${WIDTH - RIGHT}"
          y1="${at(y(value))}"
          y2="${at(y(value))}"
        /><text class="tick" x="${LEFT - 8}" y="${at(y(value) + 4)}" text-anchor="end">${value}</text> `,
  )}`;
}

function restDays(days: readonly OwnDay[], { x, slot }: Scale): Markup {
  return html`${days.map((day, index) =>
    day.isOpen
      ? null
      : html`<rect
          class="rest"
          x="${at(x(index))}"
          y="${TOP}"
          width="${at(slot)}"
          height="${HEIGHT - TOP - BOTTOM}"
        />`,
  )} `;
}

function bars({ day, made, prevented }: OwnDay, index: number, { x, y, slot }: Scale): Markup {
  const width = slot * BAR_SHARE;
  const left = x(index) + (slot - width) / 2;
  const bar = (kind: 'made' | 'prevented', value: number): Markup => {
    const said = kind === 'made' ? countOf(value, 'draft') : `${String(value)} would have been`;
    return html`<rect
      class="${kind}"
      x="${at(left)}"
      y="${at(y(value))}"
      width="${at(width)}"
      height="${at(y(0) - y(value))}"
      rx="1.5"
      ><title>${dayText(day)}: ${said}</title></rect
    >`;
  };
  if (prevented === null) return html`${made === 0 ? null : bar('made', made)}`;
  return html`${bar('prevented', prevented)}${made === 0 ? null : bar('made', made)}`;
}

/** Drawn over the line. Below it a day would have been an ordinary one: its hollow bar says enough. */
function preventedText({ line, prevented }: OwnDay, index: number, { x, y, slot }: Scale): Markup | null {
  if (prevented === null || prevented <= line) return null;
  const left = x(index) + (slot - slot * BAR_SHARE) / 2;
  const isNearEnd = left + LABEL_ROOM > WIDTH - RIGHT;
  return html`<text
    class="would"
    x="${at(isNearEnd ? left + slot * BAR_SHARE : left)}"
    y="${at(y(prevented) - 7)}"
    text-anchor="${isNearEnd ? 'end' : 'start'}"
    >${prevented} would have been</text
  >`;
}

/** A step for each day, since the line of a day holds from its morning to its evening. */
function lineOf(days: readonly OwnDay[], { x, y, slot }: Scale): Markup {
  const path = days
    .map(({ line }, index) => {
      const start = index === 0 ? `M${at(x(0))} ${at(y(line))}` : `V${at(y(line))}`;
      return `${start}H${at(x(index) + slot)}`;
    })
    .join('');
  const last = days.at(-1)?.line ?? 0;
  const left = WIDTH - RIGHT + 8;
  return html`<path class="line" d="${path}" />
    <text class="line-text" x="${left}" y="${at(y(last) - 2)}">hold line</text>
    <text class="line-text" x="${left}" y="${at(y(last) + 14)}">${last.toFixed(1)}</text>`;
}

/** Every second Monday: eight weeks have room for four dates on a phone too. */
function dateTexts(days: readonly OwnDay[], { x, slot }: Scale): Markup {
  const mondays = days.flatMap(({ day }, index) => (weekdayOf(day) === 1 ? [{ day, index }] : []));
  const every = Math.max(1, Math.ceil(mondays.length / 8));
  return html`${mondays
    .filter((_, place) => place % every === 0)
    .map(
      ({ day, index }) =>
        html`<text class="tick" x="${at(x(index) + slot / 2)}" y="${HEIGHT - 10}" text-anchor="middle"
          >${dayText(day).slice(4)}</text
        > `,
    )}`;
}

function summaryOf(days: readonly OwnDay[]): string {
  const total = days.reduce((sum, { made }) => sum + made, 0);
  const most = days.reduce((best, day) => (day.made > best.made ? day : best), days[0] ?? NO_DAY);
  const worst = days.reduce((best, day) => ((day.prevented ?? 0) > (best.prevented ?? 0) ? day : best), most);
  const said = `${countOf(total, 'draft')} in ${countOf(days.length, 'day')}, at most ${String(most.made)} in one`;
  if (worst.prevented === null) return `${said}. No guard had to stop a run.`;
  return `${said}. On ${dayText(worst.day)} ${String(worst.prevented)} would have been due by the calendar alone; the guards prevented it.`;
}

const NO_DAY: OwnDay = {
  ...{ day: '1970-01-01', isOpen: true, made: 0, line: 0, prevented: null, sent: 0 },
  jobs: { drip: { made: 0, line: 0, prevented: null }, nurture: { made: 0, line: 0, prevented: null } },
};

/** A coordinate with one digit: 56 days of them are most of the file. */
function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}
