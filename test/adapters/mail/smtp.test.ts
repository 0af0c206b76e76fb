import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';

import { createSmtpMailer } from '../../../src/adapters/mail/smtp.ts';
import type { SmtpOptions } from '../../../src/adapters/mail/smtp-options.ts';
import type { DeliveryResult, Mailer, OutgoingMail } from '../../../src/ports.ts';
import { TEST_CERTIFICATE } from '../../helpers/smtp-certificate.ts';
import { SmtpTestServer } from '../../helpers/smtp-server.ts';
import type { PlannedFault } from '../../helpers/smtp-server.ts';
import { outgoingMail } from './sample-mail.ts';

const yes = (): boolean => true;

/** Long enough for any machine; a test of a silent server shortens the one step that it is about. */
const PATIENT = {
  connectMs: 15_000,
  greetingMs: 15_000,
  setupMs: 15_000,
  envelopeMs: 15_000,
  answerMs: 15_000,
  closeMs: 200,
};
const SHORT_MS = 60;

function mailerFor(server: { readonly port: number }, change: Partial<SmtpOptions> = {}): Mailer {
  const mailer = createSmtpMailer({
    host: '127.0.0.1',
    port: server.port,
    secure: false,
    user: null,
    password: null,
    ...change,
    timeouts: { ...PATIENT, ...change.timeouts },
  });
  onTestFinished(() => mailer.close());
  return mailer;
}

/** The promise that everything else stands on (D1): never refused what was taken, never accepted what was not. */
function expectTruth(server: SmtpTestServer, mail: OutgoingMail, result: DeliveryResult): void {
  const times = server.timesTaken(mail.messageIdHeader);
  expect(times).toBeLessThanOrEqual(1);
  if (result.kind === 'accepted') expect(times).toBe(1);
  if (result.kind === 'refused' || result.kind === 'withdrawn') expect(times).toBe(0);
}

const BIG = outgoingMail(1, {
  raw: Buffer.from(
    `Message-ID: ${outgoingMail(1).messageIdHeader}\r\n\r\n${'.line of text\r\n'.repeat(40_000)}`,
  ),
});

describe('D8: mail goes out over SMTP', () => {
  test.each([true, false])('whole and once, pipelining %s', async (pipelining) => {
    const server = await SmtpTestServer.start({ pipelining });
    const mailer = mailerFor(server);
    const mail = outgoingMail(1);
    expect(await mailer.deliver(mail, yes)).toMatchObject({ kind: 'accepted', response: '250 2.0.0 taken' });
    expect(server.taken(mail.messageIdHeader)).toEqual([{ from: mail.from, to: mail.to, raw: mail.raw }]);
  });

  test('a large mail, every line of which begins with a dot, arrives unchanged', async () => {
    const server = await SmtpTestServer.start();
    expect((await mailerFor(server).deliver(BIG, yes)).kind).toBe('accepted');
    expect(server.taken(BIG.messageIdHeader)[0]?.raw.equals(BIG.raw)).toBe(true);
  });

  test('many mails share a few connections, and goodbye is said on each', async () => {
    const server = await SmtpTestServer.start();
    const mailer = mailerFor(server, { connections: 3 });
    const lanes = [0, 1, 2].map(async (lane) => {
      for (let number = lane; number < 60; number += 3) {
        expect((await mailer.deliver(outgoingMail(number), yes)).kind).toBe('accepted');
      }
    });
    await Promise.all(lanes);
    await mailer.close();
    expect(server.totalTaken).toBe(60);
    expect(server.connections).toBe(3);
    expect(server.commands.filter((line) => line === 'QUIT')).toHaveLength(3);
  });

  test('a connection that has served 100 mails is renewed', async () => {
    const server = await SmtpTestServer.start();
    const mailer = mailerFor(server, { connections: 1 });
    for (let number = 0; number < 101; number += 1) await mailer.deliver(outgoingMail(number), yes);
    expect(server.connections).toBe(2);
    expect(server.totalTaken).toBe(101);
  });

  test('more mails at once than connections are a bug of the caller, as is a mail after the end', async () => {
    const server = await SmtpTestServer.start();
    const mailer = mailerFor(server, { connections: 1 });
    const first = mailer.deliver(outgoingMail(1), yes);
    await expect(mailer.deliver(outgoingMail(2), yes)).rejects.toThrow('more mails at once than connections');
    await first;
    await mailer.close();
    await expect(mailer.deliver(outgoingMail(3), yes)).rejects.toThrow('closed');
    expect(server.totalTaken).toBe(1);
  });

  test('hardening 118: closing waits for the mail that is under way', async () => {
    const server = await SmtpTestServer.start();
    const mailer = mailerFor(server);
    const delivery = mailer.deliver(outgoingMail(1), yes);
    await mailer.close();
    expect((await delivery).kind).toBe('accepted');
    expect(server.commands.at(-1)).toBe('QUIT');
  });
});

describe('B6, hardening 127: a mail can be called back until the last moment', () => {
  test.each([true, false])('not one byte of its body leaves, pipelining %s', async (pipelining) => {
    const server = await SmtpTestServer.start({ pipelining });
    const mailer = mailerFor(server);
    expect(await mailer.deliver(outgoingMail(1), () => false)).toEqual({ kind: 'withdrawn' });
    expect((await mailer.deliver(outgoingMail(2), yes)).kind).toBe('accepted');
    expect(server.timesTaken(outgoingMail(1).messageIdHeader)).toBe(0);
    expect(server.bodyBytes).toBe(outgoingMail(2).raw.length);
  });

  test.each([true, false])(
    'the gate is asked once, after the recipient was taken, pipelining %s',
    async (pipelining) => {
      const server = await SmtpTestServer.start({ pipelining });
      const seen: string[] = [];
      await mailerFor(server).deliver(outgoingMail(1), () => {
        seen.push(
          server.commands
            .slice(1)
            .map((line) => line.slice(0, 4))
            .join(' '),
          String(server.bodyBytes),
        );
        return true;
      });
      expect(seen).toEqual(['MAIL RCPT DATA', '0']);
    },
  );

  test('it is not asked at all where no body is wanted', async () => {
    const server = await SmtpTestServer.start({
      faults: [{ at: 'RCPT', fault: { kind: 'reply', line: '550 no' } }],
    });
    let asked = 0;
    await mailerFor(server).deliver(outgoingMail(1), () => (asked += 1) > 0);
    expect(asked).toBe(0);
  });

  test('what the gate throws is the sender’s own error, and no body leaves', async () => {
    const server = await SmtpTestServer.start();
    const mailer = mailerFor(server);
    const gate = (): boolean => {
      throw new Error('the state is gone');
    };
    await expect(mailer.deliver(outgoingMail(1), gate)).rejects.toThrow('the state is gone');
    expect((await mailer.deliver(outgoingMail(2), yes)).kind).toBe('accepted');
    expect(server.bodyBytes).toBe(outgoingMail(2).raw.length);
  });
});

interface FaultCase {
  readonly name: string;
  readonly fault: PlannedFault;
  readonly expected: Partial<DeliveryResult>;
  readonly timeouts?: SmtpOptions['timeouts'];
  readonly mail?: OutgoingMail;
}

const RUN_LATER = { kind: 'refused', scope: 'run', permanent: false } as const;
const RUN_NEVER = { kind: 'refused', scope: 'run', permanent: true } as const;
const MAIL_LATER = { kind: 'refused', scope: 'message', permanent: false } as const;
const MAIL_NEVER = { kind: 'refused', scope: 'message', permanent: true } as const;
const UNKNOWN = { kind: 'unknown' } as const;

const BEFORE_CONNECTED: readonly FaultCase[] = [
  { name: 'cut at the connection', fault: { at: 'CONNECT', fault: { kind: 'cut' } }, expected: RUN_LATER },
  {
    name: 'cut after the greeting',
    fault: { at: 'CONNECT', fault: { kind: 'cut after' } },
    expected: RUN_LATER,
  },
  {
    name: 'no greeting',
    fault: { at: 'CONNECT', fault: { kind: 'hang' } },
    timeouts: { greetingMs: SHORT_MS },
    expected: RUN_LATER,
  },
  {
    name: 'a greeting one byte at a time',
    fault: { at: 'CONNECT', fault: { kind: 'slow', msPerByte: 20 } },
    timeouts: { setupMs: SHORT_MS },
    expected: RUN_LATER,
  },
  {
    name: 'a greeting of 421',
    fault: { at: 'CONNECT', fault: { kind: 'reply', line: '421 4.3.2 shutting down', cut: true } },
    expected: { ...RUN_LATER, response: '421 4.3.2 shutting down' },
  },
  {
    name: 'a greeting of 554',
    fault: { at: 'CONNECT', fault: { kind: 'reply', line: '554 5.7.1 blocked', cut: true } },
    expected: { ...RUN_NEVER, response: '554 5.7.1 blocked' },
  },
  {
    name: 'another protocol',
    fault: { at: 'CONNECT', fault: { kind: 'bytes', bytes: 'HTTP/1.1 400 Bad\r\n\r\n\x00\xff', cut: true } },
    expected: RUN_LATER,
  },
  {
    name: 'an endless line',
    fault: { at: 'CONNECT', fault: { kind: 'bytes', bytes: '2'.repeat(200_000) } },
    expected: RUN_LATER,
  },
  { name: 'cut at EHLO', fault: { at: 'EHLO', fault: { kind: 'cut' } }, expected: RUN_LATER },
  {
    name: 'silence at EHLO',
    fault: { at: 'EHLO', fault: { kind: 'hang' } },
    timeouts: { setupMs: SHORT_MS },
    expected: RUN_LATER,
  },
  {
    name: '421 at EHLO',
    fault: { at: 'EHLO', fault: { kind: 'reply', line: '421 4.7.0 too many', cut: true } },
    expected: RUN_LATER,
  },
];

const BEFORE_BODY: readonly FaultCase[] = [
  { name: 'cut at MAIL', fault: { at: 'MAIL', fault: { kind: 'cut' } }, expected: MAIL_LATER },
  { name: 'cut after MAIL', fault: { at: 'MAIL', fault: { kind: 'cut after' } }, expected: MAIL_LATER },
  {
    name: 'silence at MAIL',
    fault: { at: 'MAIL', fault: { kind: 'hang' } },
    timeouts: { envelopeMs: SHORT_MS },
    expected: MAIL_LATER,
  },
  {
    name: 'one byte at a time at MAIL',
    fault: { at: 'MAIL', fault: { kind: 'slow', msPerByte: 20 } },
    timeouts: { envelopeMs: SHORT_MS },
    expected: MAIL_LATER,
  },
  {
    name: '421 at MAIL',
    fault: { at: 'MAIL', fault: { kind: 'reply', line: '421 4.7.0 try again in 5 minutes', cut: true } },
    expected: { ...MAIL_LATER, retryAfterMs: 300_000 },
  },
  {
    name: '450 at MAIL',
    fault: { at: 'MAIL', fault: { kind: 'reply', line: '450 4.1.8 sender unknown for now' } },
    expected: { ...MAIL_LATER, retryAfterMs: null },
  },
  {
    name: '550 at MAIL',
    fault: { at: 'MAIL', fault: { kind: 'reply', line: '550 5.7.1 not you' } },
    expected: { ...MAIL_NEVER, response: '550 5.7.1 not you' },
  },
  {
    name: 'D4: 530 at MAIL',
    fault: { at: 'MAIL', fault: { kind: 'reply', line: '530 5.7.0 Authentication required' } },
    expected: RUN_NEVER,
  },
  {
    name: 'D4: the allowance of the sender is used up',
    fault: { at: 'MAIL', fault: { kind: 'reply', line: '550 5.4.5 Daily user sending quota exceeded.' } },
    expected: RUN_NEVER,
  },
  {
    name: 'D4: the allowance of the hour is used up',
    fault: {
      at: 'RCPT',
      fault: { kind: 'reply', line: '452 4.3.1 hourly sending limit exceeded, retry in 30 min' },
    },
    expected: { ...RUN_LATER, retryAfterMs: 1_800_000 },
  },
  { name: 'cut at RCPT', fault: { at: 'RCPT', fault: { kind: 'cut' } }, expected: MAIL_LATER },
  {
    name: '451 at RCPT, greylisted',
    fault: { at: 'RCPT', fault: { kind: 'reply', line: '451 4.7.1 Greylisted, try again in 300 seconds' } },
    expected: { ...MAIL_LATER, retryAfterMs: 300_000 },
  },
  {
    name: '550 at RCPT, nobody of that name',
    fault: { at: 'RCPT', fault: { kind: 'reply', line: '550-5.1.1 no such\r\n550 5.1.1 user' } },
    expected: { ...MAIL_NEVER, response: '550 5.1.1 no such 5.1.1 user' },
  },
  {
    name: 'a recipient’s full mailbox, which is no reason to stop the run',
    fault: { at: 'RCPT', fault: { kind: 'reply', line: '552 5.2.2 mailbox quota exceeded' } },
    expected: MAIL_NEVER,
  },
  { name: 'cut at DATA', fault: { at: 'DATA', fault: { kind: 'cut' } }, expected: MAIL_LATER },
  {
    name: 'silence at DATA',
    fault: { at: 'DATA', fault: { kind: 'hang' } },
    timeouts: { envelopeMs: SHORT_MS },
    expected: MAIL_LATER,
  },
  {
    name: '451 at DATA',
    fault: { at: 'DATA', fault: { kind: 'reply', line: '451 4.3.0 not now' } },
    expected: MAIL_LATER,
  },
  {
    name: '554 at DATA',
    fault: { at: 'DATA', fault: { kind: 'reply', line: '554 5.6.0 no' } },
    expected: MAIL_NEVER,
  },
  {
    name: '250 at DATA, which gives no permission',
    fault: { at: 'DATA', fault: { kind: 'reply', line: '250 2.0.0 fine' } },
    expected: MAIL_LATER,
  },
  {
    name: 'noise at DATA',
    fault: { at: 'DATA', fault: { kind: 'bytes', bytes: '\x00\xff\r\n' } },
    expected: MAIL_LATER,
  },
];

const AFTER_BODY: readonly FaultCase[] = [
  {
    name: 'cut within the body: the server must throw it away, but we cannot see that it was not the end',
    fault: { at: 'BODY', bytes: 20_000, fault: { kind: 'cut' } },
    mail: BIG,
    expected: UNKNOWN,
  },
  {
    name: 'refused within the body',
    fault: { at: 'BODY', bytes: 20_000, fault: { kind: 'reply', line: '552 5.3.4 too much' } },
    mail: BIG,
    expected: MAIL_NEVER,
  },
  { name: 'cut at the final dot', fault: { at: 'DOT', fault: { kind: 'cut' } }, expected: UNKNOWN },
  {
    name: 'taken, acknowledgement lost',
    fault: { at: 'DOT', fault: { kind: 'lost', then: 'cut' } },
    expected: UNKNOWN,
  },
  {
    name: 'taken, then silence',
    fault: { at: 'DOT', fault: { kind: 'lost', then: 'hang' } },
    timeouts: { answerMs: SHORT_MS },
    expected: UNKNOWN,
  },
  {
    name: 'silence at the final dot',
    fault: { at: 'DOT', fault: { kind: 'hang' } },
    timeouts: { answerMs: SHORT_MS },
    expected: UNKNOWN,
  },
  {
    name: 'taken, acknowledged one byte at a time',
    fault: { at: 'DOT', fault: { kind: 'slow', msPerByte: 20 } },
    timeouts: { answerMs: SHORT_MS },
    expected: UNKNOWN,
  },
  {
    name: 'taken, acknowledged, then cut',
    fault: { at: 'DOT', fault: { kind: 'cut after' } },
    expected: { kind: 'accepted' },
  },
  {
    name: 'half a refusal, then cut',
    fault: { at: 'DOT', fault: { kind: 'bytes', bytes: '550 5.7', cut: true } },
    expected: UNKNOWN,
  },
  {
    name: 'half an acknowledgement, then cut',
    fault: { at: 'DOT', fault: { kind: 'bytes', bytes: '250 2.0', cut: true } },
    expected: UNKNOWN,
  },
  {
    name: '451 after the body: the server says that it did not take it',
    fault: { at: 'DOT', fault: { kind: 'reply', line: '451 4.3.0 queue file write error' } },
    expected: MAIL_LATER,
  },
  {
    name: '421 after the body',
    fault: { at: 'DOT', fault: { kind: 'reply', line: '421 4.3.0 closing', cut: true } },
    expected: MAIL_LATER,
  },
  {
    name: '554 after the body',
    fault: { at: 'DOT', fault: { kind: 'reply', line: '554 5.7.1 spam' } },
    expected: { ...MAIL_NEVER, response: '554 5.7.1 spam' },
  },
  {
    name: 'D4: no credits, said after the body',
    fault: { at: 'DOT', fault: { kind: 'reply', line: '550 5.7.0 Maximum credits exceeded' } },
    expected: RUN_NEVER,
  },
  {
    name: 'noise after the body',
    fault: { at: 'DOT', fault: { kind: 'bytes', bytes: 'OK whatever\r\n' } },
    expected: UNKNOWN,
  },
  {
    name: '354 after the body',
    fault: { at: 'DOT', fault: { kind: 'bytes', bytes: '354 more?\r\n' } },
    expected: UNKNOWN,
  },
  {
    name: 'lines that do not agree',
    fault: { at: 'DOT', fault: { kind: 'bytes', bytes: '250-taken\r\n550 or not\r\n' } },
    expected: UNKNOWN,
  },
];

describe.each([true, false])(
  'D1, hardening 146, 147: what is known after a fault, pipelining %s',
  (pipelining) => {
    test.each([...BEFORE_CONNECTED, ...BEFORE_BODY, ...AFTER_BODY])('$name', async (each) => {
      const server = await SmtpTestServer.start({ pipelining, faults: [each.fault] });
      const mailer = mailerFor(server, {
        ...(each.timeouts === undefined ? {} : { timeouts: each.timeouts }),
      });
      const mail = each.mail ?? outgoingMail(1);
      const result = await mailer.deliver(mail, yes);
      expect(result).toMatchObject(each.expected);
      expectTruth(server, mail, result);
    });

    test.each([...BEFORE_BODY, ...AFTER_BODY])('on a connection that served before: $name', async (each) => {
      const server = await SmtpTestServer.start({ pipelining });
      const mailer = mailerFor(server, {
        ...(each.timeouts === undefined ? {} : { timeouts: each.timeouts }),
      });
      expect((await mailer.deliver(outgoingMail(7), yes)).kind).toBe('accepted');
      server.plan([each.fault]);
      const mail = each.mail ?? outgoingMail(1);
      const result = await mailer.deliver(mail, yes);
      expect(result).toMatchObject(each.expected);
      expectTruth(server, mail, result);
    });

    test.each([...BEFORE_BODY, ...AFTER_BODY])(
      'the next mail goes out as if nothing had happened: $name',
      async (each) => {
        const server = await SmtpTestServer.start({ pipelining, faults: [{ ...each.fault, times: 1 }] });
        const mailer = mailerFor(server, {
          ...(each.timeouts === undefined ? {} : { timeouts: each.timeouts }),
        });
        const mail = each.mail ?? outgoingMail(1);
        const first = await mailer.deliver(mail, yes);
        expectTruth(server, mail, first);
        const next = outgoingMail(2);
        const result = await mailer.deliver(next, yes);
        expect(result.kind).toBe('accepted');
        // Nothing of a conversation that went wrong is carried into the next mail.
        if (first.kind !== 'accepted') expect(server.connections).toBe(2);
        expectTruth(server, next, result);
      },
    );
  },
);

test('D1: whatever happens on three mails in a row, nothing taken is refused and nothing refused is taken', async () => {
  const moment = fc.constantFrom('CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'BODY', 'DOT', 'QUIT' as const);
  const line = fc.constantFrom(
    '250 ok',
    '354 go',
    '421 closing',
    '450 later',
    '550 never',
    '550-a\r\n550 b',
    'what',
  );
  const fault = fc.oneof(
    fc.constantFrom(
      { kind: 'cut' } as const,
      { kind: 'cut after' } as const,
      { kind: 'lost', then: 'cut' } as const,
    ),
    fc.record({ kind: fc.constant('reply' as const), line, cut: fc.boolean() }),
    fc.record({ kind: fc.constant('bytes' as const), bytes: line, cut: fc.constant(true) }),
  );
  const planned = fc.record({ at: moment, fault, after: fc.nat(2), times: fc.integer({ min: 1, max: 2 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(planned, { maxLength: 3 }), fc.boolean(), async (faults, pipelining) => {
      const server = await SmtpTestServer.start({ pipelining, faults: faults.filter(isHonest) });
      // A lie within the envelope can leave both sides waiting for each other.
      const mailer = mailerFor(server, {
        timeouts: { setupMs: SHORT_MS, envelopeMs: SHORT_MS, answerMs: SHORT_MS, closeMs: SHORT_MS },
      });
      const results: (readonly [OutgoingMail, DeliveryResult])[] = [];
      for (const number of [1, 2, 3]) {
        const mail = outgoingMail(number);
        results.push([mail, await mailer.deliver(mail, yes)]);
      }
      await mailer.close();
      await server.stop();
      for (const [mail, result] of results) expectTruth(server, mail, result);
    }),
    { seed: 1, numRuns: 100 },
  );
});

/** Nobody can see through a server that says yes to a mail and throws it away, or no and keeps it. */
function isHonest({ at, fault }: PlannedFault): boolean {
  const said = fault.kind === 'reply' ? fault.line : fault.kind === 'bytes' ? fault.bytes : '';
  return !(said.startsWith('250') && (at === 'BODY' || (at === 'DOT' && fault.kind === 'bytes')));
}

describe('D7: a connection that the server closed in the meantime is no reason to lose a mail', () => {
  test.each(['cut', 'said 421 and cut'])('%s while idle: the mail goes out on another one', async (how) => {
    const server = await SmtpTestServer.start();
    const mailer = mailerFor(server, { connections: 1 });
    await mailer.deliver(outgoingMail(1), yes);
    if (how === 'cut') server.cutAll();
    else
      server.plan([
        { at: 'MAIL', times: 1, fault: { kind: 'reply', line: '421 4.4.2 idle too long', cut: true } },
      ]);
    expect((await mailer.deliver(outgoingMail(2), yes)).kind).toBe('accepted');
    expect(server.connections).toBe(2);
    expect(server.timesTaken(outgoingMail(2).messageIdHeader)).toBe(1);
  });

  test('the gate is asked once all the same', async () => {
    const server = await SmtpTestServer.start();
    const mailer = mailerFor(server, { connections: 1 });
    await mailer.deliver(outgoingMail(1), yes);
    server.plan([{ at: 'RCPT', times: 1, fault: { kind: 'cut' } }]);
    let asked = 0;
    const result = await mailer.deliver(outgoingMail(2), () => (asked += 1) > 0);
    expect([result.kind, asked]).toEqual(['accepted', 1]);
  });

  test('after the body there is no other one: unknown, and nothing is repeated', async () => {
    const server = await SmtpTestServer.start();
    const mailer = mailerFor(server, { connections: 1 });
    await mailer.deliver(outgoingMail(1), yes);
    server.plan([{ at: 'DOT', times: 1, fault: { kind: 'lost', then: 'cut' } }]);
    expect((await mailer.deliver(outgoingMail(2), yes)).kind).toBe('unknown');
    expect(server.connections).toBe(1);
    expect(server.timesTaken(outgoingMail(2).messageIdHeader)).toBe(1);
  });
});

describe('D4: what would meet every mail stops the run', () => {
  const login = { user: 'anna', password: 'right' };

  test('nobody listens', async () => {
    const server = await SmtpTestServer.start();
    await server.stop();
    expect(await mailerFor(server).deliver(outgoingMail(1), yes)).toMatchObject({
      ...RUN_LATER,
      response: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('a name that does not exist', async () => {
    const mailer = mailerFor({ port: 25 }, { host: 'nowhere.invalid', isLoopback: true });
    expect(await mailer.deliver(outgoingMail(1), yes)).toMatchObject(RUN_LATER);
  });

  test('hardening 147: a wrong password is tried once, however many mails wait', async () => {
    const server = await SmtpTestServer.start({ login });
    const mailer = mailerFor(server, { user: 'anna', password: 'wrong' });
    for (const number of [1, 2, 3]) {
      expect(await mailer.deliver(outgoingMail(number), yes)).toMatchObject({
        ...RUN_NEVER,
        response: '535 5.7.8 wrong user or password',
      });
    }
    expect([server.logins, server.connections, server.totalTaken]).toEqual([1, 1, 0]);
  });

  test('the right password gets in, once per connection', async () => {
    const server = await SmtpTestServer.start({ login });
    const mailer = mailerFor(server, login);
    await mailer.deliver(outgoingMail(1), yes);
    expect((await mailer.deliver(outgoingMail(2), yes)).kind).toBe('accepted');
    expect(server.logins).toBe(1);
  });

  test.each([
    ['454 for now', { kind: 'reply', line: '454 4.7.0 temporary failure' } as const, RUN_LATER],
    ['cut', { kind: 'cut' } as const, RUN_LATER],
    ['534', { kind: 'reply', line: '534 5.7.9 app password needed' } as const, RUN_NEVER],
  ])('log-in: %s', async (_, fault, expected) => {
    const server = await SmtpTestServer.start({ login, faults: [{ at: 'AUTH', fault }] });
    expect(await mailerFor(server, login).deliver(outgoingMail(1), yes)).toMatchObject(expected);
  });

  test('silence at the log-in ends', async () => {
    const server = await SmtpTestServer.start({ login });
    const mailer = mailerFor(server, { ...login, timeouts: { setupMs: 300 } });
    server.plan([{ at: 'AUTH', fault: { kind: 'hang' } }]);
    expect(await mailer.deliver(outgoingMail(1), yes)).toMatchObject(RUN_LATER);
  });

  test('a password for a server that asks for none is a wrong configuration, not a mail without log-in', async () => {
    const server = await SmtpTestServer.start();
    expect(await mailerFor(server, login).deliver(outgoingMail(1), yes)).toMatchObject(RUN_NEVER);
    expect(server.totalTaken).toBe(0);
  });
});

describe('TLS: off this machine nothing is said in the open', () => {
  const elsewhere = { host: 'localhost', isLoopback: false } as const;
  const login = { user: 'anna', password: 'right' };

  test.each(['tls', 'starttls'] as const)('%s with a certificate that is trusted', async (security) => {
    const server = await SmtpTestServer.start({ security, login });
    const mailer = mailerFor(server, {
      ...elsewhere,
      ...login,
      secure: security === 'tls',
      ca: TEST_CERTIFICATE,
    });
    expect((await mailer.deliver(outgoingMail(1), yes)).kind).toBe('accepted');
    expect(server.timesTaken(outgoingMail(1).messageIdHeader)).toBe(1);
  });

  test.each(['tls', 'starttls'] as const)(
    '%s with a certificate that nobody vouches for',
    async (security) => {
      const server = await SmtpTestServer.start({ security, login });
      const mailer = mailerFor(server, { ...elsewhere, ...login, secure: security === 'tls' });
      expect(await mailer.deliver(outgoingMail(1), yes)).toMatchObject(RUN_NEVER);
      expect([server.logins, server.totalTaken]).toEqual([0, 0]);
    },
  );

  test('a certificate of another host', async () => {
    const server = await SmtpTestServer.start({ security: 'tls' });
    const mailer = mailerFor(server, {
      host: '127.0.0.1',
      isLoopback: false,
      secure: true,
      ca: TEST_CERTIFICATE,
    });
    expect(await mailer.deliver(outgoingMail(1), yes)).toMatchObject(RUN_NEVER);
  });

  test('a server without STARTTLS gets neither password nor mail', async () => {
    const server = await SmtpTestServer.start({ login });
    const mailer = mailerFor(server, { ...elsewhere, ...login });
    expect(await mailer.deliver(outgoingMail(1), yes)).toMatchObject(RUN_NEVER);
    expect(server.commands.map((line) => line.slice(0, 8))).toEqual(['EHLO [12', 'STARTTLS']);
  });

  test.each([
    ['TLS towards a server that speaks none', 'plain', true, undefined],
    ['no TLS towards a server that speaks nothing else', 'tls', false, undefined],
    ['454 at STARTTLS', 'starttls', false, { kind: 'reply', line: '454 4.7.0 not now' }],
    ['cut at STARTTLS', 'starttls', false, { kind: 'cut' }],
    [
      'noise instead of a handshake',
      'starttls',
      false,
      { kind: 'bytes', bytes: '220 go\r\nnoise, noise, noise\r\n' },
    ],
    ['silence instead of a handshake', 'starttls', false, { kind: 'bytes', bytes: '220 go\r\n' }],
  ] as const)('%s: refused for the run', async (_, security, secure, fault) => {
    const faults = fault === undefined ? [] : [{ at: 'STARTTLS' as const, fault }];
    const server = await SmtpTestServer.start({ security, login, faults });
    const timeouts = { greetingMs: 400, setupMs: 800 };
    const mailer = mailerFor(server, { ...elsewhere, ...login, secure, ca: TEST_CERTIFICATE, timeouts });
    expect(await mailer.deliver(outgoingMail(1), yes)).toMatchObject({ kind: 'refused', scope: 'run' });
    expect([server.logins, server.totalTaken]).toEqual([0, 0]);
  });

  test('on this machine a certificate of its own will do', async () => {
    const server = await SmtpTestServer.start({ security: 'starttls', login });
    expect((await mailerFor(server, login).deliver(outgoingMail(1), yes)).kind).toBe('accepted');
  });
});

describe('addresses and sizes that no server would take are refused without asking one', () => {
  test('hardening 24: a local part outside ASCII', async () => {
    const server = await SmtpTestServer.start();
    const result = await mailerFor(server).deliver(outgoingMail(1, { to: 'jän@lead.example' }), yes);
    expect(result).toMatchObject(MAIL_NEVER);
    expect(server.connections).toBe(0);
  });

  test('hardening 30: a line break in an address', async () => {
    const server = await SmtpTestServer.start();
    const to = 'jan@lead.example>\r\nRCPT TO:<x@y.example';
    expect(await mailerFor(server).deliver(outgoingMail(1, { to }), yes)).toMatchObject(MAIL_NEVER);
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toEqual([]);
  });

  test('hardening 60: a mail larger than the server said it takes', async () => {
    const server = await SmtpTestServer.start();
    const raw = Buffer.alloc(1_000_001, 'x');
    expect(await mailerFor(server).deliver(outgoingMail(1, { raw }), yes)).toMatchObject(MAIL_NEVER);
    expect(server.bodyBytes).toBe(0);
  });
});

test('a server that answers nothing to QUIT does not keep the process', async () => {
  const server = await SmtpTestServer.start({ faults: [{ at: 'QUIT', fault: { kind: 'hang' } }] });
  const mailer = mailerFor(server, { timeouts: { closeMs: SHORT_MS } });
  await mailer.deliver(outgoingMail(1), yes);
  await mailer.close();
  expect((await mailerFor(server).deliver(outgoingMail(2), yes)).kind).toBe('accepted');
});
