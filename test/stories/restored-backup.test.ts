import { join } from 'node:path';

import { expect, it } from 'vitest';

import { createHookSpool } from '../../src/adapters/hook-spool.ts';
import { createSendJournal } from '../../src/adapters/send-journal.ts';
import { createActWriter, createOptOutSpool } from '../../src/adapters/spool.ts';
import {
  approveAndSend,
  bringPeople,
  draftCount,
  newestBackup,
  passQuietly,
  startUp,
  TWO_SEQUENCES,
} from '../sim/living.ts';
import { DAY_MS, HOUR_MS } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import type { Row } from '../sim/view.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);

/** A morning on which two drafts were made and sent after the last backup, with more people due. */
async function sentAfterBackup(): Promise<World> {
  const world = await storyWorld({
    now: TUESDAY,
    env: { HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '2', HEADGATE_LIMITS__DRAFTS_PER_DAY: '3' },
    rules: { draftsPerRun: { drip: 2, nurture: 5 }, draftsPerDay: 3 },
  });
  await startUp(world);
  await bringPeople(world, 6);
  await world.run(['backup']);
  await world.run(['drip'], { isTimer: true });
  await approveAndSend(world);
  expect(world.rows(`SELECT id FROM messages WHERE state = 'sent'`)).toHaveLength(2);
  world.clock.advance(HOUR_MS);
  return world;
}

it('A6, A15: what left after the backup still uses the day’s cap up', async () => {
  const world = await sentAfterBackup();
  await world.unseen(() => world.run(['restore', newestBackup(world), '--yes'], { isJudged: false }));
  await world.run(['adopt', '--yes']);
  await world.run(['drip'], { isTimer: true });

  await world.run(['confirm', '--yes']);

  expect(draftCount(world)).toBe(3);
  expect(world.broken).toEqual([]);
});

it('A15: a copy from a future that a restore undid is a restored one too', async () => {
  const world = await sentAfterBackup();
  const monday = newestBackup(world);
  world.clock.advance(HOUR_MS);
  for (const _ of Array.from({ length: 20 })) await world.run(['drip'], { isTimer: true });
  await world.run(['backup']);
  const later = newestBackup(world);
  await world.copyIntoPlace(monday);
  await world.run(['adopt', '--yes']);
  await world.run(['confirm', '--yes']);

  await world.copyIntoPlace(later);

  const { code, stdout } = await world.run(['drip', '--json'], { isTimer: true });
  expect(code).toBe(30);
  expect(stdout).toContain('"reason":"restored"');
});

/** What a provider says of the first mail that left, as its webhook lies in the inbox. */
function bounceOfFirst(world: World): string {
  const [mail] = world.deliveries.all();
  if (mail === undefined) throw new Error('nothing has left');
  createHookSpool(join(world.directory, 'hooks.d')).record({
    provider: 'mailgun',
    eventId: 'e-1',
    receivedAt: world.clock.now(),
    body: Buffer.from(
      JSON.stringify({
        'event-data': {
          id: 'e-1',
          event: 'complained',
          timestamp: world.clock.now() / 1_000,
          recipient: mail.to,
          message: { headers: { 'message-id': mail.messageIdHeader.slice(1, -1) } },
        },
      }),
    ),
  });
  return mail.to;
}

const suppressed = (world: World): readonly unknown[] =>
  world.rows('SELECT email_key FROM suppressions').map((row) => row['email_key']);

it('E4, A15: a complaint about a mail that left after the backup is heard once the backup is restored', async () => {
  const world = await sentAfterBackup();
  await world.unseen(() => world.run(['restore', newestBackup(world), '--yes'], { isJudged: false }));
  const to = bounceOfFirst(world);

  await world.run(['sync'], { isTimer: true });

  expect(suppressed(world)).toEqual([to]);
});

it('E4, A15: nor is it lost on a copy that was put in place by hand, before anybody has adopted it', async () => {
  const world = await sentAfterBackup();
  await world.copyIntoPlace(newestBackup(world));
  const to = bounceOfFirst(world);

  await world.run(['sync'], { isTimer: true });

  expect(suppressed(world)).toEqual([to]);
  expect((await world.run(['drip'], { isTimer: true })).code).toBe(30);
});

it.each(['sync', 'adopt'])(
  'D10, A15: who opted out on the page after the backup has opted out of a copy put in place by hand: after %s',
  async (command) => {
    const world = await sentAfterBackup();
    const [lead] = world.rows(
      `SELECT lead_row_id AS row_id, l.id FROM messages m JOIN leads l ON l.row_id = m.lead_row_id`,
    );
    createActWriter(join(world.directory, 'unsub.d')).record({
      leadId: String(lead?.['id']),
      act: 'stop',
      at: world.clock.now(),
    });
    const optedOut = (): unknown =>
      world.rows('SELECT opted_out FROM leads WHERE id = ?', String(lead?.['id']))[0]?.['opted_out'];
    await world.run(['sync'], { isTimer: true });
    expect(optedOut()).toBe(1);
    await world.copyIntoPlace(newestBackup(world));
    expect(optedOut()).toBe(0);

    await world.run(command === 'adopt' ? ['adopt', '--yes'] : ['sync']);
    await world.run(['drip', '--force'], { isTimer: true });

    const spool = createOptOutSpool(join(world.directory, 'unsub.d'));
    expect(optedOut() === 1 || spool.hasOptedOut(String(lead?.['id']))).toBe(true);
  },
);

it.each(['sync', 'adopt'])(
  'D1, A15: what a person has settled after a restore is not uncertain again: after %s',
  async (command) => {
    const world = await storyWorld({ now: TUESDAY });
    await startUp(world);
    await bringPeople(world, 1);
    await world.run(['drip'], { isTimer: true });
    await world.run(['backup']);
    killedAtTheDoor(world);
    await world.copyIntoPlace(newestBackup(world));
    const state = (): unknown => world.rows('SELECT state FROM messages')[0]?.['state'];
    await world.run(['sync'], { isTimer: true });
    expect(state()).toBe('uncertain');
    const [message] = world.rows('SELECT id FROM messages');
    await world.run(['review', 'settle', String(message?.['id']), 'not-sent']);
    const settled = state();
    expect(settled).not.toBe('uncertain');

    await world.run(command === 'adopt' ? ['adopt', '--yes'] : ['sync']);

    expect(state()).not.toBe('uncertain');
    expect(world.broken).toEqual([]);
  },
);

it('A7, C5, A15: a draft in the copy gives way to a later step that may have left since', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 1);
  await world.run(['drip'], { isTimer: true });
  await approveAndSend(world);
  await passQuietly(world, TUESDAY + 2 * DAY_MS);
  await world.run(['drip'], { isTimer: true });
  await world.run(['backup']);
  const [, second] = world.rows('SELECT id FROM messages ORDER BY row_id');
  await world.run(['review', 'reject', String(second?.['id'])]);
  await passQuietly(world, TUESDAY + 7 * DAY_MS);
  await world.run(['drip'], { isTimer: true });
  killedAtTheDoor(world);

  await world.unseen(() => world.run(['restore', newestBackup(world), '--yes'], { isJudged: false }));

  expect(stepsOf(world)).toEqual([
    ['welcome', 'sent'],
    ['case-study', 'skipped'],
    ['free-resource', 'uncertain'],
  ]);
  await world.run(['drip'], { isTimer: true });
  await world.run(['review', 'settle', newestMessage(world), 'sent']);
  expect(stepsOf(world).at(-1)).toEqual(['free-resource', 'sent']);
  expect(world.rows('SELECT s.id FROM enrollments e JOIN steps s ON s.row_id = e.next_step_row_id')).toEqual([
    { id: 'last-touch' },
  ]);
  expect(world.broken).toEqual([]);
});

it('A7, D11, A15: and a draft of another sequence is due again once that one is settled', async () => {
  const world = await storyWorld({
    now: TUESDAY,
    sequences: {
      ...TWO_SEQUENCES,
      ...sequence('newsletter', {
        head: 'status = "active"',
        trigger: 'source = ["form:*"]\nallow_parallel = true',
        steps: [['issue', 'after = "0d"']],
      }),
    },
  });
  await startUp(world);
  await bringPeople(world, 1);
  await world.run(['drip'], { isTimer: true });
  const [draft] = world.rows('SELECT id FROM messages');
  await world.run(['backup']);
  await world.run(['review', 'discard', String(draft?.['id'])]);
  const other = world.rows(
    `SELECT e.id AS enrollment, q.id AS sequence, s.id AS step FROM enrollments e JOIN sequences q ON q.row_id = e.sequence_row_id
     JOIN steps s ON s.row_id = e.next_step_row_id WHERE e.row_id NOT IN (SELECT enrollment_row_id FROM messages)`,
  )[0];
  claim(world, { ...other, id: 'm-aaaabbbbccccdddd', email: 'person0@firm0.example' });

  await world.unseen(() => world.run(['restore', newestBackup(world), '--yes'], { isJudged: false }));

  expect(world.rows('SELECT state FROM messages ORDER BY row_id')).toEqual([
    { state: 'discarded' },
    { state: 'uncertain' },
  ]);
  await world.run(['drip'], { isTimer: true });
  expect(world.broken).toEqual([]);
});

function stepsOf(world: World): readonly unknown[] {
  return world
    .rows('SELECT s.id, m.state FROM messages m JOIN steps s ON s.row_id = m.step_row_id ORDER BY s.position')
    .map(({ id, state }) => [id, state]);
}

function newestMessage(world: World): string {
  return String(world.rows('SELECT id FROM messages ORDER BY row_id DESC LIMIT 1')[0]?.['id']);
}

/** After the backup the newest message was approved and claimed, and nothing is known of it since. */
function killedAtTheDoor(world: World): void {
  const [row] = world.rows(
    `SELECT m.id, l.email, e.id AS enrollment, q.id AS sequence, s.id AS step
     FROM messages m JOIN leads l ON l.row_id = m.lead_row_id JOIN enrollments e ON e.row_id = m.enrollment_row_id
     JOIN steps s ON s.row_id = m.step_row_id JOIN sequences q ON q.row_id = s.sequence_row_id ORDER BY m.row_id DESC LIMIT 1`,
  );
  claim(world, row);
}

function claim(world: World, row: Row | undefined): void {
  createSendJournal(world.directory).append([
    {
      messageId: String(row?.['id']),
      attempt: 1,
      at: world.clock.now(),
      stateId: String(world.rows('SELECT state_id FROM state_header')[0]?.['state_id']),
      event: 'claimed',
      recipient: String(row?.['email']),
      enrollmentId: String(row?.['enrollment']),
      sequenceId: String(row?.['sequence']),
      stepId: String(row?.['step']),
      transport: 'smtp',
      isRehearsal: false,
    },
  ]);
}
