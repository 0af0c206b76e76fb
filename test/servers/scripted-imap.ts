import { createServer, type Server, type Socket } from 'node:net';

import { afterEach } from 'vitest';

/** What a scripted mailbox answers to a command; null: as a healthy one would. */
export type Script = (command: string) => readonly string[] | null;

const ANSWER = [
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

/** A mailbox with an inbox of one mail, numbered 7; gone after the test. Returns its port. */
export async function scriptedMailbox(script: Script, mail = ANSWER): Promise<number> {
  const server = createServer((socket) => {
    serve(socket, (command) => script(command) ?? healthy(command, mail));
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function serve(socket: Socket, answerTo: (command: string) => readonly string[]): void {
  let rest = '';
  socket.on('error', () => undefined);
  socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
  socket.on('data', (bytes) => {
    const lines = (rest + bytes.toString('latin1')).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const space = line.indexOf(' ');
      const [tag, command] = [line.slice(0, space), line.slice(space + 1)];
      const answer = answerTo(command);
      socket.write(answer.map((each) => `${each.replace('TAG', tag)}\r\n`).join(''));
    }
  });
}

function healthy(command: string, mail: string): readonly string[] {
  const done = 'TAG OK done';
  if (/^CAPABILITY/i.test(command)) return ['* CAPABILITY IMAP4rev1', done];
  // Which sign divides names.
  if (/^LIST "" ""$/i.test(command)) return ['* LIST (\\Noselect) "/" ""', done];
  if (/^LIST/i.test(command)) return ['* LIST () "/" "INBOX"', done];
  if (/^(?:SELECT|EXAMINE)/i.test(command))
    return ['* FLAGS ()', '* 1 EXISTS', '* OK [UIDVALIDITY 3] ok', '* OK [UIDNEXT 8] ok', done];
  if (/^UID SEARCH/i.test(command)) return ['* SEARCH 7', done];
  if (/^UID FETCH/i.test(command)) {
    const literal = `{${String(Buffer.byteLength(mail))}}\r\n${mail}`;
    return [`* 1 FETCH (UID 7 INTERNALDATE "10-Nov-2026 10:00:00 +0000" BODY[]<0> ${literal})`, done];
  }
  return [done];
}
