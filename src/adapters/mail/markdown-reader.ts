import type * as Marked from 'marked';
import type { MarkedToken, Token } from 'marked';

import { decodeReferences } from './character-references.ts';

/** What may stand behind a link in a mail. Anything else (`javascript:`, `data:`, a bare path) is no link (hardening 53). */
const LINK_SCHEMES: readonly string[] = ['http:', 'https:', 'mailto:'];

/** `&#7;` or a stray byte: nothing that a mail should ring a bell with. Tab and line feed stay. */
// eslint-disable-next-line no-control-regex -- control characters are what this removes
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Kept: in the bundle every import copies the whole namespace. */
let library: Promise<typeof Marked> | null = null;

/**
 * Reads Markdown into marked's tree. CommonMark without GitHub's additions: tables and ~~ would give meaning to
 * characters of a lead's value that no escape covers, and a bare `www.` or address of a lead must not become a link.
 */
export async function readMarkdown(markdown: string): Promise<readonly MarkedToken[]> {
  library ??= import('marked');
  const { Lexer } = await library;
  return known(new Lexer({ gfm: false, breaks: false, pedantic: false }).lex(markdown));
}

/** The children of a token. marked types them as open for extensions; we load none, so the list is closed. */
export function known(tokens: readonly Token[] | undefined): readonly MarkedToken[] {
  // The one cast: `Generic` tokens only come from extensions.
  return (tokens ?? []) as readonly MarkedToken[];
}

/** The characters that a reader should see of a token without children. */
export function literalText(token: { readonly type: string; readonly text: string }): string {
  const text = token.type === 'text' ? decodeReferences(token.text) : token.text;
  return text.replace(CONTROLS, ' ');
}

/** HTML is off (D5): tags are shown as they were typed. A comment shows nothing. */
export function literalHtml(raw: string): string {
  return raw.trim().replace(/^<!--[\s\S]*?-->$/, '');
}

/** The address behind a link in the form that may be written out; null when it is none that a mail may hold. */
export function linkTarget(link: {
  readonly href: string;
  readonly autolink?: boolean | undefined;
}): string | null {
  return safeAddress(link.autolink === true ? link.href : decodeReferences(link.href));
}

/** An absolute address of an allowed scheme, normalised and percent-encoded; null otherwise. */
export function safeAddress(text: string): string | null {
  const url = URL.parse(text);
  return url !== null && LINK_SCHEMES.includes(url.protocol) ? url.href : null;
}
