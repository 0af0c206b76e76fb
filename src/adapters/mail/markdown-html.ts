import type { MarkedToken, Tokens } from 'marked';

import { escapeHtml } from '../../core/html-escape.ts';
import { known, linkTarget, literalHtml, literalText } from './markdown-reader.ts';

/** Renders a Markdown tree as HTML in which every tag is ours (D5, hardening 42, 53). */
export function renderHtml(tokens: readonly MarkedToken[]): string {
  return tokens.map(blockHtml).join('');
}

function blockHtml(token: MarkedToken): string {
  switch (token.type) {
    case 'heading': {
      const tag = `h${token.depth}`;
      return `<${tag}>${inlineHtml(token.tokens)}</${tag}>\n`;
    }
    case 'paragraph':
      return `<p>${inlineHtml(token.tokens)}</p>\n`;
    case 'blockquote':
      return `<blockquote>\n${renderHtml(known(token.tokens))}</blockquote>\n`;
    case 'list':
      return listHtml(token);
    case 'code':
      return `<pre><code>${escapeHtml(literalText(token))}</code></pre>\n`;
    case 'hr':
      return '<hr>\n';
    case 'html': {
      const text = literalHtml(token.text);
      return text === '' ? '' : `<p>${escapeHtml(text)}</p>\n`;
    }
    case 'text':
      // The content of a tight list item.
      return inlineHtml([token]);
    default:
      return '';
  }
}

function listHtml(list: Tokens.List): string {
  const tag = list.ordered ? 'ol' : 'ul';
  const start = list.ordered && list.start !== '' && list.start !== 1 ? ` start="${list.start}"` : '';
  const items = list.items.map((item) => `<li>${renderHtml(known(item.tokens)).trimEnd()}</li>\n`);
  return `<${tag}${start}>\n${items.join('')}</${tag}>\n`;
}

function inlineHtml(tokens: Tokens.Generic['tokens']): string {
  return known(tokens).map(spanHtml).join('');
}

function spanHtml(token: MarkedToken): string {
  switch (token.type) {
    case 'strong':
      return `<strong>${inlineHtml(token.tokens)}</strong>`;
    case 'em':
      return `<em>${inlineHtml(token.tokens)}</em>`;
    case 'link':
      return linkHtml(token);
    case 'image':
      return imageHtml(token);
    case 'codespan':
      return `<code>${escapeHtml(literalText(token))}</code>`;
    case 'br':
      return '<br>\n';
    case 'html':
      return escapeHtml(literalHtml(token.text));
    case 'text':
      return token.tokens === undefined ? escapeHtml(literalText(token)) : inlineHtml(token.tokens);
    case 'escape':
      return escapeHtml(token.text);
    default:
      return '';
  }
}

function linkHtml(link: Tokens.Link): string {
  const label = link.autolink === true ? escapeHtml(link.text) : inlineHtml(link.tokens);
  const target = linkTarget(link);
  return target === null ? label : `<a href="${escapeHtml(target)}">${label}</a>`;
}

/** Only an image that a mail program can fetch; the words instead of any other. */
function imageHtml(image: Tokens.Image): string {
  const words = escapeHtml(image.text);
  const target = linkTarget(image);
  if (target === null || target.startsWith('mailto:')) return words;
  return `<img src="${escapeHtml(target)}" alt="${words}">`;
}
