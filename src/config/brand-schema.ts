import type { FileSchema } from './key-spec.ts';

/** Every key of `brand.toml`. */
export const BRAND_SCHEMA: FileSchema = {
  fileName: 'brand.toml',
  sections: [
    {
      section: '',
      title: 'The sender',
      summary: 'Who writes. What stands here reaches every recipient.',
      keys: [
        {
          key: 'name',
          type: { kind: 'text', maximumLength: 200 },
          defaultValue: null,
          required: true,
          summary: 'The name that recipients see, of a person or a firm.',
        },
        {
          key: 'from',
          type: { kind: 'mailbox' },
          defaultValue: null,
          required: true,
          summary: 'The sender of every mail. A bare address is shown with `name`.',
        },
        {
          key: 'reply_to',
          type: { kind: 'address' },
          defaultValue: null,
          summary: 'Where answers go, when that is not the sender itself.',
        },
        {
          key: 'postal_address',
          type: { kind: 'text', maximumLength: 500, multiLine: true },
          defaultValue: null,
          required: true,
          summary: 'Stands at the foot of every mail; the law of most countries asks for it.',
        },
        {
          key: 'reason',
          type: { kind: 'text', maximumLength: 300 },
          defaultValue: null,
          defaultNote: 'a sentence that names the form, or your contact list',
          summary:
            'Why people get your mail: one honest sentence at the foot of every mail, such as "You asked us for the guide".',
        },
        {
          key: 'domains',
          type: { kind: 'domains' },
          defaultValue: [],
          defaultNote: 'the domain of `from`',
          summary: 'The domains that mail may come from. A sender outside of them is refused.',
        },
        {
          key: 'signature',
          type: { kind: 'text', maximumLength: 1000, multiLine: true },
          defaultValue: null,
          defaultNote: 'the same as `name`',
          summary: 'What step files write as {{ signature }}.',
        },
        {
          key: 'window',
          type: { kind: 'described', description: 'a table of start, end, tz and weekdays' },
          defaultValue: null,
          summary: 'A send window for sequences that have none.',
          later:
            'it will be the send window of sequences that have none; until then hours in headgate.toml apply',
        },
      ],
    },
  ],
};
