import { blankOut, matchesOf, placeAt } from './lint-text.ts';
import type { LintedText } from './lint-text.ts';
import { problemAt, quoteValue } from './sequence-problem.ts';
import type { Complaint, DefinitionProblem } from './sequence-problem.ts';

/** A link or an image in a Markdown body. */
export interface Link {
  readonly target: string;
  readonly offset: number;
  readonly isImage: boolean;
  readonly hasText: boolean;
}

/** Stands for a template's output, so that a target may hold one: `https://example.com/{{ company }}`. */
const OUTPUT_FILLER = '\u{fffc}';

const CODE = /^ {0,3}(`{3,40}|~{3,40})[^\n]*\n[\s\S]*?(?:^ {0,3}\1[^\n]*$|(?![\s\S]))|`[^`\n]+`/gm;
/** Every repetition is bounded: a body of nothing but openings must not cost minutes. */
const IMAGE = /!\[([^[\]]{0,1000})\]\(\s{0,9}(<[^<>\n]{0,2000}>|[^\s)]{0,2000})(?:\s[^)]{0,500})?\)/g;
const INLINE =
  /\[(?:[^[\]]|\[[^[\]]{0,200}\]){0,1000}\]\(\s{0,9}(<[^<>\n]{0,2000}>|[^\s)]{0,2000})(?:\s[^)]{0,500})?\)/g;
const DEFINITION = /^ {0,3}\[[^\]\n]{1,1000}\]:[ \t]{0,9}(\S{1,2000})/gm;
const ANGLE = /<([A-Za-z][A-Za-z0-9+.-]{0,31}:[^\s<>]{0,2000})>/g;
const HTML_LINK = /<a\b[^<>]{0,1000}?\bhref\s{0,9}=\s{0,9}["']?([^"'\s>]{0,2000})[^<>]{0,1000}>/gi;
const HTML_IMAGE = /<img\b[^<>]{0,2000}>/gi;
const BARE = /\bhttps?:\/\/(?:\[[\da-f:.]*\])?[^\s<>()[\]"']*/gi;

const SAFE_SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'mailto', 'tel']);

/** All links and images of a Markdown body in the order of their kinds; what stands in code is none. */
export function linksOf(body: string): readonly Link[] {
  let rest = blankOut(body, CODE, ' ');
  rest = blankOut(rest, /\{\{.*?\}\}/gs, OUTPUT_FILLER);
  rest = blankOut(rest, /\{%.*?%\}/gs, ' ');
  const links: Link[] = [];
  const take = (pattern: RegExp, read: (match: RegExpExecArray) => Omit<Link, 'offset'>): void => {
    for (const match of matchesOf(rest, pattern)) links.push({ ...read(match), offset: match.index });
    // What has been read is no bare address as well.
    rest = blankOut(rest, pattern, ' ');
  };
  // Images first: one may be the text of a link.
  take(IMAGE, (match) => ({
    target: withoutAngles(match[2] ?? ''),
    isImage: true,
    hasText: (match[1] ?? '').trim() !== '',
  }));
  take(INLINE, (match) => ({ target: withoutAngles(match[1] ?? ''), isImage: false, hasText: true }));
  take(DEFINITION, (match) => ({ target: withoutAngles(match[1] ?? ''), isImage: false, hasText: true }));
  take(ANGLE, (match) => ({ target: match[1] ?? '', isImage: false, hasText: true }));
  take(HTML_LINK, (match) => ({ target: match[1] ?? '', isImage: false, hasText: true }));
  take(HTML_IMAGE, (match) => ({
    target: /\bsrc\s*=\s*["']?([^"'\s>]*)/i.exec(match[0])?.[1] ?? '',
    isImage: true,
    hasText: /\balt\s*=\s*(?:"[^"]*[^"\s][^"]*"|'[^']*[^'\s][^']*'|[^\s"'>]+)/i.test(match[0]),
  }));
  take(BARE, (match) => ({ target: match[0], isImage: false, hasText: true }));
  return links;
}

function withoutAngles(target: string): string {
  return target.replace(/^<(.*)>$/s, '$1');
}

/** hardening 53 and 54, and cli.md 3.6: schemes that act, links without a host, private hosts, more than one link. */
export function lintLinks(body: LintedText): readonly DefinitionProblem[] {
  const links = linksOf(body.text);
  const problems = links.flatMap((link) => {
    const complaint = complaintOf(link);
    return complaint === null ? [] : [problemAt(placeAt(body, link.offset), complaint)];
  });
  const targets = new Map(links.filter((link) => !link.isImage).map((link) => [link.target, link]));
  const second = [...targets.values()].sort((a, b) => a.offset - b.offset)[1];
  if (second === undefined) return problems;
  const message = `${targets.size} links: a reader follows one at most`;
  return [
    ...problems,
    problemAt(placeAt(body, second.offset), {
      severity: 'warning',
      code: 'many_links',
      message,
      fix: 'keep one',
    }),
  ];
}

function complaintOf(link: Link): Complaint | null {
  const target = plainTarget(link.target);
  const shown = quoteValue(link.target.replaceAll(OUTPUT_FILLER, '…'));
  if (link.isImage && !link.hasText) {
    const fix = 'write ![what it shows](…)';
    return { severity: 'warning', code: 'image_alt', message: 'an image without a text for it', fix };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(target)?.[1];
  if (scheme !== undefined && !SAFE_SCHEMES.has(scheme)) {
    const message = `a link must not begin with ${scheme}:`;
    return { code: 'link_scheme', message, fix: 'use https:, mailto: or tel:' };
  }
  if (scheme === undefined && !target.startsWith(OUTPUT_FILLER)) {
    const message = `link ${shown} has no address that works in a mail`;
    return { severity: 'warning', code: 'link_target', message, fix: 'write it in full: https://…' };
  }
  if (!isPrivateTarget(target)) return null;
  const message = `link ${shown} leads to a private address, which no reader can open`;
  return { severity: 'warning', code: 'link_private', message, fix: 'use the public address' };
}

/** As a browser reads it: entities decoded, white space and control characters dropped, in lower case. */
function plainTarget(target: string): string {
  return target
    .replaceAll(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi, (_entity, hex?: string, decimal?: string) =>
      characterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll(/&colon;/gi, ':')
    .replaceAll(/&(?:tab|newline);/gi, '')
    .replaceAll(/[\p{Cc}\s]/gu, '')
    .toLowerCase();
}

function characterOf(codePoint: number): string {
  return codePoint > 0x10_ff_ff ? '' : String.fromCodePoint(codePoint);
}

function isPrivateTarget(target: string): boolean {
  const host = /^https?:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]*)/.exec(target)?.[1] ?? '';
  if (host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.local')) return true;
  if (/^\[(?:::1|f[cd]|fe80)/.test(host)) return true;
  return (
    /^(?:127|10|0)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\./.test(host) && /^[\d.]+$/.test(host)
  );
}
