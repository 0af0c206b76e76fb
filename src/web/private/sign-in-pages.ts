import { gate, page } from './frame.ts';
import { html, type Markup, type Part } from '../markup.ts';

function small(title: string, content: Part): Markup {
  return page(
    title,
    html`<main class="small">
      <p class="brand">${gate()}<span>Headgate</span></p>
      <h1>${title}</h1>
      ${content}
    </main>`,
  );
}

/** What a link opens: looking at it does nothing, whoever or whatever looks (cli.md 5.3). */
export function signInPage(person: string): Markup {
  return small(
    `Sign in as ${person}?`,
    html`<p>The link works once.</p>
      <form method="post"><button class="primary" type="submit">Sign in</button></form>`,
  );
}

/** For every link that does not work, whatever is wrong with it. */
export function deadLinkPage(): Markup {
  return small(
    'This link does not work',
    html`<p>A link works once, and for a minute. Make another one:</p>
      <pre><code>headgate web login</code></pre>`,
  );
}

export function signedOutPage(): Markup {
  return small(
    'You are not signed in',
    html`<p>On the machine that runs Headgate:</p>
      <pre><code>headgate web login</code></pre>
      <p>Open the link that it prints. Came from a link elsewhere? <a href="/">Look again</a>.</p>`,
  );
}

export function leftPage(): Markup {
  return small('Signed out', html`<p>This browser can do nothing here until somebody signs in again.</p>`);
}

/** What the program could not do, in its own words. */
export function problemPage(problem: {
  readonly title: string;
  readonly lines: readonly string[];
  readonly fix: string | null;
}): Markup {
  return small(
    problem.title,
    html`${problem.lines.map((line) => html`<p>${line}</p>`)}
      ${problem.fix !== null && html`<pre><code>${problem.fix}</code></pre>`}
      <p><a href="/">Back to the queue</a></p>`,
  );
}
