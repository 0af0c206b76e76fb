import { createServer, type Server, type Socket } from 'node:net';

import { afterEach } from 'vitest';

/** What a scripted mailbox answers to a command; null: as a healthy one would; `cut`: it hangs up. The first command is `GREETING`. */
export type Script = (command: string) => readonly string[] | 'cut' | null;

/** What lies in its inbox. */
interface Lying {
  readonly mail: string;
  readonly receivedAt: string;
}

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

/** A mailbox with an inbox of one mail, numbered 7; gone after the test. `receivedAt` as IMAP writes it. Returns its port. */
export async function scriptedMailbox(
  script: Script,
  mail = ANSWER,
  receivedAt = '10-Nov-2026 10:00:00 +0000',
): Promise<number> {
  const server = createServer((socket) => {
    serve(socket, (command) => script(command) ?? healthy(command, { mail, receivedAt }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function serve(socket: Socket, answerTo: (command: string) => readonly string[] | 'cut'): void {
  let rest = '';
  const answer = (tag: string, command: string): void => {
    const lines = answerTo(command);
    if (lines === 'cut') socket.destroy();
    else socket.write(lines.map((each) => `${each.replace('TAG', tag)}\r\n`).join(''));
  };
  socket.on('error', () => undefined);
  answer('*', 'GREETING');
  socket.on('data', (bytes) => {
    const lines = (rest + bytes.toString('latin1')).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const space = line.indexOf(' ');
      answer(line.slice(0, space), line.slice(space + 1));
    }
  });
}

function healthy(command: string, { mail, receivedAt }: Lying): readonly string[] {
  const done = 'TAG OK done';
  if (command === 'GREETING') return ['* OK [CAPABILITY IMAP4rev1] ready'];
  if (/^CAPABILITY/i.test(command)) return ['* CAPABILITY IMAP4rev1', done];
  // Which sign divides names.
  if (/^LIST "" ""$/i.test(command)) return ['* LIST (\\Noselect) "/" ""', done];
  if (/^LIST/i.test(command)) return ['* LIST () "/" "INBOX"', done];
  if (/^(?:SELECT|EXAMINE)/i.test(command))
    return ['* FLAGS ()', '* 1 EXISTS', '* OK [UIDVALIDITY 3] ok', '* OK [UIDNEXT 8] ok', done];
  if (/^UID SEARCH/i.test(command)) return ['* SEARCH 7', done];
  if (/^UID FETCH/i.test(command)) {
    const literal = `{${String(Buffer.byteLength(mail))}}\r\n${mail}`;
    return [`* 1 FETCH (UID 7 INTERNALDATE "${receivedAt}" BODY[]<0> ${literal})`, done];
  }
  return [done];
}
