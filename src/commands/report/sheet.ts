import { html, type Markup } from '../../web/markup.ts';
import style from './style.css';

/** Where the style goes: the template is laid out by machine, and a style within it would be looked through for parts. */
const STYLE_PLACE = 'STYLE';

/**
 * One HTML file that stands for itself: inline style, no script, nothing from elsewhere, light, dark and print (cli.md 5.4). `title` holds
 * no words of strangers: the style goes in at the first place behind it.
 */
export function sheet(title: string, body: Markup): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          STYLE
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `;
  return page.toString().replace(STYLE_PLACE, () => style.trim());
}
