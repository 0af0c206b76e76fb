/** A mail server that takes everything at once, counts, and remembers nothing: a process of its own, so that it shares no core. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

const HOST = '127.0.0.1';

export interface Sink {
  readonly port: number;
  /** How many mails it took since it was last asked. */
  readonly taken: () => Promise<number>;
  readonly close: () => void;
}

if (process.argv[2] === 'serve') serve();

/** Starts one on a free port of this machine. */
export async function startSink(): Promise<Sink> {
  const child = fork(import.meta.filename, ['serve']);
  const { port } = await answerOf<{ port: number }>(child);
  return {
    port,
    async taken() {
      child.send('taken');
      return (await answerOf<{ taken: number }>(child)).taken;
    },
    close: () => child.disconnect(),
  };
}

/** Both ends of the channel are in this file. */
async function answerOf<T>(child: ChildProcess): Promise<T> {
  const [answer] = (await once(child, 'message')) as [T];
  return answer;
}

function serve(): void {
  let taken = 0;
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.write('220 sink ESMTP\r\n');
    converse(socket, () => (taken += 1));
  });
  server.listen(0, HOST, () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on('message', () => {
    process.send?.({ taken });
    taken = 0;
  });
  process.on('disconnect', () => process.exit());
}

function converse(socket: Socket, onTaken: () => void): void {
  let input = '';
  let inBody = false;
  socket.on('data', (chunk: Buffer) => {
    input += chunk.toString('latin1');
    let answers = '';
    for (;;) {
      const mark = inBody ? '\r\n.\r\n' : '\r\n';
      const end = input.indexOf(mark);
      if (end === -1) break;
      const verb = input.slice(0, 4).toUpperCase();
      input = input.slice(end + mark.length);
      if (inBody) onTaken();
      answers += inBody ? '250 taken\r\n' : answerTo(verb);
      inBody = !inBody && verb === 'DATA';
    }
    if (answers !== '') socket.write(answers);
    if (answers.startsWith('221')) socket.end();
  });
}

function answerTo(verb: string): string {
  if (verb === 'EHLO') return '250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n';
  if (verb === 'DATA') return '354 go\r\n';
  return verb === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n';
}
