import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { MINUTE_MS, sendDesk, type SendDesk } from './send/send-desk.ts';

async function deskWithMails(): Promise<{ bench: SendDesk; ids: string[] }> {
  const bench = sendDesk();
  const ids: string[] = [];
  for (const name of ['ann', 'bob']) {
    ids.push(bench.approve(name));
    await bench.send();
    bench.clock.advance(MINUTE_MS);
  }
  return { bench, ids };
}

describe('outbox', () => {
  test('D8: an empty one says what to type, and an outbox that was never made is empty', async () => {
    const bench = sendDesk();
    const { code, stdout } = await bench.run(['outbox', 'list'], { stdoutIsTty: true });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('headgate send') as string,
    });
  });

  test('D8: lists the mails that were caught, the newest last', async () => {
    const { bench, ids } = await deskWithMails();
    const document = await bench.json(['outbox', 'list']);
    expect(document).toMatchObject({
      total: 2,
      items: [
        { id: ids[0], to: expect.stringContaining('ann@ann.example') as string, subject: 'Hello' },
        { id: ids[1], message_id: `<${ids[1]!}@mail.example.com>` },
      ],
    });
    expect((await bench.json(['outbox', 'list', '--limit', '1'])).items).toMatchObject([{ id: ids[1] }]);
  });

  test('D8: opens one as its reader would get it, the newest when none is named', async () => {
    const { bench, ids } = await deskWithMails();
    expect((await bench.json(['outbox', 'open'])).items).toMatchObject([{ id: ids[1] }]);
    const { items } = await bench.json(['outbox', 'open', ids[0]!]);
    expect(items).toMatchObject([
      { id: ids[0], text: expect.stringContaining('Hello there') as string, headers: { subject: 'Hello' } },
    ]);
    const { stdout } = await bench.run(['outbox', 'open', ids[0]!], { stdoutIsTty: true });
    expect(stdout).toContain('Hello there');
    expect(stdout).toContain('1 Example Street, Leeds');
  });

  test('D9: every caught mail says of itself that it was a rehearsal', async () => {
    const { bench, ids } = await deskWithMails();
    const { items } = await bench.json(['outbox', 'open', ids[0]!]);
    expect(items[0]!['headers']).toMatchObject({ 'x-headgate-rehearsal': 'yes' });
  });

  test('a mail that is not there is said to be missing, and files of others are passed over', async () => {
    const { bench } = await deskWithMails();
    writeFileSync(join(bench.directory, 'outbox', 'notes.txt'), 'mine');
    mkdirSync(join(bench.directory, 'outbox', 'folder.eml'));
    expect((await bench.run(['outbox', 'open', 'm-nowhere'])).code).toBe(64);
    expect((await bench.json(['outbox', 'list']))['total']).toBe(2);
  });

  test('an outbox that is a file is named', async () => {
    const bench = sendDesk();
    writeFileSync(join(bench.directory, 'outbox'), '');
    const { code, stderr } = await bench.run(['outbox', 'list']);
    expect(code).toBe(77);
    expect(stderr).toContain(join(bench.directory, 'outbox'));
  });
});

describe('sends list', () => {
  test('F4: what was sent, with attempts and the word that it was a rehearsal', async () => {
    const { bench, ids } = await deskWithMails();
    expect((await bench.json(['sends', 'list'])).items).toMatchObject([
      { id: ids[1], state: 'sent', attempts: 1, rehearsal: true, step: 'hello' },
      { id: ids[0], state: 'sent' },
    ]);
    const narrowed = [
      await bench.json(['sends', 'list', '--lead', 'ann@ann.example']),
      await bench.json(['sends', 'list', '--limit', '1', '--sequence', 'welcome', '--state', 'sent']),
      await bench.json(['sends', 'list', '--state', 'uncertain']),
    ];
    expect(narrowed.map(({ items }) => items.map(({ id }) => id))).toEqual([[ids[0]], [ids[1]], []]);
  });

  test('a lead that does not exist is a wrong command line', async () => {
    expect((await sendDesk().run(['sends', 'list', '--lead', 'nobody@x.example'])).code).toBe(64);
  });
});
