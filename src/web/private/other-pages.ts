import { framedPage, keysTable } from './frame.ts';
import { html, type Markup } from '../markup.ts';
import { row, trackOf } from './queue-page.ts';
import type { BatchView, FrameView, LeadView, StoryEntry } from './views.ts';

/** One lead's whole story, as `headgate leads show` tells it (F4). */
export function leadPage(frame: FrameView, view: LeadView): Markup {
  return framedPage(frame, {
    title: view.name,
    skipTo: 'main',
    content: html`<main class="wide" id="main" tabindex="-1">
      <h1>${view.name}</h1>
      <p class="under">
        <span>${view.address}</span>
        ${
          view.bar === null
            ? html`<span class="state approved">may be emailed</span>`
            : html`<span class="state held">${view.bar}</span>`
        }
      </p>
      <dl class="facts two">
        ${view.facts.map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
      <section aria-labelledby="sequences">
        <h2 id="sequences">Sequences</h2>
        ${view.enrollments.length === 0 && html`<p class="none">In none.</p>`}
        ${view.enrollments.map(({ sequence, status, track }) => trackOf(sequence, track, status))}
      </section>
      <section aria-labelledby="story">
        <h2 id="story">What happened</h2>
        ${view.days.length === 0 && html`<p class="none">Nothing yet.</p>`}
        <ol class="story">
          ${view.days.map(
            ({ day, entries }) =>
              html`<li>
                <h3>${day}</h3>
                <ol>
                  ${entries.map(storyEntry)}
                </ol>
              </li>`,
          )}
        </ol>
      </section>
      <p class="none">Every rule for this lead: <code>headgate leads why ${view.id}</code></p>
    </main>`,
  });
}

function storyEntry({ clock, kind, text, message }: StoryEntry): Markup {
  const what = message === null ? html`${kind}` : html`<a href="/m/${message}">${kind}</a>`;
  return html`<li><time>${clock}</time> <strong>${what}</strong> <span>${text}</span></li>`;
}

/** Everything that one run holds, to be released or discarded as one (A8). */
export function batchPage(frame: FrameView, view: BatchView): Markup {
  return framedPage(frame, {
    title: view.title,
    skipTo: 'main',
    content: html`<main class="wide" id="main" tabindex="-1">
      <h1>${view.title}</h1>
      <p class="under">${view.why}</p>
      <ol class="batch">
        ${view.rows.map(row)}
      </ol>
      ${view.count > view.rows.length && html`<p class="more">and ${view.count - view.rows.length} more</p>`}
      <form class="count-form" method="post" action="/runs/${view.run}/release">
        <input type="hidden" name="nonce" value="${frame.nonce}" />
        <input type="hidden" name="seen" value="${view.seen}" />
        <label for="batch-count">Type how many there are, to decide about all of them</label>
        <input type="text" id="batch-count" name="count" inputmode="numeric" autocomplete="off" required />
        <label for="batch-reason">Why (for the timelines)</label>
        <input type="text" id="batch-reason" name="reason" autocomplete="off" maxlength="500" />
        <div class="buttons">
          <button class="primary" type="submit">Release them</button>
          <button class="danger" type="submit" formaction="/runs/${view.run}/discard">Discard them</button>
        </div>
        <p class="note">
          Released, they wait for approval, and today's line rises by so many. Discarded, their steps are due
          again.
        </p>
      </form>
    </main>`,
  });
}

/** The keys, for who has no script. */
export function keysPage(frame: FrameView): Markup {
  return framedPage(frame, {
    title: 'Keys',
    skipTo: 'main',
    content: html`<main class="wide" id="main" tabindex="-1">
      <h1>Keys</h1>
      ${keysTable()}
      <p class="note">They need the script of this page. All of it can be done with the mouse as well.</p>
    </main>`,
  });
}
