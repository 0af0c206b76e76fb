import { describe, expect, test } from 'vitest';

import { feedbackReportOf, isComplaint } from '../../../src/core/inbound/feedback-report.ts';
import { mail } from './mails.ts';

const RETURNED = 'To: kim@client.example\r\nMessage-ID: <m-1@sender.example>\r\n\r\nHello';

function inPart(text: string, headers: Readonly<Record<string, string>> = {}) {
  return feedbackReportOf(mail({ headers, parts: [{ contentType: 'message/feedback-report', text }] }));
}

function report(type: string, recipients: readonly string[] = []) {
  return { type, recipients, evidence: `feedback-type ${type}` };
}

describe('E4: which reports suppress somebody', () => {
  test.each<[string, boolean]>([
    ['abuse', true],
    ['fraud', true],
    ['opt-out', true],
    ['a-type-of-tomorrow', true],
    ['auth-failure', false],
    ['not-spam', false],
  ])('%s: %s', (type, expected) => {
    expect(isComplaint({ type, recipients: [], evidence: '' })).toBe(expected);
  });
});

describe('E4: the fields of RFC 5965, so that no complaint goes unread', () => {
  test.each<[string, string, ReturnType<typeof report>]>([
    ['the type alone', 'Feedback-Type: abuse', report('abuse')],
    ['capitals', 'FEEDBACK-TYPE: ABUSE', report('abuse')],
    ['quotes and a comment', 'Feedback-Type: "opt-out" (one click)', report('opt-out')],
    [
      'the recipient',
      'Feedback-Type: abuse\nOriginal-Rcpt-To: <Kim@client.example>',
      report('abuse', ['kim@client.example']),
    ],
    [
      'who is to be removed, as older reports name them',
      'Feedback-Type: opt-out\nRemoval-Recipient: kim@client.example',
      report('opt-out', ['kim@client.example']),
    ],
    [
      'several recipients, one of them blanked',
      'Feedback-Type: abuse\nOriginal-Rcpt-To: redacted\nOriginal-Rcpt-To: rfc822; a@x.example\nOriginal-Rcpt-To: b@x.example',
      report('abuse', ['a@x.example', 'b@x.example']),
    ],
    [
      'addresses of others, who complained about nothing',
      'Feedback-Type: abuse\nOriginal-Mail-From: <ada@sender.example>\nReported-Domain: a@sender.example',
      report('abuse'),
    ],
    [
      'the recipient first: the fields have no order',
      'Original-Rcpt-To: kim@client.example\r\nVersion: 1\r\nFeedback-Type: abuse',
      report('abuse', ['kim@client.example']),
    ],
    [
      'empty lines above and between, with blanks in them',
      '\r\n \r\nUser-Agent: Example/1\r\n\t\r\nFeedback-Type: abuse\r\n\r\nOriginal-Rcpt-To: kim@client.example',
      report('abuse', ['kim@client.example']),
    ],
  ])('%s', (_, text, expected) => {
    expect(inPart(text)).toEqual(expected);
  });

  test.each([
    ['no type', 'User-Agent: Example/1\r\nVersion: 1'],
    ['a type without letters', 'Feedback-Type: 1234'],
    ['nothing', ''],
  ])('a report with %s is none', (_, text) => {
    expect(inPart(text)).toBeNull();
  });

  test('at most 50 recipients of one report, and 2,000 lines, are read', () => {
    const lines = Array.from({ length: 51 }, (_, index) => `Original-Rcpt-To: a${String(index)}@x.example`);
    expect(inPart(['Feedback-Type: abuse', ...lines].join('\n'))?.recipients).toHaveLength(50);
    expect(inPart(`${'-\n'.repeat(1_999)}Feedback-Type: abuse`)).toEqual(report('abuse'));
    expect(inPart(`${'-\n'.repeat(2_000)}Feedback-Type: abuse`)).toBeNull();
  });

  test('a person who answers and attaches a report complains about nothing', () => {
    expect(inPart('Feedback-Type: abuse', { 'in-reply-to': '<m-1@sender.example>' })).toBeNull();
    expect(
      inPart('Feedback-Type: abuse', {
        'in-reply-to': '<m-1@sender.example>',
        from: 'MAILER-DAEMON@x.example',
      }),
    ).toEqual(report('abuse'));
  });
});

describe('E4: a report that lost its type or its structure', () => {
  test.each<[string, string]>([
    ['User-Agent', 'Feedback-Type: abuse\nUser-Agent: Example/1'],
    ['Version', 'We forward this.\n\nVersion: 1\nFeedback-Type: abuse'],
  ])('is known by two of its fields: Feedback-Type and %s', (_, text) => {
    expect(feedbackReportOf(mail({ text }))).toEqual(report('abuse'));
    expect(feedbackReportOf(mail({ parts: [{ contentType: 'text/plain', text }] }))).toEqual(report('abuse'));
  });

  test.each([
    ['one field alone', 'Feedback-Type: abuse'],
    ['the other field alone', 'User-Agent: Example/1\nVersion: 1'],
    ['a sentence with the second', 'Feedback-Type: abuse\nand what is a user-agent: who knows?'],
    ['a sentence with the first', 'We got Feedback-Type: abuse\nVersion: 1'],
  ])('a letter with %s is none', (_, text) => {
    expect(feedbackReportOf(mail({ text }))).toBeNull();
  });

  test('a letter that quotes the fields in a sentence hides no report below it', () => {
    const parts = [{ contentType: 'text/plain', text: 'Feedback-Type: fraud\nVersion: 1' }];
    const text = 'Somebody sent Feedback-Type: abuse\nVersion: 1';
    expect(feedbackReportOf(mail({ text, parts }))).toEqual(report('fraud'));
  });

  test('the part made for machines wins over a text that has the fields as well', () => {
    const parts = [{ contentType: 'message/feedback-report', text: 'Feedback-Type: not-spam' }];
    expect(feedbackReportOf(mail({ text: 'Feedback-Type: abuse\nVersion: 1', parts }))).toEqual(
      report('not-spam'),
    );
  });
});

describe("E4: Outlook.com's Junk Mail Reporting Programme", () => {
  const junk = (...recipients: readonly string[]) => ({
    type: 'abuse',
    recipients,
    evidence: 'junk mail report',
  });
  const about = 'complaint about message from 192.0.2.1';
  const from = 'staff@hotmail.example';

  test('names the recipient in the mail itself, once', () => {
    const headers = { 'x-hmxmroriginalrecipient': 'Kim@client.example, lee@client.example' };
    expect(feedbackReportOf(mail({ headers }))).toEqual(junk('kim@client.example'));
  });

  test.each<[string, string, string, ReturnType<typeof junk> | null]>([
    [
      'subject and header',
      about,
      'X-HmXmrOriginalRecipient: kim@client.example, b@x.example',
      junk('kim@client.example'),
    ],
    [
      'the header alone',
      'An idea',
      'X-HmXmrOriginalRecipient: kim@client.example',
      junk('kim@client.example'),
    ],
    ['the subject alone', 'Complaint about message from 192.0.2.1', 'To: kim@client.example', junk()],
    ['neither', 'An idea', 'To: kim@client.example', null],
    ['the words of the subject in a letter', `My ${about}`, 'To: kim@client.example', null],
  ])('or in the mail that it returns: %s', (_, subject, text, expected) => {
    const parts = [{ contentType: 'message/rfc822', text }];
    expect(feedbackReportOf(mail({ headers: { from, subject }, parts }))).toEqual(expected);
  });

  test('without a returned mail the subject says nothing', () => {
    expect(feedbackReportOf(mail({ headers: { from, subject: about } }))).toBeNull();
  });
});

describe('E4: reports in words: sender, subject and sentence, two of three, with the mail that they are about', () => {
  const expected = { type: 'abuse', recipients: ['kim@client.example'], evidence: 'abuse report' };
  interface Signs {
    readonly from?: string;
    readonly subject?: string;
    readonly text?: string;
  }
  function inWords({ from = 'fbl@provider.example', subject = 'Spam report', text = 'Hello' }: Signs) {
    const parts = [{ contentType: 'message/rfc822', text: RETURNED }];
    return feedbackReportOf(mail({ headers: { from, subject }, text, parts }));
  }

  test.each([
    'abuse@x.example',
    'Fbl@x.example',
    'arf@x.example',
    'feedback@x.example',
    'feedback-loop@x.example',
    'feedbackloop@x.example',
    'complaint@x.example',
    'complaints@x.example',
    'scomp@x.example',
    'spam@x.example',
    'spam-reports@x.example',
    'abuse_desk.4+x@x.example',
    `abuse${'a'.repeat(40)}@x.example`,
    'no-reply@arf.x.example',
    'no-reply@mx.abuse.example',
    'no-reply@a-1.b_2.c.d.feedback.example',
    'no-reply@complaint.x.example',
    'no-reply@complaints.x.example',
    'no-reply@fbl.x.example',
    'no-reply@mail-4fbl.x.example',
    `no-reply@${'a'.repeat(40)}.fbl.example`,
  ])('the sender %s reports', (from) => {
    expect(inWords({ from })).toEqual(expected);
  });

  test.each([
    'kim@client.example',
    'kabuse@client.example',
    'spam filter <kim@client.example>',
    'fbl',
    'kim@arfbox.example',
    'no-reply@a.b.c.d.e.fbl.example',
    `abuse${'a'.repeat(41)}@x.example`,
    `${'x '.repeat(150)}fbl@x.example`,
  ])('the sender %s does not, and a subject about reports is no complaint of theirs', (from) => {
    expect(inWords({ from })).toBeNull();
  });

  test('a sender is looked at as far as 300 characters', () => {
    const reporter = '<fbl@x.example>';
    const from = (length: number): string =>
      `${'x '.repeat(150).slice(0, length - reporter.length)}${reporter}`;
    expect(inWords({ from: from(299) })).toEqual(expected);
    expect(inWords({ from: from(312) })).toBeNull();
  });

  test.each([
    'Abuse report',
    'Spam complaint',
    'Complaint loop',
    'Junk mail reports for you',
    'FBL report',
    'Feedback Report for 192.0.2.1',
    `spam ${'x'.repeat(38)} report`,
    'Complaint about a message',
    'Your complaint from today',
    'A complaint regarding 192.0.2.1',
    '[SpamCop (192.0.2.1) id:1]',
    'Spam report on the mail of ada re: an idea',
  ])('the subject "%s" reports', (subject) => {
    expect(inWords({ subject })).toEqual(expected);
  });

  test.each([
    'An idea',
    'Spam',
    'The report',
    'Antispam report',
    'Spam reporters',
    `spam ${'x'.repeat(39)} report`,
    'Complaint on a message',
    'Seen [SpamCop today',
    `${'x '.repeat(150)}spam report`,
    'Re: Spam report',
    'Re : Spam report',
    'AW: Spam report',
    'SV: Spam report',
    'Antw: Spam report',
    'FW: Spam report',
    'Fwd: Spam report',
    'WG: Spam report',
  ])('the subject "%s" does not, whoever sends it', (subject) => {
    expect(inWords({ subject })).toBeNull();
  });

  test.each([
    'This is a spam report for 192.0.2.1.',
    'An abuse complaint was filed.',
    'This is a feedback report.',
    'Your mail was reported as spam.',
    'A user reported the email as junk.',
    'A user reported this e-mail as abuse.',
    'A user reported your message as spam.',
    'A user reported message as spam.',
    `${'x '.repeat(994)}Abuse report`,
  ])('the sentence "%s" reports', (text) => {
    expect(inWords({ subject: 'An idea', text })).toEqual(expected);
    expect(inWords({ from: 'no-reply@provider.example', text })).toEqual(expected);
  });

  test.each([
    'I report to the board.',
    'He reported the email to me.',
    'This is spamreport.',
    `${'x '.repeat(995)}Abuse report`,
  ])('the sentence "%s" does not', (text) => {
    expect(inWords({ subject: 'An idea', text })).toBeNull();
  });

  test('a mail without a returned one is no such report', () => {
    const headers = { from: 'fbl@provider.example', subject: 'Spam report' };
    expect(feedbackReportOf(mail({ headers, text: 'This is an abuse report.' }))).toBeNull();
  });

  test.each(['message/rfc822', 'text/rfc822-headers', 'message/rfc822-headers'])(
    'the mail that it is about comes back as %s',
    (contentType) => {
      const headers = { from: 'fbl@provider.example', subject: 'Spam report' };
      const parts = [{ contentType, text: RETURNED }];
      expect(feedbackReportOf(mail({ headers, parts }))).toEqual(expected);
    },
  );

  test('an attached letter is not the mail that it is about', () => {
    const headers = { from: 'fbl@provider.example', subject: 'Spam report' };
    const parts = [{ contentType: 'text/plain', text: RETURNED }];
    expect(feedbackReportOf(mail({ headers, parts }))).toBeNull();
  });
});

describe('E4: a report that says by its type alone what it is', () => {
  test.each([
    'multipart/report; report-type=feedback-report',
    'multipart/report; report-type="feedback-report"',
  ])('%s', (type) => {
    const headers = { 'content-type': type };
    const evidence = 'abuse report';
    expect(feedbackReportOf(mail({ headers }))).toEqual({ type: 'abuse', recipients: [], evidence });
    const parts = (text: string) => [{ contentType: 'message/rfc822', text }];
    expect(feedbackReportOf(mail({ headers, parts: parts('To: a@x.example, b@x.example') }))).toEqual({
      type: 'abuse',
      recipients: ['a@x.example'],
      evidence,
    });
    // A line of To that goes on and on costs no time, and names nobody by chance.
    expect(feedbackReportOf(mail({ headers, parts: parts(`To: ${'x '.repeat(500)}a@x.example`) }))).toEqual({
      type: 'abuse',
      recipients: [],
      evidence,
    });
  });
});
