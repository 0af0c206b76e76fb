import { describe, expect, test } from 'vitest';

import { providerNoticeOf } from '../../../src/core/inbound/provider-notice.ts';
import { mail } from './mails.ts';

const FROM = 'SES <no-reply@sns.amazonaws.com>';

function noticeIn(text: string, from = FROM) {
  return providerNoticeOf(mail({ headers: { from }, text }));
}

/** What Amazon publishes of the contents of its notices, as far as it is read. */
const BOUNCE = {
  notificationType: 'Bounce',
  bounce: {
    bounceType: 'Permanent',
    bouncedRecipients: [
      { emailAddress: 'Kim@client.example', status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' },
      { emailAddress: 'lee@client.example' },
    ],
  },
  mail: { messageId: '0102-ses' },
};
const READ = {
  bounces: [
    {
      address: 'kim@client.example',
      isPermanent: true,
      status: '5.1.1',
      diagnostic: 'smtp; 550 5.1.1 user unknown',
    },
    { address: 'lee@client.example', isPermanent: true, status: '', diagnostic: '' },
  ],
  complaint: null,
  messageId: '0102-ses',
};
const JSON_OF_BOUNCE = JSON.stringify(BOUNCE);

describe('E4: a failure that Amazon reports as JSON suppresses the address it names', () => {
  test.each([
    ['bare', JSON_OF_BOUNCE],
    ['behind a mark of the byte order', `\ufeff${JSON_OF_BOUNCE}`],
    ['behind white space', ` \r\n${JSON_OF_BOUNCE}\n`],
    [
      'wrapped by the notification service',
      JSON.stringify({ Type: 'Notification', Message: JSON_OF_BOUNCE }),
    ],
    ['with an empty wrapping', JSON.stringify({ Message: '', ...BOUNCE })],
    ['with a wrapping that is no text', JSON.stringify({ Message: 1, ...BOUNCE })],
    ['above a footer', `${JSON_OF_BOUNCE}\n--\nIf you wish to stop receiving these, {"visit": 1}`],
    ['above a footer behind network line ends', `${JSON_OF_BOUNCE}\r\n--\r\nIf you wish`],
    ['folded inside a string', JSON_OF_BOUNCE.replace('user unknown', 'user\n  unknown')],
    ['folded as mail is', JSON_OF_BOUNCE.replace('user unknown', 'user \r\nunknown')],
    ['written over several lines', JSON.stringify(BOUNCE, null, 1)],
    ['as an event instead of a notice', JSON_OF_BOUNCE.replace('notificationType', 'eventType')],
  ])('%s', (_, text) => {
    expect(noticeIn(text)).toEqual(READ);
  });

  test.each(['no-reply@SNS.amazonaws.com', 'AWS Notifications <x@x.example>', 'notification@x.example'])(
    'from %s',
    (from) => {
      expect(noticeIn(JSON_OF_BOUNCE, from)).toEqual(READ);
    },
  );

  test.each(['Transient', 'Undetermined', ''])('a bounce of type "%s" is not for ever', (bounceType) => {
    const notice = noticeIn(JSON.stringify({ ...BOUNCE, bounce: { ...BOUNCE.bounce, bounceType } }));
    expect(notice?.bounces.map(({ isPermanent }) => isPermanent)).toEqual([false, false]);
  });

  test('hardening 136: of a thousand recipients fifty are read', () => {
    const bouncedRecipients = Array.from({ length: 51 }, (_, index) => ({
      emailAddress: `a${String(index)}@x.example`,
    }));
    const notice = noticeIn(JSON.stringify({ ...BOUNCE, bounce: { bouncedRecipients } }));
    expect([notice?.bounces.length, notice?.bounces.at(-1)?.address]).toEqual([50, 'a49@x.example']);
  });

  test('hardening 136: 200,000 characters are read', () => {
    const padded = (length: number) =>
      noticeIn(`${' '.repeat(length - JSON_OF_BOUNCE.length)}${JSON_OF_BOUNCE}\n`);
    expect([padded(200_000), padded(200_001)]).toEqual([READ, null]);
  });
});

describe('E4: a complaint that Amazon reports as JSON suppresses whoever complained', () => {
  const complaintOf = (complaint: unknown) =>
    noticeIn(JSON.stringify({ notificationType: 'Complaint', complaint, bounce: BOUNCE.bounce }));

  test('with the type that the mailbox provider gave (RFC 5965 7.3)', () => {
    expect(
      complaintOf({
        complaintFeedbackType: 'Not-Spam',
        complainedRecipients: [
          { emailAddress: 'Kim@client.example' },
          { emailAddress: 'lee@client.example' },
        ],
      }),
    ).toEqual({
      bounces: [],
      complaint: {
        type: 'not-spam',
        recipients: ['kim@client.example', 'lee@client.example'],
        evidence: 'provider complaint',
      },
      messageId: null,
    });
  });

  test('without one it is abuse, and without anybody it is still a complaint', () => {
    const complaint = { type: 'abuse', recipients: [], evidence: 'provider complaint' };
    const empty = { bounces: [], complaint, messageId: null };
    expect(complaintOf({})).toEqual(empty);
    expect(complaintOf(null)).toEqual(empty);
    expect(complaintOf({ complainedRecipients: 'kim@client.example' })).toEqual(empty);
  });
});

describe('hardening 136: what is no such notice suppresses nobody', () => {
  test.each([
    ['a person who quotes one', 'kim@client.example', JSON_OF_BOUNCE],
    ['words before the object', FROM, `Hello ${JSON_OF_BOUNCE}`],
    ['words alone', FROM, 'Your notice: all is well'],
    ['another value of JSON', FROM, '"notificationType"'],
    ['a list of them', FROM, `[${JSON_OF_BOUNCE}]`],
    ['nothing, in JSON', FROM, 'null'],
    ['JSON that is cut off', FROM, '{"notificationType":'],
    ['words behind the object', FROM, `${JSON_OF_BOUNCE} and so on`],
    ['a wrapping around words', FROM, '{"Message":"You have subscribed"}'],
    ['a wrapping around JSON that is cut off', FROM, '{"notificationType":"Bounce","Message":"{"}'],
    ['no kind', FROM, '{"bounce":{}}'],
    ['a kind that is no text', FROM, '{"notificationType":1}'],
    ['nothing', FROM, ''],
  ])('%s', (_, from, text) => {
    expect(noticeIn(text, from)).toBeNull();
  });

  test.each([
    [
      'a delivery',
      '{"notificationType":"Delivery","bounce":{"bouncedRecipients":[{"emailAddress":"a@x.example"}]}}',
    ],
    ['a field that every object has', '{"notificationType":"Bounce","__proto__":{"bounce":1}}'],
    ['values of other types', '{"notificationType":"Bounce","bounce":7,"mail":[]}'],
    ['nothing instead of values', '{"notificationType":"Bounce","bounce":null,"mail":null}'],
    ['no list of recipients', '{"notificationType":"Bounce","bounce":{"bouncedRecipients":{"length":1}}}'],
  ])('%s names nobody', (_, text) => {
    expect(noticeIn(text)).toEqual({ bounces: [], complaint: null, messageId: null });
  });

  test('recipients that are none have no address', () => {
    const bouncedRecipients = [null, 'kim@client.example', { emailAddress: 7 }];
    const notice = noticeIn(JSON.stringify({ notificationType: 'Bounce', bounce: { bouncedRecipients } }));
    expect(notice?.bounces.map(({ address }) => address)).toEqual(['', '', '']);
  });
});
