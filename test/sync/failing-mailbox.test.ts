import { describe, expect, test } from 'vitest';

import type { Desk } from '../commands/desk.ts';
import { scriptedMailbox, type Script } from '../servers/scripted-imap.ts';
import { leadEmail, mailedDesk, mailId, putSecret } from './many-mails.ts';

const TWO_FOLDERS: readonly string[] = ['* LIST () "/" "INBOX"', '* LIST () "/" "Answers"', 'TAG OK done'];

async function mailboxDesk(script: Script, mail?: string): Promise<Desk> {
  const port = await scriptedMailbox(script, mail);
  const bench = mailedDesk(
    `[[source]]
id = "inbox"
kind = "imap"
host = "127.0.0.1"
port = ${String(port)}
user = "tom"
password = { file = "key" }
secure = false
folders = ["INBOX", "Answers"]
`,
    2,
  );
  putSecret(bench, 'secret');
  return bench;
}

describe('A21: a mailbox of which one folder cannot be read', () => {
  test('its operator is told after three runs, though its other folder is read each time; and it is forgotten once all is read', async () => {
    let isBroken = true;
    const bench = await mailboxDesk((command) => {
      if (/^LIST "" "?\*/i.test(command)) return TWO_FOLDERS;
      if (isBroken && /^EXAMINE "?Answers/i.test(command)) return ['TAG NO it is locked'];
      return null;
    });
    const failures = (): unknown =>
      bench.row("SELECT failures FROM sources WHERE source_id = 'inbox'")['failures'];
    for (const run of [1, 2, 3]) {
      expect((await bench.json(['sync', '--source', 'inbox'])).exit.name).toBe('PARTIAL');
      expect(failures()).toBe(run);
    }
    expect(bench.row("SELECT count(*) AS count FROM notices WHERE kind = 'source_failed'")).toEqual({
      count: 1,
    });
    expect(bench.row('SELECT count(*) AS count FROM reply_sources')).toEqual({ count: 0 });
    isBroken = false;
    expect((await bench.json(['sync', '--source', 'inbox'])).exit).toMatchObject({ name: 'OK' });
    expect(bench.row("SELECT failures, last_error, retry_at FROM sources WHERE source_id = 'inbox'")).toEqual(
      {
        failures: 0,
        last_error: null,
        retry_at: null,
      },
    );
    expect(bench.row('SELECT count(*) AS count FROM reply_sources')).toEqual({ count: 1 });
  });
});

describe('hardening 140: mail that goes round in circles', () => {
  const followUp = (messageId: string): string =>
    [
      `Message-ID: ${messageId}`,
      'From: Tom <tom@mail.example.com>',
      `To: ${leadEmail(1)}`,
      'Subject: Re: Hello',
      `In-Reply-To: <${mailId(1)}@mail.example.com>`,
      '',
      'Have you had time to look at it?',
      '',
    ].join('\r\n');
  const everywhere: Script = (command) => (/^LIST "" "?\*/i.test(command) ? TWO_FOLDERS : null);

  test.each([
    [
      'a copy of our own follow-up in the mailbox is nobody’s answer',
      `<${mailId(2)}@mail.example.com>`,
      null,
    ],
    ['an answer in the same words ends the sequence', '<answer@campaign.example>', 'replied'],
  ])('%s', async (_, messageId, reason) => {
    const bench = await mailboxDesk(everywhere, followUp(messageId));
    bench.clock.set(Date.UTC(2026, 10, 10, 9, 50));
    bench.database.write(() => {
      bench.database.prepare('UPDATE messages SET claimed_at = ?').run(Date.UTC(2026, 10, 10, 9));
    });
    expect((await bench.json(['sync'])).exit).toMatchObject({ name: 'OK' });
    expect(bench.row('SELECT cancel_reason FROM enrollments WHERE lead_row_id = 1')).toEqual({
      cancel_reason: reason,
    });
  });
});
