import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { enqueueNotice } from '../../../src/store/notices.ts';
import { DAY_MS, HOUR_MS, sendDesk } from '../send/send-desk.ts';
import { ADDRESS, CANARY, filesWith, personDesk } from './person-desk.ts';

describe('GDPR Art. 17: a person is erased', () => {
  test('no table and no file, unused parts and logs included, says anything about them', async () => {
    const bench = await personDesk();
    expect(filesWith(bench.directory, CANARY).length).toBeGreaterThan(3);
    const document = await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    expect(document.exit.name).toBe('OK');
    expect(document.items[0]).toMatchObject({
      id: bench.person.id,
      outcome: 'erased',
      held: { leads: 1, messages: 1, outgoing_mail: 1, notices: 1, chat_pages: 1, chat_updates: 1 },
      files: { outbox: 2, journal_lines: 3, reject_rows: 1, report: true, unread: [] },
      compaction: 'done',
    });
    for (const text of [CANARY, 'maren.vogt', 'vogt.example', 'marenson'])
      expect(filesWith(bench.directory, text), text).toEqual([]);
  });

  test('a file of refused rows that is no CSV any more is named: nobody else would look into it', async () => {
    const bench = await personDesk();
    const path = join(bench.directory, 'rejects/mended by hand.csv');
    const text = `headgate_line,email\n2,"${ADDRESS}\n`;
    writeFileSync(path, text);
    const screen = await bench.run(['leads', 'erase', ADDRESS, '--yes'], { stdoutIsTty: true, columns: 80 });
    expect(screen.code).toBe(0);
    expect(screen.stdout).toContain('rejects/mended by hand.csv');
    expect(screen.stdout).toContain('no CSV any more');
    for (const line of screen.stdout.split('\n').filter((each) => !each.includes(bench.directory)))
      expect(line.length).toBeLessThanOrEqual(80);
    expect(readFileSync(path, 'utf8')).toBe(text);
    rmSync(path);
    const { items } = await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    expect(items[0]).toMatchObject({ outcome: 'erased_before' });
  });

  test('who was erased is counted as no lead: not in a backup, and not among those who are judged', async () => {
    const bench = await personDesk();
    await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    const { items: copies } = await bench.json(['backup']);
    expect(copies).toMatchObject([{ leads: 1 }]);
    expect((await bench.run(['backup'])).stdout).toContain('verified: 1 lead,');
    const verified = await bench.json(['leads', 'verify', '--all', '--csv', 'verdicts.csv']);
    expect(verified['counts']).toMatchObject({ judged: 1 });
    expect(JSON.stringify(verified)).not.toContain('(erased)');
    expect(readFileSync(join(bench.directory, 'verdicts.csv'), 'utf8').trim().split('\n')).toHaveLength(2);
  });

  test('nobody else loses a word', async () => {
    const bench = await personDesk();
    const story = async (): Promise<unknown> =>
      (await bench.json(['leads', 'export', 'otto@otto.example'])).items[0];
    const before = (await story()) as { sections: unknown };
    await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    expect(((await story()) as { sections: unknown }).sections).toEqual(before.sections);
    expect(readFileSync(join(bench.directory, 'rejects/leads-r-1.csv'), 'utf8')).toContain(
      'otto@otto.example',
    );
  });

  test("what they wrote that was matched to no mail, or to somebody else's, names them no more either", async () => {
    const bench = sendDesk();
    const ann = bench.lead('ann', { firstName: 'Annika' });
    const joann = bench.lead('joann', { email: 'joann@ann.example', emailKey: 'joann@ann.example' });
    const { database: db } = bench;
    const now = bench.clock.now();
    db.write(() => {
      const event = db.prepare(
        `INSERT INTO message_events (source_id, key, kind, at, read_at, lead_row_id, detail) VALUES ('imap', ?, 'reply', ?, ?, ?, ?)`,
      );
      event.run('mail <1@ann.example>', now, now, null, 'Ann@ann.example wrote: canary');
      event.run('mail <2@ann.example>', now, now, joann, '550 <ann@ann.example> canary');
      event.run('mail <3@ann.example>', now, now, joann, 'joann@ann.example wrote: stays');
      const line = db.prepare(`INSERT INTO timeline (lead_row_id, at, kind, text) VALUES (?, ?, 'reply', ?)`);
      line.run(joann, now, 'ann@ann.example wrote: canary');
      line.run(joann, now, 'joann@ann.example wrote: stays');
      enqueueNotice(db, {
        kind: 'reply',
        job: 'sync',
        dedupeKey: 'reply',
        text: 'joann@ann.example answered, stays',
        runId: null,
        now,
        repeatAfterMs: Infinity,
      });
    });
    const exported = JSON.stringify((await bench.json(['leads', 'export', bench.leadId(ann)])).items);
    expect(exported.split('canary')).toHaveLength(4);
    expect(exported).not.toContain('stays');
    await bench.json(['leads', 'erase', bench.leadId(ann), '--yes']);
    expect(filesWith(bench.directory, 'canary')).toEqual([]);
    expect(filesWith(bench.directory, '<1@ann.example>')).toEqual([]);
    expect(bench.rows("SELECT detail FROM message_events WHERE detail <> ''")).toHaveLength(1);
    expect(bench.rows("SELECT text FROM timeline WHERE text LIKE '%stays'")).toHaveLength(1);
    expect(bench.rows("SELECT text FROM notices WHERE text LIKE '%stays'")).toHaveLength(1);
  });

  test('B3: the same address imported again is neither stored nor written to', async () => {
    const bench = await personDesk();
    await bench.json(['leads', 'erase', bench.person.id, '--yes']);
    const csv = `email,source,notes\nMaren.Vogt@VOGT.example,form:contact,again\nnew@new.example,form:contact,\n`;
    const preview = await bench.json(['leads', 'import', '-', '-n'], { input: csv });
    const imported = await bench.json(['leads', 'import', '-'], { input: csv });
    for (const { counts } of [preview, imported])
      expect(counts).toMatchObject({ rows: 2, new: 1, erased: 1 });
    expect(filesWith(bench.directory, 'maren.vogt')).toEqual([]);
    bench.clock.advance(2 * DAY_MS);
    await bench.json(['drip', '--force']);
    const { items } = await bench.json(['review', 'list']);
    expect(items.map(({ lead }) => (lead as { id: string }).id)).not.toContain(bench.person.id);
  });

  test('B3, B7: the lead that is left says nothing, is in no list and gets no follow-up', async () => {
    const bench = await personDesk();
    await bench.json(['leads', 'erase', bench.person.id, '--yes']);
    const { items } = await bench.json(['leads', 'list']);
    expect(items.map(({ id }) => id)).toEqual([bench.other.id]);
    const [shown] = (await bench.json(['leads', 'show', bench.person.id])).items;
    expect(shown).toMatchObject({
      email: '(erased)',
      first_name: null,
      suppressed: 'erased',
      do_not_contact: true,
      notes: null,
      custom: {},
    });
    bench.clock.advance(30 * DAY_MS);
    const nurture = await bench.json(['nurture', '--force']);
    expect(nurture.items).toEqual([]);
  });

  test('A2, A6, D1: what counts goes on counting', async () => {
    const bench = await personDesk();
    const counts = (): unknown =>
      bench.row(
        `SELECT (SELECT count(*) FROM messages WHERE state = 'sent') AS sent, (SELECT count(*) FROM draft_log) AS drafted,
           (SELECT count(*) FROM attempts) AS attempts, (SELECT watermark_at FROM leads WHERE row_id = ?) AS watermark,
           (SELECT count(*) FROM leads) AS leads`,
        bench.person.rowId,
      );
    const before = counts();
    await bench.json(['leads', 'erase', bench.person.id, '--yes']);
    expect(counts()).toEqual(before);
  });

  test('B6: what they were enrolled in ends, and an unsent draft is withdrawn', async () => {
    const bench = sendDesk();
    const id = bench.approve('ann');
    await bench.json(['leads', 'erase', 'ann@ann.example', '--yes']);
    expect(bench.stateOf(id)).toBe('cancelled');
    expect((await bench.send()).counts).not.toMatchObject({ sent: 1 });
    expect(bench.outbox()).toEqual([]);
  });

  test.for([
    { state: 'sending', exit: 'TEMPFAIL', fix: 'let send run once' },
    { state: 'uncertain', exit: 'USAGE', fix: 'headgate review settle' },
  ] as const)('D1: while a mail to them is $state nothing is erased', async ({ state, exit, fix }) => {
    const bench = sendDesk();
    const id = bench.message(bench.enroll(bench.lead('ann'), bench.sequence), state);
    const document = await bench.json(['leads', 'erase', 'ann@ann.example', '--yes']);
    expect(document.exit).toMatchObject({ name: exit });
    expect(JSON.stringify(document.exit)).toContain(fix);
    expect(bench.of(id).subject).toBe('Hello');
  });

  test('without a yes nothing happens, and a script must say it', async () => {
    const bench = sendDesk();
    bench.lead('ann');
    const asked = await bench.run(['leads', 'erase', 'ann@ann.example'], { answers: ['n'] });
    expect(asked.stderr).toContain('Everything that is held about them is overwritten');
    expect(asked.stdout).toContain('Nothing was erased.');
    expect((await bench.json(['leads', 'erase', 'ann@ann.example'])).exit.name).toBe('USAGE');
    expect((await bench.json(['leads', 'show', 'ann@ann.example'])).exit.name).toBe('OK');
  });

  test('what is left of them takes nothing in again', async () => {
    const bench = sendDesk();
    const id = bench.leadId(bench.lead('ann'));
    await bench.json(['leads', 'erase', id, '--yes']);
    expect((await bench.json(['leads', 'set', id, 'first_name=Ann'])).exit).toMatchObject({ name: 'USAGE' });
    await bench.json(['leads', 'set', id, 'do_not_contact=false']);
    expect((await bench.json(['leads', 'show', id])).items).toMatchObject([
      { do_not_contact: true, suppressed: 'erased' },
    ]);
  });

  test('twice is as good as once, by id and by address', async () => {
    const bench = sendDesk();
    const id = bench.leadId(bench.lead('ann'));
    await bench.json(['leads', 'erase', 'ann@ann.example', '--yes']);
    for (const typed of [id, 'ann@ann.example'])
      expect((await bench.json(['leads', 'erase', typed, '--yes'])).items).toMatchObject([
        { id, outcome: 'erased_before' },
      ]);
    expect((await bench.json(['leads', 'erase', 'bob@bob.example', '--yes'])).exit.name).toBe('USAGE');
  });

  test('what is left of them is a hash that nobody can turn round, in a file of its own for its owner alone', async () => {
    const bench = sendDesk();
    const id = bench.leadId(bench.lead('ann'));
    await bench.json(['leads', 'erase', id, '--yes']);
    const path = join(bench.directory, 'erasures.jsonl');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { kind: 'key' },
      { kind: 'erased', leadId: id },
    ]);
    expect((await bench.json(['suppressions', 'list'])).items).toMatchObject([
      { email: expect.stringMatching(/^erased:[0-9a-f]{64}$/) as unknown, reason: 'erased', note: null },
    ]);
    const { stdout } = await bench.run(['suppressions', 'export']);
    expect(stdout).not.toContain('erased:');
  });

  test('cli.md 2.7: a person who comes back is taken off the list with a reason, and is a new lead then', async () => {
    const bench = sendDesk();
    bench.lead('ann');
    await bench.json(['leads', 'erase', 'ann@ann.example', '--yes']);
    const removed = await bench.json([
      'suppressions',
      'remove',
      'ann@ann.example',
      '--reason',
      'wrote again',
    ]);
    expect(removed.items).toMatchObject([{ removed: true, reason: 'erased' }]);
    const csv = 'email\nann@ann.example\n';
    expect((await bench.json(['leads', 'import', '-'], { input: csv }))['counts']).toMatchObject({ new: 1 });
    // Nothing brings the bar back but a second erasure, which finds the place of the first one taken.
    await bench.json(['sync']);
    expect((await bench.json(['leads', 'show', 'ann@ann.example'])).items).toMatchObject([
      { suppressed: null },
    ]);
    await bench.json(['leads', 'erase', 'ann@ann.example', '--yes']);
    expect((await bench.json(['leads', 'import', '-'], { input: csv }))['counts']).toMatchObject({
      erased: 1,
    });
  });

  test('an address that was erased is not written down again by whoever suppresses it', async () => {
    const bench = sendDesk();
    bench.lead('ann');
    await bench.json(['leads', 'erase', 'ann@ann.example', '--yes']);
    await bench.json(['suppressions', 'add', 'ann@ann.example']);
    expect(filesWith(bench.directory, 'ann@ann')).toEqual([]);
    const test = await bench.json(['sequences', 'test', 'welcome', '--to', 'ann@ann.example']);
    expect(test.exit.name).toBe('USAGE');
  });
});

describe('A15: an older copy of the state forgets the same people', () => {
  test('restored on the same machine: by the file beside the state, before anything can leave', async () => {
    const bench = await personDesk();
    const copy = String((await bench.json(['backup'])).items[0]!['file']);
    await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    expect(filesWith(bench.directory, CANARY)).toEqual([copy.slice(bench.directory.length + 1)]);
    bench.clock.advance(HOUR_MS);
    const restored = await bench.away(() => bench.json(['restore', copy, '--yes']));
    expect(restored.items).toMatchObject([{ restored: true, erased_again: 1, journal: { unknown: [] } }]);
    await bench.json(['adopt', '--yes']);
    const [shown] = (await bench.json(['leads', 'show', bench.person.id])).items;
    expect(shown).toMatchObject({ email: '(erased)', suppressed: 'erased' });
    const csv = `email\n${ADDRESS}\n`;
    expect((await bench.json(['leads', 'import', '-'], { input: csv }))['counts']).toMatchObject({
      erased: 1,
    });
  });

  test('also where that copy knows them by another id, because they were imported again in between', async () => {
    const bench = sendDesk();
    const csv = 'email,notes\nann@ann.example,canary\n';
    const backup = async (): Promise<string> => {
      bench.clock.advance(HOUR_MS);
      return String((await bench.json(['backup'])).items[0]!['file']);
    };
    const empty = await backup();
    await bench.json(['leads', 'import', '-'], { input: csv });
    const former = await backup();
    await bench.away(() => bench.json(['restore', empty, '--yes']));
    await bench.json(['adopt', '--yes']);
    // What `restore` says to do for leads that came after the copy.
    await bench.json(['leads', 'import', '-'], { input: csv });
    await bench.json(['leads', 'erase', 'ann@ann.example', '--yes']);
    bench.clock.advance(HOUR_MS);
    const restored = await bench.away(() => bench.json(['restore', former, '--yes']));
    expect(restored.items).toMatchObject([{ erased_again: 1 }]);
    const { items } = await bench.json(['leads', 'list']);
    expect(items).toEqual([]);
    expect(filesWith(bench.directory, 'canary')).not.toContain('headgate.db');
    const erasures = await bench.json(['audit', 'show', '--kind', 'lead_erased']);
    expect(erasures.items).toMatchObject([{ kind: 'lead_erased', detail: { again: true } }]);
    expect((await bench.json(['audit', 'verify'])).exit.name).toBe('OK');
    // Both ids are in the file: nothing is left to finish.
    expect((await bench.json(['sync'])).exit.name).toBe('OK');
    expect(readFileSync(join(bench.directory, 'erasures.jsonl'), 'utf8').match(/"erased"/g)).toHaveLength(2);
  });

  test('the erasure names the copies that still hold them, and when the last of them is gone', async () => {
    const bench = await personDesk();
    await bench.json(['backup']);
    const { items } = await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    expect(items[0]!['copies']).toMatchObject([{ gone_after_backups: 14, sure: true }]);
  });

  test('on a new machine: by the file that backup keeps beside the copies', async () => {
    const bench = await personDesk();
    const copy = String((await bench.json(['backup'])).items[0]!['file']);
    await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    bench.clock.advance(HOUR_MS);
    await bench.json(['backup']);
    expect(existsSync(join(bench.directory, 'backup/erasures.jsonl'))).toBe(true);
    const { rmSync } = await import('node:fs');
    rmSync(join(bench.directory, 'erasures.jsonl'));
    const restored = await bench.away(() => bench.json(['restore', copy, '--yes']));
    expect(restored.items).toMatchObject([{ erased_again: 1 }]);
  });

  test('a backup beside the copies of another machine keeps whom that one erased', async () => {
    const bench = await personDesk();
    await bench.json(['backup']);
    const beside = join(bench.directory, 'backup/erasures.jsonl');
    const theirs = [
      { kind: 'key', key: 'k-ofanother', at: 1 },
      { kind: 'erased', leadId: 'l-ofanother', hash: 'ab', at: 2 },
    ];
    writeFileSync(beside, theirs.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    for (const hours of [1, 2]) {
      bench.clock.advance(hours * HOUR_MS);
      await bench.json(['backup']);
    }
    const lines = readFileSync(beside, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { leadId?: string }).leadId ?? 'key')).toEqual([
      'key',
      'l-ofanother',
      'key',
      bench.person.id,
    ]);
  });
});
