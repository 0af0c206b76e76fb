import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { acquireLock } from '../../src/store/locks.ts';
import { loadSequences } from '../../src/store/sequences.ts';
import { leadTimeline } from '../../src/store/timeline.ts';
import { ACTIVE, bench, DAY_MS } from './sequence-bench.ts';

const THREE = { a: '0d', b: '2d', c: '2d' };

describe('sequences apply', () => {
  it('C5: makes the files active, without a question when nobody is under way', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    const { code, stdout } = await desk.cli('sequences apply');
    expect(code).toBe(0);
    expect(stdout).toContain('+ web');
    expect(stdout).toContain('Applied.');
    const again = await desk.cli('sequences apply');
    expect(again.stdout).toContain('Nothing to apply');
    expect(loadSequences(desk.database)).toHaveLength(1);
  });

  it('shows who moves, asks, and anchors their due time anew in one go', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    const enrollment = desk.enroll(desk.lead('ann'), { step: 'b', last: 'a' });
    desk.message(enrollment, 'a', 'sent');
    desk.sequence('web', { ...THREE, b: '3d' });

    const plan = await desk.json('sequences plan');
    expect(plan.items).toMatchObject([
      {
        sequence: 'web',
        step: 'b',
        change: 'timing',
        affected_count: 1,
        earliest_shift_seconds: 86_400,
        latest_shift_seconds: 86_400,
        completes: 0,
      },
    ]);
    expect(plan['double_send_risk_count']).toBe(0);

    const unasked = await desk.cli('sequences apply');
    expect([unasked.code, unasked.stderr]).toEqual([64, expect.stringContaining('--yes')]);
    const declined = await desk.cli('sequences apply', { answers: ['n'] });
    expect(declined.stderr).toContain('moves 1 lead: 1 d later, none earlier');
    expect(desk.enrollment(enrollment)['next_due_at']).toBe(desk.clock.now() + 2 * DAY_MS);

    const agreed = await desk.cli('sequences apply', { answers: ['yes'] });
    expect(agreed.stdout).toContain('Applied.');
    expect(desk.enrollment(enrollment)).toMatchObject({
      status: 'active',
      step: 'b',
      next_due_at: desk.clock.now() + 3 * DAY_MS,
    });
  });

  it('withdraws the draft of a removed step and goes on, or completes; no send is recorded', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    const ann = desk.enroll(desk.lead('ann'), { step: 'b', last: 'a' });
    desk.message(ann, 'b', 'approved');
    desk.sequence('web', { a: '0d', c: '2d' });
    await desk.cli('sequences apply --yes');
    expect(desk.enrollment(ann)).toMatchObject({
      status: 'active',
      step: 'c',
      next_due_at: desk.clock.now() + 2 * DAY_MS,
    });
    expect(desk.messageStates()).toEqual([[`m-${ann}-b`, 'cancelled', 'step_removed']]);
    expect(leadTimeline(desk.database, 1, 5).map((entry) => entry.text)).toEqual([
      'draft of b withdrawn: step_removed',
    ]);

    desk.sequence('web', { a: '0d' });
    const document = await desk.json('sequences apply --yes');
    expect(document).toMatchObject({ applied: true, completed_count: 1, drafts_withdrawn_count: 0 });
    expect(desk.enrollment(ann)).toMatchObject({ status: 'completed', step: null, next_due_at: null });
  });

  it('B9: cancels everybody in an archived sequence with their drafts, except what is being sent', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    const [ann, ben] = [desk.lead('ann'), desk.lead('ben')].map((lead) => desk.enroll(lead, { step: 'a' }));
    desk.message(ann!, 'a', 'held');
    desk.message(ben!, 'a', 'sending');
    desk.sequence('web', THREE, ACTIVE.replace('active', 'archived'));
    const document = await desk.json('sequences apply --yes');
    expect(document).toMatchObject({ cancelled_count: 2, drafts_withdrawn_count: 1 });
    expect(desk.enrollment(ann!)).toMatchObject({ status: 'cancelled', cancel_reason: 'sequence_archived' });
    expect(desk.messageStates()).toEqual([
      [`m-${ann}-a`, 'cancelled', 'sequence_archived'],
      [`m-${ben}-a`, 'sending', null],
    ]);
    desk.sequence('web', THREE);
    expect((await desk.json('sequences apply --yes')).exit).toMatchObject({
      code: 65,
      message: 'web is archived, and that is for good',
    });
  });

  it('leaves a waiting draft where it is, in its own words, when words and delays change', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    const ann = desk.enroll(desk.lead('ann'), { step: 'b', last: 'a' });
    desk.message(ann, 'b', 'pending_approval');
    desk.sequence('web', { a: '0d', x: '1d', b: '9d', c: '2d' });
    await desk.cli('sequences apply --yes');
    expect(desk.messageStates()).toEqual([[`m-${ann}-b`, 'pending_approval', null]]);
    expect(desk.enrollment(ann)).toMatchObject({ step: 'b', next_due_at: desk.clock.now() + 2 * DAY_MS });
  });

  it('undoes what a stopped run left reserved, so that nobody waits at a step that is gone', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    const ann = desk.enroll(desk.lead('ann'), { step: 'b', last: 'a' });
    desk.message(ann, 'b', 'reserved');
    desk.sequence('web', { a: '0d', c: '2d' });
    await desk.cli('sequences apply --yes');
    expect([desk.messageStates(), desk.enrollment(ann)['step']]).toEqual([[], 'c']);
  });

  it('keeps the last good version when a file is wrong (65), and names file and line', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    writeFileSync(
      join(desk.directory, 'sequences/web/b.md'),
      'Subject: Hi {first_name}\nMode: fixed\n\nHello?\n',
    );
    const { code, stderr } = await desk.cli('sequences apply --yes');
    expect([code, stderr]).toEqual([65, expect.stringContaining('sequences/web/b.md:1')]);
    expect(loadSequences(desk.database)[0]!.steps[1]!.copy.subject).toBe('About b');
  });

  it('hardening 64: refuses a folder that vanished under live enrollments', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    desk.enroll(desk.lead('ann'), { step: 'a' });
    desk.sequence('web', null);
    const { code, stderr } = await desk.cli('sequences apply --yes');
    expect([code, stderr]).toEqual([65, expect.stringContaining('1 of its enrollments are live')]);
    expect(loadSequences(desk.database)[0]!.status).toBe('active');
  });

  it('A12: waits for no run: while one holds its lock nothing is applied (75)', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    const holder = { pid: 1, startedAt: desk.clock.now(), command: 'drip', hostName: 'vps-1' };
    const lock = acquireLock({ directory: join(desk.directory, 'locks'), job: 'drip', holder });
    const { code } = await desk.cli('sequences apply');
    expect([code, loadSequences(desk.database)]).toEqual([75, []]);
    if (lock.kind === 'held') lock.release();
  });
});

describe('A19: activating a sequence', () => {
  it('enrolls nobody who is already stored, unless asked to; then from now, once, with the count shown', async () => {
    const desk = bench();
    desk.lead('ann');
    desk.lead('ben', 'other');
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    const live = (): unknown[] =>
      desk.database
        .prepare('SELECT lead_row_id, match_reason, enrolled_at, next_due_at FROM enrollments')
        .all();
    expect(live()).toEqual([]);

    desk.sequence('late', { d: '1d' }, 'status = "active"\n[trigger]\nsource = ["we*"]');
    const shown = await desk.cli('sequences apply --enroll-existing', { answers: ['n'] });
    // The lead's exact match is `web`, which is not the one that becomes active now.
    expect(shown.stderr).not.toContain('Enrolls');
    desk.sequence('late', { d: '1d' }, 'status = "active"\n[trigger]\nsource = ["other"]');
    const unasked = await desk.cli('sequences apply --enroll-existing');
    expect(unasked.code).toBe(64);
    const asked = await desk.cli('sequences apply --enroll-existing', { answers: ['y'] });
    expect(asked.stderr).toContain('Enrolls 1 stored lead from now on: late 1');
    const now = desk.clock.now();
    expect(live()).toEqual([
      { lead_row_id: 2, match_reason: 'pattern_exact', enrolled_at: now, next_due_at: now + DAY_MS },
    ]);
    expect(leadTimeline(desk.database, 2, 5).map((entry) => entry.kind)).toEqual(['matched']);
  });

  it('does not give a lead the steps again that it had in the same sequence', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    const ann = desk.enroll(desk.lead('ann'), { step: 'a' });
    desk.database.write(() =>
      desk.database
        .prepare<[number]>(
          `UPDATE enrollments SET status = 'completed', ended_at = 1, next_step_row_id = NULL, next_due_at = NULL WHERE row_id = ?`,
        )
        .run(ann),
    );
    desk.sequence('web', THREE, ACTIVE.replace('active', 'paused'));
    await desk.cli('sequences apply --yes');
    desk.sequence('web', THREE);
    expect(await desk.json('sequences apply --enroll-existing --yes')).toMatchObject({ enrolled_count: 0 });
  });
});

describe('sequences list and show', () => {
  it('F4: give every sequence with its steps, tombstones included, and its counts', async () => {
    const desk = bench();
    desk.sequence('web', THREE);
    await desk.cli('sequences apply');
    desk.enroll(desk.lead('ann'), { step: 'a' });
    desk.sequence('web', { a: '0d', c: '2d' });
    await desk.cli('sequences apply --yes');
    const { items } = await desk.json('sequences list');
    expect(items).toMatchObject([
      {
        id: 'web',
        name: 'web',
        status: 'active',
        trigger: { source: ['web'], catch_all: false },
        steps: [
          { id: 'a', position: 0, timing: { after: '0d' }, window: null, deleted_at: null },
          { id: 'b', position: 1, deleted_at: '2026-02-18T09:00:00Z' },
          { id: 'c', position: 1, timing: { after: '2d' }, deleted_at: null },
        ],
        enrollments: { pending: 0, active: 1, completed: 0, cancelled: 0, failed: 0 },
      },
    ]);
    expect((await desk.json('sequences show web')).items).toMatchObject(items);
    const text = (await desk.cli('sequences show web', { stdoutIsTty: true })).stdout;
    expect(text).toContain('source web');
    expect(text).toContain('Removed   b');
  });

  it('name the nearest sequence for one that is unknown (64)', async () => {
    const desk = bench();
    desk.sequence('website-lead', THREE);
    await desk.cli('sequences apply');
    const { code, stderr } = await desk.cli('sequences show website-led');
    expect([code, stderr]).toEqual([64, expect.stringContaining('headgate sequences show website-lead')]);
    expect((await bench().cli('sequences list', { stdoutIsTty: true })).stdout).toContain(
      'No sequence is applied yet',
    );
  });
});
