import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createTransport, type SendMailOptions } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { systemClock } from '../../src/adapters/clock.ts';
import { desk, welcome, type Desk } from '../commands/desk.ts';
import { MAIL_DOMAIN, startMailHost, whyNoMailHost, type MailHost } from '../mail/mail-host.ts';
import { readMailbox, type ReadMail } from '../mail/mailboxes.ts';
import { putSecret } from './many-mails.ts';

/**
 * A real Postfix takes the mails, returns some and keeps the others in a real Dovecot; people and machines answer as they do; `sync`
 * alone then says what became of every lead (E4).
 */

const OWN = `tom@${MAIL_DOMAIN}`;

/** What Postfix says of an address after it has taken the mail. */
const REFUSALS = {
  [`unknown@${MAIL_DOMAIN}`]: '5.1.1 550 5.1.1 user unknown in virtual mailbox table',
  [`full@${MAIL_DOMAIN}`]: '5.2.2 552 5.2.2 mailbox full: over quota',
  [`blocked@${MAIL_DOMAIN}`]: '5.7.1 554 5.7.1 message rejected as spam by content filter',
};

interface Answer {
  readonly subject?: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The empty sender of machines (RFC 3834, 3.3). */
  readonly isFromMachine?: boolean;
}

/** What comes back from each mailbox that can answer. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  replying: { text: 'Thanks, that sounds useful. Can you call me on Tuesday at ten?' },
  vacationing: {
    subject: 'Automatic reply: Hello',
    text: 'Thank you for your mail. I am out of the office and will be back on DATE.',
    headers: { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All' },
    isFromMachine: true,
  },
  optingout: { text: 'Please remove me from your list.' },
  elsewhere: { text: 'I do not work there any more. Please contact my former colleagues.' },
  ticketing: {
    subject: '[Ticket #48213] We received: Hello',
    text: 'We have received your request. Please do not reply.',
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Autoreply': 'yes', Precedence: 'bulk' },
    isFromMachine: true,
  },
};

/** What `sync` must have made of each. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  live: { status: 'active', cancel_reason: null, suppressed: null, opted_out: 0, held: 0 },
  unknown: { status: 'cancelled', cancel_reason: 'bounced', suppressed: 'bounced', opted_out: 0, held: 0 },
  full: { status: 'active', cancel_reason: null, suppressed: null, opted_out: 0, held: 0 },
  blocked: { status: 'active', cancel_reason: null, suppressed: null, opted_out: 0, held: 0 },
  replying: { status: 'cancelled', cancel_reason: 'replied', suppressed: null, opted_out: 0, held: 0 },
  vacationing: { status: 'active', cancel_reason: null, suppressed: null, opted_out: 0, held: 1 },
  optingout: {
    status: 'cancelled',
    cancel_reason: 'opted_out',
    suppressed: 'opted_out',
    opted_out: 1,
    held: 0,
  },
  elsewhere: {
    status: 'cancelled',
    cancel_reason: 'wrong_attribution',
    suppressed: null,
    opted_out: 0,
    held: 0,
  },
  ticketing: { status: 'active', cancel_reason: null, suppressed: null, opted_out: 0, held: 0 },
  silent: { status: 'active', cancel_reason: null, suppressed: null, opted_out: 0, held: 0 },
  complaining: {
    status: 'cancelled',
    cancel_reason: 'complained',
    suppressed: 'complained',
    opted_out: 0,
    held: 0,
  },
};

const NAMES = Object.keys(EXPECTED);
const DELIVERY_POLLS_MAX = 2_000;
const DAY_MS = 86_400_000;

const why = whyNoMailHost();
if (why !== null) console.log(`test/sync/mailbox is left out: ${why}`);

describe.skipIf(why !== null)('E4: a mailbox, read to its end', () => {
  // Dovecot's clock is the machine's: what it says of an arrival must not lie before what we say of the sending.
  const now = systemClock.now();
  const returnsAt = now + 12 * DAY_MS;
  let host: MailHost;

  beforeAll(async () => {
    host = await startMailHost(REFUSALS);
  }, 60_000);
  afterAll(() => host.stop());

  test('live, full, unknown, blocked, away, answering, leaving, complaining: after sync alone every lead stands as it should', async () => {
    const bench = await campaign(host, now);
    await answerAll(host, returnsAt);
    waitUntilDelivered(host);
    expect((await bench.json(['sync'])).exit).toMatchObject({ name: 'OK' });
    const table = NAMES.map((name) => ({ mailbox: name, ...outcomeOf(bench, name) }));
    console.table(table);
    expect(Object.fromEntries(table.map(({ mailbox, ...outcome }) => [mailbox, outcome]))).toEqual(EXPECTED);
    const told = bench.row("SELECT text FROM notices WHERE kind = 'reply'");
    expect(String(told['text'])).toContain('Can you call me on Tuesday at ten?');
    expect(String(told['text'])).not.toContain('> ');

    // A notice that names no message at all, only the address that it is for (E4, by the token of its return address).
    await arrive(host, await wordlessNotice(bench, host, 'silent'));
    waitUntilDelivered(host);
    await bench.json(['sync']);
    expect(outcomeOf(bench, 'silent')).toMatchObject({ cancel_reason: 'bounced', suppressed: 'bounced' });

    const before = snapshot(bench);
    expect(await bench.json(['sync'])).toMatchObject({ counts: { events: 0, repeated: 0 } });
    bench.database.write(() => bench.database.prepare('UPDATE sources SET cursor = NULL').run());
    const again = await bench.json(['sync']);
    expect(again).toMatchObject({ counts: { events: 0 } });
    expect(snapshot(bench)).toEqual(before);
  }, 120_000);

  test('D4: a wrong password ends as unavailable (69), and without one good reading nothing leaves (A21)', async () => {
    const bench = await campaign(host, now, 'wrong-password');
    expect((await bench.json(['sync'])).exit).toMatchObject({ name: 'UNAVAILABLE' });
    expect((await bench.json(['drip'])).exit.message).toContain('inbox');
  }, 60_000);

  test('a folder that is not there is told of by its name, and the rest waits (32)', async () => {
    const bench = await campaign(host, now, host.password, 'folders = ["INBOX", "Answers"]');
    const { exit } = await bench.json(['sync']);
    expect(exit.name).toBe('PARTIAL');
    expect(exit.message).toContain('no folder Answers');
  }, 60_000);
});

/** As some servers still write them: plain words, and nothing of the mail that came back but where it was sent from. */
async function wordlessNotice(bench: Desk, host: MailHost, name: string): Promise<SendMailOptions> {
  const { raw } = await newestOf(host, name);
  const returnPath = /^Return-Path: <([^>]+)>/im.exec(raw.toString('latin1'))?.[1] ?? '';
  expect(returnPath).toMatch(/^tom\+m-[a-z0-9]{16}-[a-z2-7]{8}@/);
  const named = bench.row('SELECT count(*) AS count FROM messages WHERE id = ?', returnPath.slice(4, 22));
  expect(named).toEqual({ count: 1 });
  return {
    envelope: { from: '', to: returnPath },
    from: `MAILER-DAEMON@${MAIL_DOMAIN}`,
    to: returnPath,
    subject: 'failure notice',
    text: `Hi. This is the mail program at mx.${MAIL_DOMAIN}.\nI am afraid I was not able to deliver your message to the following address.\nThis is a permanent error; I have given up.\n\n<${name}@${MAIL_DOMAIN}>:\n550 5.1.1 sorry, no mailbox here by that name: user unknown\n`,
  };
}

/** A live workspace in which every mailbox has had its first mail. */
async function campaign(host: MailHost, now: number, password = host.password, more = ''): Promise<Desk> {
  const bench = desk({ config: configOf(host, more), now });
  writeFileSync(
    join(bench.directory, 'brand.toml'),
    `name = "Ledd"\nfrom = "Tom at Ledd <${OWN}>"\npostal_address = "1 Example Street, Leeds"\n`,
  );
  writeFileSync(join(bench.directory, 'ca.pem'), host.ca);
  putSecret(bench, host.password, 'smtp-password');
  putSecret(bench, password, 'imap-password');
  const sequence = bench.apply(welcome());
  await bench.run(['go-live', '--keep', '--yes']);
  for (const name of NAMES) {
    const email = `${name}@${MAIL_DOMAIN}`;
    bench.message(bench.enroll(bench.lead(name, { email, emailKey: email }), sequence), 'approved', {
      approved_boot_id: bench.machine.bootId(),
    });
  }
  if (password !== host.password || more !== '') return bench;
  // Whoever answers must be heard first: nothing leaves before the mailbox was read once (A21).
  expect((await bench.json(['sync'])).exit.name).toBe('OK');
  await bench.run(['send']);
  const sent = await bench.json(['send']);
  expect(
    bench.row("SELECT count(*) AS count FROM messages WHERE state = 'sent'"),
    JSON.stringify(sent),
  ).toEqual({
    count: NAMES.length,
  });
  waitUntilDelivered(host);
  return bench;
}

async function answerAll(host: MailHost, returnsAt: number): Promise<void> {
  for (const [name, answer] of Object.entries(ANSWERS)) {
    const mail = await newestOf(host, name);
    const text = answer.text.replace('DATE', new Date(returnsAt).toISOString().slice(0, 10));
    await arrive(host, {
      from: `${name}@${MAIL_DOMAIN}`,
      to: OWN,
      subject: answer.subject ?? `Re: ${mail.subject}`,
      inReplyTo: mail.messageId,
      references: mail.messageId,
      text: `${text}\n\nOn Wednesday, Tom at Ledd wrote:\n> Hello there\n> Unsubscribe: https://mail.example.com/u/x\n`,
      headers: { ...answer.headers },
      ...(answer.isFromMachine === true ? { envelope: { from: '', to: OWN } } : {}),
    });
  }
  const complained = await newestOf(host, 'complaining');
  await arrive(host, { envelope: { from: '', to: OWN }, raw: complaintAbout(complained) });
}

/** A feedback report as a large provider sends it (RFC 5965), its recipient blanked. */
function complaintAbout(mail: ReadMail): string {
  const head = mail.raw.toString('latin1').split('\r\n\r\n')[0] ?? '';
  return [
    'From: <feedback@isp.example>',
    `To: <${OWN}>`,
    'Subject: FW: Hello',
    'MIME-Version: 1.0',
    'Message-ID: <report-1@isp.example>',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="part"',
    '',
    '--part',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'This is an email abuse report.',
    '--part',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: abuse',
    'User-Agent: Isp/1.0',
    'Version: 1',
    '',
    '--part',
    'Content-Type: text/rfc822-headers',
    '',
    head.replaceAll(/^(?:To|Delivered-To|X-Original-To): .*\r\n/gim, ''),
    '',
    '--part--',
    '',
  ].join('\r\n');
}

async function newestOf(host: MailHost, name: string): Promise<ReadMail> {
  const mail = (await readMailbox(host, `${name}@${MAIL_DOMAIN}`)).at(-1);
  if (mail === undefined) throw new Error(`${name} has no mail\n${host.log()}`);
  return mail;
}

/** Brings a mail as the outside world would. */
async function arrive(host: MailHost, mail: SendMailOptions): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: host.arrivalPort, ignoreTLS: true });
  await transport.sendMail(mail);
  transport.close();
}

function waitUntilDelivered(host: MailHost): void {
  for (let poll = 0; !host.isDelivered(); poll += 1)
    if (poll > DELIVERY_POLLS_MAX) throw new Error(`the queue does not empty\n${host.log()}`);
}

function outcomeOf(bench: Desk, name: string): Readonly<Record<string, unknown>> {
  return bench.row(
    `SELECT e.status, e.cancel_reason, (SELECT reason FROM suppressions WHERE email_key = l.email_key) AS suppressed,
       l.opted_out, l.held_until IS NOT NULL AS held
     FROM leads l JOIN enrollments e ON e.lead_row_id = l.row_id WHERE l.email_key = ?`,
    `${name}@${MAIL_DOMAIN}`,
  );
}

function snapshot(bench: Desk): unknown {
  return [
    NAMES.map((name) => outcomeOf(bench, name)),
    bench.row('SELECT count(*) AS count FROM message_events'),
  ];
}

function configOf(host: MailHost, more: string): string {
  return `live = true
timezone = "UTC"

[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"

[limits]
undo_minutes = 0
sends_per_run = 100
sends_per_day = 100
blast_radius_floor = 100

[mail]
transport = "smtp"
pace_seconds_min = 0
pace_seconds_max = 0
bounce_address = "${OWN}"
smtp.host = "127.0.0.1"
smtp.port = ${String(host.smtpPort)}
smtp.user = "${OWN}"
smtp.password = { file = "smtp-password" }
smtp.server_name = "localhost"
smtp.ca_file = "ca.pem"

[web]
token_secret = { file = "secret" }

[[source]]
id = "inbox"
kind = "imap"
host = "127.0.0.1"
port = ${String(host.imapPort)}
user = "${OWN}"
password = { file = "imap-password" }
secure = false
${more}
`;
}
