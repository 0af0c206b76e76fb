import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { openEngine } from '../../src/commands/engine/engine.ts';
import { SenderBook } from '../../src/commands/engine/sender-book.ts';
import { noteSendingDay, senderCounts } from '../../src/store/senders.ts';
import { openHoursPolicy } from '../helpers/policy.ts';
import { SmtpTestServer } from '../helpers/smtp-server.ts';
import { about, read, readyPages } from './sync/fact-desk.ts';
import { DAY_MS, liveDesk, sendDesk, verdicts, type SendDesk } from './send/send-desk.ts';

const TOM = 'tom@mail.example.com';
const MIA = 'mia@mail.example.com';

function block(address: string, lines: readonly string[] = []): string {
  return ['[[sender]]', `address = "${address}"`, ...lines, ''].join('\n');
}

/** A desk whose mail leaves from these senders. */
function deskWith(blocks: readonly string[], now?: number): SendDesk {
  const limits = ['sends_per_run = 100', 'blast_radius_floor = 1000', 'sends_per_day = 1000'];
  const bench = sendDesk({ limits }, now);
  setSenders(bench, blocks);
  return bench;
}

function setSenders(bench: SendDesk, blocks: readonly string[]): void {
  const file = join(bench.directory, 'headgate.toml');
  const text = readFileSync(file, 'utf8').split('[[sender]]')[0] ?? '';
  writeFileSync(file, text);
  appendFileSync(file, blocks.join('\n'));
}

/** How many mails each sender has sent. */
function sentBy(bench: SendDesk): Readonly<Record<string, number>> {
  const rows = bench.rows(
    `SELECT o.sender, count(*) AS count FROM messages m JOIN outgoing_mail o ON o.message_row_id = m.row_id
     WHERE m.state = 'sent' GROUP BY o.sender ORDER BY o.sender`,
  );
  return Object.fromEntries(rows.map(({ sender, count }) => [String(sender), Number(count)]));
}

async function statusItem(bench: SendDesk): Promise<Readonly<Record<string, unknown>>> {
  return (await bench.json(['status'])).items[0] ?? {};
}

describe('D6: who writes to whom', () => {
  test('new leads are spread by the room of each sender, and those without room wait with a reason', async () => {
    const bench = deskWith([block(TOM, ['daily_cap = 2']), block(MIA, ['daily_cap = 4'])]);
    const ids = bench.approveMany(8);
    const run = await bench.send();
    expect(sentBy(bench)).toEqual({ [MIA]: 4, [TOM]: 2 });
    expect(run.counts).toMatchObject({ sent: 6, sender_cap: 2 });
    expect(Object.values(verdicts(run)).filter((verdict) => verdict === 'sender_cap')).toHaveLength(2);
    // The longest approved leave first, also where two senders share them.
    expect(ids.slice(0, 6).map((id) => bench.stateOf(id))).toEqual(Array(6).fill('sent'));
  });

  test('A17: the preview sends what the run sends', async () => {
    const bench = deskWith([
      block(TOM, ['daily_cap = 1']),
      block(MIA, ['daily_cap = 30', 'ramp_start = 2', 'ramp_step = 1']),
    ]);
    bench.approveMany(6);
    const preview = await bench.send('--preview');
    const would = preview.items.filter(({ action }) => action === 'send').map(({ id }) => id);
    const live = await bench.send();
    const did = live.items.filter(({ action }) => action === 'send').map(({ id }) => id);
    expect(would).toHaveLength(3);
    expect(did).toEqual(would);
  });

  test('the mail names the sender and its name, and both copies of the address agree', async () => {
    const bench = deskWith([block(MIA, ['name = "Mia, at Ledd"'])]);
    const id = bench.approve('ann');
    await bench.send();
    const mail = bench.row('SELECT CAST(raw AS TEXT) AS raw FROM outgoing_mail');
    expect(String(mail['raw'])).toContain(`From: "Mia, at Ledd" <${MIA}>`);
    expect(String(mail['raw'])).toContain(`Message-ID: <${id}@mail.example.com>`);
    expect(bench.row('SELECT sender FROM leads')).toEqual({ sender: MIA });
    expect(bench.row('SELECT sender FROM messages')).toEqual({ sender: MIA });
  });

  test('A15: a state restored from before the mail learns from the journal who wrote, and keeps it', async () => {
    const bench = deskWith([block(TOM, ['daily_cap = 1']), block(MIA)]);
    bench.approve('ann');
    bench.approve('eve');
    await bench.run(['backup', '--to', join(bench.directory, 'copies')]);
    await bench.send();
    const before = bench.rows('SELECT email, sender FROM leads ORDER BY email');
    expect(before.map(({ sender }) => sender)).toEqual([TOM, MIA]);
    const [copy] = readdirSync(join(bench.directory, 'copies')).filter((name) => name.endsWith('.db'));
    const restored = await bench.away(() =>
      bench.run(['restore', join(bench.directory, 'copies', String(copy)), '--yes']),
    );
    expect(restored.code).toBe(0);
    expect(bench.rows('SELECT email, sender FROM leads ORDER BY email')).toEqual(before);
    expect(bench.rows('SELECT address FROM sender_days ORDER BY address')).toHaveLength(2);
  });

  test('what a person reviews names the sender: the kept one, else that it is not chosen yet', async () => {
    const bench = deskWith([block(TOM, ['name = "Tom"']), block(MIA)]);
    const id = bench.approve('ann');
    expect((await bench.run(['review', 'show', id])).stdout).toContain('the sender with most room');
    await bench.send();
    expect((await bench.run(['review', 'show', id])).stdout).toContain(`Tom <${TOM}>`);
  });

  test('A6: midnight alone frees no sender: the last 24 hours count too', async () => {
    const bench = deskWith([block(TOM, ['daily_cap = 2'])], Date.UTC(2026, 1, 17, 22));
    bench.approveMany(4);
    expect((await bench.send()).counts).toMatchObject({ sent: 2 });
    bench.clock.set(Date.UTC(2026, 1, 18, 4));
    expect((await bench.send()).counts['sent']).toBeUndefined();
    bench.clock.set(Date.UTC(2026, 1, 18, 22, 1));
    expect((await bench.send()).counts).toMatchObject({ sent: 2 });
  });

  test('two runs at once send no more than the sender may: one of them finds the lock, or no room', async () => {
    const bench = deskWith([block(TOM, ['daily_cap = 3'])]);
    bench.approveMany(8);
    const runs = await Promise.all([bench.send(), bench.send(), bench.send()]);
    await bench.send();
    expect(sentBy(bench)).toEqual({ [TOM]: 3 });
    expect(runs.filter(({ exit }) => exit.code === 75).length).toBeGreaterThan(0);
  });

  test('A6: what another process claimed while a run was under way counts before the next claim', () => {
    const bench = deskWith([block(TOM, ['daily_cap = 4'])]);
    const ids = bench.approveMany(4);
    const engine = openEngine({
      db: bench.database,
      policy: openHoursPolicy(),
      now: bench.clock.now(),
      without: new Set(),
    });
    const rules = { address: TOM, dailyCap: 4, rampStart: null, rampStep: 0, takesOver: [] };
    const book = new SenderBook({ all: [rules], areNamed: true }, { isRehearsal: true });
    const room = (): number | null => book.at({ from: null, leadSender: null }).room;
    book.refresh(engine);
    expect(room()).toBe(4);
    const other = bench.open('write');
    other.write(() => {
      const claim = other.prepare<[number, string, string]>(
        `UPDATE messages SET state = 'sending', claimed_at = ?, sender = ? WHERE id = ?`,
      );
      for (const id of ids.slice(0, 3)) claim.run(bench.clock.now(), TOM, id);
    });
    book.refresh(engine);
    expect(room()).toBe(1);
    book.take(TOM);
    // Nobody else has written: counted on, not again.
    book.refresh(engine);
    expect(room()).toBe(0);
    book.forget();
    book.refresh(engine);
    expect(room()).toBe(1);
  });

  test('C1, D6: a sequence with a sender of its own uses it for all, and no lead keeps it', async () => {
    const bench = deskWith([block(TOM, ['daily_cap = 1']), block(MIA)]);
    bench.database.write(() => {
      bench.database
        .prepare(`UPDATE sequences SET definition_json = json_set(definition_json, '$.from', 'Tom <${TOM}>')`)
        .run();
    });
    bench.approveMany(3);
    expect((await bench.send()).counts).toMatchObject({ sent: 1, sender_cap: 2 });
    expect(sentBy(bench)).toEqual({ [TOM]: 1 });
    expect(bench.rows('SELECT DISTINCT sender FROM leads')).toEqual([{ sender: null }]);
  });
});

describe('D6: a sender that is no longer there', () => {
  async function moved(blocks: readonly string[]): Promise<SendDesk> {
    const bench = deskWith([block(TOM)]);
    const id = bench.approve('ann');
    await bench.send();
    bench.database.write(() => {
      // The same lead once more, as if its next step were approved.
      bench.database
        .prepare(`UPDATE messages SET state = 'approved', sent_at = NULL, claimed_at = NULL`)
        .run();
      bench.database.prepare('DELETE FROM outgoing_mail').run();
      bench.database
        .prepare(
          `UPDATE enrollments SET status = 'active', ended_at = NULL, next_step_row_id = (SELECT row_id FROM steps LIMIT 1),
          next_due_at = 0, due_at = 0 WHERE row_id = (SELECT enrollment_row_id FROM messages WHERE id = ?)`,
        )
        .run(id);
    });
    setSenders(bench, blocks);
    return bench;
  }

  test('its leads wait, status says so, and the operator hears of it once', async () => {
    const bench = await moved([block(MIA)]);
    const run = await bench.send();
    expect(run.counts).toMatchObject({ sender_cap: 1 });
    await bench.send();
    expect(bench.notices().filter((kind) => kind === 'sender')).toHaveLength(1);
    expect(await statusItem(bench)).toMatchObject({ removed_senders: [{ address: TOM, leads: 1 }] });
    expect((await bench.run(['status'])).stdout).toContain(`${TOM} is in no [[sender]] block`);
  });

  test('another that takes it over writes to its leads from then on', async () => {
    const bench = await moved([block(MIA, [`takes_over = ["${TOM}"]`])]);
    expect((await bench.send()).counts).toMatchObject({ sent: 1 });
    expect(sentBy(bench)).toEqual({ [MIA]: 1 });
    expect(bench.row('SELECT sender FROM leads')).toEqual({ sender: MIA });
    expect(await statusItem(bench)).toMatchObject({ removed_senders: [] });
  });

  test('without any block the one sender of brand.toml has all leads', async () => {
    const bench = await moved([]);
    expect((await bench.send()).counts).toMatchObject({ sent: 1 });
  });
});

describe('D6: a sender whose mail bounces', () => {
  /** Mails of this sender that left in the last days, so many of them bounced for good. */
  async function withBounces(mails: number, bounces: number): Promise<SendDesk> {
    const bench = deskWith([block(TOM, ['daily_cap = 500']), block(MIA)]);
    setSenders(bench, [block(TOM, ['daily_cap = 500'])]);
    bench.approveMany(mails, 'old');
    expect((await bench.send()).counts).toMatchObject({ sent: mails });
    setSenders(bench, [block(TOM, ['daily_cap = 500']), block(MIA)]);
    bench.database.write(() => {
      bench.database
        .prepare(
          `INSERT INTO message_events (source_id, key, kind, at, read_at, message_row_id, lead_row_id, detail)
           SELECT 'imap', id, 'hard_bounce', claimed_at + 60000, claimed_at + 60000, row_id, lead_row_id, '550 5.1.1 no such user'
           FROM messages ORDER BY row_id LIMIT ?`,
        )
        .run(bounces);
    });
    bench.clock.advance(DAY_MS);
    return bench;
  }

  test('is paused at 5 % of 100 mails, told of once, and stands in status; its leads wait, others go on', async () => {
    const bench = await withBounces(100, 5);
    const [ann, eve] = [bench.approve('ann'), bench.approve('eve')];
    bench.database.write(() => {
      bench.database.prepare(`UPDATE leads SET sender = ? WHERE email_key LIKE 'ann@%'`).run(TOM);
    });
    const preview = await bench.send('--preview');
    expect(verdicts(preview)).toEqual({ [ann]: 'sender_cap', [eve]: 'send' });
    expect(verdicts(await bench.send())).toEqual({ [ann]: 'sender_cap', [eve]: 'sent' });
    await bench.send();
    expect(bench.notices().filter((kind) => kind === 'sender')).toHaveLength(1);
    expect(sentBy(bench)).toEqual({ [MIA]: 1, [TOM]: 100 });
    const status = await bench.json(['status']);
    const { senders } = status.items[0] as { readonly senders: readonly unknown[] };
    expect(senders[0]).toMatchObject({
      address: TOM,
      paused: true,
      health: 'stop',
      mails: 100,
      bounces: 5,
      detail: '5 % hard bounces (5 of 100 mails; it stops at 5 %)',
    });
    expect(status['next']).toContain(`headgate resume --sender ${TOM}`);
    const why = await bench.json(['leads', 'why', bench.of(ann).leadId]);
    expect(JSON.stringify(why.items[0])).toContain('"name":"send","verdict":"skip","reason":"sender_cap"');
  });

  test('goes on with a warning at 2 %, and says nothing of 99 mails', async () => {
    const warned = await withBounces(100, 4);
    const id = warned.approve('ann');
    expect(verdicts(await warned.send())).toEqual({ [id]: 'sent' });
    expect(warned.notices().filter((kind) => kind === 'sender')).toHaveLength(1);
    expect(await statusItem(warned)).toMatchObject({ senders: [{ health: 'warn', paused: false }, {}] });

    const few = await withBounces(99, 60);
    await few.send();
    expect(few.notices()).not.toContain('sender');
  });

  test('is resumed by a person alone, who is shown why; what bounced before counts no more', async () => {
    const bench = await withBounces(100, 5);
    await bench.send();
    const declined = await bench.run(['resume', '--sender', TOM], { answers: [''] });
    expect(declined.stderr).toContain('5 % hard bounces');
    expect(declined.stdout).toContain('Still paused');
    const unasked = await bench.run(['resume', '--sender', TOM]);
    expect(unasked.code).toBe(64);
    expect(unasked.stderr).toContain(`headgate resume --sender ${TOM} --yes`);
    const resumed = await bench.json(['resume', '--sender', 'Tom@Mail.example.com', '--yes']);
    expect(resumed.items).toMatchObject([{ sender: TOM, paused: false }]);
    bench.database.write(() => {
      bench.database.prepare('UPDATE leads SET sender = ? WHERE sender IS NULL').run(TOM);
    });
    const id = bench.approve('ann');
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    expect((await bench.json(['resume', '--sender', TOM, '--yes'])).exit.message).toBe('not_paused');
    expect((await bench.run(['resume', '--sender', 'nobody@mail.example.com', '--yes'])).code).toBe(64);
  });

  test('a refusal of the address at the door counts now, and pauses it in the middle of a run', async () => {
    const server = await SmtpTestServer.start();
    const limits = ['sends_per_run = 100', 'blast_radius_floor = 1000', 'sends_per_day = 1000'];
    const bench = await liveDesk(server.port, { limits });
    bench.approveMany(100, 'old');
    expect((await bench.send()).counts).toMatchObject({ sent: 100 });
    server.plan([{ at: 'RCPT', fault: { kind: 'reply', line: '550 5.1.1 no such user' }, times: 10 }]);
    bench.approveMany(40, 'dead');
    const run = await bench.send();
    expect(run.counts).toMatchObject({ failed: 10, sender_cap: 30 });
    expect(bench.row('SELECT kind, count(*) AS n FROM message_events')).toEqual({
      kind: 'hard_bounce',
      n: 10,
    });
    expect(await statusItem(bench)).toMatchObject({ senders: [{ address: TOM, paused: true, bounces: 10 }] });
  });

  test('is paused and told of as soon as the complaints are read, before anything more leaves', async () => {
    const bench = await withBounces(100, 0);
    const ids = bench.rows('SELECT id FROM messages ORDER BY row_id LIMIT 2').map(({ id }) => String(id));
    await read(bench, readyPages([ids.map((id) => about(bench, id, { kind: 'complaint', key: id }))]));
    expect(bench.row('SELECT address, pause_reason FROM senders')).toEqual({
      address: TOM,
      pause_reason: '2 % complaints (2 of 100 mails; it stops at 0.3 %)',
    });
    expect(bench.notices().filter((kind) => kind === 'sender')).toHaveLength(1);
  });
});

describe('D6: warming up', () => {
  test('days of a rehearsal warm nothing up in earnest', () => {
    const bench = deskWith([block(TOM)]);
    const db = bench.database;
    const day = { now: bench.clock.now(), operatorDay: '2026-02-20', dayStartedAt: bench.clock.now() };
    db.write(() => {
      for (const operatorDay of ['2026-02-16', '2026-02-17', '2026-02-18'])
        noteSendingDay(db, { address: TOM, operatorDay, isRehearsal: true });
      for (const operatorDay of ['2026-02-18', '2026-02-20'])
        noteSendingDay(db, { address: TOM, operatorDay, isRehearsal: false });
    });
    const daysBefore = (isRehearsal: boolean): number | undefined =>
      senderCounts(db, { ...day, isRehearsal }).daysBefore.get(TOM);
    expect([daysBefore(true), daysBefore(false)]).toEqual([3, 1]);
  });
});
