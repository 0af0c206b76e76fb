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
        choices: ['csv'],
        later: {
          airtable: 'it will read leads from a base of Airtable',
          imap: 'it will read answers and bounces from a mailbox',
          mailgun: 'it will read the events of Mailgun',
          resend: 'it will read the events of Resend',
          stream: 'it will read the event stream of the stream API',
        },
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
      summary: 'csv: the `source` of leads whose row names none.',
    },
    {
      key: 'source[].base_url',
      type: { kind: 'web_address' },
      defaultValue: null,
      later: 'it will say where the service answers',
      summary: 'Where it answers, when that is not the service itself.',
    },
  ],
};
