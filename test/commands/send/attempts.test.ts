import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { outboxFileName } from '../../../src/adapters/mail/outbox.ts';
import { cancelLeadEnrollments } from '../../../src/store/enrollments.ts';
import { readJob } from '../../../src/store/jobs.ts';
import { CLOSED_PORT } from '../../helpers/ports.ts';
import { SmtpTestServer, type SmtpMoment } from '../../helpers/smtp-server.ts';
import { DAY_MS, HOUR_MS, liveDesk, MINUTE_MS, sendDesk, verdicts, type SendDesk } from './send-desk.ts';

const messageIdHeader = (id: string): string => `<${id}@mail.example.com>`;

async function serverAndDesk(): Promise<{ server: SmtpTestServer; bench: SendDesk }> {
  const server = await SmtpTestServer.start();
  return { server, bench: await liveDesk(server.port) };
}

const answer = (line: string, times = 1) => ({ at: 'RCPT', fault: { kind: 'reply', line }, times }) as const;

describe('send, over SMTP', () => {
  test('D8: while live an approved message reaches the server, once, and is no rehearsal', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    await bench.send();
    expect(server.timesTaken(messageIdHeader(id))).toBe(1);
    expect(server.taken(messageIdHeader(id))[0]).toMatchObject({ to: 'ann@ann.example' });
    expect(bench.of(id)).toMatchObject({ state: 'sent', dry: false });
    expect(bench.outbox()).toEqual([]);
  });

  test('D9: while not live it lands in the outbox, whatever the transport says, and says so itself', async () => {
    const server = await SmtpTestServer.start();
    const bench = sendDesk({ smtpPort: server.port, isLive: false });
    const id = bench.approve('ann');
    await bench.send();
    expect([server.connections, bench.outbox()]).toEqual([0, [id]]);
    expect(bench.of(id).dry).toBe(true);
  });

  test('D7: with a pace one message is under way at a time', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, { isPaced: true });
    bench.approveMany(3);
    const open: unknown[] = [];
    server.watch = () =>
      open.push(bench.row(`SELECT count(*) AS n FROM messages WHERE state = 'sending'`)['n']);
    expect((await bench.send()).counts).toMatchObject({ sent: 3 });
    expect([server.connections, Math.max(...open.map(Number))]).toEqual([1, 1]);
  });
});

describe('send, refused for one message', () => {
  test('B5: a passing refusal is tried again after five minutes, then after thirty, with the same Message-ID', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    server.plan([answer('450 4.2.1 mailbox busy', 2)]);
    expect(await bench.send()).toMatchObject({ counts: { retry: 1 }, exit: { code: 32 } });
    expect(bench.of(id)).toMatchObject({ state: 'approved', retryAt: bench.clock.now() + 5 * MINUTE_MS });
    expect(verdicts(await bench.send())).toEqual({ [id]: 'retry_wait' });
    bench.clock.advance(5 * MINUTE_MS);
    await bench.send();
    expect(bench.of(id).retryAt).toBe(bench.clock.now() + 30 * MINUTE_MS);
    bench.clock.advance(30 * MINUTE_MS);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    expect(server.timesTaken(messageIdHeader(id))).toBe(1);
    expect(bench.attempts(id)).toEqual([
      'claimed 1',
      'refused 1',
      'claimed 2',
      'refused 2',
      'claimed 3',
      'accepted 3',
    ]);
  });

  test('D7: a server that names a wait is left alone for as long', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    server.plan([answer('451 4.7.1 greylisted, try again in 3600 seconds')]);
    await bench.send();
    expect(bench.of(id).retryAt).toBe(bench.clock.now() + HOUR_MS);
  });

  test('B5: after the third failure the message has failed, the enrollment too, with the last error', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    server.plan([answer('450 4.2.1 mailbox busy', 9)]);
    for (let run = 0; run < 4; run += 1) {
      await bench.send();
      bench.clock.advance(3 * HOUR_MS);
    }
    expect(bench.of(id)).toMatchObject({ state: 'failed', lastError: '450 4.2.1 mailbox busy', attempts: 3 });
    expect((await bench.json(['leads', 'show', 'ann@ann.example'])).items).toMatchObject([
      { enrollments: [{ status: 'failed' }] },
    ]);
    expect(server.totalTaken).toBe(0);
  });

  test('B5: a permanent refusal ends it at the first one, and the others are sent', async () => {
    const { server, bench } = await serverAndDesk();
    const [ann, bob] = [bench.approve('ann'), bench.approve('bob')];
    server.plan([answer('550 5.1.1 no such user')]);
    const document = await bench.send();
    expect(document.exit.code).toBe(32);
    expect(new Set(Object.values(verdicts(document)))).toEqual(new Set(['failed', 'sent']));
    const failed = bench.stateOf(ann) === 'failed' ? ann : bob;
    expect(server.timesTaken(messageIdHeader(failed))).toBe(0);
  });

  test('B6: refused while its lead opted out, it is cancelled and not approved again', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    server.plan([answer('450 4.2.1 mailbox busy')]);
    atFirst(server, 'RCPT', () => {
      const { database: db, clock } = bench;
      const opted = { reason: 'opted_out', now: clock.now() } as const;
      db.write(() => cancelLeadEnrollments(db, bench.of(id).leadRowId, opted));
    });
    await bench.send();
    expect(bench.stateOf(id)).toBe('cancelled');
  });

  test('A6: a refusal uses no cap up', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, { limits: ['sends_per_day = 1'] });
    bench.approve('ann');
    server.plan([answer('550 5.1.1 no such user')]);
    await bench.send();
    const bob = bench.approve('bob');
    expect(verdicts(await bench.send())).toEqual({ [bob]: 'sent' });
  });
});

describe('send, refused for the whole run', () => {
  test.each([
    ['a wrong password', '535 5.7.8 wrong user or password', 'AUTH'],
    ['a used-up quota', '452 4.3.1 insufficient_quota', 'MAIL'],
    ['an unpaid bill', '550 5.7.1 billing_hard_limit reached', 'MAIL'],
  ] as const)(
    'D4: %s ends it at the first message with 69, and the others stay approved',
    async (_, line, at) => {
      const login = { user: 'tom', password: 'secret' };
      const server = await SmtpTestServer.start(at === 'AUTH' ? { login } : {});
      const mail = at === 'AUTH' ? ['smtp.user = "tom"', 'smtp.password = { file = "password" }'] : [];
      const bench = await liveDesk(server.port);
      bench.configure({ smtpPort: server.port, mail, isPaced: true });
      writeFileSync(join(bench.directory, 'password'), 'wrong', { mode: 0o600 });
      server.plan([{ at, fault: { kind: 'reply', line } }]);
      const ids = bench.approveMany(4);
      const document = await bench.send();
      expect(document.exit).toMatchObject({ code: 69, name: 'UNAVAILABLE', message: line });
      expect(ids.map(bench.stateOf)).toEqual(['approved', 'approved', 'approved', 'approved']);
      expect(ids.flatMap(bench.attempts)).toEqual(['claimed 1', 'refused 1']);
      expect(bench.notices()).toEqual(['fatal']);
      expect(readJob(bench.database, 'send').checkpointAt).toBe(bench.clock.now());
    },
  );

  test('cli.md 2.3: a network that is down ends it 75, alarms nobody, counts against no message', async () => {
    const { bench } = await serverAndDesk();
    bench.configure({ smtpPort: CLOSED_PORT });
    const id = bench.approve('ann');
    bench.clock.advance(MINUTE_MS);
    const document = await bench.send();
    expect(document.exit).toMatchObject({ code: 75, name: 'TEMPFAIL' });
    expect([bench.stateOf(id), bench.notices()]).toEqual(['approved', []]);
    for (let run = 0; run < 5; run += 1) await bench.send();
    expect(bench.stateOf(id)).toBe('approved');
    expect(readJob(bench.database, 'send').checkpointAt).toBeLessThan(bench.clock.now());
  });
});

describe('send, without an answer', () => {
  async function lost(): Promise<{ server: SmtpTestServer; bench: SendDesk; id: string }> {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    server.plan([{ at: 'DOT', fault: { kind: 'lost', then: 'cut' }, times: 1 }]);
    expect(await bench.send()).toMatchObject({ counts: { uncertain: 1 }, exit: { code: 32 } });
    return { server, bench, id };
  }

  test('D1: a lost acknowledgement is uncertain, told to the operator and listed, and never repeated', async () => {
    const { server, bench, id } = await lost();
    for (let run = 0; run < 3; run += 1) {
      bench.clock.advance(DAY_MS);
      await bench.send();
    }
    expect([bench.stateOf(id), server.timesTaken(messageIdHeader(id))]).toEqual(['uncertain', 1]);
    expect(bench.notices()).toEqual(['uncertain']);
    expect((await bench.json(['review', 'list', '--state', 'uncertain'])).items).toMatchObject([{ id }]);
  });

  test('D1: settled as sent it counts from the moment of its claim, and the next step follows', async () => {
    const { bench, id } = await lost();
    const claimedAt = bench.clock.now();
    bench.clock.advance(2 * HOUR_MS);
    expect((await bench.run(['review', 'settle', id, 'sent'])).code).toBe(0);
    expect(bench.of(id)).toMatchObject({ state: 'sent', sentAt: claimedAt, dry: false });
    await bench.send();
    expect((await bench.json(['leads', 'show', 'ann@ann.example'])).items).toMatchObject([
      { enrollments: [{ step: 'case-study' }] },
    ]);
  });

  test('D1, D11: settled as not sent it leaves again with the same Message-ID and the same bytes', async () => {
    const { server, bench, id } = await lost();
    await bench.run(['review', 'settle', id, 'not-sent']);
    bench.clock.advance(HOUR_MS);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    const [first, second] = server.taken(messageIdHeader(id));
    expect(second?.raw.equals(first!.raw)).toBe(true);
    expect(bench.attempts(id)).toEqual(['claimed 1', 'unknown 1', 'claimed 2', 'accepted 2']);
  });

  test('B5: who had no answer has not failed: it is no attempt that surely did not happen', async () => {
    const { bench, id } = await lost();
    expect(
      bench.row('SELECT failed_attempts FROM enrollments WHERE row_id = ?', bench.of(id).enrollmentRowId),
    ).toEqual({ failed_attempts: 0 });
  });

  test('A6: what may have been delivered uses the cap up', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, { limits: ['sends_per_day = 1'] });
    bench.approve('ann');
    server.plan([{ at: 'DOT', fault: { kind: 'lost', then: 'cut' }, times: 1 }]);
    await bench.send();
    const bob = bench.approve('bob');
    expect(verdicts(await bench.send())).toEqual({ [bob]: 'cap_day' });
  });
});

describe('send, while the world changes', () => {
  test('A10: a stop between the claim and the body calls the mail back, and the run ends 34', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    atFirst(server, 'RCPT', () => bench.stop());
    expect((await bench.send()).exit).toMatchObject({ code: 34, name: 'PAUSED' });
    expect([bench.stateOf(id), server.totalTaken]).toEqual(['approved', 0]);
    expect(bench.attempts(id)).toEqual(['claimed 1', 'withdrawn 1']);
    rmSync(join(bench.directory, 'STOP'));
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
  });

  test('A10: a stop stops a running send before its next message, and writes no checkpoint', async () => {
    const { server, bench } = await serverAndDesk();
    bench.configure({ smtpPort: server.port, isPaced: true });
    const ids = bench.approveMany(3);
    bench.clock.advance(MINUTE_MS);
    server.plan([]);
    atFirst(server, 'DOT', () => bench.stop());
    const document = await bench.send();
    expect(document).toMatchObject({ exit: { code: 34 }, run: { reason: 'paused' } });
    expect(ids.map((id) => verdicts(document)[id])).toEqual(['sent', 'paused', 'paused']);
    expect(server.totalTaken).toBe(1);
    expect(readJob(bench.database, 'send').checkpointAt).toBeLessThan(bench.clock.now());
  });

  test('hardening 118: SIGTERM ends it after the mail that is under way, with 143 and nothing uncertain', async () => {
    const { server, bench } = await serverAndDesk();
    bench.configure({ smtpPort: server.port, isPaced: true });
    const ids = bench.approveMany(3);
    const stop = new AbortController();
    atFirst(server, 'DOT', () => stop.abort('TERMINATED'));
    expect((await bench.run(['send'], { signal: stop.signal })).code).toBe(143);
    expect(ids.map(bench.stateOf)).toEqual(['sent', 'approved', 'approved']);
    expect(server.totalTaken).toBe(1);
  });

  test('hardening 118: SIGTERM before the body calls the mail back', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    const stop = new AbortController();
    atFirst(server, 'MAIL', () => stop.abort('TERMINATED'));
    expect((await bench.run(['send'], { signal: stop.signal })).code).toBe(143);
    expect([bench.stateOf(id), server.totalTaken]).toEqual(['approved', 0]);
  });

  test('hardening 127: an opt-out between the claim and the body wins', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    atFirst(server, 'RCPT', () => {
      bench.database.write(() => bench.database.prepare(`UPDATE leads SET opted_out = 1`).run());
    });
    await bench.send();
    expect([bench.stateOf(id), server.totalTaken]).toEqual(['approved', 0]);
  });

  test('hardening 105: a slow server does not carry a mail over the closing hour', async () => {
    const server = await SmtpTestServer.start();
    const hours = ['weekdays = [1, 2, 3, 4, 5, 6, 7]', 'start = "09:00"', 'end = "17:00"'];
    const bench = await liveDesk(server.port, { hours });
    bench.clock.set(Date.UTC(2026, 1, 18, 16, 59, 59));
    const id = bench.approve('ann');
    atFirst(server, 'RCPT', () => {
      bench.clock.advance(2_000);
    });
    await bench.send();
    expect([bench.stateOf(id), server.totalTaken]).toEqual(['approved', 0]);
    expect(verdicts(await bench.send())).toEqual({ [id]: 'hours' });
  });

  test('hardening 105: five to send at 16:59:59 and a closing hour in between: it stops at the close', async () => {
    const server = await SmtpTestServer.start();
    const hours = ['weekdays = [1, 2, 3, 4, 5, 6, 7]', 'start = "09:00"', 'end = "17:00"'];
    const bench = await liveDesk(server.port, { hours });
    bench.configure({ smtpPort: server.port, hours, isPaced: true });
    bench.clock.set(Date.UTC(2026, 1, 18, 16, 59, 59));
    bench.approveMany(5);
    atFirst(server, 'DOT', () => {
      bench.clock.advance(1_000);
    });
    expect((await bench.send()).counts).toMatchObject({ sent: 1, hours: 4 });
  });

  test('D1: a message that is no mail is held for a person, and does not stop the others', async () => {
    const { server, bench } = await serverAndDesk();
    const bad = bench.approve('ann', { body_markdown: '<!-- nothing -->' });
    const good = bench.approve('bob');
    const document = await bench.send();
    expect(document.exit.code).toBe(32);
    expect(verdicts(document)).toEqual({ [bad]: 'validation', [good]: 'sent' });
    expect(bench.of(bad)).toMatchObject({
      state: 'held',
      holdCause: 'validation',
      heldFrom: 'pending_approval',
    });
    expect(bench.notices()).toEqual(['unfit']);
    expect((await bench.send()).exit.code).toBe(0);
    expect(server.totalTaken).toBe(1);
  });
});

describe('send, when its own disk fails', () => {
  test('A15: without a journal nothing leaves, and what was claimed is approved again', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    const journal = join(bench.directory, 'send-journal.jsonl');
    rmSync(journal, { force: true });
    // A folder of that name can be opened by nobody for writing, root included.
    mkdirSync(journal);
    expect((await bench.run(['send'])).code).toBe(77);
    expect([bench.stateOf(id), server.totalTaken]).toEqual(['approved', 0]);
    rmSync(journal, { recursive: true });
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
  });
});

describe('send, after a killed run', () => {
  function claimAndDie(bench: SendDesk, id: string, transport: string): void {
    const { database: db } = bench;
    db.write(() => {
      db.prepare(`UPDATE messages SET state = 'sending', claimed_at = ?, attempts = 1 WHERE id = ?`).run(
        bench.clock.now(),
        id,
      );
      db.prepare(
        `INSERT INTO attempts (message_row_id, attempt, event, at, operator_day, run_id, transport)
         VALUES (?, 1, 'claimed', ?, '2026-02-18', 'r-killed', ?)`,
      ).run(bench.of(id).rowId, bench.clock.now(), transport);
    });
  }

  test('D1: what was going over SMTP is uncertain, whether it arrived or not', async () => {
    const { server, bench } = await serverAndDesk();
    const id = bench.approve('ann');
    claimAndDie(bench, id, 'smtp');
    await bench.send();
    expect([bench.stateOf(id), server.totalTaken]).toEqual(['uncertain', 0]);
    expect(bench.attempts(id)).toEqual(['claimed 1', 'unknown 1']);
    expect(bench.notices()).toEqual(['uncertain']);
  });

  test('D8: what was going to the outbox is settled by the file: there it was sent', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    claimAndDie(bench, id, 'outbox');
    mkdirSync(join(bench.directory, 'outbox'));
    writeFileSync(join(bench.directory, 'outbox', outboxFileName(id, bench.clock.now())), 'whole\r\n');
    await bench.send();
    expect([bench.stateOf(id), bench.outbox()]).toEqual(['sent', [id]]);
    expect(bench.attempts(id)).toEqual(['claimed 1', 'accepted 1']);
  });

  test('D8: and where no file is it was not, and leaves now', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    claimAndDie(bench, id, 'outbox');
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    expect(bench.attempts(id)).toEqual(['claimed 1', 'withdrawn 1', 'claimed 2', 'accepted 2']);
    expect(bench.outbox()).toEqual([id]);
  });

  test('B6: where no file is and the lead opted out since, it is cancelled', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    claimAndDie(bench, id, 'outbox');
    await bench.run(['leads', 'set', 'ann@ann.example', 'opted_out=true']);
    await bench.send();
    expect([bench.stateOf(id), bench.outbox()]).toEqual(['cancelled', []]);
  });
});

/** Does something once, when the server first meets this moment. */
function atFirst(server: SmtpTestServer, moment: SmtpMoment, act: () => unknown): void {
  server.watch = (seen) => {
    if (seen !== moment) return;
    server.watch = null;
    act();
  };
}
