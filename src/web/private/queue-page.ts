import { actionBar } from './action-bar.ts';
import { framedPage } from './frame.ts';
import { html, type Markup } from '../markup.ts';
import type { FrameView, GroupView, MessageView, QueueView, RowView, TrackStep } from './views.ts';

/** The queue: what waits on the left, one mail on the right as its reader will see it. */
export function queuePage(frame: FrameView, view: QueueView): Markup {
  const { message } = view;
  const title =
    message === null
      ? 'Queue'
      : `${message.to.name}, ${message.place === '' ? message.state : message.place}`;
  return framedPage(frame, {
    title,
    skipTo: 'mail',
    content: html`<div class="desk">
      ${listOf(frame, view)} ${message === null ? nothingChosen(view) : mailOf(frame, message)}
    </div>`,
  });
}

function listOf(frame: FrameView, view: QueueView): Markup {
  return html`<nav class="list" aria-label="Queue">
    ${view.groups.map(group)} ${view.groups.length === 0 && html`<p class="empty">Nothing waits.</p>`}
    ${
      view.heldBack.length > 0 &&
      html`<section class="group">
        <h2>Held back by the last runs</h2>
        <ul class="reasons">
          ${view.heldBack.map((reason) => html`<li>${reason}</li>`)}
        </ul>
      </section>`
    }
    ${view.waiting.count > 1 && approveAll(frame, view)}
  </nav>`;
}

function group({ name, kind, rows, more }: GroupView): Markup {
  return html`<section class="group ${kind}">
    <h2>${name} <span class="count">${rows.length + more}</span></h2>
    <ol>
      ${rows.map(row)}
    </ol>
    ${more > 0 && html`<p class="more">and ${more} more: <code>headgate review list</code></p>`}
  </section>`;
}

export function row({ id, name, subject, step, time, isCurrent }: RowView): Markup {
  const current = isCurrent ? html` aria-current="true"` : html``;
  return html`<li>
    <a class="row" href="/m/${id}" ${current}>
      <span class="name">${name}</span> <span class="time">${time}</span>
      <span class="subject">${subject}</span> <span class="step">${step}</span>
    </a>
  </li>`;
}

function approveAll({ nonce }: FrameView, { waiting }: QueueView): Markup {
  return html`<details class="all" id="all">
    <summary>Approve all ${waiting.count}…</summary>
    <form method="post" action="/approve-all">
      <input type="hidden" name="nonce" value="${nonce}" />
      <input type="hidden" name="seen" value="${waiting.seen}" />
      <label for="all-count">Type how many there are</label>
      <input type="text" id="all-count" name="count" inputmode="numeric" autocomplete="off" required />
      <button type="submit">Approve them all</button>
    </form>
  </details>`;
}

function nothingChosen({ groups }: QueueView): Markup {
  const hasRows = groups.some(({ rows }) => rows.length > 0);
  return html`<main class="mail" id="mail" tabindex="-1">
    <div class="calm">
      <h1>${hasRows ? 'Nothing waits for you' : 'The queue is empty'}</h1>
      <p>
        ${
          hasRows
            ? 'What is approved or held is in the list.'
            : 'New drafts come from the next run of drip or nurture.'
        }
      </p>
    </div>
  </main>`;
}

function mailOf(frame: FrameView, message: MessageView): Markup {
  return html`<main class="mail" id="mail" tabindex="-1">
    ${head(message)}
    <div class="sheet">${letter(message)} ${asideOf(message)}</div>
    ${actionBar(frame, message)}
  </main>`;
}

function head(message: MessageView): Markup {
  const { to, preheader } = message;
  return html`<header class="head">
    <div class="place">
      <span class="state ${message.state}">${stateText(message.state)}</span>
      <span>${message.place}</span>
      <span class="moves">
        ${step(message.previous, 'previous', 'Previous')} ${step(message.next, 'next', 'Next')}
      </span>
    </div>
    <h1>${message.subject}</h1>
    <dl class="envelope">
      <dt>To</dt>
      <dd>
        <a href="/leads/${to.leadId}">${to.name}</a> <span class="address">${to.address}</span>
        <span class="where">${message.where}</span>
      </dd>
      <dt>From</dt>
      <dd>${message.from}</dd>
      ${
        preheader !== null &&
        html`<dt>Preview</dt>
          <dd>${preheader}</dd>`
      }
    </dl>
    ${trackOf(message.sequence, message.track, message.history)}
    ${
      message.warnings.length > 0 &&
      html`<ul class="warnings" aria-label="Before you decide">
        ${message.warnings.map((warning) => html`<li>${warning}</li>`)}
      </ul>`
    }
  </header>`;
}

function stateText(state: string): string {
  return state === 'pending_approval' ? 'waits for you' : state.replaceAll('_', ' ');
}

function step(id: string | null, rel: 'previous' | 'next', label: string): Markup {
  const key = rel === 'next' ? 'j' : 'k';
  if (id === null) return html`<span class="move off" aria-hidden="true">${label} <kbd>${key}</kbd></span>`;
  return html`<a class="move" id="${rel}" href="/m/${id}">${label} <kbd aria-hidden="true">${key}</kbd></a>`;
}

/** Where the lead is in its sequence: what went, what this is, what is to come. */
export function trackOf(
  sequence: string,
  steps: readonly TrackStep[],
  history: string | null = null,
): Markup | null {
  if (steps.length === 0) return null;
  return html`<div class="track">
    <p>${sequence}</p>
    <ol>
      ${steps.map(
        ({ id, mark, note }) =>
          html`<li class="${mark}">
            <span class="dot" aria-hidden="true"></span><span class="label">${id}</span>
            <small>${note}</small>
          </li>`,
      )}
    </ol>
    ${history !== null && html`<p class="history">${history}</p>`}
  </div>`;
}

function letter({ id, hash, subject, text }: MessageView): Markup {
  const tabs = html`<p class="tabs">
    <a href="/m/${id}" ${text === null ? html` aria-current="true"` : html``}>As a mail</a>
    <a href="/m/${id}?as=text" ${text === null ? html`` : html` aria-current="true"`}>As plain text</a>
  </p>`;
  if (text !== null) {
    return html`<section class="letter" aria-label="The mail">
      ${tabs}
      <pre class="paper" tabindex="0" role="region" aria-label="The mail as plain text">${text}</pre>
    </section>`;
  }
  return html`<section class="letter" aria-label="The mail">
    ${tabs}
    <iframe
      class="paper"
      id="reader"
      src="/m/${id}/mail?hash=${hash}"
      title="The mail: ${subject}"
      sandbox="allow-same-origin"
      referrerpolicy="no-referrer"
    ></iframe>
  </section>`;
}

function asideOf({ facts, claims, checks, counts }: MessageView): Markup {
  return html`<aside class="beside" aria-label="Facts and claims">
    <section>
      <h2>Looked up</h2>
      <ul class="checks">
        ${checks.map((check) => html`<li>${check}</li>`)}
      </ul>
      <p class="counts">${counts}</p>
    </section>
    <section>
      <h2>Said to them</h2>
      ${
        claims.length === 0
          ? html`<p class="none">No link, number or date to look up.</p>`
          : html`<ul class="claims">
              ${claims.map(
                ({ text, kind, source }) =>
                  html`<li class="${source === null ? 'unknown' : 'known'}">
                    <span class="claim">${text}</span>
                    <small>${kind}, ${source === null ? 'found nowhere else' : `from ${source}`}</small>
                  </li>`,
              )}
            </ul>`
      }
    </section>
    <section>
      <h2>Known of them</h2>
      <dl class="facts">
        ${facts.map(
          ({ name, value, isInDraft }) =>
            html`<div class="${isInDraft ? 'used' : ''}">
              <dt>${name}</dt>
              <dd>${value}${isInDraft && html` <span class="tick">in the mail</span>`}</dd>
            </div>`,
        )}
      </dl>
    </section>
  </aside>`;
}
