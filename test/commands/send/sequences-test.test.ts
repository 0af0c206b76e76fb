import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { acquireLock } from '../../../src/store/locks.ts';
import { readHeader } from '../../../src/store/header.ts';
import { SmtpTestServer } from '../../helpers/smtp-server.ts';
import { liveDesk, outboxText, sendDesk, type SendDesk } from './send-desk.ts';

const SEQUENCE = `name = "Website"
status = "active"
[trigger]
source = ["web"]
[[step]]
id = "hello"
after = "0d"
[[step]]
id = "again"
after = "2d"
`;

/** Writes a sequence of two steps beside the state of a desk. */
function withFiles(bench: SendDesk, steps: Readonly<Record<string, string>> = {}): SendDesk {
  const folder = join(bench.directory, 'sequences/website');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'sequence.toml'), SEQUENCE);
  const files = {
    hello:
      'Subject: Hello {{ first_name }}\n\nHello {{ first_name }} of {{ company }}, is it worth a look?\n',
    again: 'Subject: Once more\n\nHello {{ first_name }}, is it still worth a look?\n',
    ...steps,
  };
  for (const [step, text] of Object.entries(files)) writeFileSync(join(folder, `${step}.md`), text);
  return bench;
}

const tryOut = (bench: SendDesk, ...words: readonly string[]): ReturnType<SendDesk['json']> =>
  bench.json(['sequences', 'test', 'website', ...words, '--to', 'me@example.com']);

describe('sequences test', () => {
  test('D9: while not live each step lands in the outbox, marked, for the operator and nobody else', async () => {
    const bench = withFiles(sendDesk());
    const { items, exit } = await tryOut(bench);
    expect(exit.code).toBe(0);
    expect(items).toMatchObject([
      { step: 'hello', subject: '[Test] Hello Maren', outcome: 'accepted', to: 'me@example.com' },
      { step: 'again', subject: '[Test] Once more', outcome: 'accepted' },
    ]);
    const mail = outboxText(bench, String(items[0]!['id']));
    expect(mail).toMatch(/^To: me@example\.com\r$/m);
    expect(mail).toMatch(/^X-Headgate-Rehearsal: yes\r$/m);
    expect(mail).toContain('Hello Maren of Vogt Druck');
    expect(mail).not.toContain('List-Unsubscribe');
  });

  test('D8: while live it goes the way every mail goes', async () => {
    const server = await SmtpTestServer.start();
    const bench = withFiles(await liveDesk(server.port));
    expect((await tryOut(bench, 'again')).items).toMatchObject([{ step: 'again', outcome: 'accepted' }]);
    expect(server.allTaken().map(({ to }) => to)).toEqual(['me@example.com']);
    expect(bench.outbox()).toEqual([]);
  });

  test('cli.md 6.8: it touches no lead, no counter and no row', async () => {
    const bench = withFiles(sendDesk());
    bench.lead('ann');
    const before = { header: readHeader(bench.database), journal: bench.journal() };
    await tryOut(bench, '--lead', 'ann@ann.example');
    expect({ header: readHeader(bench.database), journal: bench.journal() }).toEqual(before);
    expect((await bench.send()).counts).toMatchObject({ evaluated: 0 });
  });

  test('A17: with --lead the words are those that this lead would get', async () => {
    const bench = withFiles(sendDesk());
    bench.lead('priya', { firstName: 'Priya', company: 'Kestrel' });
    const { items } = await tryOut(bench, 'hello', '--lead', 'priya@priya.example');
    expect(items).toMatchObject([{ subject: '[Test] Hello Priya' }]);
    expect(outboxText(bench, String(items[0]!['id']))).toContain('Hello Priya of Kestrel');
  });

  test('D3: a step that this lead could not be written is said, and the others are sent', async () => {
    const bench = withFiles(sendDesk());
    bench.lead('priya');
    const { items, exit } = await tryOut(bench, '--lead', 'priya@priya.example');
    expect(exit.code).toBe(32);
    expect(items).toMatchObject([
      { step: 'again', outcome: 'accepted' },
      { step: 'hello', outcome: 'not_written', id: null },
    ]);
  });

  test('C5: the words are those of the files, applied or not', async () => {
    const bench = withFiles(sendDesk(), { hello: 'Subject: New words\n\nHello, is it worth a look?\n' });
    expect((await tryOut(bench, 'hello')).items).toMatchObject([{ subject: '[Test] New words' }]);
  });

  test('A10: refused while STOP is there', async () => {
    const bench = withFiles(sendDesk());
    bench.stop();
    expect((await tryOut(bench)).exit).toMatchObject({ code: 34, name: 'PAUSED' });
    expect(bench.outbox()).toEqual([]);
  });

  test('D9: refused with live = true before go-live', async () => {
    const bench = withFiles(sendDesk({ smtpPort: 25 }));
    expect((await tryOut(bench)).exit.code).toBe(78);
  });

  test('A12: not beside a running send', async () => {
    const bench = withFiles(sendDesk());
    const holder = { pid: 1, startedAt: bench.clock.now(), command: 'send', hostName: 'vps-1' };
    const lock = acquireLock({ directory: join(bench.directory, 'locks'), job: 'send', holder });
    expect((await tryOut(bench)).exit.code).toBe(75);
    if (lock.kind === 'held') lock.release();
  });

  test('D4: a server that lets nobody in ends it at the first step with 69, one that is down with 75', async () => {
    const server = await SmtpTestServer.start();
    const bench = withFiles(await liveDesk(server.port));
    server.plan([{ at: 'MAIL', fault: { kind: 'reply', line: '550 5.7.1 invalid_api_key' } }]);
    const refused = await tryOut(bench);
    expect([refused.exit.code, refused.items.length]).toEqual([69, 1]);
    await server.stop();
    expect((await tryOut(bench)).exit.code).toBe(75);
  });

  test('65 for a sequence with errors, with their lines', async () => {
    const bench = withFiles(sendDesk(), { hello: 'Subject: Hello {{ frist_name }}\n\nHello?\n' });
    const { code, stderr } = await bench.run(['sequences', 'test', 'website', '--to', 'me@example.com']);
    expect(code).toBe(65);
    expect(stderr).toContain('sequences/website/hello.md:1');
  });
});

describe('sequences test, to whom', () => {
  test.each([
    ['nobody', []],
    ['a text that is no address', ['--to', 'me']],
    ['a lead, whom a test would reach past every guard', ['--to', 'Ann@ann.example']],
    ['a suppressed address', ['--to', 'gone@example.com']],
  ])('B3: not to %s', async (_, words) => {
    const bench = withFiles(sendDesk());
    bench.lead('ann');
    bench.database.write(() =>
      bench.database
        .prepare(
          `INSERT INTO suppressions (email_key, reason, added_at) VALUES ('gone@example.com', 'bounced', 1)`,
        )
        .run(),
    );
    expect((await bench.run(['sequences', 'test', 'website', ...words])).code).toBe(64);
    expect(bench.outbox()).toEqual([]);
  });

  test('D9: only to who is on the allowlist, where there is one', async () => {
    const bench = withFiles(sendDesk({ mail: ['allowlist = ["other@example.com"]'] }));
    expect((await tryOut(bench)).exit.code).toBe(64);
    bench.configure({ mail: ['allowlist = ["me@example.com"]'] });
    expect((await tryOut(bench)).exit.code).toBe(0);
  });

  test.each([
    ['websit', 'headgate sequences test website'],
    ['unheard-of', 'headgate sequences lint'],
  ])('an unknown sequence %s is answered with what to type', async (id, fix) => {
    const bench = withFiles(sendDesk());
    const { code, stderr } = await bench.run(['sequences', 'test', id, '--to', 'me@example.com']);
    expect(code).toBe(64);
    expect(stderr).toContain(fix);
  });

  test('an unknown step and an unknown lead are wrong command lines', async () => {
    const bench = withFiles(sendDesk());
    expect((await tryOut(bench, 'nowhere')).exit.code).toBe(64);
    expect((await tryOut(bench, '--lead', 'l-nobody')).exit.code).toBe(64);
  });
});
