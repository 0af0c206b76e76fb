import type { MarkedToken, Tokens } from 'marked';

import { known, linkTarget, literalHtml, literalText, safeAddress } from './markdown-reader.ts';

/**
 * Renders a Markdown tree as the text that a person would have typed instead: no markup, links with their address
 * behind them, lists and quotations with their usual signs (D5). Lines are as long as they were written.
 */
export function renderText(tokens: readonly MarkedToken[]): string {
  return blocksText(tokens, '\n\n').replace(/[ \t]+$/gm, '');
}

function blocksText(tokens: readonly MarkedToken[], between: string): string {
  return tokens
    .map(blockText)
    .filter((text) => text !== '')
    .join(between);
}

function blockText(token: MarkedToken): string {
  switch (token.type) {
    case 'heading':
    case 'paragraph':
      return inlineText(token.tokens);
    case 'blockquote':
      return prefixed(blocksText(known(token.tokens), '\n\n'), { first: '> ', others: '> ' });
    case 'list':
      return listText(token);
    case 'code':
      return literalText(token);
    case 'hr':
      return '* * *';
    case 'html':
      return literalHtml(token.text);
    case 'text':
      return inlineText([token]);
    default:
      return '';
  }
}

function listText(list: Tokens.List): string {
  const start = list.start === '' ? 1 : list.start;
  const items = list.items.map((item, index) => {
    const sign = list.ordered ? `${start + index}. ` : '- ';
    const content = blocksText(known(item.tokens), item.loose ? '\n\n' : '\n');
    return prefixed(content, { first: sign, others: ' '.repeat(sign.length) });
  });
  return items.join(list.loose ? '\n\n' : '\n');
}

function inlineText(tokens: Tokens.Generic['tokens']): string {
  return known(tokens).map(spanText).join('');
}

function spanText(token: MarkedToken): string {
  switch (token.type) {
    case 'strong':
    case 'em':
      return inlineText(token.tokens);
    case 'link':
      return linkText(token);
    case 'image':
      return inlineText(token.tokens);
    case 'codespan':
    case 'escape':
      return literalText(token);
    case 'br':
      return '\n';
    case 'html':
      return literalHtml(token.text);
    case 'text':
      return token.tokens === undefined ? literalText(token) : inlineText(token.tokens);
    default:
      return '';
  }
}

function linkText(link: Tokens.Link): string {
  const label = link.autolink === true ? link.text : inlineText(link.tokens);
  const target = linkTarget(link);
  if (target === null || isSameAddress(label, target)) return label;
  const shown = target.startsWith('mailto:') ? target.slice('mailto:'.length) : target;
  return label.trim() === '' ? shown : `${label} (${shown})`;
}

/** True when the words of a link already are its address. */
function isSameAddress(label: string, target: string): boolean {
  return [label, `https://${label}`, `http://${label}`, `mailto:${label}`].some(
    (text) => safeAddress(text) === target,
  );
}

function prefixed(text: string, signs: { readonly first: string; readonly others: string }): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? signs.first : signs.others) + line)
    .join('\n');
}
