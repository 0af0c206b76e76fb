import type { PlayedDay } from '../../core/rehearsal/tally.ts';
import { withoutText } from '../../core/rehearsal/guards.ts';
import { isOperatingDay } from '../../core/time/operator-day.ts';
import { html, type Markup } from '../../web/markup.ts';
import { countOf, escapeText } from '../output/text.ts';
import { formatClock, formatDateTime, formatDay, zoneLabel } from '../output/time.ts';
import { calendarSheet, closedCell, countCell } from '../report/calendar-sheet.ts';
import { dayText } from '../report/dates.ts';
import { sheet } from '../report/sheet.ts';
import type { Comparison, Rehearsed } from './rehearse.ts';
import { calendarDays, supposedText } from './text.ts';

/** Names below one day of the calendar; the others are counted. */
const TITLE_MAILS_MAX = 12;

/**
 * The rehearsal as one HTML file in the manner of `headgate report`: no script, nothing from elsewhere, light, dark and print (cli.md
 * 5.4). Whatever strangers wrote is escaped where it is put in.
 */
export function rehearsalPage(rehearsed: Rehearsed, version: string): string {
  const { all, script, workspace } = rehearsed;
  const { timezone } = workspace.policy;
  const title = `Rehearsal, ${dayText(rehearsed.firstDay)} to ${dayText(rehearsed.lastDay)}`;
  const isKept = all.violationCount === 0;
  const body = html`<header>
      <div>
        <p class="kicker">Headgate, a rehearsal</p>
        <h1>${escapeText(workspace.brand.name)}</h1>
        <p class="quiet">${title} · from ${formatDateTime(script.startsAt, timezone)}</p>
      </div>
      <p class="chip ${isKept ? 'good' : 'warn'}">
        ${isKept ? 'every promise kept' : `${countOf(all.violationCount, 'promise')} broken`}
      </p>
    </header>
    <main>
      <p class="banner">Made by the real engine on a copy of the state. Nothing of this has happened.</p>
      <section>
        <h2>Planned sends</h2>
        <p class="lead">Mails of each day; point at a day for names, steps and local hours.</p>
        <div class="scroll" role="region" aria-label="Calendar" tabindex="0">${calendar(rehearsed)}</div>
      </section>
      <section>
        <h2>Day by day</h2>
        <div class="scroll" role="region" aria-label="Days" tabindex="0">${dayTable(rehearsed)}</div>
      </section>
      ${comparisonSection(rehearsed)} ${happeningSection(rehearsed)} ${violationSection(rehearsed)}
    </main>
    <footer>
      <p>${supposedText(rehearsed).join(' ')}</p>
      <p>Headgate ${version}. It names people: keep it as you would keep the state.</p>
    </footer>`;
  return sheet(title, body);
}

function calendar(rehearsed: Rehearsed): Markup {
  const cap = rehearsed.workspace.policy.limits.draftsPerDay;
  return calendarSheet(calendarDays(rehearsed), {
    caption: 'Mails of each day of the rehearsal',
    cell: (played) => {
      const { day, sends: count, isOff, mails } = played;
      if (count === 0 && (isOff || !isOpen(rehearsed, played)))
        return closedCell(day, isOff ? 'off' : 'rest');
      return countCell(day, { count, cap, title: mails.length === 0 ? null : titleOf(played) });
    },
  });
}

function isOpen({ workspace }: Rehearsed, { day }: PlayedDay): boolean {
  const { hours, holidays } = workspace.policy;
  return isOperatingDay(day, { weekdays: hours.weekdays, holidays });
}

function titleOf({ mails, sends }: PlayedDay): string {
  const shown = mails.slice(0, TITLE_MAILS_MAX).map(({ at, leadEmail, zone, sequenceId, stepId }) => {
    const there = `${formatClock(at, zone)} ${zoneLabel(zone)}`;
    return escapeText(`${there}  ${leadEmail}  ${sequenceId} › ${stepId}`);
  });
  return [...shown, ...(sends > shown.length ? [`and ${String(sends - shown.length)} more`] : [])].join('\n');
}

/** The same for who cannot point. */
function dayTable(rehearsed: Rehearsed): Markup {
  const days = calendarDays(rehearsed).filter(({ drafts, sends, doubted }) => drafts + sends + doubted > 0);
  return html`<table class="numbers">
    <thead>
      <tr>
        <th scope="col">Day</th>
        <th scope="col">Drafts</th>
        <th scope="col">Sends</th>
        <th scope="col">Held</th>
        <th scope="col">Steps</th>
      </tr>
    </thead>
    <tbody>
      ${days.map(
        (day) =>
          html`<tr>
            <th scope="row">${dayText(day.day)}</th>
            <td>${day.drafts}</td>
            <td>${day.sends}</td>
            <td>${day.held}</td>
            <td class="words">${stepsOf(day)}</td>
          </tr> `,
      )}
    </tbody>
  </table> `;
}

function stepsOf({ mails, drafts, doubted }: PlayedDay): string {
  if (mails.length === 0) return drafts === 0 && doubted > 0 ? 'it waited for a person' : '';
  const steps = Map.groupBy(mails, ({ sequenceId, stepId }) => `${sequenceId} › ${stepId}`);
  return [...steps].map(([name, own]) => `${String(own.length)} × ${name}`).join(', ');
}

function comparisonSection({ all, without }: Rehearsed): Markup | null {
  if (without.length === 0) return null;
  const row = (name: string, played: Comparison['played']): Markup =>
    html`<tr>
      <th scope="row">${name}</th>
      <td>${played.maxPerRun}</td>
      <td>${played.maxPerLeadPerDay}</td>
      <td>${played.leadsHitTwice}</td>
      <td>${played.violationCount}</td>
    </tr> `;
  return html`<section>
    <h2>The same with guards taken away</h2>
    <div class="scroll" role="region" aria-label="Guards" tabindex="0">
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">Guards</th>
            <th scope="col">Most in one run</th>
            <th scope="col">Most to one lead</th>
            <th scope="col">Leads hit twice</th>
            <th scope="col">Promises broken</th>
          </tr>
        </thead>
        <tbody>
          ${row('all guards', all)} ${without.map(({ guards, played }) => row(withoutText(guards), played))}
        </tbody>
      </table>
    </div>
  </section> `;
}

function happeningSection({ all, workspace }: Rehearsed): Markup | null {
  if (all.happenings.length === 0) return null;
  const zone = workspace.policy.timezone;
  return html`<section>
    <h2>What else happened</h2>
    <ul>
      ${all.happenings.map(
        ({ at, what }) =>
          html`<li>${formatDay(at, zone)} ${formatClock(at, zone)}: ${escapeText(what)}</li> `,
      )}
    </ul>
  </section> `;
}

function violationSection({ all, workspace }: Rehearsed): Markup | null {
  if (all.violationCount === 0) return null;
  const zone = workspace.policy.timezone;
  return html`<section>
    <h2>Broken promises</h2>
    <ul>
      ${all.violations.map(
        ({ promise, at, lead, what }) =>
          html`<li>
            ${promise}, ${formatDay(at, zone)} ${formatClock(at, zone)}:
            ${lead === null ? '' : `${lead} `}${what}
          </li> `,
      )}
    </ul>
  </section> `;
}
