import { describe, expect, test } from 'vitest';

import { SmtpTestServer, type SmtpMoment } from '../../helpers/smtp-server.ts';
import { welcome } from '../desk.ts';
import { json } from '../../servers/provider-server.ts';
import { ResendServer } from '../../servers/resend.ts';
import { StreamServer } from '../../servers/stream.ts';
import { providerDesk } from './provider-desk.ts';
import { liveDesk, verdicts, type SendDesk } from './send-desk.ts';

/** A desk one of whose leads, ann, was refused at this step with these words. */
async function refusedWith(line: string, at: SmtpMoment = 'RCPT'): Promise<SendDesk> {
  const server = await SmtpTestServer.start();
  const bench = await liveDesk(server.port);
  const id = bench.approve('ann');
  server.plan([{ at, fault: { kind: 'reply', line }, times: 1 }]);
  expect(verdicts(await bench.send())).toEqual({ [id]: 'failed' });
  return bench;
}

function suppressed(bench: SendDesk): unknown {
  return bench.rows('SELECT email_key, reason, note FROM suppressions');
}

function eventKinds(bench: SendDesk): unknown {
  return bench.rows('SELECT source_id, kind FROM message_events');
}

describe('E4: an address that is refused at the door', () => {
  test.each([
    '550 5.1.1 <ann@ann.example>: Recipient address rejected: User unknown in virtual mailbox table',
    '550 no such user here',
    '553 5.1.2 we have no such domain',
    '556 5.1.10 ann.example does not accept mail',
  ])('%s: is never written to again, by whatever sequence', async (line) => {
    const bench = await refusedWith(line);
    expect(suppressed(bench)).toEqual([
      { email_key: 'ann@ann.example', reason: 'bounced', note: 'hard_bounce told by send' },
    ]);
    expect(eventKinds(bench)).toEqual([{ source_id: 'send', kind: 'hard_bounce' }]);
    // B5: the enrollment whose mail it was has failed, with the server's words.
    expect(bench.row('SELECT status, last_error FROM enrollments')).toEqual({
      status: 'failed',
      last_error: line,
    });
  });

  test('B6: every other enrollment of the lead ends with it, and its other mail does not leave', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, { limits: ['sends_per_run = 1'] });
    const first = bench.approve('ann');
    const news = bench.apply({ ...welcome(), id: 'news' });
    const { leadRowId } = bench.of(first);
    const second = bench.message(bench.enroll(leadRowId, news), 'approved');
    server.plan([{ at: 'RCPT', fault: { kind: 'reply', line: '550 5.1.1 no such user' } }]);
    await bench.send();
    expect(bench.rows('SELECT status, cancel_reason FROM enrollments ORDER BY row_id')).toEqual([
      { status: 'failed', cancel_reason: null },
      { status: 'cancelled', cancel_reason: 'bounced' },
    ]);
    expect(bench.stateOf(second)).toBe('cancelled');
  });

  test.each<readonly [line: string, at: SmtpMoment, kind: string]>([
    ['552 5.2.2 mailbox full', 'RCPT', 'soft_bounce'],
    ['550 5.2.1 this account is temporarily suspended', 'RCPT', 'soft_bounce'],
    ['554 5.7.1 blocked by policy', 'RCPT', 'block'],
    ['550 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org', 'RCPT', 'block'],
    ['550 5.1.8 sender address rejected: domain not found', 'RCPT', 'block'],
    // Who is refused at MAIL is the sender, and after the body it is a filter.
    ['550 5.1.1 user unknown', 'MAIL', 'block'],
    ['554 user unknown', 'DOT', 'block'],
    ['554 5.0.0 no', 'RCPT', 'soft_bounce'],
  ])('%s, after %s, condemns nobody', async (line, at, kind) => {
    const bench = await refusedWith(line, at);
    expect(suppressed(bench)).toEqual([]);
    expect(eventKinds(bench)).toEqual([{ source_id: 'send', kind }]);
  });

  test('it is suppressed and its enrollment failed in one transaction, or neither', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port);
    const id = bench.approve('ann');
    bench.database.write(() => {
      bench.database
        .prepare(
          "CREATE TRIGGER no_room BEFORE INSERT ON suppressions BEGIN SELECT RAISE(ABORT, 'no room'); END",
        )
        .run();
    });
    server.plan([{ at: 'RCPT', fault: { kind: 'reply', line: '550 5.1.1 no such user' } }]);
    await bench.run(['send']);
    expect(bench.stateOf(id)).toBe('sending');
    expect(eventKinds(bench)).toEqual([]);
  });
});

describe('E4: a service that refuses the recipient itself', () => {
  test.each([
    ['550 5.1.1 user unknown', [{ reason: 'bounced' }]],
    ['554 5.7.1 message rejected as spam', []],
  ])('stream: rejected with %s', async (reason, expected) => {
    const server = await StreamServer.start();
    const bench = await providerDesk('stream', server);
    server.rejects.set('ann@ann.example', reason);
    const id = bench.approve('ann');
    expect(verdicts(await bench.send())).toEqual({ [id]: 'failed' });
    expect(bench.rows('SELECT reason FROM suppressions')).toEqual(expected);
  });

  test('resend, mailgun: a fault of the request says nothing of the address', async () => {
    const server = await ResendServer.start();
    const bench = await providerDesk('resend', server);
    const id = bench.approve('ann');
    const body = { statusCode: 422, name: 'validation_error', message: 'Invalid `to` field: no such user' };
    server.fail({ kind: 'answer', answer: json(422, body), acts: false });
    expect(verdicts(await bench.send())).toEqual({ [id]: 'failed' });
    expect(suppressed(bench)).toEqual([]);
    expect(eventKinds(bench)).toEqual([{ source_id: 'send', kind: 'block' }]);
  });
});
