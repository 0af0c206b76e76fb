/** What had to be changed in a text before it may be stored. */
export type TextRemark = 'control_characters' | 'invisible_characters' | 'combining_marks' | 'cut';

export interface CleanText {
  readonly text: string;
  readonly remarks: readonly TextRemark[];
}

const NO_REMARKS: readonly TextRemark[] = [];

/** Nearly every cell: printable Latin text, so that a hundred thousand rows cost one look each. */
const PRINTABLE_LATIN = /^[\u0020-\u007E\u00A1-\u00AC\u00AE-\u02FF]*$/;
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g;
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]+/g;
const LINE_ENDS = /\r\n|[\r\u0085\u2028\u2029]/g;
/** Soft hyphen, bidirectional controls, zero width spaces, byte order mark and their kin; joiners apart. */
const INVISIBLE =
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]+/gu;
/** Joiners are letters of Arabic and Indic scripts and hold emoji together; anywhere else they only deceive. */
const LOOSE_JOINER = /(?<![\u0600-\u1CFF\uFE0F\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200C\u200D]+/gu;
const MARKS_PER_LETTER_MAX = 8;
const PILED_MARKS = new RegExp(`(\\p{Mark}{${String(MARKS_PER_LETTER_MAX)}})\\p{Mark}+`, 'gu');
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * One line that may stand in a name, a subject or a header (hardening 43, 44): every run of control characters and line
 * breaks becomes a space, what is invisible or turns text round is taken out, marks piled on one letter are capped, and
 * what is longer than `graphemesMax` is cut there. NFC, trimmed. NUL is the caller's to refuse.
 */
export function cleanLine(text: string, graphemesMax: number): CleanText {
  return clean(text, graphemesMax, (raw) => raw.replace(CONTROL, ' '));
}

/** The same for notes, which keep their line breaks (as LF) and tabs. */
export function cleanNotes(text: string, graphemesMax: number): CleanText {
  return clean(text, graphemesMax, (raw) => raw.replace(LINE_ENDS, '\n').replace(CONTROL_BUT_LINES, ' '));
}

/** Whether a text holds the one character that no cell may have: C programs end a string there (hardening 16). */
export function hasNul(text: string): boolean {
  return text.includes('\u0000');
}

function clean(text: string, graphemesMax: number, replaceControls: (raw: string) => string): CleanText {
  if (text.length <= graphemesMax && PRINTABLE_LATIN.test(text))
    return { text: text.trim(), remarks: NO_REMARKS };
  const remarks: TextRemark[] = [];
  const step = (before: string, after: string, remark: TextRemark): string => {
    if (before !== after) remarks.push(remark);
    return after;
  };
  const whole = text.trim().replace(LONE_SURROGATE, '\uFFFD');
  // Line ends alone are no remark: every spreadsheet writes them differently.
  const lines = step(whole.replace(LINE_ENDS, '\n'), replaceControls(whole), 'control_characters');
  const visible = step(lines, lines.replace(INVISIBLE, '').replace(LOOSE_JOINER, ''), 'invisible_characters');
  const composed = visible.normalize('NFC');
  const capped = step(composed, composed.replace(PILED_MARKS, '$1'), 'combining_marks').trim();
  return { text: step(capped, cut(capped, graphemesMax), 'cut').trim(), remarks };
}

function cut(text: string, graphemesMax: number): string {
  if (text.length <= graphemesMax) return text;
  let end = 0;
  let count = 0;
  for (const { segment } of new Intl.Segmenter('en').segment(text)) {
    if (count === graphemesMax) return text.slice(0, end);
    count += 1;
    end += segment.length;
  }
  return text;
}
