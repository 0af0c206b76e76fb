import type { SectionSpec } from './key-spec.ts';

/** Where `sync` reads; which keys a kind needs is checked across keys. */
export const SOURCE_SECTION: SectionSpec = {
  section: 'source[]',
  title: 'Sources',
  summary:
    'Where `sync` reads leads, answers and events; one [[source]] block each. Each has its own place to go on from, and one that fails does not stop the others.',
  distinctBy: 'id',
  keys: [
    {
      key: 'source[].id',
      type: { kind: 'short_name' },
      defaultValue: null,
      required: true,
      summary:
        'Its name in reports and in `sync --source`. With another name it is another source, read from its beginning.',
    },
    {
      key: 'source[].kind',
      type: {
        kind: 'choice',
        choices: ['airtable', 'csv', 'imap', 'mailgun', 'resend', 'stream'],
      },
      defaultValue: null,
      required: true,
      summary: 'What it is.',
    },
    {
      key: 'source[].path',
      type: { kind: 'text', maximumLength: 1000 },
      defaultValue: null,
      summary:
        'csv: a file, or a folder whose `.csv` files are read, each again whenever it changed. Relative to this file.',
    },
    {
      key: 'source[].lead_source',
      type: { kind: 'text', maximumLength: 200 },
      defaultValue: null,
      summary: 'airtable, csv: the `source` of leads whose row names none.',
    },
    {
      key: 'source[].base',
      type: { kind: 'text', maximumLength: 100 },
      defaultValue: null,
      summary: 'airtable: the id of the base, `app…`.',
    },
    {
      key: 'source[].table',
      type: { kind: 'text', maximumLength: 300 },
      defaultValue: null,
      summary: 'airtable: the name or the id of the table; an id survives renaming.',
    },
    {
      key: 'source[].view',
      type: { kind: 'text', maximumLength: 300 },
      defaultValue: null,
      defaultNote: 'the whole table',
      summary: 'airtable: the view whose records are leads.',
    },
    {
      key: 'source[].map',
      type: { kind: 'text_list' },
      defaultValue: null,
      summary:
        'airtable: fields that have other names than the columns of a lead file, as `"E-Mail=email"`; a field of the kind "Last modified time" belongs to `updated_at`, or changes of a lead that others have told of since only fill its gaps. A field that is named here and gone stops the source.',
    },
    {
      key: 'source[].write_back',
      type: { kind: 'text_list' },
      defaultValue: null,
      defaultNote: 'nothing is written',
      summary:
        'airtable: what is written into the table, and the field for it, as `"status=Mail status"`: `status`, `stage`, `opted_out` and `bounced` (boxes, only ever ticked), `last_contact_at`. Once a day, where a record says something else. These fields are not read unless they are columns of a lead; a field for `updated_at` should not watch them. The token must be allowed to write.',
    },
    {
      key: 'source[].domain',
      type: { kind: 'text', maximumLength: 253 },
      defaultValue: null,
      summary: 'mailgun: the sending domain whose events are read.',
    },
    {
      key: 'source[].index',
      type: { kind: 'choice', choices: ['events', 'logs'] },
      defaultValue: null,
      defaultNote: '"events"',
      summary:
        'mailgun: which of its two interfaces is read; "logs" is the newer one, and both tell the same.',
    },
    {
      key: 'source[].identity',
      type: { kind: 'text', maximumLength: 320 },
      defaultValue: null,
      summary: 'stream: the handle of the identity whose log is read.',
    },
    {
      key: 'source[].host',
      type: { kind: 'host' },
      defaultValue: null,
      summary: 'imap: the server of the mailbox that answers and bounces come to.',
    },
    {
      key: 'source[].port',
      type: { kind: 'integer', minimum: 1, maximum: 65_535 },
      defaultValue: null,
      defaultNote: '993, or 143 with `secure = false`',
      summary: 'imap: its port.',
    },
    {
      key: 'source[].user',
      type: { kind: 'text', maximumLength: 320 },
      defaultValue: null,
      summary: 'imap: the name to log in with.',
    },
    {
      key: 'source[].password',
      type: { kind: 'secret' },
      defaultValue: null,
      summary: 'imap: where the password is. Never the password itself.',
    },
    {
      key: 'source[].secure',
      type: { kind: 'boolean' },
      defaultValue: null,
      defaultNote: 'true',
      summary: 'imap: true: TLS from the first byte. false: STARTTLS, and none towards this machine.',
    },
    {
      key: 'source[].folders',
      type: { kind: 'text_list' },
      defaultValue: null,
      defaultNote: '["INBOX"]',
      summary:
        'imap: the folders that are read. Junk, where answers land too, and Sent, which settles what was uncertain, are read beside them wherever the server marks them.',
    },
    {
      key: 'source[].key',
      type: { kind: 'secret' },
      defaultValue: null,
      summary:
        'airtable, mailgun, resend, stream: where the API key is; of Airtable a token that may read the base.',
    },
    {
      key: 'source[].requests_per_second',
      type: { kind: 'number', minimum: 0.1, maximum: 1000 },
      defaultValue: null,
      defaultNote: '5; airtable: 4, since 5 are all that a base takes of everybody together',
      unit: 'requests a second',
      summary:
        'airtable, mailgun, resend, stream: most requests that are made to it; a limit that it states itself is kept as well.',
    },
    {
      key: 'source[].base_url',
      type: { kind: 'web_address' },
      defaultValue: null,
      defaultNote: "the service's own address",
      summary:
        'airtable, mailgun, resend, stream: where it answers; `https://api.eu.mailgun.net` for Mailgun domains in the EU.',
    },
  ],
};
