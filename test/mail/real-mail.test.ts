import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createUnsubscribeTokens } from '../../src/adapters/unsubscribe-token.ts';
import { Box, DAY_MS, fakeTimeLibrary, HOUR_MS } from '../acceptance/rig/box.ts';
import { installation, removeInstallations } from '../acceptance/rig/installation.ts';
import { ed25519Key, judgeDkim, rsaKey, signedNames } from '../helpers/dkim.ts';
import {
  hostileLeads,
  leadFile,
  shownAsName,
  shownInBody,
  shownInSubject,
  type HostileLead,
} from './hostile-leads.ts';
import { startMailHost, whyNoMailHost, type MailHost } from './mail-host.ts';
import { readMailbox, type ReadMail } from './mailboxes.ts';

/**
 * The whole way: the shipped programs, a real Postfix over STARTTLS with a log-in, a real Dovecot, and readers that are not ours. Three
 * steps to each of 67 leads make 201 mails.
 */

const LEADS = hostileLeads(67);
const STEPS = 3;
const START = Date.UTC(2027, 1, 17, 9);
const SECRET = 'k'.repeat(64);
const KEYS = { 'anna@sender.test': ed25519Key(), 'tom@sender.test': rsaKey() };
const RECORDS = {
  's-anna._domainkey.sender.test': KEYS['anna@sender.test'].record,
  's-tom._domainkey.sender.test': KEYS['tom@sender.test'].record,
};
const DELIVERY_POLLS_MAX = 2_000;
const MAILBOXES_AT_ONCE = 4;

const FILES: Readonly<Record<string, string>> = {
  'brand.toml':
    'name = "Bakker & Zonen, \\"Ede\\""\nfrom = "Anna Bakker <anna@sender.test>"\npostal_address = "Dorpsstraat 1, Ede"\n',
  'sequences/hostile/sequence.toml':
    'name = "Hostile"\nstatus = "active"\n[trigger]\nsource = ["hostile"]\n' +
    '[[step]]\nid = "first"\nafter = "0d"\n[[step]]\nid = "second"\nafter = "2d"\n[[step]]\nid = "third"\nafter = "2d"\n',
  'sequences/hostile/first.md':
    'Subject: {{ topic }}\n\n{{ first_name }} of {{ company }}, {{ marker }}: is it so?\n',
  'sequences/hostile/second.md':
    'Mode: fixed\n\n{{ first_name }} of {{ company }}, {{ marker }}: did you see it?\n',
  'sequences/hostile/third.md':
    'Subject: {{ first_name }}: {{ topic }}\n\n{{ first_name }} of {{ company }}, {{ marker }}: one last question?\n',
  'secrets/token-secret': SECRET,
  'secrets/anna.pem': KEYS['anna@sender.test'].pem,
  'secrets/tom.pem': KEYS['tom@sender.test'].pem,
  'leads.csv': leadFile(LEADS),
};

function configOf(host: MailHost): string {
  return `live = true
timezone = "UTC"
[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"
[limits]
undo_minutes = 0
drafts_per_run_drip = 100
drafts_per_day = 100
sends_per_run = 100
sends_per_day = 100
blast_radius_floor = 100
cold_start_hours = 72
[mail]
transport = "smtp"
pace_seconds_min = 0
pace_seconds_max = 0
[mail.smtp]
host = "127.0.0.1"
port = ${host.smtpPort}
user = "relay@sender.test"
password = { file = "secrets/smtp-password" }
server_name = "localhost"
ca_file = "ca.pem"
[web]
token_secret = { file = "secrets/token-secret" }
${Object.keys(KEYS).map(senderBlock).join('')}`;
}

function senderBlock(address: string): string {
  const [name = ''] = address.split('@');
  return `[[sender]]\naddress = "${address}"\ndaily_cap = 60\ndkim = { selector = "s-${name}", key = { file = "secrets/${name}.pem" } }\n`;
}

const why = whyNoMailHost() ?? (fakeTimeLibrary() === null ? 'not installed: libfaketime' : null);
if (why !== null) console.log(`test/mail is left out: ${why}`);

describe.skipIf(why !== null)('201 mails with hostile names through Postfix to Dovecot', () => {
  const root = mkdtempSync(join(tmpdir(), 'headgate-real-mail-'));
  const read = new Map<string, readonly ReadMail[]>();
  let host: MailHost | null = null;
  let box: Box | null = null;

  beforeAll(async () => {
    host = await startMailHost();
    box = new Box({ directory: root, installation: installation(), now: START });
    sendAll(box, host);
    waitUntilDelivered(host);
    for (let start = 0; start < LEADS.length; start += MAILBOXES_AT_ONCE) {
      const some = LEADS.slice(start, start + MAILBOXES_AT_ONCE);
      const found = await Promise.all(some.map(({ email }) => readMailbox(host!, email)));
      for (const [index, mails] of found.entries()) read.set(some[index]?.email ?? '', mails);
    }
  }, 180_000);

  afterAll(() => {
    host?.stop();
    removeInstallations();
    rmSync(root, { recursive: true, force: true });
  });

  const each = (): readonly { lead: HostileLead; mails: readonly ReadMail[] }[] =>
    LEADS.map((lead) => ({ lead, mails: read.get(lead.email) ?? [] }));

  test('D1: every lead has its three mails, once each, from the one sender that it keeps (D6)', () => {
    const senders = new Set<string>();
    for (const { lead, mails } of each()) {
      expect(mails, lead.email).toHaveLength(STEPS);
      expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(STEPS);
      const from = new Set(mails.map(({ fromAddress }) => fromAddress));
      expect(from.size, lead.email).toBe(1);
      for (const address of from) senders.add(address);
    }
    expect([...senders].sort()).toEqual(Object.keys(KEYS));
  });

  test('hardening 41 to 50, 57: names and subjects read as they were meant', () => {
    for (const { lead, mails } of each()) {
      const [topic, name] = [shownInSubject(lead.topic), shownInSubject(lead.name)];
      expect.soft(mails.map(({ subject }) => subject)).toEqual([topic, `Re: ${topic}`, `${name}: ${topic}`]);
      for (const { toName, toAddress, headers } of mails) {
        expect.soft(toAddress).toBe(lead.email);
        expect.soft(toName).toBe(shownAsName(lead.name));
        expect(headers.has('bcc')).toBe(false);
      }
    }
  });

  test('D6: the three are one conversation in the reader’s mail program', () => {
    for (const { mails } of each()) {
      const ids = mails.map(({ messageId }) => messageId);
      expect(mails.map(({ inReplyTo }) => inReplyTo)).toEqual([null, ids[0], ids[1]]);
      expect(mails.map(({ references }) => references)).toEqual([[], ids.slice(0, 1), ids.slice(0, 2)]);
    }
  });

  test('hardening 62: every body names its own lead, and no other', () => {
    for (const { lead, mails } of each()) {
      const line = `${shownInBody(lead.name)} of ${shownInBody(lead.company)}, ${lead.marker}:`;
      for (const { text, html } of mails) {
        expect.soft(unwrapped(text)).toContain(unwrapped(line));
        expect(html).not.toMatch(/<script|<img/i);
        for (const part of [text, html]) expect(part.match(/mark-\d{4}-end/g)).toEqual([lead.marker]);
      }
    }
  });

  test('D10: an independent verifier accepts every signature, and it covers both unsubscribe headers', async () => {
    for (const { mails } of each()) {
      for (const { raw } of mails) {
        const { verdict, signature } = await judgeDkim(raw, RECORDS);
        expect([verdict, signature?.status.aligned]).toEqual(['pass', 'sender.test']);
        expect(signedNames(raw)).toEqual(
          expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post']),
        );
      }
    }
  });

  test('D10: its link opts out its own lead, and stands in headers and in both parts', async () => {
    const tokens = createUnsubscribeTokens({ current: SECRET, old: [] });
    const leadIds = new Map(
      box
        ?.rows<{ email: string; id: string }>('SELECT email, id FROM leads')
        .map(({ email, id }) => [email, id]),
    );
    for (const { lead, mails } of each()) {
      for (const { headers, text, html, raw } of mails) {
        const link = /^<(http:\/\/127\.0\.0\.1:8026\/u\/([\w.-]+))>$/.exec(
          headers.get('list-unsubscribe') ?? '',
        );
        expect(await tokens.verify(link?.[2] ?? '', 'unsubscribe', START)).toEqual({
          kind: 'valid',
          leadId: leadIds.get(lead.email),
        });
        expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
        expect(raw.toString('latin1')).toContain(`\r\nList-Unsubscribe: <${link?.[1] ?? ''}>\r\n`);
        expect(text).toContain(link?.[1]);
        expect(html).toContain(`href="${link?.[1] ?? ''}"`);
      }
    }
  });
});

/** A workspace that goes live and writes its three steps, two days apart, command by command as an operator would. */
function sendAll(box: Box, host: MailHost): void {
  for (const folder of ['sequences/hostile', 'secrets']) mkdirSync(box.path(folder), { recursive: true });
  box.expect(
    [0],
    ...['init', box.workspace, '--no-input', '--name', 'Bakker', '--from', 'anna@sender.test'],
    ...['--timezone', 'UTC', '--postal-address', 'Dorpsstraat 1, Ede'],
  );
  const files = { ...FILES, 'secrets/smtp-password': host.password, 'ca.pem': host.ca };
  for (const [file, text] of Object.entries(files)) writeFileSync(box.path(file), text, { mode: 0o600 });
  writeFileSync(box.path('headgate.toml'), configOf(host));
  box.expect([0], 'go-live', '--keep', '--yes');
  // First the leads: their further columns are what the words may name.
  box.expect([0, 32], 'leads', 'import', box.path('leads.csv'));
  box.expect([0], 'sequences', 'apply', '--enroll-existing', '--yes');
  for (let step = 0; step < STEPS; step += 1) {
    const drafted = box.document([0], 'drip', '--force');
    expect(drafted['counts']).toMatchObject({ drafted: LEADS.length });
    box.expect([0], 'review', 'approve', '--all', '--count', String(LEADS.length));
    const sent = box.document([0], 'send');
    expect(sent['counts']).toMatchObject({ sent: LEADS.length });
    box.advance(2 * DAY_MS + HOUR_MS);
  }
}

function waitUntilDelivered(host: MailHost): void {
  for (let polls = 0; !host.isDelivered(); polls += 1)
    if (polls > DELIVERY_POLLS_MAX) throw new Error(`Postfix still has mail\n${host.log().slice(-5_000)}`);
}

/** Text parts are wrapped where a line is long. */
function unwrapped(text: string): string {
  return text.replace(/\s+/g, ' ');
}
