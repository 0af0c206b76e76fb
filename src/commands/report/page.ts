import type { Job } from '../../core/model.ts';
import { html, type Markup } from '../../web/markup.ts';
import { escapeText } from '../output/text.ts';
import { formatDateTime, zoneLabel } from '../output/time.ts';
import { calendarTable, forecastTable } from './calendar.ts';
import { dayText } from './dates.ts';
import type { ReportFacts } from './facts.ts';
import { funnelSection, nextRunSection, runSection, senderSection, skipSection } from './sections.ts';
import { sheet } from './sheet.ts';
import { volumeChart, volumeTable } from './volume-chart.ts';

export interface PageOptions {
  /** False: no lead's name, address or company anywhere. */
  readonly areNamed: boolean;
  readonly cap: number;
  readonly version: string;
}

/**
 * The whole report as one HTML file: inline style and SVG, no script, nothing from elsewhere, light, dark and print (cli.md 5.4). Whatever
 * strangers wrote is escaped where it is put in.
 */
export function reportPage(facts: ReportFacts, options: PageOptions): string {
  const title = `Headgate report, ${period(facts)}`;
  const body = html`<header>
      <div>
        <p class="kicker">Headgate${options.areNamed ? ` on ${escapeText(facts.host)}` : null}</p>
        <h1>${escapeText(facts.brand)}</h1>
        <p class="quiet">${period(facts)} · made ${formatDateTime(facts.at, facts.timezone)}</p>
      </div>
      <p class="chip ${facts.mood.isGood ? 'good' : 'warn'}">${facts.mood.text}</p>
    </header>
    <main>
      ${facts.isLive ? null : html`<p class="banner">Not live: every mail of this report is a rehearsal that landed in the outbox.</p>`}
      ${tiles(facts)} ${volumeSection(facts)} ${comingSection(facts, options)}
      <section>
        <h2>How far each sequence carries</h2>
        <p class="lead">
          Of all who were ever enrolled. An answer ends a sequence, so those who replied see no later step.
        </p>
        <div class="columns">${facts.sequences.map((sequence) => funnelSection(sequence, facts.isLive))}</div>
      </section>
      <section>
        <h2>Why leads had to wait</h2>
        <p class="lead">In lead-days: a lead that waits all morning for its own office hours counts once.</p>
        ${scrolling('Reasons', skipSection(facts.skips))}
      </section>
      <section>
        <h2>Senders</h2>
        ${scrolling('Senders', senderSection(facts.senders))}
      </section>
      <section>
        <h2>Runs</h2>
        ${scrolling('Runs', runSection(facts))}
      </section>
    </main>
    <footer>
      <p>
        Made by Headgate ${options.version} from its own state. Days are those of
        ${zoneLabel(facts.timezone)}.${options.areNamed ? ' It names people: keep it, or make one without names with --no-names.' : ' Without names: it can be passed on.'}
      </p>
    </footer>`;
  return sheet(title, body);
}

function period({ days }: ReportFacts): string {
  return `${dayText(days[0]?.day ?? '')} to ${dayText(days.at(-1)?.day ?? '')} ${(days.at(-1)?.day ?? '').slice(0, 4)}`;
}

function tiles({ days, returns, isLive }: ReportFacts): Markup {
  const sent = days.reduce((sum, day) => sum + day.sent, 0);
  const drafted = days.reduce((sum, { jobs }) => sum + jobs.drip.made + jobs.nurture.made, 0);
  const prevented = Math.max(
    0,
    ...days.flatMap(({ jobs }) => [jobs.drip.prevented ?? 0, jobs.nurture.prevented ?? 0]),
  );
  const all: readonly (readonly [number, string, string])[] = [
    [drafted, 'drafted', ''],
    [sent, isLive ? 'sent' : 'rehearsed', ''],
    [returns.replies, returns.replies === 1 ? 'person replied' : 'people replied', ''],
    [returns.bounced + returns.complained, 'bounced, complained', ''],
    [returns.unsubscribed, 'unsubscribed', ''],
    [prevented, 'most stopped in a day', 'accent'],
  ];
  return html`<dl class="tiles">
    ${all.map(
      ([count, name, kind]) =>
        html`<div class="${`tile ${kind}`.trim()}">
          <dt>${name}</dt>
          <dd>${count}</dd>
        </div>`,
    )}
  </dl>`;
}

function volumeSection({ days }: ReportFacts): Markup {
  const hasNurture = days.some(({ jobs: { nurture } }) => nurture.made > 0 || nurture.prevented !== null);
  const jobs: readonly Job[] = hasNurture ? ['drip', 'nurture'] : ['drip'];
  return html`<section>
    <h2>Drafts a day</h2>
    <p class="lead">
      A run that would pass the hold line is held as a whole. A run in doubt drafts nothing until a person has
      looked.
    </p>
    <ul class="legend">
      <li><span class="key made"></span>drafted</li>
      <li><span class="key line"></span>hold line</li>
      <li><span class="key prevented"></span>would have been, without the guards</li>
      <li><span class="key rest"></span>rest day</li>
    </ul>
    ${jobs.map(
      (job) =>
        html`<figure>
          <figcaption>${job === 'drip' ? 'Drip' : 'Nurture'}</figcaption>
          ${scrolling(`${job} drafts a day`, volumeChart(days, job))}
          <details>
            <summary>The same as a table</summary>
            ${scrolling(`${job} numbers`, volumeTable(days, job))}
          </details>
        </figure> `,
    )}
  </section>`;
}

function comingSection(
  { forecast, stepNames, nextDrafts, isInDoubt }: ReportFacts,
  options: PageOptions,
): Markup {
  return html`<section>
    <h2>Planned, from today</h2>
    <p class="lead">
      If a person decides two hours after a draft, in office hours, and nobody answers; never more than
      ${options.cap} drafts a day.
      ${forecast.isCutShort ? 'More is due than was looked at: the later days hold more than they say.' : ''}
    </p>
    ${scrolling('Calendar', calendarTable(forecast.days, { cap: options.cap, stepNames }))}
    <details>
      <summary>The same as a table, with steps</summary>
      ${scrolling('Planned emails', forecastTable(forecast.days, stepNames))}
    </details>
    ${scrolling('Next run', nextRunSection(nextDrafts, { areNamed: options.areNamed, isInDoubt }))}
  </section>`;
}

/** Wide content scrolls by itself on a phone, by keyboard too; the page never does. */
function scrolling(name: string, content: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">${content}</div>`;
}
