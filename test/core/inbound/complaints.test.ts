import { describe, expect, test } from 'vitest';

import { classify } from './mails.ts';

function arf(...fields: readonly string[]) {
  const text = ['User-Agent: Example-FBL/1.0', 'Version: 1', ...fields].join('\r\n');
  const returned = 'Message-ID: <m-3@sender.example>\r\nTo: redacted\r\n\r\nHello';
  return classify({
    headers: { from: 'feedback@provider.example' },
    text: 'This is an abuse report.',
    parts: [
      { contentType: 'message/feedback-report', text },
      { contentType: 'message/rfc822', text: returned },
    ],
  });
}

describe('E4: complaints suppress', () => {
  test.each(['abuse', 'fraud', 'virus', 'other', 'opt-out'])('a report of type %s is a complaint', (type) => {
    expect(arf(`Feedback-Type: ${type}`).kind).toBe('complaint');
  });

  test('it names the recipient where the provider leaves the address in', () => {
    const verdict = arf('Feedback-Type: abuse', 'Original-Rcpt-To: <Kim@client.example>');
    expect(verdict.recipients.map(({ address }) => address)).toEqual(['kim@client.example']);
  });

  test('it leads to the send by the Message-ID where the address is blanked', () => {
    const verdict = arf('Feedback-Type: abuse');
    expect([verdict.recipients, verdict.refersTo.returnedMessageIds]).toEqual([[], ['m-3@sender.example']]);
  });

  test('it is read under a wrong type too, and not in a letter that mentions it', () => {
    const text = 'Feedback-Type: abuse\nUser-Agent: Example-FBL/1.0\nOriginal-Rcpt-To: kim@client.example';
    expect(classify({ parts: [{ contentType: 'text/plain', text }] })).toMatchObject({
      kind: 'complaint',
      recipients: [{ address: 'kim@client.example' }],
    });
    expect(classify({ text: 'What does "Feedback-Type: abuse" mean?' }).kind).toBe('human_reply');
  });

  test.each(['auth-failure', 'not-spam'])('a report of type %s complains about nothing', (type) => {
    expect(arf(`Feedback-Type: ${type}`).kind).toBe('feedback');
  });

  test('Outlook.com returns the mail with the recipient in its own header', () => {
    const text =
      'X-HmXmrOriginalRecipient: kim@client.example\r\nMessage-ID: <m-4@sender.example>\r\n\r\nHello';
    const verdict = classify({
      headers: { from: 'staff@hotmail.com', subject: 'complaint about message from 192.0.2.1' },
      parts: [{ contentType: 'message/rfc822', text }],
    });
    expect([verdict.kind, verdict.recipients[0]?.address]).toEqual(['complaint', 'kim@client.example']);
  });

  const RETURNED = {
    contentType: 'message/rfc822',
    text: 'To: kim@client.example\r\nMessage-ID: <m-5@sender.example>\r\n\r\nHello',
  };
  const SENTENCE = 'This is an email abuse report for an email message received from IP 192.0.2.1.';

  test('Outlook.com: a mailbox for complaints that takes the wrapping off leaves the header', () => {
    const verdict = classify({
      headers: { 'x-hmxmroriginalrecipient': 'kim@client.example', precedence: 'bulk' },
      text: 'Hello',
    });
    expect([verdict.kind, verdict.recipients[0]?.address]).toEqual(['complaint', 'kim@client.example']);
  });

  test('a report that lost its machine-readable part still says by its type what it is', () => {
    const headers = { 'content-type': 'multipart/report; report-type="feedback-report"; boundary=b1' };
    expect(classify({ headers, text: 'Report', parts: [RETURNED] })).toMatchObject({
      kind: 'complaint',
      recipients: [{ address: 'kim@client.example' }],
    });
  });

  test.each([
    ['fbl@provider.example', 'Spam report', 'Hello'],
    ['noreply@provider.example', 'Email Feedback Report for IP 192.0.2.1', SENTENCE],
    ['Feedback <loop@fbl.provider.example>', 'FW: An idea', SENTENCE],
    ['complaints@provider.example', 'Complaint about message from 192.0.2.1', ''],
  ])('a provider without the format: from %s, "%s"', (from, subject, text) => {
    const verdict = classify({
      headers: { from, subject: subject.replace('FW: ', '') },
      text,
      parts: [RETURNED],
    });
    expect([verdict.kind, verdict.refersTo.returnedMessageIds]).toEqual([
      'complaint',
      ['m-5@sender.example'],
    ]);
  });

  test.each([
    ['one sign alone', 'fbl@provider.example', 'An idea', 'Hello'],
    ['an answer to a report', 'abuse@client.example', 'Re: Spam report', 'Thank you, we look into it.'],
    ['feedback of a person', 'feedback@client.example', 'Feedback on your message', 'I like it.'],
  ])('%s is no complaint', (_, from, subject, text) => {
    expect(classify({ headers: { from, subject }, text, parts: [RETURNED] }).kind).toBe('human_reply');
  });

  test('without the mail that it is about, a sender and a subject are not enough', () => {
    const headers = { from: 'abuse@provider.example', subject: 'Your monthly spam report' };
    expect(classify({ headers, text: 'Nothing to see.' }).kind).toBe('human_reply');
  });

  test('Amazon sends complaints and bounces as JSON', () => {
    const headers = { from: 'SES <no-reply@sns.amazonaws.com>' };
    const complaint = {
      notificationType: 'Complaint',
      complaint: { complainedRecipients: [{ emailAddress: 'Kim@client.example' }] },
    };
    const bounce = {
      notificationType: 'Bounce',
      bounce: {
        bounceType: 'Permanent',
        bouncedRecipients: [
          {
            emailAddress: 'kim@client.example',
            status: '5.1.1',
            diagnosticCode: 'smtp; 550 5.1.1 user unknown',
          },
        ],
      },
      mail: { messageId: '0102-ses' },
    };
    const wrapped = { Type: 'Notification', Message: JSON.stringify(bounce) };
    expect(classify({ headers, text: `${JSON.stringify(complaint)}\n--\nUnsubscribe here` }).kind).toBe(
      'complaint',
    );
    const verdict = classify({ headers, text: JSON.stringify(wrapped) });
    expect([verdict.kind, verdict.refersTo.returnedMessageIds]).toEqual(['dead_address', ['0102-ses']]);
  });

  test('hardening 136: JSON that pretends to be one is passed over', () => {
    const headers = { from: 'no-reply@sns.amazonaws.com' };
    expect(
      classify({ headers, text: '{"notificationType":"Bounce","__proto__":{"bounce":1}}' }).recipients,
    ).toEqual([]);
    expect(classify({ headers, text: '{"notificationType":' }).recipients).toEqual([]);
  });

  test('a person who complains in words is a person', () => {
    expect(classify({ text: 'This is spam, I will report abuse to your provider.' }).kind).toBe(
      'human_reply',
    );
  });
});
