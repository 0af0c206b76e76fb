import { FAVICON, SCRIPT, STYLE } from './assets.ts';
import { html, type Markup, type Part } from '../markup.ts';
import type { FrameView, Strip, ToldView } from './views.ts';

/** A whole page around what is its own. `title` is the first thing that a screen reader says. */
export function page(title: string, body: Part): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Headgate</title>
        <link rel="icon" href="${FAVICON.path}" type="image/svg+xml" />
        <link rel="stylesheet" href="${STYLE.path}" />
        <script src="${SCRIPT.path}" defer></script>
      </head>
      <body>
        ${body}
      </body>
    </html>`;
}

/** A page of somebody who is signed in. */
export function framedPage(
  view: FrameView,
  of: { readonly title: string; readonly skipTo: string; readonly content: Part },
): Markup {
  const { told } = view;
  const spoken = told === null ? of.title : `${told.text} ${of.title}`;
  return page(
    spoken,
    html`<a class="skip" href="#${of.skipTo}">Skip to the content</a>
      ${header(view)} ${strips(view.strips)}
      <div class="told-place" id="told" role="status" aria-live="polite">
        ${told === null ? null : toldBox(told)}
      </div>
      ${of.content} ${keysDialog(view)}`,
  );
}

function header(view: FrameView): Markup {
  const current = (page: FrameView['here']): Markup =>
    view.here === page ? html` aria-current="page"` : html``;
  return html`<header class="bar">
    <p class="brand">
      <a href="/">${gate()}<span>Headgate</span></a> <span class="host">${view.host}</span>
    </p>
    <nav class="pages" aria-label="Pages">
      <a href="/" ${current('queue')}>Queue</a>
      <a href="/status" ${current('status')}>Status</a>
    </nav>
    <ul class="figures" aria-label="What waits">
      ${view.figures.map((figure) => html`<li>${figure}</li>`)}
    </ul>
    <div class="person">
      ${undoForm(view)}
      <a class="quiet" href="/keys" id="keys-open">Keys</a>
      <form method="post" action="/out">
        <button class="quiet" type="submit" title="Signed in as ${view.person}">Sign out</button>
      </form>
    </div>
  </header>`;
}

function undoForm({ undo, nonce }: FrameView): Markup | null {
  if (undo === null) return null;
  return html`<form method="post" action="/undo" id="undo">
    <input type="hidden" name="nonce" value="${nonce}" />
    <input type="hidden" name="act" value="${undo.act}" />
    <button class="undo" type="submit" title="${undo.label}" aria-label="Undo: ${undo.label}">
      Undo <kbd aria-hidden="true">u</kbd>
    </button>
  </form>`;
}

function strips(all: readonly Strip[]): Markup | null {
  if (all.length === 0) return null;
  return html`<section class="strips" aria-label="Before anything else">
    ${all.map(
      ({ tone, title, text, link }) =>
        html`<p class="strip ${tone}">
          <strong>${title}</strong> ${text} ${link !== null && html`<a href="${link.href}">${link.words}</a>`}
        </p>`,
    )}
  </section>`;
}

export function toldBox({ tone, text, details }: ToldView): Markup {
  return html`<div class="told ${tone}">
    <p>${text}</p>
    ${
      details.length > 0 &&
      html`<ul>
        ${details.map((detail) => html`<li>${detail}</li>`)}
      </ul>`
    }
  </div>`;
}

/** The mark of the program, drawn: a gate half open in a channel. */
export function gate(): Markup {
  return html`<svg
    class="gate"
    viewBox="0 0 24 24"
    width="22"
    height="22"
    aria-hidden="true"
    focusable="false"
  >
    <path d="M5 3v18M19 3v18" />
    <path class="door" d="M7.500 5h9v7h-9z" />
    <path d="M7 17c2-2 3-2 5 0s3 2 5 0" />
  </svg>`;
}

const KEYS: readonly (readonly [key: string, what: string])[] = [
  ['j', 'the next one'],
  ['k', 'the one before'],
  ['a', 'approve this text and go on'],
  ['e', 'edit it'],
  ['h', 'hold it, until a time or a release'],
  ['r', 'reject it; asks what then'],
  ['u', 'take back the last thing you did'],
  ['?', 'these keys'],
];

/** Every key with what it does. */
export function keysTable(): Markup {
  return html`<table class="keys">
    <caption class="hidden">
      Keys and what they do
    </caption>
    <thead class="hidden">
      <tr>
        <th scope="col">Key</th>
        <th scope="col">Does</th>
      </tr>
    </thead>
    <tbody>
      ${KEYS.map(
        ([key, what]) =>
          html`<tr>
            <th scope="row"><kbd>${key}</kbd></th>
            <td>${what}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function keysDialog({ person }: FrameView): Markup {
  return html`<dialog id="keys" aria-labelledby="keys-title">
    <h2 id="keys-title">Keys</h2>
    ${keysTable()}
    <p>Nothing leaves before its undo is over. You are signed in as ${person}.</p>
    <p>
      <label><input type="checkbox" id="keys-on" checked /> Use these keys in this browser</label>
    </p>
    <form method="dialog"><button type="submit">Close</button></form>
  </dialog>`;
}
