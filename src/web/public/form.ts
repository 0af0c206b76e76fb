import type { PageActKind } from '../../core/page-act.ts';

const BOUNDARY = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([\w'()+,\-./:=?]{1,70}))\s*(?:;|$)/i;
const PART_NAME = /^content-disposition:\s*form-data;\s*name="?([\w-]{1,40})"?\s*$/im;

/**
 * What a body asks for (RFC 8058, hardening 125): exactly one field, which is the one-click of a mail program or one of the page's own
 * buttons, in either of the two encodings that a form has. Null for any other body: nothing may be read into it.
 */
export function actOfBody(contentType: string | undefined, body: Buffer): PageActKind | null {
  const field = fieldOf(contentType ?? '', body);
  if (field === null) return null;
  const [name, value] = field;
  if (name === 'List-Unsubscribe') return value === 'One-Click' ? 'stop' : null;
  if (name !== 'act') return null;
  return value === 'stop' || value === 'undo' ? value : null;
}

type Field = readonly [name: string, value: string];

function fieldOf(contentType: string, body: Buffer): Field | null {
  const [type = ''] = contentType.split(';', 1);
  switch (type.trim().toLowerCase()) {
    case 'application/x-www-form-urlencoded':
      return urlencodedField(body.toString('latin1'));
    case 'multipart/form-data':
      return multipartField(contentType, body.toString('latin1'));
    default:
      return null;
  }
}

function urlencodedField(text: string): Field | null {
  const fields = [...new URLSearchParams(text.trim())];
  const [field] = fields;
  return fields.length === 1 && field !== undefined ? field : null;
}

/** One part and nothing after it but the end (RFC 7578). */
function multipartField(contentType: string, text: string): Field | null {
  const match = BOUNDARY.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return null;
  const [before = '', part = '', end, ...more] = `\r\n${text}`.split(`\r\n--${boundary}`);
  if (before.trim() !== '' || end === undefined || more.length > 0 || end.trimEnd() !== '--') return null;
  const headEnd = part.indexOf('\r\n\r\n');
  const name = PART_NAME.exec(part.slice(0, headEnd))?.[1];
  if (headEnd === -1 || name === undefined) return null;
  return [name, part.slice(headEnd + 4)];
}
