import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { StoredSequence } from '../../../src/core/model.ts';
import { sequenceDefinition, stepDefinition } from '../../helpers/definitions.ts';
import { SmtpTestServer } from '../../helpers/smtp-server.ts';
import { temporaryDirectory } from '../../helpers/state.ts';
import { HOUR_MS, liveDesk, MINUTE_MS, sendDesk, type SendDesk } from './send-desk.ts';

const AT_ONCE = stepDefinition('open', { timing: { kind: 'after', delay: { unit: 'elapsed', ms: 0 } } });

/** An image of the whole disk: state, stamp and journal alike. */
async function imageOf(bench: SendDesk): Promise<string> {
  const image = temporaryDirectory();
  await bench.away(async () => {
    cpSync(bench.directory, image, { recursive: true });
    return Promise.resolve();
  });
  return image;
}

/** Puts the image back, as a hoster does: the machine is the same, and it boots. */
async function putBack(bench: SendDesk, image: string): Promise<void> {
  await bench.away(async () => {
    for (const name of readdirSync(bench.directory))
      rmSync(join(bench.directory, name), { recursive: true, force: true });
    cpSync(image, bench.directory, { recursive: true });
    return Promise.resolve();
  });
  bench.machine.reboot();
}

/** Two days of timers and nobody at the desk. */
async function timers(bench: SendDesk): Promise<void> {
  for (let tick = 0; tick < 40; tick += 1) {
    await bench.run(['drip']);
    await bench.run(['send']);
    bench.clock.advance(12 * MINUTE_MS);
    await bench.run(['confirm']);
    await bench.run(['nurture']);
    await bench.run(['send']);
    bench.clock.advance(tick < 20 ? 8 * MINUTE_MS : 2 * HOUR_MS);
  }
}

const drafts = (bench: SendDesk, state: string): number =>
  bench.rows(`SELECT 1 FROM messages WHERE state = '${state}'`).length;

describe('A5, A15: a disk image, restored within an hour on the same machine', () => {
  test('sends nothing by itself, neither what has left since nor what has not', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port);
    bench.approveMany(4);
    const image = await imageOf(bench);
    bench.clock.advance(5 * MINUTE_MS);
    await bench.send('--limit', '3');
    expect(server.totalTaken).toBe(3);
    bench.clock.advance(30 * MINUTE_MS);
    await putBack(bench, image);
    await timers(bench);
    expect(server.totalTaken).toBe(3);
    expect(drafts(bench, 'held')).toBe(4);
  });

  test('nor where the sequence approves itself: it asks until a person has acted', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port);
    const own = selfApproving(bench);
    bench.enroll(bench.lead('bob'), bench.sequence);
    await bench.run(['drip', '--force']);
    // A person acts: from now on the sequence may approve itself.
    await bench.run(['review', 'approve', '--all', '--count', '1']);
    await bench.send();
    bench.enroll(bench.lead('ann'), own);
    const image = await imageOf(bench);
    await bench.run(['drip']);
    await bench.send();
    expect(server.totalTaken).toBe(2);
    bench.clock.advance(40 * MINUTE_MS);
    await putBack(bench, image);
    await timers(bench);
    expect(server.totalTaken).toBe(2);
    // Ann's first step, which she has had, and bob's second: both wait for a person.
    expect([drafts(bench, 'approved'), drafts(bench, 'pending_approval')]).toEqual([0, 2]);
  });

  test('nor where it was made before the very first mail', async () => {
    const server = await SmtpTestServer.start();
    const bench = sendDesk({ smtpPort: server.port });
    await bench.run(['go-live', '--keep', '--yes']);
    bench.approveMany(2);
    const image = await imageOf(bench);
    await bench.send();
    expect(server.totalTaken).toBe(2);
    bench.clock.advance(10 * MINUTE_MS);
    await putBack(bench, image);
    await timers(bench);
    expect(server.totalTaken).toBe(2);
  });

  test('nor where it was made in the middle of a run: what was being sent is uncertain', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port);
    const [under, waiting] = bench.approveMany(2);
    const { database: db } = bench;
    db.write(() => {
      db.prepare(`UPDATE messages SET state = 'sending', claimed_at = ?, attempts = 1 WHERE id = ?`).run(
        bench.clock.now(),
        under,
      );
    });
    const image = await imageOf(bench);
    bench.clock.advance(10 * MINUTE_MS);
    await putBack(bench, image);
    await timers(bench);
    expect([bench.stateOf(under!), bench.stateOf(waiting!)]).toEqual(['uncertain', 'held']);
    expect(server.totalTaken).toBe(0);
  });
});

/** An active sequence that approves itself, once a person has acted here. */
function selfApproving(bench: SendDesk): StoredSequence {
  return bench.apply(sequenceDefinition('own', [AT_ONCE, 'later'], { approve: 'auto' }));
}
