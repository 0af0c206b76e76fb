/** One good event of each kind that the services tell, as their documentation shows them, about made-up people. */

const MESSAGE = 'm-aaaaaaaaaaaaaaaa';
const HEADER = `${MESSAGE}@mail.example.com`;
const SECONDS = 1_795_000_000.5;

export const MAILGUN = [
  {
    id: 'Ase7i2zsRYeDXztHGENqRA',
    timestamp: SECONDS,
    event: 'failed',
    severity: 'permanent',
    reason: 'bounce',
    recipient: 'kim@client.example',
    message: { headers: { 'message-id': HEADER, to: 'kim@client.example' } },
    'user-variables': { 'message-id': MESSAGE },
    'delivery-status': { code: 550, message: '5.1.1 no such user', 'attempt-no': 1, description: '' },
  },
  {
    id: 'CPgfbmQMTCKtHW6uIWtuVe',
    timestamp: SECONDS,
    event: 'opened',
    recipient: 'kim@client.example',
    message: { headers: { 'message-id': HEADER } },
    'client-info': { 'client-name': 'Chrome', 'device-type': 'desktop', bot: '' },
  },
  {
    id: 'x',
    '@timestamp': '2026-11-22T09:00:00Z',
    event: 'failed',
    reason: 'suppress-complaint',
    recipient: 'kim@client.example',
  },
  {
    id: 'y',
    timestamp: String(SECONDS),
    event: 'complained',
    recipient: 'Kim <kim@client.example>',
    message: { headers: {} },
  },
];

export const RESEND_HOOKS = [
  {
    type: 'email.bounced',
    created_at: '2026-11-22T23:41:12.126Z',
    data: {
      email_id: '56761188-7520-42d8-8898-ff6fc54ce618',
      created_at: '2026-11-22T23:41:11.894719+00:00',
      from: 'Tom <tom@mail.example.com>',
      to: ['kim@client.example'],
      bounce: { message: 'no such user', subType: 'General', type: 'Permanent' },
    },
  },
  {
    type: 'email.suppressed',
    created_at: '2026-11-22T23:41:12Z',
    data: {
      email_id: 'e',
      to: 'kim@client.example',
      suppressed: { type: 'OnAccountSuppressionList', message: 'x' },
    },
  },
  {
    type: 'email.delivered',
    data: { email_id: 'e', created_at: '2026-11-22T23:41:12Z', to: ['kim@client.example'] },
  },
];

export const RESEND_MAILS = [
  {
    object: 'email',
    id: '4ef9a417-02e9-4d39-ad75-9611e0fcc33c',
    message_id: `<${HEADER}>`,
    to: ['kim@client.example'],
    created_at: '2026-11-22 23:41:11.894719+00',
    last_event: 'bounced',
  },
];

export const STREAM = [
  {
    seq: 41,
    id: 'evt_41',
    type: 'email.bounced',
    convId: 'conv_1',
    ts: 1_795_000_000_000,
    data: {
      pendingId: 'p_1',
      recipient: 'kim@client.example',
      bounceType: 'hard',
      code: '550',
      reason: '5.1.1 no such user',
    },
  },
  {
    seq: '42',
    id: 'evt_42',
    type: 'email.replied',
    convId: 'conv_1',
    tsIso: '2026-11-22T09:00:00Z',
    data: {
      from: { email: 'kim@client.example', name: 'Kim' },
      subject: 'Re: A question',
      text: 'Please stop.\n\nOn 1 May 2026 Tom wrote:\n> Hello',
      headers: { 'In-Reply-To': `<${HEADER}>`, 'Auto-Submitted': 'no' },
    },
  },
  {
    seq: 43,
    type: 'email.received',
    createdAt: '2026-11-22T09:00:00Z',
    data: {
      from: 'MAILER-DAEMON@mx.example',
      subject: 'Undelivered Mail',
      body: '<kim@client.example>: host mx said: 550 5.1.1 user unknown',
      headers: [
        { name: 'Auto-Submitted', value: 'auto-replied' },
        { name: 'X-Failed-Recipients', value: 'kim@client.example' },
      ],
    },
  },
];

export const TELEGRAM = [
  {
    update_id: 10_000,
    callback_query: {
      id: '4382bfdwdsb323b2d9',
      from: { id: 1_111, is_bot: false, first_name: 'Tom', last_name: 'Ledd' },
      message: {
        message_id: 1_365,
        from: { id: 2 },
        chat: { id: 1_111, type: 'private', username: 'tom' },
        date: 1_795_000_000,
        text: 'Approve?',
      },
      chat_instance: '1',
      data: 'b-aaaaaaaaaaaaaaaa.AAAAAAAAAAAAAAAAAAAAAA',
    },
  },
  {
    update_id: 10_001,
    message: {
      message_id: 1_366,
      from: { id: 1_111, first_name: 'Tom\u202e' },
      chat: { id: -100_123, type: 'supergroup' },
      date: 1_795_000_000,
      text: '/status now',
      reply_to_message: { message_id: 1_365 },
      entities: [{ offset: 0, length: 7, type: 'bot_command' }],
    },
  },
];

export const AIRTABLE = [
  {
    id: 'rec560UJdUtocSouk',
    createdTime: '2026-11-22T09:00:00.000Z',
    fields: {
      Email: 'kim@client.example',
      'First Name': 'Kim',
      Stage: { id: 'sel1', name: 'contacted', color: 'blue' },
      Tags: ['one', 'two'],
      Notes: { state: 'generated', value: 'text', isStale: false },
      Owner: { id: 'usr1', email: 'tom@ledd.example', name: 'Tom' },
      Files: [{ id: 'att1', url: 'https://x.example/a', filename: 'a.pdf', size: 1 }],
      'Opted Out': true,
      'Created At': '2026-02-14',
    },
  },
];
