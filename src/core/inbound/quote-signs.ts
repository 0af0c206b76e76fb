import { foldLetters, hasPhrase } from './phrases.ts';
import { HEADER_NAMES, MOBILE_SIGNATURES, WROTE } from './rules/quote-words.ts';

/** An attribution line may be folded over this many lines. */
export const QUOTE_HEADER_LINES_MAX = 6;

const QUOTED = /^\s{0,3}(?:>|\|(?:\s|$)|[A-Z]{1,2}>)/;
/** Drawn lines of at least two characters, such as `--`, `***`, `_____`. */
const DRAWN_LINE = /^\s*(?:-{2,}|_{2,}|\*{2,}|={2,}|~{2,}|#{2,}|\+{2,}|—+)\s*$/;

/** True for a line that repeats another mail: `> …`, `| …`, `AB> …`. */
export function isQuoted(line: string): boolean {
  return QUOTED.test(line);
}

/** True where a signature begins: RFC 3676 4.3 and what people draw instead, or the advertisement of a phone. */
export function isSignatureStart(line: string): boolean {
  if (DRAWN_LINE.test(line)) return true;
  if (line.length > 120) return false;
  const folded = foldLetters(line.replace(/[*_<>]/g, ''));
  return MOBILE_SIGNATURES.some((opening) => folded.startsWith(opening));
}

const ORIGINAL =
  /^[\s>*_-]*[-_]{2,}\s*(?:original message|original mail|original-nachricht|original e-?mail|original appointment|forwarded message|reply message|ursprüngliche nachricht|urspr\. nachricht|weitergeleitete nachricht|message d'origine|message original|message initial|message transféré|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|mensagem original|mensagem encaminhada|oorspronkelijk bericht|origineel bericht|doorgestuurd bericht|ursprungligt meddelande|opprinnelig melding|oprindelig meddelelse|alkuperäinen viesti|původní zpráva|wiadomość oryginalna|oryginalna wiadomość|исходное сообщение|пересылаемое сообщение|eredeti üzenet|orijinal ileti|元のメッセージ|原始邮件|原始郵件|邮件原件|원본 메일|원본 메시지)\s*[-_]*\*?\s*$/i;
const BEGIN_FORWARDED =
  /^[\s>]*(?:begin forwarded message|anfang der weitergeleiteten|début du message|inizio messaggio inoltrato|inicio del mensaje)/i;
const HEADER = /^[\s>]{0,6}\*?([\p{L}-]{2,})\s?:\*?(?:\s|$)/u;
const HEADER_LOOK_AHEAD = 6;
const HEADERS_NEEDED = 3;

/** True where everything below is the old mail: a divider in words, or a block of its headers. */
export function dividerAt(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  if (line.length > 200) return false;
  if (ORIGINAL.test(line) || BEGIN_FORWARDED.test(line)) return true;
  // An unanswered block at the very top is what a person wrote about, not what they answer.
  return (
    !line.startsWith('>') &&
    headerName(line) !== null &&
    headersIn(lines.slice(index, index + HEADER_LOOK_AHEAD)) >= HEADERS_NEEDED
  );
}

/** How many different headers the lines show. */
function headersIn(lines: readonly string[]): number {
  return new Set(lines.map(headerName).filter((name) => name !== null)).size;
}

/** The header that a line shows, in whatever language, as its place in the table; null for other lines. */
function headerName(line: string): string | null {
  const name = HEADER.exec(line)?.[1];
  return name === undefined ? null : (HEADER_NAMES.get(foldLetters(name)) ?? null);
}

const HAS_DATE = /\d[./-]\d|\d:\d\d|\b(?:19|20)\d\d\b|\d日|\d ?일/;
const LINE_CHARACTERS_MAX = 300;

/**
 * How many of the lines, from the first, are one attribution: "On 4 May 2026, Kim <kim@example.org> wrote:", in any of
 * many languages, folded anywhere; 0 when they are none.
 */
export function quoteHeaderAt(lines: readonly string[]): number {
  const [first = ''] = lines;
  if (first.length > LINE_CHARACTERS_MAX || !/[\d@]/.test(first)) return 0;
  let text = '';
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' && !isTornAt(lines[index + 1] ?? '', text)) return 0;
    text = `${text} ${line.replace(/^[\s>]+/, '')}`.trim();
    if (text.length > LINE_CHARACTERS_MAX * 2) return 0;
    if (isAttribution(text)) return index + 1;
  }
  return 0;
}

/** An attribution never runs over an empty line, except where HTML put each of its pieces into a line of its own. */
function isTornAt(next: string, text: string): boolean {
  return HAS_DATE.test(text) && /^\s*(?:<|mailto:|>)/.test(next);
}

const OPENING =
  /^[\s-]*(?:on|le|el|il|em|op|den|på|dne|w dniu|dnia|kl|pada|vào|a|в|[\p{L}]{1,12}\.?,? \d|\d)/iu;
const ADDRESS_END = /<\s?[^<>\s]{1,200}@[^<>\s]{1,200}\s?>?\s*:?$/;

function isAttribution(text: string): boolean {
  const bare = foldLetters(text).replace(/[-\s]+$/, '');
  const isDated = HAS_DATE.test(text);
  if (WROTE.some((word) => endsWith(bare, word))) return isDated || text.includes('@');
  if (!isDated || !OPENING.test(text) || !/[:>]$/.test(bare)) return false;
  // German and Nordic: "Am 4. Mai 2026 schrieb Kim <kim@example.org>:".
  if (WROTE.some((word) => hasPhrase(bare, `${word} `))) return /:$|@\S{1,200}>$/.test(bare);
  // Gmail in languages it was not translated to: date, name, address.
  return /^\d{4}[-/.]\d{1,2}[-/.]\d/.test(text) && ADDRESS_END.test(text);
}

function endsWith(bare: string, word: string): boolean {
  return bare.endsWith(word) || bare.endsWith(`${word}:`) || bare.endsWith(`${word} :`);
}
