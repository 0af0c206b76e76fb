import { framedPage } from './frame.ts';
import { html, type Markup } from '../markup.ts';
import type { FigureView, FrameView, JobView, PlanView, StatusView, VolumeView } from './views.ts';

/** The screen of `headgate status`, as a page. */
export function statusPage(frame: FrameView, view: StatusView): Markup {
  return framedPage(frame, {
    title: `Status: ${view.mood.text}`,
    skipTo: 'main',
    content: html`<main class="wide status" id="main" tabindex="-1">
      <h1>
        <span class="mood ${view.mood.isGood ? 'good' : 'bad'}" aria-hidden="true"></span>${view.mood.text}
      </h1>
      <p class="under">${view.at}</p>
      ${view.batches.map(
        ({ run, text }) =>
          html`<p class="warnings">${text} <a href="/runs/${run}">Look at it and decide</a></p>`,
      )}
      ${view.plans.map((plan) => planOf(frame, plan))}
      <section aria-labelledby="queue">
        <h2 id="queue">Queue and today</h2>
        <ul class="numbers">
          ${[...view.queue, ...view.today].map(figure)}
        </ul>
      </section>
      ${view.volumes.map(volume)}
      <section aria-labelledby="timers">
        <h2 id="timers">Timers</h2>
        ${timers(view.jobs)}
      </section>
      <section aria-labelledby="guards">
        <h2 id="guards">Guards</h2>
        <ul class="plain">
          ${view.doubts.map((doubt) => html`<li class="doubt">${doubt}</li>`)}
          ${view.guards.map((guard) => html`<li>${guard}</li>`)}
        </ul>
      </section>
      ${
        view.next.length > 0 &&
        html`<section aria-labelledby="next-commands">
          <h2 id="next-commands">Next, at a terminal</h2>
          <ul class="plain">
            ${view.next.map((command) => html`<li><code>${command}</code></li>`)}
          </ul>
        </section>`
      }
    </main>`,
  });
}

function figure({ count, label, note }: FigureView): Markup {
  return html`<li>
    <strong>${count}</strong> <span>${label}</span>
    ${note !== '' && html`<small>${note}</small>`}
  </li>`;
}

/** A saved preview: the timer drafts it unless a person says no (A5). */
function planOf({ nonce }: FrameView, { id, job, text }: PlanView): Markup {
  return html`<section class="plan" aria-label="Saved preview of ${job}">
    <p>${text}</p>
    <form method="post" action="/plans/${id}/veto">
      <input type="hidden" name="nonce" value="${nonce}" />
      <button class="danger" type="submit">Veto it</button>
    </form>
  </section>`;
}

const WIDTH = 640;
const HEIGHT = 120;
/** Today and the seven days of the mean. */
const SLOTS_MIN = 8;

/** Drafts a day against the line above which a batch is held (A8): bars, and the same numbers as text. */
function volume({ job, line, lineText, days }: VolumeView): Markup {
  const most = Math.max(line, ...days.map(({ drafts }) => drafts)) * 1.15;
  const y = (value: number): number => Math.round(HEIGHT - (value / most) * HEIGHT);
  const slots = Math.max(SLOTS_MIN, days.length);
  const slot = WIDTH / slots;
  const first = slots - days.length;
  return html`<section aria-labelledby="volume-${job}">
    <h2 id="volume-${job}">Drafts a day of ${job}, hold line ${lineText}</h2>
    <svg
      class="volume"
      viewBox="0 -14 ${WIDTH} ${HEIGHT + 34}"
      role="img"
      aria-label="${volumeText(days, line)}"
    >
      ${days.map(({ day, drafts }, index) => {
        const x = Math.round((first + index) * slot + slot * 0.2);
        const width = Math.round(slot * 0.6);
        return html`<rect x="${x}" y="${y(drafts)}" width="${width}" height="${HEIGHT - y(drafts)}" rx="3" />
          <text x="${x + width / 2}" y="${y(drafts) - 5}">${drafts}</text>
          <text class="day" x="${x + width / 2}" y="${HEIGHT + 16}">${day}</text>`;
      })}
      <line x1="0" x2="${WIDTH}" y1="${y(line)}" y2="${y(line)}" />
    </svg>
  </section>`;
}

function volumeText(days: VolumeView['days'], line: number): string {
  const counts = days.map(({ day, drafts }) => `${day} ${drafts}`).join(', ');
  return `${counts}; the line is at ${line.toFixed(1)}`;
}

function timers(jobs: readonly JobView[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of timers">
    <table>
      <thead>
        <tr>
          <th scope="col">Timer</th>
          <th scope="col">Last run</th>
          <th scope="col">Result</th>
          <th scope="col">Next</th>
          <th scope="col">Late when</th>
        </tr>
      </thead>
      <tbody>
        ${jobs.map(
          ({ name, last, result, next, late, isLate }) =>
            html`<tr class="${isLate ? 'late' : ''}">
              <th scope="row">${name}</th>
              <td>${last}</td>
              <td>${result}</td>
              <td>${next}</td>
              <td>${late}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
