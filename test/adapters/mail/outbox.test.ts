import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { composeMail } from '../../../src/adapters/mail/compose.ts';
import { createOutboxMailer } from '../../../src/adapters/mail/outbox-mailer.ts';
import { listOutbox, readOutboxMail } from '../../../src/adapters/mail/outbox.ts';
import type { Mailer } from '../../../src/ports.ts';
import { FakeClock, TEST_NOW } from '../../helpers/fakes.ts';
import { temporaryDirectory } from '../../helpers/state.ts';
import { mailToCompose, outgoingMail } from './sample-mail.ts';

interface TestOutbox {
  readonly outboxDir: string;
  readonly clock: FakeClock;
  /** A new one on the same folder, as the next run would make it. */
  readonly open: () => Mailer;
}

function testOutbox(): TestOutbox {
  const outboxDir = join(temporaryDirectory(), 'outbox');
  const clock = new FakeClock();
  return { outboxDir, clock, open: () => createOutboxMailer({ outboxDir, clock, connections: 4 }) };
}

const yes = (): boolean => true;

describe('D8: the outbox keeps every mail as one file', () => {
  test('the exact bytes, named by time and message, for its owner alone', async () => {
    const { outboxDir, open } = testOutbox();
    const mail = outgoingMail(1);
    expect(await open().deliver(mail, yes)).toMatchObject({
      kind: 'accepted',
      response: 'outbox/20260218T090000000Z-m-aaaaaaaaaaaaaaa1.eml',
    });
    const path = join(outboxDir, '20260218T090000000Z-m-aaaaaaaaaaaaaaa1.eml');
    expect(readFileSync(path)).toEqual(mail.raw);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(outboxDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(outboxDir)).toHaveLength(1);
  });

  test('D1: a message that is there is accepted again, by this run and the next, and gets no second file', async () => {
    const { outboxDir, clock, open } = testOutbox();
    const mailer = open();
    const first = await mailer.deliver(outgoingMail(1), yes);
    clock.advance(3_600_000);
    expect(await mailer.deliver(outgoingMail(1), yes)).toEqual(first);
    const other = outgoingMail(1, { raw: Buffer.from('other bytes') });
    expect(await open().deliver(other, yes)).toEqual(first);
    expect(readdirSync(outboxDir)).toHaveLength(1);
    expect(readOutboxMail(outboxDir, outgoingMail(1).id)?.raw).toEqual(outgoingMail(1).raw);
  });

  test('B6: a mail that is called back leaves nothing behind, and may go out later', async () => {
    const { outboxDir, open } = testOutbox();
    const mailer = open();
    expect(await mailer.deliver(outgoingMail(1), () => false)).toEqual({ kind: 'withdrawn' });
    expect(readdirSync(outboxDir)).toEqual([]);
    expect((await mailer.deliver(outgoingMail(1), yes)).kind).toBe('accepted');
  });

  test('the gate is asked once, when the bytes are safe and before the file has its name', async () => {
    const { outboxDir, open } = testOutbox();
    const seen: string[][] = [];
    const gate = (): boolean => {
      seen.push(readdirSync(outboxDir));
      return true;
    };
    await open().deliver(outgoingMail(1), gate);
    expect(seen).toEqual([['.m-aaaaaaaaaaaaaaa1.new']]);
  });

  test('many at once are many files', async () => {
    const { outboxDir, open } = testOutbox();
    const mailer = open();
    const mails = Array.from({ length: 40 }, (_, index) => outgoingMail(index));
    await Promise.all(mails.map((mail) => mailer.deliver(mail, yes)));
    expect(listOutbox(outboxDir).map(({ messageId }) => messageId)).toEqual(mails.map(({ id }) => id).sort());
  });

  test('what a killed run left half written is not taken for a mail, and is written over', async () => {
    const { outboxDir, open } = testOutbox();
    mkdirSync(outboxDir);
    writeFileSync(join(outboxDir, '.m-aaaaaaaaaaaaaaa1.new'), 'half');
    expect(readOutboxMail(outboxDir, outgoingMail(1).id)).toBeNull();
    await open().deliver(outgoingMail(1), yes);
    expect(readdirSync(outboxDir)).toEqual(['20260218T090000000Z-m-aaaaaaaaaaaaaaa1.eml']);
  });

  test('an error of the gate is the sender’s own, and nothing is delivered', async () => {
    const { outboxDir, open } = testOutbox();
    const gate = (): boolean => {
      throw new Error('the state is gone');
    };
    await expect(open().deliver(outgoingMail(1), gate)).rejects.toThrow('the state is gone');
    expect(readdirSync(outboxDir)).toEqual([]);
  });

  test('an id that is no file name is a bug, never a path', async () => {
    const { open } = testOutbox();
    await expect(open().deliver(outgoingMail(1, { id: '../m-a' }), yes)).rejects.toThrow('is no message id');
  });
});

describe('a disk that cannot take one mail cannot take the next: the run stops', () => {
  test('full', async () => {
    const { outboxDir, open } = testOutbox();
    mkdirSync(outboxDir);
    symlinkSync('/dev/full', join(outboxDir, '.m-aaaaaaaaaaaaaaa1.new'));
    expect(await open().deliver(outgoingMail(1), yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
      permanent: false,
      response: expect.stringContaining('ENOSPC'),
    });
    expect(readdirSync(outboxDir)).toEqual([]);
  });

  test('a file where the folder should be; once it is gone the next mail goes out', async () => {
    const { outboxDir, open } = testOutbox();
    writeFileSync(outboxDir, '');
    const mailer = open();
    expect(await mailer.deliver(outgoingMail(1), yes)).toMatchObject({ kind: 'refused', scope: 'run' });
    unlinkSync(outboxDir);
    expect((await mailer.deliver(outgoingMail(1), yes)).kind).toBe('accepted');
  });
});

describe('D8: the outbox can be looked at', () => {
  test('oldest first, files of others passed over', async () => {
    const { outboxDir, clock, open } = testOutbox();
    const mailer = open();
    await mailer.deliver(outgoingMail(2), yes);
    clock.advance(1);
    await mailer.deliver(outgoingMail(1), yes);
    writeFileSync(join(outboxDir, 'notes.txt'), '');
    writeFileSync(join(outboxDir, '20269999T090000000Z-m-a.eml'), '');
    expect(listOutbox(outboxDir)).toEqual([
      { messageId: outgoingMail(2).id, at: TEST_NOW, path: expect.stringContaining(outboxDir) as string },
      { messageId: outgoingMail(1).id, at: TEST_NOW + 1, path: expect.stringContaining(outboxDir) as string },
    ]);
  });

  test('no outbox yet is an empty one', () => {
    const { outboxDir } = testOutbox();
    expect(listOutbox(outboxDir)).toEqual([]);
    expect(readOutboxMail(outboxDir, 'm-a')).toBeNull();
  });

  test('a mail is read back with its subject, both parts and its unsubscribe link', async () => {
    const { outboxDir, open } = testOutbox();
    const mail = await composeMail(mailToCompose({ subject: 'Grüße', isRehearsal: true }));
    await open().deliver(mail, yes);
    const read = readOutboxMail(outboxDir, mail.id);
    expect(read?.headers.get('subject')).toBe('Grüße');
    expect(read?.headers.get('to')).toBe('Jan de Vries <jan@lead.example>');
    expect(read?.text).toContain('One thought.');
    expect(read?.html).toContain('<p>One thought.</p>');
    expect(read?.headers.get('list-unsubscribe')).toBe('<https://sender.example/u/token>');
  });

  test('a file in its place is 77 with the path', () => {
    const { outboxDir } = testOutbox();
    writeFileSync(outboxDir, '');
    expect(() => listOutbox(outboxDir)).toThrow(
      expect.objectContaining({ code: 'outbox_not_readable', exit: 'NOPERM' }),
    );
  });
});
