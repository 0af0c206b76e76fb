import { createServer } from 'node:net';

import { describe, expect, onTestFinished, test } from 'vitest';

import { MailgunServer } from '../../servers/mailgun.ts';
import { MailgunEventsServer } from '../../servers/mailgun-events.ts';
import { scriptedMailbox } from '../../servers/scripted-imap.ts';
import { event, source as mailgunSource } from '../../sync/mailgun-history.ts';
import { doctorBench, type DoctorBench } from './bench.ts';

async function mailgunBench(key = MailgunServer.KEY): Promise<[DoctorBench, MailgunEventsServer]> {
  const server = await MailgunEventsServer.start();
  const bench = doctorBench();
  server.now = () => bench.clock.now();
  bench.write('key', key);
  bench.configure(mailgunSource(server).split('\n'));
  return [bench, server];
}

function mailboxBench(port: number): DoctorBench {
  const bench = doctorBench();
  bench.write('key', 'secret');
  bench.configure([
    '[[source]]',
    'id = "inbox"',
    'kind = "imap"',
    'host = "127.0.0.1"',
    `port = ${String(port)}`,
    'user = "tom"',
    'password = { file = "key" }',
    'secure = false',
  ]);
  return bench;
}

describe('F7: what sync reads is asked for before its silence is noticed', () => {
  test('events that wait are counted, and neither kept nor passed over', async () => {
    const [bench, server] = await mailgunBench();
    const at = bench.clock.now() / 1_000 - 7_200;
    server.put(event(1, { event: 'delivered', timestamp: at }), at * 1_000);
    for (const _ of [1, 2]) {
      expect(await bench.findings('sources')).toMatchObject([
        { verdict: 'pass', title: 'mailgun can be read', detail: /^mailgun, 1 event/ },
      ]);
    }
    expect(bench.row('SELECT count(*) AS count FROM message_events')).toEqual({ count: 0 });
    expect(bench.row('SELECT count(*) AS count FROM sources')).toEqual({ count: 0 });
  });

  test('a key that was revoked is a problem with the file to mend, and no word of it is repeated', async () => {
    const [bench] = await mailgunBench('key-revoked-99');
    const [finding] = await bench.findings('sources');
    expect(finding).toMatchObject({ verdict: 'problem', detail: /401/, fix: /^sudoedit .*\/key$/ });
    expect(JSON.stringify(finding)).not.toContain('key-revoked-99');
  });

  test('a mailbox that lets us in passes', async () => {
    const port = await scriptedMailbox(() => null);
    expect(await mailboxBench(port).findings('sources')).toMatchObject([
      { verdict: 'pass', title: 'inbox can be read' },
    ]);
  });

  test('a mailbox that refuses the log-in is a problem', async () => {
    const port = await scriptedMailbox((command) =>
      /^(LOGIN|AUTHENTICATE)/i.test(command) ? ['TAG NO [AUTHENTICATIONFAILED] wrong'] : null,
    );
    expect(await mailboxBench(port).findings('sources')).toMatchObject([
      { verdict: 'problem', detail: /refuses the log-in/, fix: /^sudoedit .*\/key$/ },
    ]);
  });

  test('a mailbox that takes the call and says nothing holds up nobody for longer than --timeout', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const bench = mailboxBench(address.port);
    expect(await bench.findings('sources', ['--timeout', '0.2'])).toMatchObject([
      { verdict: 'warn', detail: 'no answer within 0.2 s' },
    ]);
  });

  test('a folder that is not there is a problem, off line too; a service is not asked then', async () => {
    const [bench, server] = await mailgunBench();
    const lines = mailgunSource(server).split('\n');
    bench.configure([...lines, '[[source]]', 'id = "form"', 'kind = "csv"', 'path = "gone"']);
    expect(await bench.findings('sources', ['--offline'])).toMatchObject([
      { verdict: 'skipped', title: 'mailgun' },
      { verdict: 'problem', title: 'form cannot be read', detail: /ENOENT/ },
    ]);
    expect(server.requests).toEqual([]);
  });
});
