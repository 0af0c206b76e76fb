import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { outboxFileName } from '../../src/adapters/mail/outbox.ts';
import { SmtpTestServer } from '../helpers/smtp-server.ts';
import { DAY_MS, HOUR_MS, sendDesk, verdicts, type SendDesk } from './send/send-desk.ts';

/** A workspace that rehearsed: ann was "sent" to, bob is approved, eve waits for approval. Then `live = true`. */
async function rehearsed(): Promise<{ bench: SendDesk; server: SmtpTestServer; ids: string[] }> {
  const server = await SmtpTestServer.start();
  const bench = sendDesk();
  const ann = bench.approve('ann');
  await bench.send();
  bench.clock.advance(HOUR_MS);
  const bob = bench.approve('bob');
  const eve = bench.message(bench.enroll(bench.lead('eve'), bench.sequence), 'pending_approval');
  bench.configure({ smtpPort: server.port });
  return { bench, server, ids: [ann, bob, eve] };
}

const statesOf = (bench: SendDesk, ids: readonly string[]): unknown[] => ids.map(bench.stateOf);

async function enrollmentsOf(bench: SendDesk, email: string): Promise<unknown> {
  return (await bench.json(['leads', 'show', email])).items[0]!['enrollments'];
}

/** Nobody rehearses with somebody they wrote to by hand last winter, and forgets that they did. */
test('D9, B7: a contact from before the rehearsals is not forgotten with them', async () => {
  const server = await SmtpTestServer.start();
  const bench = sendDesk();
  const ann = bench.approve('ann');
  const met = bench.clock.now() - 30 * DAY_MS;
  bench.database.write(() =>
    bench.database.prepare<[number]>('UPDATE leads SET last_contact_at = ?').run(met),
  );
  await bench.send();
  expect(bench.stateOf(ann)).toBe('sent');
  bench.clock.advance(25 * HOUR_MS);
  const enrollment = Number(bench.row('SELECT row_id FROM enrollments')['row_id']);
  const second = bench.message(enrollment, 'approved', { approved_boot_id: bench.machine.bootId() });
  await bench.send();
  expect([bench.stateOf(second), bench.row('SELECT last_contact_at AS at FROM leads')['at']]).toEqual([
    'sent',
    bench.clock.now(),
  ]);
  bench.clock.advance(HOUR_MS);
  bench.configure({ smtpPort: server.port });
  await bench.run(['go-live', '--restart', '--yes']);
  expect(bench.row('SELECT last_contact_at AS at, watermark_at FROM leads')).toEqual({
    at: met,
    watermark_at: null,
  });
});

describe('live = true, before go-live', () => {
  test.each([
    ['send'],
    ['send', '--preview'],
    ['drip'],
    ['drip', '--force'],
    ['drip', '--preview'],
    ['nurture'],
    ['confirm', '--yes'],
  ])('D9: %s %s refuses with 78, and nothing is sent', async (...words) => {
    const { bench, server, ids } = await rehearsed();
    const { code, stderr } = await bench.run(words);
    expect(code).toBe(78);
    expect(stderr).toContain('headgate go-live --restart');
    expect([server.connections, statesOf(bench, ids)]).toEqual([0, ['sent', 'approved', 'pending_approval']]);
  });

  test('D9: while live is false there is nothing to go live with', async () => {
    const bench = sendDesk();
    expect((await bench.run(['go-live', '--keep', '--yes'])).code).toBe(78);
  });

  test.each([[['go-live', '--yes']], [['go-live', '--keep', '--restart', '--yes']]])(
    'D9: %j does not say what becomes of the rehearsals',
    async (words) => {
      const { bench } = await rehearsed();
      expect((await bench.run(words)).code).toBe(64);
      expect((await bench.run(['send'])).code).toBe(78);
    },
  );

  test('D9: it shows what it would do and asks', async () => {
    const { bench } = await rehearsed();
    const asked = await bench.run(['go-live', '--restart'], { answers: ['n'] });
    expect(asked.stderr).toContain('1 message in 1 enrollment only went to the outbox');
    expect(asked.stderr).toContain('1 approval given before must be given again');
    expect((await bench.run(['send'])).code).toBe(78);
    expect((await bench.run(['go-live', '--restart'])).code).toBe(64);
  });
});

describe('go-live --keep', () => {
  test('D9: what was rehearsed counts as sent; approvals must be given again', async () => {
    const { bench, server, ids } = await rehearsed();
    expect(await bench.json(['go-live', '--keep', '--yes'])).toMatchObject({
      items: [{ messages: 1, enrollments: 1, approvals: 1, restarted: 0 }],
    });
    expect(statesOf(bench, ids)).toEqual(['sent', 'pending_approval', 'pending_approval']);
    await bench.send();
    expect(server.totalTaken).toBe(0);
    expect(await enrollmentsOf(bench, 'ann@ann.example')).toMatchObject([
      { status: 'active', step: 'case-study' },
    ]);
  });

  test('D9: approved again it reaches the server, and its bytes are no rehearsal’s', async () => {
    const { bench, server, ids } = await rehearsed();
    const [, bob] = ids;
    await bench.run(['go-live', '--keep', '--yes']);
    await bench.run(['review', 'approve', bob!]);
    bench.clock.advance(HOUR_MS);
    expect(verdicts(await bench.send())).toEqual({ [bob!]: 'sent' });
    const [mail] = server.taken(`<${bob!}@mail.example.com>`);
    expect(mail?.raw.toString('latin1')).not.toContain('X-Headgate-Rehearsal');
    expect(bench.of(bob!).dry).toBe(false);
  });

  test('D9: bytes that a rehearsal had made and could not deliver are made anew', async () => {
    const server = await SmtpTestServer.start();
    const bench = sendDesk();
    const id = bench.approve('ann');
    // A folder that cannot be made: refused after the claim, with the bytes of the rehearsal kept.
    mkdirSync(join(bench.directory, 'outbox', `.${id}.new`), { recursive: true });
    expect((await bench.send()).exit.code).toBe(75);
    expect(bench.row('SELECT count(*) AS count FROM outgoing_mail')).toEqual({ count: 1 });
    bench.configure({ smtpPort: server.port });
    await bench.run(['go-live', '--keep', '--yes']);
    await bench.run(['review', 'approve', id]);
    bench.clock.advance(HOUR_MS);
    await bench.send();
    const [mail] = server.taken(`<${id}@mail.example.com>`);
    expect(mail?.raw.toString('latin1')).not.toContain('X-Headgate-Rehearsal');
  });

  test('D9: a second time there is nothing to decide', async () => {
    const { bench } = await rehearsed();
    await bench.run(['go-live', '--keep', '--yes']);
    expect((await bench.run(['go-live', '--keep', '--yes'])).code).toBe(64);
  });
});

describe('go-live --restart', () => {
  test('D9: a rehearsed enrollment ends as rehearsal and begins anew from now, first step first', async () => {
    const { bench, ids } = await rehearsed();
    expect(await bench.json(['go-live', '--restart', '--yes'])).toMatchObject({ items: [{ restarted: 1 }] });
    expect(await enrollmentsOf(bench, 'ann@ann.example')).toMatchObject([
      { status: 'cancelled', cancel_reason: 'rehearsal' },
      { status: 'pending', step: 'hello', match_reason: 'pattern_exact' },
    ]);
    expect(statesOf(bench, ids)).toEqual(['sent', 'pending_approval', 'pending_approval']);
  });

  test('A2, D9: dry records stop counting: the first real step is not held back by them, and is really sent', async () => {
    const { bench, server } = await rehearsed();
    await bench.run(['go-live', '--restart', '--yes']);
    await bench.run(['drip', '--force', '--lead', 'ann@ann.example']);
    const { items } = await bench.json(['review', 'list', '--state', 'pending_approval']);
    const fresh = items.find(({ lead }) => (lead as { email: string }).email === 'ann@ann.example')!;
    await bench.run(['review', 'approve', String(fresh['id'])]);
    bench.clock.advance(HOUR_MS);
    expect(verdicts(await bench.send())).toEqual({ [String(fresh['id'])]: 'sent' });
    expect(server.totalTaken).toBe(1);
  });

  test('D9: an enrollment of which anything really arrived is not restarted: its reader had those steps', async () => {
    const { bench, server, ids } = await rehearsed();
    await bench.run(['go-live', '--keep', '--yes']);
    bench.clock.advance(3 * DAY_MS);
    await bench.send();
    await bench.run(['drip', '--force', '--lead', 'ann@ann.example']);
    const { items } = await bench.json(['review', 'list', '--state', 'pending_approval']);
    const real = items.find(({ step }) => step === 'case-study')!;
    await bench.run(['review', 'approve', String(real['id'])]);
    await bench.send();
    bench.clock.advance(HOUR_MS);
    await bench.send('--only', String(real['id']));
    expect(bench.stateOf(String(real['id']))).toBe('sent');
    expect(server.totalTaken).toBe(1);
    // Back to rehearsing for a while, then live again.
    bench.configure({});
    await bench.run(['review', 'approve', ids[1]!]);
    bench.configure({ smtpPort: server.port });
    expect(await bench.json(['go-live', '--restart', '--yes'])).toMatchObject({ items: [{ restarted: 0 }] });
  });
});

describe('live taken back', () => {
  test('D9: what was approved while not live does not leave when live comes back', async () => {
    const { bench, server, ids } = await rehearsed();
    await bench.run(['go-live', '--keep', '--yes']);
    bench.configure({});
    expect((await bench.run(['review', 'approve', ids[2]!])).code).toBe(0);
    bench.configure({ smtpPort: server.port });
    expect((await bench.run(['send'])).code).toBe(78);
    await bench.run(['go-live', '--keep', '--yes']);
    await bench.send();
    expect([bench.stateOf(ids[2]!), server.totalTaken]).toEqual(['pending_approval', 0]);
  });

  test('D9: what went to the outbox in between is a rehearsal again', async () => {
    const { bench, server } = await rehearsed();
    await bench.run(['go-live', '--keep', '--yes']);
    bench.configure({});
    const id = bench.approve('fay');
    await bench.send('--only', id);
    expect(bench.of(id)).toMatchObject({ state: 'sent', dry: true });
    bench.configure({ smtpPort: server.port });
    expect((await bench.run(['send'])).code).toBe(78);
  });
});

describe('go-live, after a rehearsal that was killed', () => {
  const claim = (bench: SendDesk, id: string): void => {
    const { database: db, clock } = bench;
    db.write(() => {
      db.prepare(`UPDATE messages SET state = 'sending', claimed_at = ?, attempts = 1 WHERE id = ?`).run(
        clock.now(),
        id,
      );
      db.prepare(
        `INSERT INTO attempts (message_row_id, attempt, event, at, operator_day, run_id, transport)
         VALUES (?, 1, 'claimed', ?, '2026-02-18', 'r-killed', 'outbox')`,
      ).run(bench.of(id).rowId, clock.now());
    });
  };

  test('D9: a claim that the outbox never got is a draft again, and leaves only when approved again', async () => {
    const { bench, server, ids } = await rehearsed();
    claim(bench, ids[1]!);
    await bench.run(['go-live', '--keep', '--yes']);
    await bench.send();
    expect([bench.stateOf(ids[1]!), server.totalTaken]).toEqual(['pending_approval', 0]);
  });

  test('D9: one that the outbox got is a rehearsal like the others', async () => {
    const { bench, ids } = await rehearsed();
    claim(bench, ids[1]!);
    const file = outboxFileName(ids[1]!, bench.clock.now());
    writeFileSync(join(bench.directory, 'outbox', file), 'whole\r\n');
    await bench.run(['go-live', '--keep', '--yes']);
    expect(bench.of(ids[1]!)).toMatchObject({ state: 'sent', dry: true });
  });
});
