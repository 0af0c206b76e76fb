import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { displayWidth } from '../../../src/commands/output/text.ts';
import { accountsFor, auditEntries, auditHead } from '../../../src/store/audit.ts';
import { sendDesk, type SendDesk } from '../send/send-desk.ts';

/** As somebody with the files and without this program would. */
function byHand(bench: SendDesk, sql: string): void {
  const connection = new Database(bench.file);
  const triggers = connection
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit_%'`,
    )
    .all();
  for (const { name } of triggers) connection.exec(`DROP TRIGGER ${name}`);
  connection.exec(sql);
  for (const trigger of triggers) connection.exec(trigger.sql);
  connection.close();
}

function kinds(bench: SendDesk): string[] {
  return [...auditEntries(bench.database, 0)].map(({ kind }) => kind);
}

interface Verified {
  readonly verdict: string;
  readonly entries: number;
  readonly breaks: readonly { readonly kind: string; readonly missing: number }[];
  readonly faults: readonly { readonly number: number; readonly fault: string }[];
}

async function verify(bench: SendDesk): Promise<Verified & { readonly code: number }> {
  const { items, exit } = await bench.json(['audit', 'verify']);
  return { ...(items[0] as unknown as Verified), code: exit.code };
}

/** A state with a few decisions and sends, stamped by the last run. */
async function busyDesk(): Promise<SendDesk> {
  const bench = sendDesk();
  bench.approveMany(3);
  await bench.send();
  await bench.run(['pause', '--reason', 'a look']);
  await bench.run(['resume', '--yes']);
  await bench.send();
  return bench;
}

describe('A13: what leaves is in the trail', () => {
  test('each claim and its ending, in the transaction of its attempt: one entry for one line of the ledger', async () => {
    const bench = sendDesk();
    const [id = ''] = bench.approveMany(1);
    await bench.send();
    expect(kinds(bench)).toEqual(['created', 'send_claimed', 'send_accepted']);
    const { items } = await bench.json(['audit', 'show', '--message', id]);
    expect(items).toMatchObject([
      {
        kind: 'send_claimed',
        subject: id,
        detail: { attempt: 1, transport: 'outbox', text_hash: expect.any(String) },
      },
      { kind: 'send_accepted', subject: id, actor: expect.stringMatching(/^run:r-/), detail: { attempt: 1 } },
    ]);
    expect(bench.attempts(id)).toEqual(['claimed 1', 'accepted 1']);
  });

  test('the send journal and the stamp know where the trail ended, and cost no sync of their own', async () => {
    const bench = sendDesk();
    bench.approveMany(2);
    await bench.send();
    const heads = bench.journal().flatMap(({ audit }) => audit ?? []);
    expect(heads.length).toBeGreaterThan(0);
    for (const head of heads) expect(accountsFor(bench.database, head)).toBe(true);
    expect(bench.stampFile.read()?.audit).toEqual(auditHead(bench.database));
  });

  test('an idle run writes no entry', async () => {
    const bench = await busyDesk();
    const before = auditHead(bench.database);
    for (const job of ['send', 'drip', 'sync']) await bench.run([job]);
    expect(auditHead(bench.database)).toEqual(before);
  });
});

describe('audit verify', () => {
  test('a trail that nobody touched: 0, whole, held against stamp and journal', async () => {
    const bench = await busyDesk();
    const { code, stdout } = await bench.run(['audit', 'verify'], { stdoutIsTty: true, columns: 80 });
    expect(code).toBe(0);
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/whole, \d+ entries/);
    expect(stdout).toContain('held against stamp.json and');
  });

  test.each([
    ['changed', `UPDATE audit SET actor = 'terminal:eve' WHERE number = 3`, { number: 3, fault: 'changed' }],
    ['removed', 'DELETE FROM audit WHERE number = 3', { number: 4, fault: 'missing' }],
    [
      'moved',
      `UPDATE audit SET number = 100 WHERE number = 3; UPDATE audit SET number = 3 WHERE number = 4;
       UPDATE audit SET number = 4 WHERE number = 100`,
      { number: 3, fault: 'changed' },
    ],
    ['cut off', 'DELETE FROM audit WHERE number > 5', { fault: 'cut_off' }],
  ])('an entry was %s: 70, and which one', async (_, sql, fault) => {
    const bench = await busyDesk();
    byHand(bench, sql);
    const found = await verify(bench);
    expect(found).toMatchObject({ code: 70, verdict: 'tampered' });
    expect(found.faults).toContainEqual(expect.objectContaining(fault));
    const { stdout, stderr } = await bench.run(['audit', 'verify'], { stdoutIsTty: true, columns: 80 });
    expect(stdout).toContain('NOT WHOLE');
    expect(stderr).toContain('exit 70 SOFTWARE');
    const { items } = await bench.json(['doctor', '--offline', '--only', 'state']);
    expect(items.find(({ check }) => check === 'audit')).toMatchObject({ verdict: 'problem' });
  });

  test('an end that was cut off stops everything outbound until a person adopts, and stays shown', async () => {
    const bench = await busyDesk();
    bench.approveMany(1, 'late');
    byHand(bench, 'DELETE FROM audit WHERE number > 5');
    expect((await bench.run(['send'])).code).toBe(30);
    expect(await verify(bench)).toMatchObject({ code: 0, breaks: [{ kind: 'restored' }] });
    await bench.run(['adopt', '--yes']);
    expect(await verify(bench)).toMatchObject({
      code: 0,
      verdict: 'breaks_shown',
      breaks: [{ kind: 'restored' }, { kind: 'adopted' }],
    });
  });
});

describe('A15: an older copy, or another machine', () => {
  test('a copy put in place by hand: whoever writes first records what is gone', async () => {
    const bench = await busyDesk();
    const copy = join(bench.directory, 'copy.db');
    bench.database.vacuumInto(copy);
    bench.approveMany(1, 'since');
    await bench.send();
    const known = bench.stampFile.read()!.audit!;
    await bench.away(async () => {
      for (const suffix of ['-wal', '-shm']) rmSync(bench.file + suffix, { force: true });
      copyFileSync(copy, bench.file);
      return Promise.resolve();
    });
    const pending = await verify(bench);
    expect(pending).toMatchObject({ code: 30, verdict: 'restored' });
    expect(pending.faults).toContainEqual(
      expect.objectContaining({ number: known.number, fault: 'cut_off' }),
    );
    const { stdout, stderr } = await bench.run(['audit', 'verify'], { stdoutIsTty: true, columns: 80 });
    expect(stdout).toContain('RESTORED, adopt pending');
    expect(stdout).toContain(`2 entries are gone, up to ${String(known.number)}`);
    expect(stdout + stderr).not.toMatch(/tampered|wrote into/);
    expect(stderr).toContain('exit 30 COLD_START');
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    const { items: findings } = await bench.json(['doctor', '--offline', '--only', 'state']);
    expect(findings.find(({ check }) => check === 'audit')).toMatchObject({
      verdict: 'problem',
      title: 'restored, adopt pending',
      fix: 'headgate adopt',
    });
    await bench.run(['pause']);
    const found = await verify(bench);
    expect(found).toMatchObject({
      code: 0,
      verdict: 'breaks_shown',
      breaks: [{ kind: 'restored', missing: 2 }],
    });
    await bench.run(['adopt', '--yes']);
    expect(await verify(bench)).toMatchObject({ code: 0, faults: [] });
    const { items } = await bench.json(['audit', 'show', '--kind', 'restored', 'adopted']);
    expect(items).toMatchObject([
      { kind: 'restored', number: known.number + 1, detail: { outside_number: known.number } },
      { kind: 'adopted', detail: { held: 0 } },
    ]);
  });

  test('a cloned machine is shown where it was adopted', async () => {
    const bench = await busyDesk();
    const { code } = await bench.run(['adopt', '--yes'], {
      machine: {
        identity: () => ({ ...bench.machine.identity(), machineIdHash: 'other' }),
        bootId: () => 'b',
      },
    });
    expect(code).toBe(0);
    expect(await verify(bench)).toMatchObject({ code: 0, breaks: [{ kind: 'adopted', missing: 0 }] });
  });
});

describe('audit show', () => {
  test('fits 80 columns, newest last; a pipe gets tabs and everything', async () => {
    const bench = await busyDesk();
    const shown = (await bench.run(['audit', 'show', '--no-color'], { stdoutIsTty: true, columns: 80 }))
      .stdout;
    for (const line of shown.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    expect(shown.trimEnd().split('\n').at(-1)).toContain('resumed');
    const piped = (await bench.run(['audit', 'show', '--limit', '1'])).stdout.trimEnd().split('\t');
    expect(piped[2]).toBe('resumed');
    expect(piped).toHaveLength(6);
  });

  test('narrows by lead, by kind and by time; an unknown kind is named with its neighbour', async () => {
    const bench = sendDesk();
    const [id = '', other = ''] = bench.approveMany(2);
    await bench.run(['review', 'hold', other]);
    await bench.send();
    const lead = bench.of(other).leadId;
    const ofLead = await bench.json(['audit', 'show', '--lead', lead]);
    expect(ofLead.items.map(({ subject }) => subject)).toEqual([other]);
    const sent = await bench.json(['audit', 'show', '--kind', 'send_accepted']);
    expect(sent.items.map(({ subject }) => subject)).toEqual([id]);
    expect((await bench.json(['audit', 'show', '--since', '2100-01-01'])).items).toEqual([]);
    const { code, stderr } = await bench.run(['audit', 'show', '--kind', 'aproved']);
    expect(code).toBe(64);
    expect(stderr).toContain('--kind approved');
  });

  test('--json holds the very text that each hash was made of', async () => {
    const bench = await busyDesk();
    const { items } = await bench.json(['audit', 'show']);
    let previous = '0'.repeat(64);
    for (const { hashed, hash } of items) {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(String(hashed)));
      expect(new Uint8Array(digest).toHex()).toBe(hash);
      expect(String(hashed).startsWith(`["${previous}",`)).toBe(true);
      previous = String(hash);
    }
  });
});
