import { createHash } from 'node:crypto';

import { escapeHtml } from '../../core/html-escape.ts';

/** What the pages say of us: brand.toml. */
export interface PageBrand {
  readonly name: string;
  /** Lines are separated by line breaks. */
  readonly postalAddress: string;
}

/** Every page that a stranger can see, made once: answering costs no more for one than for another. */
export interface Pages {
  /** What a link in a mail opens. The same at every visit. */
  readonly ask: Buffer;
  /** After a stop, with the way back. */
  readonly done: Buffer;
  /** After a stop by a link that is too old for anything else. */
  readonly doneForGood: Buffer;
  readonly undone: Buffer;
  /** For every link that is not ours, whatever is wrong with it. */
  readonly refused: Buffer;
  /** Nothing was written down: never to be mistaken for `done`. */
  readonly failed: Buffer;
  /** Pressed too often; what was decided stands. */
  readonly often: Buffer;
  /** A body that none of our buttons sends. */
  readonly misunderstood: Buffer;
}

/** No script, no image, nothing from elsewhere; works in a text browser, in the dark and on a telephone. */
const STYLE =
  ':root{color-scheme:light dark}body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;overflow-wrap:anywhere}h1{font-size:1.5rem;line-height:1.25}button{font:inherit;min-height:3rem;padding:.5rem 1.5rem}address{margin-top:3rem;font-size:1rem;white-space:pre-line}';

/** Hash of the one style there is, for the Content-Security-Policy: no other can be slipped in. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

export function renderPages(brand: PageBrand): Pages {
  const name = escapeHtml(brand.name);
  const stop = button('stop', 'Yes, stop');
  const render = (title: string, ...parts: readonly string[]): Buffer => page(brand, title, parts);
  return {
    ask: render(`Stop all email from ${name}?`, '<p>It takes effect at once.</p>', stop),
    done: render(
      'Done',
      `<p role="status">You will get no more email from ${name}.</p>`,
      button('undo', 'That was a mistake'),
    ),
    doneForGood: render('Done', `<p role="status">You will get no more email from ${name}.</p>`),
    undone: render(
      'Taken back',
      `<p role="status">You may get email from ${name} again.</p>`,
      button('stop', 'Stop all email'),
    ),
    refused: render(
      'This link does not work',
      '<p>It may have been cut by a mail program. Open it from the mail itself, or answer the mail and say that you want no more.</p>',
    ),
    failed: render(
      'Not done yet',
      '<p role="alert">We could not write this down just now. Please try again in a minute.</p>',
      stop,
    ),
    often: render(
      'That is noted',
      '<p role="status">What you decided last is noted. Please wait a minute before you change it again.</p>',
    ),
    misunderstood: render('Nothing was changed', '<p>Please use the button.</p>', stop),
  };
}

/** Posts to the address that the page itself has, which therefore stands in no page. */
function button(act: 'stop' | 'undo', words: string): string {
  return `<form method="post"><button name="act" value="${act}">${words}</button></form>`;
}

function page(brand: PageBrand, title: string, parts: readonly string[]): Buffer {
  const address = escapeHtml(`${brand.name}\n${brand.postalAddress}`);
  return Buffer.from(
    [
      '<!doctype html>',
      '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
      `<title>${title}</title><style>${STYLE}</style></head>`,
      `<body><main><h1>${title}</h1>`,
      ...parts,
      `</main><address>${address}</address></body></html>`,
      '',
    ].join('\n'),
  );
}
