import { isObject } from '../http/json.ts';

/** A list of options or links; what is longer than this belongs to nobody's lead. */
const PARTS_MAX = 200;

/**
 * One cell as a lead file would have it: numbers as digits, checkboxes yes or no, lists (options, links, lookups) joined as tags are,
 * people and attachments by their name. Formula errors are empty: a cell that failed says nothing.
 */
export function cellText(value: unknown): string {
  if (!Array.isArray(value)) return partText(value);
  const parts: readonly unknown[] = value;
  return parts
    .slice(0, PARTS_MAX)
    .map(partText)
    .filter((part) => part !== '')
    .join('; ');
}

function partText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? 'yes' : 'no';
    case 'number':
      return String(value);
    default:
      return isObject(value) ? objectText(value) : '';
  }
}

/** Collaborators and attachments have a name or an address, barcodes a text, texts of a model a value. */
const NAMING = ['name', 'text', 'value', 'email', 'filename', 'url'];

function objectText(value: Readonly<Record<string, unknown>>): string {
  for (const name of NAMING) {
    const text = Object.hasOwn(value, name) ? value[name] : null;
    if (typeof text === 'string' && text !== '') return text;
  }
  return '';
}
