import { html, type Markup } from '../../web/markup.ts';
import { shareText, type FunnelStage } from '../funnel.ts';
import { countOf, escapeText } from '../output/text.ts';
import { formatClock, formatDay, zoneLabel } from '../output/time.ts';
import { resultText } from '../run-record.ts';
import type { NextDraft, ReportFacts, ReportSequence } from './facts.ts';

const BAR_WIDTH = 200;
const BAR_HEIGHT = 12;

/** Who the next run would write to, by the planner itself; without names only what and where. */
export function nextRunSection(
  drafts: readonly NextDraft[],
  { areNamed, isInDoubt }: { readonly areNamed: boolean; readonly isInDoubt: boolean },
): Markup {
  if (drafts.length === 0) return html`<p class="quiet">The next run has nothing to draft.</p>`;
  const who = areNamed ? html`<th scope="col">Lead</th>` : null;
  return html`<table class="list">
    <caption>
      The next run would draft
      ${countOf(drafts.length, 'email')}${isInDoubt ? ', as a preview: a person must confirm it' : null}
    </caption>
    <thead>
      <tr>
        ${who}
        <th scope="col">Step</th>
        <th scope="col">Where they are</th>
      </tr>
    </thead>
    <tbody>
      ${drafts.map(
        ({ name, company, sequence, step, zone }) =>
          html`<tr>
            ${areNamed ? html`<td>${escapeText(name)}${company === null ? null : html` <span class="quiet">${escapeText(company)}</span>`}</td>` : null}
            <td>${sequence} › ${step}</td>
            <td>${zoneLabel(zone)}</td>
          </tr> `,
      )}
    </tbody>
  </table> `;
}

/** How far those who were enrolled came. */
export function funnelSection({ id, title, status, stages }: ReportSequence, isLive: boolean): Markup {
  const [enrolled] = stages;
  const note = enrolled?.count === 0 ? 'nobody enrolled yet' : status;
  return html`<section class="funnel">
    <h3>${escapeText(title)} <span class="quiet">${id}, ${note}</span></h3>
    ${
      enrolled?.count === 0
        ? null
        : html`<table class="bars">
            <thead class="unseen">
              <tr>
                <th scope="col">Stage</th>
                <th scope="col">Leads</th>
                <th scope="col">Share</th>
                <th scope="col">Bar</th>
              </tr>
            </thead>
            <tbody>
              ${stages.map((stage, index) => stageRow(stage, index, isLive))}
            </tbody>
          </table> `
    }
  </section> `;
}

function stageRow({ name, kind, count, share }: FunnelStage, index: number, isLive: boolean): Markup | null {
  if (kind === 'end' && count === 0) return null;
  const label =
    kind === 'step'
      ? html`<span class="quiet">${isLive ? 'sent' : 'rehearsed'} ${index}</span> ${name}`
      : name;
  return html`<tr class="${kind}">
    <th scope="row">${label}</th>
    <td>${count}</td>
    <td>${shareText(share)}</td>
    <td>${bar(share ?? 0, kind)}</td>
  </tr> `;
}

/** Why leads had to wait, in lead-days. */
export function skipSection(skips: ReportFacts['skips']): Markup {
  if (skips.length === 0) return html`<p class="quiet">Nobody was held back.</p>`;
  const most = Math.max(...skips.map(({ count }) => count));
  return html`<table class="bars">
    <thead class="unseen">
      <tr>
        <th scope="col">Reason</th>
        <th scope="col">Lead-days</th>
        <th scope="col">Word</th>
        <th scope="col">Bar</th>
      </tr>
    </thead>
    <tbody>
      ${skips.map(
        ({ reason, phrase, count }) =>
          html`<tr>
            <th scope="row">${phrase}</th>
            <td>${count}</td>
            <td class="code">${reason}</td>
            <td>${bar(count / most, 'skip')}</td>
          </tr> `,
      )}
    </tbody>
  </table> `;
}

function bar(share: number, kind: string): Markup {
  const width = Math.max(share > 0 ? 1.5 : 0, Math.round(share * BAR_WIDTH * 10) / 10);
  return html`<svg
    class="bar"
    viewBox="0 0 ${BAR_WIDTH} ${BAR_HEIGHT}"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="${kind}" width="${width}" height="${BAR_HEIGHT}" rx="2" />
  </svg>`;
}

/** How each mailbox fares (D6). */
export function senderSection({ senders, removed }: ReportFacts['senders']): Markup {
  return html`<table class="list">
      <thead>
        <tr>
          <th scope="col">Sender</th>
          <th scope="col">Today</th>
          <th scope="col">Leads</th>
          <th scope="col">Bounces, 30 days</th>
          <th scope="col">Complaints</th>
          <th scope="col">Health</th>
        </tr>
      </thead>
      <tbody>
        ${senders.map(({ desk, leads, record, health, detail }) => {
          const isPaused = desk.pausedReason !== null;
          const mood = isPaused || health === 'stop' ? 'bad' : health === 'well' ? 'good' : 'warn';
          const word = isPaused ? 'paused' : health === 'well' ? 'well' : 'warning';
          return html`<tr>
            <td>${escapeText(desk.address)}</td>
            <td>${desk.sentToday}${desk.cap === null ? null : ` of ${String(desk.cap)}`}</td>
            <td>${leads}</td>
            <td>${record?.bounces ?? 0}</td>
            <td>${record?.complaints ?? 0}</td>
            <td>
              <span class="chip ${mood}">${word}</span>${detail === null ? null : ` ${escapeText(detail)}`}
            </td>
          </tr> `;
        })}
      </tbody>
    </table>
    ${removed.map(({ address, leads }) => html`<p class="warn-text">${escapeText(address)} is in no [[sender]] block any more: ${countOf(leads, 'lead')} wait.</p>`)}`;
}

/** How often each job ran, and the runs that a person may want to look at. */
export function runSection({ commands, notable, timezone }: ReportFacts): Markup {
  return html`<table class="list">
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">Runs</th>
          <th scope="col">Live</th>
          <th scope="col">Kept quiet</th>
          <th scope="col">Previews</th>
          <th scope="col">Held</th>
          <th scope="col">Failed</th>
          <th scope="col">Last run</th>
        </tr>
      </thead>
      <tbody>
        ${commands.map(
          (each) =>
            html`<tr>
              <th scope="row">${each.command}</th>
              <td>${each.runs}</td>
              <td>${each.live}</td>
              <td>${each.quiet}</td>
              <td>${each.previews}</td>
              <td>${each.held}</td>
              <td>${each.failed}</td>
              <td>${formatDay(each.lastAt, timezone)} ${formatClock(each.lastAt, timezone)}</td>
            </tr> `,
        )}
      </tbody>
    </table>
    ${
      notable.length === 0
        ? html`<p class="quiet">No run failed, was held, forced or turned itself into a preview.</p>`
        : html`<table class="list">
            <caption>
              Runs worth a look
            </caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Job</th>
                <th scope="col">Result</th>
                <th scope="col">Run</th>
              </tr>
            </thead>
            <tbody>
              ${notable.map(
                (run) =>
                  html`<tr>
                    <td>${formatDay(run.startedAt, timezone)} ${formatClock(run.startedAt, timezone)}</td>
                    <td>${run.command}</td>
                    <td>${escapeText(resultText(run))}</td>
                    <td class="code">${run.id}</td>
                  </tr> `,
              )}
            </tbody>
          </table> `
    }`;
}
