import type { ValueType } from './key-spec.ts';

/** What a key accepts, as a phrase that fits after "expected" and into the reference page. */
export function describeType(type: ValueType): string {
  switch (type.kind) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number from ${String(type.minimum)} to ${String(type.maximum)}`;
    case 'number':
      return `a number from ${String(type.minimum)} to ${String(type.maximum)}`;
    case 'text':
      return `text in quotes, 1 to ${String(type.maximumLength)} characters${type.multiLine === true ? '' : ', one line'}`;
    case 'choice':
      return [...type.choices, ...Object.keys(type.later ?? {})].map((choice) => `"${choice}"`).join(' or ');
    case 'time':
      return type.role === 'end'
        ? 'a time "HH:MM" from "00:00" to "24:00"'
        : 'a time "HH:MM" from "00:00" to "23:59"';
    case 'described':
      return type.description;
    case 'web_pattern':
      return `an https address (http only for this machine), which may hold ${type.names.map((name) => `{{${name}}}`).join(' and ')}`;
    default:
      return PHRASES[type.kind];
  }
}

const PHRASES = {
  zone: 'an IANA time zone, such as "Europe/Berlin"',
  dates: 'a list of real days written "YYYY-MM-DD"',
  weekdays: 'a list of ISO weekdays, 1 (Monday) to 7 (Sunday), each at most once and at least one of them',
  lead_countries: '"lead", or a list of countries such as "DE" and "GB"',
  addresses: 'a list of email addresses',
  address: 'one email address, such as "tom@example.com"',
  mailbox: 'one sender, such as "Tom <tom@example.com>"',
  domains: 'a list of domain names, such as "example.com"',
  host: 'a host name or an IP address without port',
  web_address:
    'an https address such as "https://mail.example.com" (http only for this machine), without query or user',
  chat: 'the number of a chat, such as 123456789 or -1001234567890, or "@name"',
  user_ids: 'a list of 1 to 20 user numbers, such as 123456789',
  command:
    'a command as a list of texts, the program first, such as ["/usr/local/bin/page-me"]; no shell reads it',
  dkim_selector: 'a selector of letters, digits, "-" and ".", such as "s1"',
  text_list: 'a list of one to twenty texts in quotes',
  short_name: 'a short name of lower-case letters, digits and "-", such as "inbox"',
  secrets: 'a list of { credential = "name" }, { file = "path" } or { command = ["program", "argument"] }',
  secret: '{ credential = "name" }, { file = "path" } or { command = ["program", "argument"] }',
} as const;
