/**
 * A mail that arrived, as data: what the adapter read out of the bytes and what every rule of this folder looks at.
 * Everything in it was written by a stranger, so every reader bounds what it looks at.
 */
export interface InboundMail {
  /** In the order of the mail; repeated ones repeat. */
  readonly headers: readonly MailHeader[];
  /** The readable text: text/plain, else the HTML as text; quoted passages of HTML begin with `> `. */
  readonly text: string;
  /** Machine-readable parts of reports, returned mails, and attached texts. */
  readonly parts: readonly MailPart[];
  /** False where the limits of the adapter cut something off, or the MIME structure was broken. */
  readonly isWhole: boolean;
}

export interface MailHeader {
  /** Lower case. */
  readonly name: string;
  /** Unfolded and decoded. */
  readonly value: string;
}

export interface MailPart {
  /** Lower case, without parameters: `message/delivery-status`. */
  readonly contentType: string;
  readonly text: string;
}

/** The first value of a header, trimmed; empty when there is none. */
export function headerOf(headers: readonly MailHeader[], name: string): string {
  return headers.find((header) => header.name === name)?.value.trim() ?? '';
}

export function hasHeader(headers: readonly MailHeader[], name: string): boolean {
  return headers.some((header) => header.name === name);
}

/** The part whose type is the first of `types` that occurs; null when none does. */
export function partOf(mail: InboundMail, types: readonly string[]): MailPart | null {
  for (const type of types) {
    const part = mail.parts.find(({ contentType }) => contentType === type);
    if (part !== undefined) return part;
  }
  return null;
}

const FIELD = /^[!-9;-~]{1,76}[ \t]*:/;
const FIELDS_MAX = 400;
const FIELD_CHARACTERS_MAX = 8_000;

/**
 * Reads `Name: value` lines up to the first empty line (RFC 5322 2.2, RFC 3464 2.1), folded lines joined. A line that
 * is no field is passed over: returned mails are often mutilated.
 */
export function parseFields(lines: readonly string[]): readonly MailHeader[] {
  const fields: { name: string; value: string }[] = [];
  for (const line of lines) {
    if (line.trim() === '' || fields.length >= FIELDS_MAX) break;
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      if (last.value.length < FIELD_CHARACTERS_MAX) last.value += ` ${line.trim()}`;
      continue;
    }
    const field = line.slice(0, FIELD_CHARACTERS_MAX);
    const colon = field.indexOf(':');
    if (FIELD.test(field))
      fields.push({
        name: field.slice(0, colon).trimEnd().toLowerCase(),
        value: field.slice(colon + 1).trim(),
      });
  }
  return fields;
}

/** Lines without their ends, whichever of the three kinds these are; at most `linesMax`. */
export function linesOf(text: string, linesMax: number): readonly string[] {
  return text.split(/\r\n|\n|\r/, linesMax);
}
