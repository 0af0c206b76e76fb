import { html, type Markup, type Part } from '../markup.ts';
import type { FrameView, MessageView } from './views.ts';

/** What a person may do with this message now; every form is bound to the words and the state that the page shows. */
export function actionBar(frame: FrameView, message: MessageView): Markup {
  const { acts } = message;
  const bind = binding(frame, message);
  const buttons: readonly Part[] = [
    acts.approve !== null && approve(message, bind, acts.approve),
    acts.undo !== null && oneButton(message, bind, { act: 'undo', label: 'Undo', note: acts.undo }),
    acts.release !== null &&
      oneButton(message, bind, { act: 'release', label: 'Release', note: acts.release }),
    acts.canSettle && settle(message, bind),
    acts.batch !== null && html`<a class="button" href="/runs/${acts.batch}">Its whole batch</a>`,
    acts.canEdit && html`<a class="button" id="edit" href="/m/${message.id}/edit">${label('Edit', 'e')}</a>`,
    acts.canHold && hold(message, bind),
    acts.canReject && reject(message, bind),
    acts.canDiscard && discard(message, bind),
  ];
  if (buttons.every((button) => button === false)) return html``;
  return html`<section class="acts" aria-label="Decide">${buttons}</section>`;
}

function binding({ nonce }: FrameView, { hash, state, hold }: MessageView): Markup {
  return html`<input type="hidden" name="nonce" value="${nonce}" />
    <input type="hidden" name="hash" value="${hash}" />
    <input type="hidden" name="state" value="${state}" />
    <input type="hidden" name="hold" value="${hold}" />`;
}

function label(word: string, key: string): Markup {
  return html`${word} <kbd aria-hidden="true">${key}</kbd>`;
}

function approve({ id }: MessageView, bind: Markup, note: string): Markup {
  return html`<form class="approve" method="post" action="/m/${id}/approve" id="approve">
    ${bind}<button class="primary" type="submit" aria-describedby="leaves">${label('Approve', 'a')}</button>
    <p class="note" id="leaves">${note}</p>
  </form>`;
}

function oneButton(
  { id }: MessageView,
  bind: Markup,
  { act, label: word, note }: { readonly act: string; readonly label: string; readonly note: string },
): Markup {
  return html`<form class="approve" method="post" action="/m/${id}/${act}">
    ${bind}<button class="primary" type="submit" aria-describedby="${act}-note">${word}</button>
    <p class="note" id="${act}-note">${note}</p>
  </form>`;
}

function hold({ id }: MessageView, bind: Markup): Markup {
  return html`<details class="panel" id="hold">
    <summary class="button">${label('Hold', 'h')}</summary>
    <form method="post" action="/m/${id}/hold">
      ${bind}
      <label for="hold-until">Until (6h, 3d, 2026-02-20; empty: until you release it)</label>
      <input type="text" id="hold-until" name="until" autocomplete="off" maxlength="40" />
      <label for="hold-reason">Why (for the timeline)</label>
      <input type="text" id="hold-reason" name="reason" autocomplete="off" maxlength="500" />
      <button type="submit">Hold</button>
    </form>
  </details>`;
}

function reject({ id }: MessageView, bind: Markup): Markup {
  return html`<details class="panel" id="reject">
    <summary class="button">${label('Reject', 'r')}</summary>
    <form method="post" action="/m/${id}/reject">
      ${bind}
      <fieldset>
        <legend>And then?</legend>
        <label><input type="radio" name="then" value="skip" checked /> Go on with the next step</label>
        <label><input type="radio" name="then" value="redraft" /> Write this step again</label>
        <label><input type="radio" name="then" value="stop" /> Stop the sequence for them</label>
      </fieldset>
      <label for="reject-reason">Why (for the timeline)</label>
      <input type="text" id="reject-reason" name="reason" autocomplete="off" maxlength="500" />
      <p class="note">A rejection cannot be taken back.</p>
      <button class="danger" type="submit">Reject</button>
    </form>
  </details>`;
}

function discard({ id }: MessageView, bind: Markup): Markup {
  return html`<details class="panel" id="discard">
    <summary class="button">Discard</summary>
    <form method="post" action="/m/${id}/discard">
      ${bind}
      <label for="discard-reason">Why (for the timeline)</label>
      <input type="text" id="discard-reason" name="reason" autocomplete="off" maxlength="500" />
      <p class="note">The draft is thrown away and its step is due again. This cannot be taken back.</p>
      <button class="danger" type="submit">Discard</button>
    </form>
  </details>`;
}

function settle({ id }: MessageView, bind: Markup): Markup {
  return html`<form class="approve" method="post" action="/m/${id}/settle">
    ${bind}
    <button type="submit" name="outcome" value="sent">It was sent</button>
    <button type="submit" name="outcome" value="not-sent">It was not sent</button>
    <p class="note">Look in the Sent folder, or ask the provider. This cannot be taken back.</p>
  </form>`;
}
