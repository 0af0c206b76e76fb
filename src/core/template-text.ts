/** Cleaning of the texts that go into and come out of a template. Pure: text in, text out. */

/** Printable ASCII without leading or trailing space needs no cleaning; nearly every value is of this kind. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
/** The same with white space, which stays. */
const PLAIN_LINES = /^[\n\t -~]*$/;
const LINE_BREAKS = /\r\n?|[\u0085\u2028\u2029\v\f]/g;
/** Controls other than tab and line feed. */
// eslint-disable-next-line no-control-regex -- control characters are what this removes
const CONTROLS = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g;
/** Characters that reorder the text around them, and invisible ones that no script needs (hardening 43). */
const BIDI_AND_INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;
/** Joiners shape emoji and Persian words in a body; in a header they only hide differences. */
const JOINERS = /[\u200c\u200d]/g;
/** What a broken export writes where a value is missing (hardening 49). The surname "Null" is a name. */
const NOT_A_VALUE = new Set(['null', 'NULL', 'undefined', 'NaN', '[object Object]']);

/**
 * One value for a template: trimmed, line breaks as `\n`, without control, bidirectional and invisible characters,
 * well-formed UTF-16; null when nothing a reader could see is left, or only a word such as `undefined` (D3).
 */
export function templateValue(raw: string | null | undefined): string | null {
  const given = raw ?? '';
  const text = PLAIN.test(given) ? given : cleanText(given).trim();
  return text === '' || NOT_A_VALUE.has(text) ? null : text;
}

/** A text for one header line: every run of white space and control characters is one space (hardening 43 to 45). */
export function headerText(text: string): string {
  if (PLAIN.test(text) && !text.includes('  ')) return text;
  return cleanText(text)
    .replace(JOINERS, '')
    .replace(/[\n\t ]+/g, ' ')
    .trim();
}

/** True when a text holds a control character other than tab and line feed. */
export function hasControls(text: string): boolean {
  return text.search(CONTROLS) !== -1;
}

/** Line breaks as `\n`; no control, bidirectional or invisible characters; well-formed UTF-16. White space stays. */
export function cleanText(raw: string): string {
  if (PLAIN_LINES.test(raw)) return raw;
  return (
    raw
      .toWellFormed()
      .replace(LINE_BREAKS, '\n')
      .replace(CONTROLS, ' ')
      .replace(BIDI_AND_INVISIBLE, '')
      // No script stacks more than a handful of marks on one letter. Made here: it takes long to make, and plain text has none.
      .replace(/(\p{M}{8})\p{M}+/gu, '$1')
  );
}
