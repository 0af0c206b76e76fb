import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { createActWriter, createOptOutSpool } from '../../../src/adapters/spool.ts';
import { messageById } from '../../../src/store/messages.ts';
import { SmtpTestServer } from '../../helpers/smtp-server.ts';
import { liveDesk, sendDesk, verdicts, type SendDesk } from '../send/send-desk.ts';

function page(bench: SendDesk) {
  const folder = join(bench.directory, 'unsub.d');
  mkdirSync(folder, { recursive: true });
  const { record } = createActWriter(folder);
  return {
    folder,
    spool: createOptOutSpool(folder),
    press: (act: 'stop' | 'undo', leadId: string) => record({ leadId, act, at: bench.clock.now() }),
    leadOf: (messageId: string) => bench.leadId(messageById(bench.database, messageId)!.leadRowId),
  };
}

const flagOf = (bench: SendDesk, leadId: string): unknown =>
  bench.row('SELECT opted_out FROM leads WHERE id = ?', leadId)['opted_out'];
const storyOf = (bench: SendDesk, leadId: string): readonly unknown[] =>
  bench
    .rows(
      'SELECT kind FROM timeline WHERE lead_row_id = (SELECT row_id FROM leads WHERE id = ?) ORDER BY row_id',
      leadId,
    )
    .map((row) => row['kind']);

describe('an opt-out on the unsubscribe page (D10, B6)', () => {
  test('before the run: nothing leaves, every enrollment ends as opted_out, and the story says so', async () => {
    const bench = sendDesk();
    const { press, leadOf, spool } = page(bench);
    const id = bench.approve('ann');
    const other = bench.approve('ben');
    press('stop', leadOf(id));
    const document = await bench.send();
    expect(bench.outbox()).toEqual([other]);
    expect(bench.stateOf(id)).toBe('cancelled');
    expect(document.counts['sent']).toBe(1);
    expect(flagOf(bench, leadOf(id))).toBe(1);
    expect(bench.row('SELECT status, cancel_reason FROM enrollments ORDER BY row_id LIMIT 1')).toEqual({
      status: 'cancelled',
      cancel_reason: 'opted_out',
    });
    expect(storyOf(bench, leadOf(id))).toEqual(expect.arrayContaining(['opted_out', 'cancelled']));
    expect(spool.acts()).toEqual([]);
    const why = await bench.json(['leads', 'why', leadOf(id)]);
    expect(JSON.stringify(why)).toContain('opted_out');
  });

  test('F3: a preview shows it and changes nothing', async () => {
    const bench = sendDesk();
    const { press, leadOf, spool } = page(bench);
    const id = bench.approve('ann');
    press('stop', leadOf(id));
    const document = await bench.send('--preview');
    expect(verdicts(document)).toEqual({});
    expect([bench.stateOf(id), flagOf(bench, leadOf(id))]).toEqual(['approved', 0]);
    expect(spool.acts()).toHaveLength(1);
  });

  test.each(['drip', 'nurture'])('%s takes it in before it plans', async (job) => {
    const bench = sendDesk();
    const { press, spool } = page(bench);
    await bench.run([job]);
    await bench.run(['confirm', '--yes']);
    const lead = bench.leadId(bench.lead('eve'));
    press('stop', lead);
    await bench.run([job]);
    expect(flagOf(bench, lead)).toBe(1);
    expect(spool.acts()).toEqual([]);
  });

  test('hardening 127: between claim and body it stops that message and no other', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, { mail: [], isPaced: true });
    const { press, leadOf } = page(bench);
    const [first, second, third] = bench.approveMany(3);
    let recipients = 0;
    server.watch = (moment) => {
      // The second message is claimed, in the journal, its recipient accepted; the body has not begun.
      if (moment === 'RCPT' && (recipients += 1) === 2) press('stop', leadOf(second!));
    };
    const document = await bench.send();
    expect(server.totalTaken).toBe(2);
    expect(bench.attempts(second!)).toEqual(['claimed 1', 'withdrawn 1']);
    expect([bench.stateOf(first!), bench.stateOf(second!), bench.stateOf(third!)]).toEqual([
      'sent',
      'cancelled',
      'sent',
    ]);
    expect(flagOf(bench, leadOf(second!))).toBe(1);
    expect(document.counts['sent']).toBe(2);
  });

  test('a spool that cannot be read lets nothing leave (77)', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    writeFileSync(join(bench.directory, 'unsub.d'), 'not a folder');
    expect((await bench.send()).exit).toMatchObject({ code: 77, name: 'NOPERM' });
    expect([bench.stateOf(id), bench.outbox()]).toEqual(['approved', []]);
  });

  test('a mistake that is taken back ends the opt-out and enrolls nobody again', async () => {
    const bench = sendDesk();
    const { press, leadOf } = page(bench);
    const id = bench.approve('ann');
    const lead = leadOf(id);
    press('stop', lead);
    await bench.send();
    bench.clock.advance(1_000);
    press('undo', lead);
    await bench.send();
    expect(flagOf(bench, lead)).toBe(0);
    expect(bench.stateOf(id)).toBe('cancelled');
    expect(storyOf(bench, lead)).toContain('opted_in');
  });

  test('stop and mistake before any run leave the lead as it was', async () => {
    const bench = sendDesk();
    const { press, leadOf } = page(bench);
    const lead = leadOf(bench.approve('ann'));
    press('stop', lead);
    press('undo', lead);
    await bench.send();
    expect(flagOf(bench, lead)).toBe(0);
  });

  test('the undo ends only what the page made: an opt-out told by anybody else stays', async () => {
    const bench = sendDesk();
    const { press } = page(bench);
    const lead = bench.leadId(bench.lead('ann', { optedOut: true }));
    press('stop', lead);
    await bench.send();
    press('undo', lead);
    await bench.send();
    expect(flagOf(bench, lead)).toBe(1);

    const other = bench.leadId(bench.lead('ben'));
    press('stop', other);
    await bench.send();
    await bench.run(['leads', 'set', other, 'opted_out=no']);
    await bench.run(['leads', 'set', other, 'opted_out=yes']);
    press('undo', other);
    await bench.send();
    expect(flagOf(bench, other)).toBe(1);
  });

  test('E7: the same file twice, as after a crash between commit and rename, changes nothing', async () => {
    const bench = sendDesk();
    const { press, leadOf, spool } = page(bench);
    const lead = leadOf(bench.approve('ann'));
    press('stop', lead);
    await bench.send();
    await bench.run(['leads', 'set', lead, 'opted_out=no']);
    expect(spool.bringBack()).toBe(1);
    await bench.send();
    expect(flagOf(bench, lead)).toBe(0);
    expect(spool.acts()).toEqual([]);
  });

  test('A15: a restored copy from before the opt-out learns of it again', async () => {
    const bench = sendDesk();
    const { press, leadOf } = page(bench);
    const id = bench.approve('ann');
    const lead = leadOf(id);
    await bench.run(['backup']);
    const [copy = ''] = readdirSync(join(bench.directory, 'backup')).filter((name) => name.endsWith('.db'));
    press('stop', lead);
    await bench.send();
    expect(flagOf(bench, lead)).toBe(1);
    await bench.away(() => bench.run(['restore', join('backup', copy), '--yes']));
    expect(flagOf(bench, lead)).toBe(0);
    await bench.run(['adopt', '--yes']);
    await bench.run(['review', 'release', '--all']);
    await bench.send();
    expect([flagOf(bench, lead), bench.outbox()]).toEqual([1, []]);
  });

  test('a lead that this state does not know: the operator hears of it once, and the note is kept', async () => {
    const bench = sendDesk();
    const { press, folder } = page(bench);
    press('stop', 'l-zzzzzzzzzzzzzzzz');
    await bench.send();
    await bench.send();
    expect(bench.notices().filter((kind) => kind === 'opt_out_unknown')).toHaveLength(1);
    expect(readdirSync(join(folder, 'folded'))).toHaveLength(1);
  });

  test('a thousand at once are taken in together', async () => {
    const bench = sendDesk();
    const { press, spool } = page(bench);
    const leads = Array.from({ length: 1_001 }, (_, index) =>
      bench.leadId(bench.lead(`lead${String(index)}`)),
    );
    for (const lead of leads) press('stop', lead);
    await bench.send();
    expect(spool.acts()).toEqual([]);
    expect(bench.row('SELECT count(*) AS n FROM leads WHERE opted_out = 1')['n']).toBe(1_001);
  }, 60_000);
});
