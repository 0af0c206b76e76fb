import { describe, expect, test } from 'vitest';

import { classify, DAEMON, report } from './mails.ts';

describe('E4: a delivery report in the form of RFC 3464', () => {
  test('5.1.1 suppresses the address it names, and leads to the send it returns', () => {
    const verdict = report({ status: '5.1.1', diagnostic: 'smtp; 550 5.1.1 User unknown' });
    expect(verdict.kind).toBe('dead_address');
    expect(verdict.recipients).toMatchObject([
      { address: 'kim@client.example', reason: 'no_such_user', status: '5.1.1', smtpCode: 550 },
    ]);
    expect(verdict.refersTo.returnedMessageIds).toEqual(['m-1@sender.example']);
  });

  test.each([
    ['5.2.2', 'smtp; 552 5.2.2 Mailbox full', 'soft_bounce'],
    ['5.7.1', 'smtp; 550 5.7.1 Message rejected as spam', 'blocked'],
    ['5.0.0', '', 'unknown_bounce'],
    ['4.4.7', '', 'soft_bounce'],
  ])('hardening 141: %s %s is no dead address', (status, diagnostic, kind) => {
    expect(report({ status, diagnostic }).kind).toBe(kind);
  });

  test.each([
    ['delayed', 'delay'],
    ['delivered', 'delivery_notice'],
    ['relayed', 'delivery_notice'],
    ['expanded', 'delivery_notice'],
    ['Failed (permanently)', 'dead_address'],
    // A word that every plain object of JavaScript answers to.
    ['constructor', 'dead_address'],
  ])('hardening 141: the action %s is a %s, whatever the status', (action, kind) => {
    expect(report({ action, status: '5.1.1' }).kind).toBe(kind);
  });

  test('the words of the server outweigh the status that the reporting server guessed', () => {
    const verdict = report({
      status: '5.1.1',
      diagnostic: 'smtp; 550 5.7.1 IP address blacklisted by recipient',
    });
    expect(verdict.kind).toBe('blocked');
  });

  test('the readable part may name the step that was refused', () => {
    const text =
      '<kim@client.example>: host mx.client.example said:\n  550 Unknown user (in reply to end of DATA\n  command)';
    expect(report({ diagnostic: 'smtp; 550 Unknown user', text }).kind).toBe('blocked');
    const atRcpt = text.replace('end of DATA', 'RCPT TO');
    expect(report({ diagnostic: 'smtp; 550 Unknown user', text: atRcpt }).kind).toBe('dead_address');
  });

  test('a readable part that speaks of a full mailbox saves an address that the status condemns', () => {
    const text = 'We could not deliver to kim@client.example because the mailbox is full.';
    expect(report({ status: '5.1.1', diagnostic: 'smtp; 550 5.1.1 User unknown', text }).kind).toBe(
      'soft_bounce',
    );
  });

  test('a local program that died says nothing about the address', () => {
    const diagnostic = 'x-unix; procmail: Couldn\'t create "/var/mail/kim": No such user';
    expect(report({ status: '5.1.1', diagnostic }).kind).toBe('soft_bounce');
  });

  test('several recipients are judged one by one, and the worst is the headline', () => {
    const text = [
      'Reporting-MTA: dns; mx.sender.example',
      '',
      'Final-Recipient: rfc822; kim@client.example',
      'Action: failed',
      'Status: 5.2.2',
      'Final-Recipient: rfc822; Lee@Client.Example',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1',
      '  User unknown',
    ].join('\n');
    const verdict = classify({ headers: DAEMON, parts: [{ contentType: 'message/delivery-status', text }] });
    expect(verdict.kind).toBe('dead_address');
    expect(verdict.recipients.map(({ address, kind }) => [address, kind])).toEqual([
      ['kim@client.example', 'soft_bounce'],
      ['lee@client.example', 'dead_address'],
    ]);
  });

  test('the address we wrote to comes before the one that an alias led to', () => {
    const text =
      'Final-Recipient: rfc822; box17@inner.example\nOriginal-Recipient: rfc822;kim@client.example\nAction: failed\nStatus: 5.1.1';
    const verdict = classify({ headers: DAEMON, parts: [{ contentType: 'message/delivery-status', text }] });
    expect(verdict.recipients[0]?.address).toBe('kim@client.example');
  });

  test('an Action among the fields of the message is that of the recipient below', () => {
    const text =
      'Reporting-MTA: dns; mx.sender.example\nAction: failed\n\nFinal-Recipient: rfc822; kim@client.example\nStatus: 5.1.1';
    const verdict = classify({ headers: DAEMON, parts: [{ contentType: 'message/delivery-status', text }] });
    expect(verdict.recipients.map(({ address, kind }) => [address, kind])).toEqual([
      ['kim@client.example', 'dead_address'],
    ]);
  });

  test('a precise status outweighs what else stands in the readable part, signatures of scanners too', () => {
    const text =
      'Delivery to the following recipients failed.\n\n  kim@client.example\n\nScanned: no virus found.';
    expect(report({ status: '5.1.1', text }).kind).toBe('dead_address');
    expect(report({ status: '5.0.0', text: 'The mailbox is full.' }).kind).toBe('soft_bounce');
  });

  test('what the standard calls a status is no word of the server', () => {
    const status = '5.1.1 (bad destination mailbox address)';
    expect(report({ status, diagnostic: 'smtp; 550 message size exceeds the maximum' }).kind).toBe('blocked');
    expect(
      report({
        status: '5.2.1 (mailbox disabled, not accepting messages)',
        diagnostic: 'smtp; 550 5.2.1 User unknown',
      }).kind,
    ).toBe('soft_bounce');
  });

  test('the fields are found in the text when the MIME structure got lost', () => {
    const text =
      '--x1\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; kim@client.example\nAction: failed\nStatus: 5.1.1\n\n--x1';
    expect(classify({ headers: DAEMON, text }).recipients).toMatchObject([
      { address: 'kim@client.example', kind: 'dead_address' },
    ]);
  });
});

describe('E4: a notice in plain words, as four of ten servers write it', () => {
  test('Exim names the address, the host and the step', () => {
    const text = [
      'This message was created automatically by mail delivery software.',
      'A message that you sent could not be delivered to one or more of its recipients.',
      'The following address(es) failed:',
      '',
      '  kim@client.example',
      '    host mx.client.example [192.0.2.7]',
      '    SMTP error from remote mail server after RCPT TO:<kim@client.example>:',
      '    550 No such person at this address',
      '',
      '------ This is a copy of the message, including all the headers. ------',
      '',
      'Return-path: <ada@sender.example>',
      'Message-Id: <m-2@sender.example>',
      'To: other@elsewhere.example',
    ].join('\n');
    const verdict = classify({ headers: { ...DAEMON, 'auto-submitted': 'auto-replied' }, text });
    expect(verdict.recipients).toMatchObject([{ address: 'kim@client.example', kind: 'dead_address' }]);
    expect(verdict.refersTo.returnedMessageIds).toEqual(['m-2@sender.example']);
  });

  test('qmail judges each of two addresses by its own words', () => {
    const text = [
      "Hi. This is the qmail-send program at mx.sender.example. I'm afraid I wasn't able to deliver your message.",
      '',
      '<kim@client.example>:',
      'Sorry, no mailbox here by that name. (#5.1.1)',
      '',
      '<lee@client.example>:',
      '192.0.2.7 does not like recipient.',
      'Remote host said: 452 4.2.2 Mailbox full',
      '',
      '--- Below this line is a copy of the message.',
    ].join('\n');
    const verdict = classify({ headers: { ...DAEMON, subject: 'failure notice' }, text });
    expect(verdict.recipients.map(({ address, kind }) => [address, kind])).toEqual([
      ['kim@client.example', 'dead_address'],
      ['lee@client.example', 'soft_bounce'],
    ]);
  });

  test('what stands in the returned mail is no reason and no recipient', () => {
    const text =
      'Delivery to the following recipient failed:\n\n  kim@client.example\n\n----- Original message -----\nSubject: user unknown\n\nlee@client.example: no such user';
    const [recipient, ...more] = classify({ headers: DAEMON, text }).recipients;
    expect([recipient?.address, recipient?.kind, more.length]).toEqual([
      'kim@client.example',
      'unknown_bounce',
      0,
    ]);
  });

  test('an undeliverable address is not dead when the reason behind it is a full mailbox', () => {
    const text =
      'Undeliverable Address: kim@client.example\nReason: the message was returned because the recipient is over disk quota.';
    expect(classify({ headers: DAEMON, text }).kind).toBe('soft_bounce');
  });

  test('nobody but a mail server leaves the address out of From', () => {
    const headers = { from: '<>', 'return-path': '<>', 'auto-submitted': 'auto-replied', subject: '' };
    const text = "You sent mail to kim@client.example. That's not a valid user here.";
    expect(classify({ headers, text }).kind).toBe('dead_address');
  });

  test('only those whom X-Failed-Recipients names have failed', () => {
    const headers = { ...DAEMON, 'x-failed-recipients': 'kim@client.example' };
    const text =
      'A message sent by\n  <ada@mail.sender.example>\nfailed:\n  kim@client.example\n    retry timeout exceeded';
    expect(classify({ headers, text }).recipients).toMatchObject([
      { address: 'kim@client.example', kind: 'soft_bounce' },
    ]);
  });

  const RETURNED = {
    contentType: 'message/rfc822',
    text: 'Message-ID: <m-6@sender.example>\r\nSubject: An idea\r\n\r\nHello',
  };

  test('a gateway under a name of its own: subject, text and the returned mail speak of failure', () => {
    const headers = { from: 'gate7@client.example', subject: 'Mail could not be delivered' };
    const text =
      'Sent <<< RCPT TO:<kim@client.example>\nReceived >>> 550 unknown user.\nUnable to deliver message to <kim@client.example>.';
    const verdict = classify({ headers, text, parts: [RETURNED] });
    expect([verdict.kind, verdict.refersTo.returnedMessageIds]).toEqual([
      'dead_address',
      ['m-6@sender.example'],
    ]);
  });

  test.each([
    ['who names the mail that they answer', { 'in-reply-to': '<m-6@sender.example>' }],
    ['who passes it on', { subject: 'Fwd: Mail could not be delivered' }],
  ])('E4: a person %s is a person, whatever is attached', (_, more) => {
    const headers = { subject: 'Mail could not be delivered', ...more };
    const text = 'This was undeliverable, what now?';
    expect(classify({ headers, text, parts: [RETURNED] }).kind).toBe('human_reply');
  });

  test('a report without a recipient in its fields is read in words', () => {
    const headers = {
      from: 'gate@client.example',
      'content-type': 'multipart/report; report-type=delivery-status; boundary=b1',
    };
    const parts = [
      { contentType: 'message/delivery-status', text: 'Reporting-MTA: dns; gate.client.example' },
    ];
    const text = 'A message could not be delivered to:\nkim@client.example\nThe mailbox is full.';
    expect(classify({ headers, text, parts }).recipients).toMatchObject([
      { address: 'kim@client.example', kind: 'soft_bounce' },
    ]);
  });

  test("a filter of the recipient's that sends the mail back as a receipt refuses it", () => {
    const headers = {
      from: 'Mail Delivery Subsystem <admin@client.example>',
      subject: 'Automatically rejected mail',
    };
    const parts = [
      { contentType: 'message/disposition-notification', text: 'Disposition: automatic-action; deleted' },
    ];
    const text = 'Your message to <kim@client.example> was automatically rejected:\nQuota exceeded';
    expect(classify({ headers, text, parts }).kind).toBe('soft_bounce');
  });

  test('an absence note from nobody that cannot be reached is no failure', () => {
    const headers = { 'return-path': '<>', subject: 'An idea' };
    expect(classify({ headers, text: 'I am travelling and could not be reached before Monday.' }).kind).toBe(
      'auto_reply',
    );
  });

  test('what a server said yes to is no part of its refusal', () => {
    const text =
      'Transcript of session follows.\n Out: 250-mx.client.example\n Out: 250-PIPELINING\n In: RCPT TO:<kim@client.example>\n Out: 550 5.1.1 <kim@client.example>: no such user';
    expect(classify({ headers: DAEMON, text }).kind).toBe('dead_address');
  });

  test('a warning that a mail is delayed is no bounce (hardening 141)', () => {
    const text =
      'THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\nDelivery to kim@client.example has been delayed: Connection timed out';
    const headers = { ...DAEMON, subject: 'Delivery Status Notification (Delay)' };
    expect(classify({ headers, text }).kind).toBe('delay');
  });
});

describe('E4: what is no delivery report', () => {
  test('hardening 142: a person who writes "550 user unknown" suppresses nobody', () => {
    const text = 'I got "550 5.1.1 User unknown" for lee@client.example, delivery failed. Any idea?';
    expect(classify({ headers: { subject: 'Undeliverable: An idea' }, text }).kind).toBe('human_reply');
  });

  test('a person who forwards a bounce is a person', () => {
    const text =
      'See below.\n\nBegin forwarded message:\n> From: MAILER-DAEMON\n> Final-Recipient: rfc822; kim@client.example\n> Action: failed\n> Status: 5.1.1';
    expect(classify({ text }).kind).toBe('human_reply');
  });

  test('a postmaster who answers by machine and names no code is no bounce', () => {
    const headers = {
      from: 'postmaster@client.example',
      'return-path': '<>',
      'auto-submitted': 'auto-replied',
      subject: 'bounce notification',
    };
    expect(
      classify({ headers, text: 'An email you sent was refused. Please wait some time.' }).recipients,
    ).toEqual([]);
  });

  test('a receipt that the mail was read is a notice', () => {
    const parts = [
      { contentType: 'message/disposition-notification', text: 'Disposition: manual-action; displayed' },
    ];
    expect(classify({ headers: { subject: 'Read: An idea' }, parts }).kind).toBe('delivery_notice');
  });
});
