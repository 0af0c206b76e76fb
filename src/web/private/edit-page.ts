import { framedPage, toldBox } from './frame.ts';
import { html, type Markup } from '../markup.ts';
import type { EditView, FrameView } from './views.ts';

/** Other words for one draft. What was typed and could not be kept is still there. */
export function editPage(frame: FrameView, view: EditView): Markup {
  const { id, problem, changedTo } = view;
  return framedPage(frame, {
    title: `Edit the mail to ${view.name}`,
    skipTo: 'mail',
    content: html`<main class="edit" id="mail" tabindex="-1">
      <h1>Edit the mail to ${view.name}</h1>
      ${problem !== null && html`<div role="alert">${toldBox({ tone: 'problem', ...problem })}</div>`}
      ${
        changedTo !== null &&
        html`<section class="changed" aria-labelledby="changed">
          <h2 id="changed">As it is now</h2>
          <p><strong>${changedTo.subject}</strong></p>
          <pre class="paper" tabindex="0" role="region" aria-label="The text as it is now">
${changedTo.body}</pre>
          <h2>As you typed it</h2>
        </section>`
      }
      <form method="post" action="/m/${id}/edit" id="edit-form">
        <input type="hidden" name="nonce" value="${frame.nonce}" />
        <input type="hidden" name="hash" value="${view.hash}" />
        <input type="hidden" name="state" value="${view.state}" />
        <label for="edit-subject">Subject</label>
        <input
          type="text"
          id="edit-subject"
          name="subject"
          value="${view.subject}"
          required
          autocomplete="off"
        />
        <label for="edit-preheader">Preview line (may be empty)</label>
        <input
          type="text"
          id="edit-preheader"
          name="preheader"
          value="${view.preheader}"
          autocomplete="off"
        />
        <label for="edit-body">Text (Markdown)</label>
        <textarea id="edit-body" name="body" rows="18" required>${'\n'}${view.body}</textarea>
        <p class="note">
          Nothing is filled in any more: write what they shall read. An approval is taken back by an edit.
        </p>
        <div class="buttons">
          <button class="primary" type="submit">Keep these words</button>
          <a class="button" href="/m/${id}">Leave it as it is</a>
        </div>
      </form>
    </main>`,
  });
}
