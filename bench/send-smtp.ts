/**
 * What our knowledge of the body costs: the same mails through the same number of connections, by our mailer and by
 * nodemailer's own pool, into one counting server in a process of its own. Prints milliseconds and their ratio.
 *
 *   node bench/send-smtp.ts [mails] [connections] [rounds]
 */
import { createSmtpMailer } from '../src/adapters/mail/smtp.ts';
import type { OutgoingMail } from '../src/ports.ts';
import { startSink } from './sink.ts';

const HOST = '127.0.0.1';

await compare();

async function compare(): Promise<void> {
  const [mails = 10_000, connections = 10, rounds = 5] = process.argv.slice(2).map(Number);
  const sink = await startSink();
  const { port } = sink;
  const batch = Array.from({ length: mails }, (_, number) => mailOf(number));
  const load = { port, connections, batch };
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const ours = await timed(() => sendOurs(load));
    const theirs = await timed(() => sendTheirs(load));
    // The first round compiles both.
    if (round > 0) {
      times.ours.push(ours);
      times.theirs.push(theirs);
    }
  }
  const taken = await sink.taken();
  sink.close();
  const [ours, theirs] = [median(times.ours), median(times.theirs)];
  console.log(
    JSON.stringify({
      mails,
      connections,
      oursMs: Math.round(ours),
      nodemailerPoolMs: Math.round(theirs),
      ratio: Number((ours / theirs).toFixed(3)),
      mailsPerSecond: Math.round((mails / ours) * 1000),
      taken,
      expected: mails * 2 * (rounds + 1),
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}

interface Load {
  readonly port: number;
  readonly connections: number;
  readonly batch: readonly OutgoingMail[];
}

async function sendOurs({ port, connections, batch }: Load): Promise<void> {
  const mailer = createSmtpMailer({
    host: HOST,
    port,
    secure: false,
    user: null,
    password: null,
    connections,
  });
  await inLanes(connections, batch, async (mail) => {
    const result = await mailer.deliver(mail, () => true);
    if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
  });
  await mailer.close();
}

async function sendTheirs({ port, connections, batch }: Load): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: HOST,
    port,
    secure: false,
    ignoreTLS: true,
    pool: true,
    maxConnections: connections,
    maxMessages: 100,
  });
  await inLanes(connections, batch, async (mail) => {
    const envelope = { from: mail.from, to: [mail.to] };
    await transport.sendMail({ envelope, raw: Buffer.from(mail.raw) });
  });
  transport.close();
}

async function inLanes(
  lanes: number,
  batch: readonly OutgoingMail[],
  send: (mail: OutgoingMail) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let mail = batch[next++]; mail !== undefined; mail = batch[next++]) await send(mail);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function mailOf(number: number): OutgoingMail {
  const id = `m-${String(number).padStart(16, 'a')}`;
  const line = 'A line of body text, seventy characters or so, plain and simple, no more.\r\n';
  const head = `Message-ID: <${id}@sender.example>\r\nSubject: Mail ${number}\r\nMIME-Version: 1.0\r\n\r\n`;
  return {
    id,
    from: 'anna@sender.example',
    to: `lead${number}@lead.example`,
    messageIdHeader: `<${id}@sender.example>`,
    raw: Buffer.from(head + line.repeat(40)),
    payload: null,
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
