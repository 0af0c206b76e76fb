import { createServer, type Server, type Socket } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { createImapSource } from '../../../src/adapters/sources/imap.ts';
import type { FactPage } from '../../../src/ports.ts';

/** What a scripted mailbox answers to a command; null: as a healthy one would. */
type Script = (command: string) => readonly string[] | null;

const MAIL = [
  'Message-ID: <answer-1@vogt.example>',
  'From: Maren <maren@vogt.example>',
  'To: tom@ledd.example',
  'Subject: Re: Hello',
  'In-Reply-To: <m-1@ledd.example>',
  '',
  'Please call me on Tuesday.',
  '',
].join('\r\n');

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A mailbox with an inbox of one mail, numbered 7. Returns its port. */
async function mailbox(script: Script): Promise<number> {
  const server = createServer((socket) => {
    serve(socket, script);
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function serve(socket: Socket, script: Script): void {
  let rest = '';
  socket.on('error', () => undefined);
  socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
  socket.on('data', (bytes) => {
    const lines = (rest + bytes.toString('latin1')).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const space = line.indexOf(' ');
      const [tag, command] = [line.slice(0, space), line.slice(space + 1)];
      const answer = script(command) ?? healthy(command);
      socket.write(answer.map((each) => `${each.replace('TAG', tag)}\r\n`).join(''));
    }
  });
}

function healthy(command: string): readonly string[] {
  const done = 'TAG OK done';
  if (/^CAPABILITY/i.test(command)) return ['* CAPABILITY IMAP4rev1', done];
  if (/^LIST/i.test(command)) return ['* LIST () "/" "INBOX"', done];
  if (/^(?:SELECT|EXAMINE)/i.test(command))
    return ['* FLAGS ()', '* 1 EXISTS', '* OK [UIDVALIDITY 3] ok', '* OK [UIDNEXT 8] ok', done];
  if (/^UID SEARCH/i.test(command)) return ['* SEARCH 7', done];
  if (/^UID FETCH/i.test(command)) {
    const literal = `{${String(Buffer.byteLength(MAIL))}}\r\n${MAIL}`;
    return [`* 1 FETCH (UID 7 INTERNALDATE "10-Nov-2026 10:00:00 +0000" BODY[]<0> ${literal})`, done];
  }
  return [done];
}

const NOW = Date.UTC(2026, 10, 11);

async function read(port: number, cursor: string | null = null): Promise<FactPage[]> {
  const source = createImapSource({
    id: 'inbox',
    host: '127.0.0.1',
    port,
    user: 'tom',
    password: 'secret',
    isSecure: false,
    isLoopback: true,
    folders: ['INBOX'],
    messageIdOf: () => null,
    now: () => NOW,
  });
  const pages: FactPage[] = [];
  const { signal } = new AbortController();
  for await (const page of source.pages({ cursor, now: NOW, deadlineAt: NOW + 60_000, signal }))
    pages.push(page);
  return pages;
}

describe('E4: a mailbox that does not answer as it should', () => {
  test('a healthy one hands over its answer, and says that this was all', async () => {
    const pages = await read(await mailbox(() => null));
    expect(pages).toMatchObject([
      { facts: [{ kind: 'reply', key: 'mail <answer-1@vogt.example>' }], isEnd: true },
    ]);
  });

  test.each(['NO [SERVERBUG] try later', 'BAD what is that'])(
    'A21: a search that is refused (%s) is no empty mailbox: its mails stay unread',
    async (refusal) => {
      const port = await mailbox((command) => (/^UID SEARCH/i.test(command) ? [`TAG ${refusal}`] : null));
      const cursor = JSON.stringify({ INBOX: { uidValidity: '3', lastUid: 6 } });
      await expect(read(port, cursor)).rejects.toMatchObject({ exit: 'TEMPFAIL' });
    },
  );
});
