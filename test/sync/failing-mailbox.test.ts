import { describe, expect, test } from 'vitest';

import type { Desk } from '../commands/desk.ts';
import { scriptedMailbox, type Script } from '../servers/scripted-imap.ts';
import { mailedDesk, putSecret } from './many-mails.ts';

const TWO_FOLDERS: readonly string[] = ['* LIST () "/" "INBOX"', '* LIST () "/" "Answers"', 'TAG OK done'];

async function mailboxDesk(script: Script): Promise<Desk> {
  const port = await scriptedMailbox(script);
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
    1,
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
