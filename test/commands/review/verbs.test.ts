import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { createSendJournal } from '../../../src/adapters/send-journal.ts';
import { journalFacts } from '../../../src/core/journal-facts.ts';
import type { MessageState } from '../../../src/core/model.ts';
import { readHeader, setPersonNeeded } from '../../../src/store/header.ts';
import { moveMessage } from '../../../src/store/messages.ts';
import { draftVolume } from '../../../src/store/volume.ts';
import { ClockWithNews, DAY_MS, reviewDesk, type ReviewDesk } from './desk-state.ts';

const MINUTE_MS = 60_000;

interface DecisionDocument {
  readonly items: readonly {
    readonly id: string;
    readonly state: string;
    readonly result: string;
    readonly refused: string | null;
    readonly detail: string | null;
  }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly exit: { readonly code: number; readonly message: string | null; readonly fix: string | null };
}

async function json(desk: ReviewDesk, ...argv: readonly string[]): Promise<DecisionDocument> {
  const result = await desk.run(['review', ...argv, '--json']);
  return result.json() as DecisionDocument;
}

/** The first step is uncertain, and the second has gone out: as after a restore that the send journal settled. */
function overtaken(desk: ReviewDesk): string {
  const id = desk.draft({ state: 'uncertain' });
  desk.clock.advance(DAY_MS);
  const [second, third] = ['case-study', 'close-loop'].map((step) =>
    Number(desk.one(`SELECT row_id FROM steps WHERE id = '${step}' ORDER BY row_id`)['row_id']),
  );
  desk.database.write(() =>
    desk.database
      .prepare('UPDATE enrollments SET last_step_row_id = ?, next_step_row_id = ?, anchor_at = ?')
      .run(second, third, desk.clock.now()),
  );
  return id;
}

describe('approve (D5, D7)', () => {
  test('D5: approve names who and when, and the mail leaves when the undo is over', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    const result = await desk.run(['review', 'approve', id]);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('Approved 1');
    expect(desk.message(id)).toMatchObject({
      state: 'approved',
      approvedBy: 'tom',
      approvedAt: desk.clock.now(),
      approvedBootId: 'boot-1',
      leavesAt: desk.clock.now() + 15 * MINUTE_MS,
    });
    expect(desk.story(id)).toEqual(['approved by tom, unchanged']);
  });

  test('the person behind sudo is the one who approved, not the service user', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    await desk.run(['review', 'approve', id], { env: { USER: 'root', SUDO_USER: 'ann' } });
    expect(desk.message(id).approvedBy).toBe('ann');
  });

  test('D5: an approval is bound to the text that was read: with another hash nothing is approved', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    const refused = await json(desk, 'approve', id, '--expect', '000000');
    expect(refused.exit).toMatchObject({ code: 33, message: `${id}: the text changed` });
    expect(desk.message(id).state).toBe('pending_approval');
    expect(desk.story(id)).toEqual([]);
    const hash = desk.message(id).textHash!.slice(0, 6);
    expect((await json(desk, 'approve', id, '--expect', hash.toUpperCase())).exit.code).toBe(0);
    expect(desk.message(id).state).toBe('approved');
  });

  test('D5: --expect takes 6 digits or more, of one message', async () => {
    const desk = reviewDesk();
    const [one, two] = [desk.draft(), desk.draft()];
    expect((await json(desk, 'approve', one, '--expect', 'abcde')).exit.code).toBe(64);
    expect((await json(desk, 'approve', one, two, '--expect', 'abcdef')).exit.code).toBe(64);
    expect(desk.message(one).state).toBe('pending_approval');
  });

  test('approving twice keeps the first undo and changes nothing', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    await desk.run(['review', 'approve', id]);
    const { leavesAt } = desk.message(id);
    desk.clock.advance(MINUTE_MS);
    const again = await json(desk, 'approve', id);
    expect(again).toMatchObject({ exit: { code: 0 }, counts: { done: 0, unchanged: 1 } });
    expect(desk.message(id).leavesAt).toBe(leavesAt);
  });

  test('A5: an approval is the act of a person that a doubt waits for; a refused one is not', async () => {
    const desk = reviewDesk();
    const [good, gone] = [desk.draft(), desk.draft({ state: 'sent' })];
    desk.database.write(() => setPersonNeeded(desk.database, 1));
    await desk.run(['review', 'approve', gone]);
    expect(readHeader(desk.database).personNeededSinceAt).toBe(1);
    await desk.run(['review', 'approve', good]);
    expect(readHeader(desk.database).personNeededSinceAt).toBeNull();
  });

  test('one that cannot be approved does not keep the others back, and is listed (32)', async () => {
    const desk = reviewDesk();
    const [good, gone] = [desk.draft(), desk.draft({ state: 'sent' })];
    const result = await json(desk, 'approve', gone, good);
    expect(result.exit.code).toBe(32);
    expect(result.items.map(({ id, result: what, refused }) => [id, what, refused])).toEqual([
      [gone, 'refused', 'wrong_state'],
      [good, 'done', null],
    ]);
  });

  test('a state that is paused does not stop a person from deciding', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    writeFileSync(join(desk.directory, 'STOP'), 'wait');
    expect((await desk.run(['review', 'approve', id])).code).toBe(0);
  });

  test('D9: an approval given after live = true but before go-live says that it will be asked for again', async () => {
    const desk = reviewDesk({
      toml: 'live = true\n[web]\nbase_url = "https://example.test"\ntoken_secret = { file = "secret" }\n',
    });
    const id = desk.draft();
    const result = await desk.run(['review', 'approve', id]);
    expect(result.stderr).toContain('go-live');
    expect(desk.message(id).state).toBe('approved');
  });
});

describe('whole batches', () => {
  test('--all off a terminal needs the number, and the refusal names it', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft()];
    const bare = await json(desk, 'approve', '--all');
    expect(bare.exit).toMatchObject({ code: 64, fix: 'headgate review approve --all --count 2' });
    const wrong = await json(desk, 'approve', '--all', '--count', '3');
    expect(wrong.exit.code).toBe(64);
    expect(ids.map((id) => desk.message(id).state)).toEqual(['pending_approval', 'pending_approval']);
    const right = await json(desk, 'approve', '--all', '--count', '2');
    expect(right.counts).toEqual({ done: 2, unchanged: 0, refused: 0 });
  });

  test('at a terminal --all asks for the number; a wrong one approves nothing', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    const wrong = await desk.run(['review', 'approve', '--all'], { answers: ['yes'] });
    expect(wrong.code).toBe(64);
    expect(desk.message(id).state).toBe('pending_approval');
    const right = await desk.run(['review', 'approve', '--all'], { answers: ['1'] });
    expect(right).toMatchObject({ code: 0 });
    expect(right.stderr).toContain('1 message: 1 pending_approval');
    expect(desk.message(id).state).toBe('approved');
  });

  test('D5: words that changed while the number was typed are not approved by it; the others are', async () => {
    const desk = reviewDesk();
    const [changed, read] = [desk.draft(), desk.draft()];
    const clock = new ClockWithNews(1, () => {
      const change = { subject: 'Changed', text_hash: 'f'.repeat(64) } as const;
      desk.database.write(() =>
        moveMessage(desk.database, desk.message(changed), { to: 'pending_approval', change }),
      );
    });
    const { stdout } = await desk.run(['review', 'approve', '--all'], { answers: ['2'], clock });
    expect(stdout).toContain('the text changed');
    expect([changed, read].map((id) => desk.message(id).state)).toEqual(['pending_approval', 'approved']);
  });

  test('--all rejects and approves what waits for approval alone; what was decided or held by hand stays', async () => {
    const desk = reviewDesk();
    const [pending, approved, held] = [
      desk.draft(),
      desk.draft({ state: 'approved' }),
      desk.draft({ state: 'held', holdCause: 'operator' }),
    ];
    expect((await json(desk, 'reject', '--all', '--count', '1')).exit.code).toBe(0);
    expect([pending, approved, held].map((id) => desk.message(id).state)).toEqual([
      'rejected',
      'approved',
      'held',
    ]);
  });

  test('--run means the batch that was named', async () => {
    const desk = reviewDesk();
    const mine = [
      desk.draft({ runId: 'r-aaaabbbb' }),
      desk.draft({ runId: 'r-aaaabbbb', state: 'approved' }),
    ];
    const other = desk.draft({ runId: 'r-ccccdddd' });
    expect((await json(desk, 'discard', '--run', 'r-aaaa', '--count', '3')).exit.code).toBe(64);
    expect((await json(desk, 'discard', '--run', 'r-aaaa', '--count', '2')).exit.code).toBe(0);
    expect(mine.map((id) => desk.message(id).state)).toEqual(['discarded', 'discarded']);
    expect(desk.message(other).state).toBe('pending_approval');
    expect((await json(desk, 'discard', '--run', 'r-zzzzzz')).exit.code).toBe(64);
  });

  test('a hold of everything needs no number: it only stops', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft({ state: 'approved' }), desk.draft({ state: 'sent' })];
    expect((await json(desk, 'hold', '--all', '--reason', 'trade fair')).counts).toMatchObject({ done: 2 });
    expect(ids.map((id) => desk.message(id).state)).toEqual(['held', 'held', 'sent']);
    expect(desk.message(ids[1]!)).toMatchObject({
      heldFrom: 'approved',
      holdCause: 'operator',
      note: 'trade fair',
    });
    expect(desk.story(ids[0]!)).toEqual(['held by tom: trade fair']);
  });

  test('ids, --run and --all exclude each other, and one of them is needed', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    expect((await json(desk, 'approve')).exit.code).toBe(64);
    expect((await json(desk, 'approve', id, '--all', '--count', '1')).exit.code).toBe(64);
    expect(desk.message(id).state).toBe('pending_approval');
  });

  test('--all with nothing there is no error', async () => {
    const desk = reviewDesk();
    const result = await desk.run(['review', 'release', '--all', '--count', '0']);
    expect(result).toMatchObject({ code: 0 });
    expect(result.stdout).toContain('Nothing to do');
  });
});

describe('ids', () => {
  test('the beginning of an id is enough, from 6 characters on and only when one message has it', async () => {
    const desk = reviewDesk();
    const [one] = [desk.draft({ id: 'm-aaaaxx22bbbbcccc' }), desk.draft({ id: 'm-aaaayy22bbbbcccc' })];
    expect((await json(desk, 'approve', 'm-aaa')).exit.code).toBe(64);
    expect((await json(desk, 'approve', 'm-aaaa')).exit.code).toBe(64);
    expect((await json(desk, 'approve', 'm-nobody')).exit.code).toBe(64);
    expect((await json(desk, 'approve', '%')).exit.code).toBe(64);
    expect((await json(desk, 'approve', 'm-aaaax')).items[0]).toMatchObject({ id: one, result: 'done' });
  });

  test('one message named twice is decided once', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    expect((await json(desk, 'approve', id, id.slice(0, 8))).items).toHaveLength(1);
  });
});

describe('what follows (D11)', () => {
  test('D11: rejected, the step is passed over and the next counts from now', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    desk.clock.advance(DAY_MS);
    await desk.run(['review', 'reject', id, '--reason', 'met in person']);
    expect(desk.message(id)).toMatchObject({ state: 'rejected', note: 'met in person' });
    expect(desk.enrollment(id)).toMatchObject({
      status: 'active',
      last_step_row_id: desk.message(id).stepRowId,
      anchor_at: desk.clock.now(),
      next_due_at: desk.clock.now() + 2 * DAY_MS,
    });
    expect(desk.story(id)).toEqual(['rejected by tom, the step is passed over: met in person']);
  });

  test('D11: the last step rejected completes the enrollment', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ step: 2 });
    await desk.run(['review', 'reject', id]);
    expect(desk.enrollment(id)).toMatchObject({ status: 'completed' });
  });

  test('B7: a rejected follow-up ends its enrollment, and nurture looks at the lead again later', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ job: 'nurture' });
    await desk.run(['review', 'reject', id]);
    expect(desk.enrollment(id)).toMatchObject({ status: 'completed' });
    const { due } = desk.one('SELECT nurture_due_at AS due FROM leads');
    expect(due).toBeGreaterThanOrEqual(desk.clock.now() + 7 * DAY_MS);
  });

  test.each([
    ['discard', []],
    ['reject', ['--then', 'redraft']],
  ] as const)('D11: after %s %j the same step is due again', async (verb, flags) => {
    const desk = reviewDesk();
    const id = desk.draft();
    const before = desk.enrollment(id);
    await desk.run(['review', verb, id, ...flags]);
    expect(desk.message(id).state).toBe('discarded');
    expect(desk.enrollment(id)).toEqual(before);
  });

  test('D11: the next run writes a discarded step anew, as a new revision of the same message', async () => {
    const desk = reviewDesk();
    const [discarded, redraft] = [desk.draft(), desk.draft()];
    await desk.run(['review', 'discard', discarded]);
    await desk.run(['review', 'reject', redraft, '--then', 'redraft']);
    desk.clock.advance(DAY_MS);
    expect(await desk.run(['drip', '--force'])).toMatchObject({ code: 0 });
    for (const id of [discarded, redraft]) {
      expect(desk.message(id)).toMatchObject({
        state: 'pending_approval',
        revision: 2,
        subject: 'Subject of welcome',
        note: null,
      });
    }
  });

  test('D11: rejected with --then stop, the enrollment is cancelled with the reason, or as manual', async () => {
    const desk = reviewDesk();
    const [plain, told] = [desk.draft(), desk.draft()];
    await desk.run(['review', 'reject', plain, '--then', 'stop']);
    await desk.run(['review', 'reject', told, '--then', 'stop', '--reason', 'they signed elsewhere']);
    expect(desk.enrollment(plain)).toMatchObject({ status: 'cancelled', cancel_reason: 'manual' });
    expect(desk.enrollment(told)).toMatchObject({
      status: 'cancelled',
      cancel_reason: 'they signed elsewhere',
    });
    expect(desk.message(plain).state).toBe('rejected');
  });

  test('--then takes three words and no other', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    expect((await json(desk, 'reject', id, '--then', 'again')).exit.code).toBe(64);
    expect(desk.message(id).state).toBe('pending_approval');
  });

  test('D1: settled as sent, it was delivered when it was claimed, and the next step counts from then', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'uncertain' });
    const claimedAt = desk.clock.now();
    desk.clock.advance(DAY_MS);
    await desk.run(['review', 'settle', id, 'sent', '--reason', 'it is in the Sent folder']);
    expect(desk.message(id)).toMatchObject({ state: 'sent', sentAt: claimedAt });
    expect(desk.enrollment(id)).toMatchObject({ anchor_at: claimedAt, next_due_at: claimedAt + 2 * DAY_MS });
    expect(desk.one('SELECT last_contact_at AS at FROM leads')).toEqual({ at: claimedAt });
    expect(desk.story(id).at(-1)).toBe('settled by tom, it was sent: it is in the Sent folder');
  });

  test('D11: settled as not sent, it is approved again under the same id, with a fresh undo', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'uncertain' });
    desk.clock.advance(DAY_MS);
    await desk.run(['review', 'settle', id, 'not-sent']);
    expect(desk.message(id)).toMatchObject({
      state: 'approved',
      approvedBy: 'tom',
      claimedAt: null,
      leavesAt: desk.clock.now() + 15 * MINUTE_MS,
      revision: 1,
    });
  });

  test('D11: settled as not sent when a later step has gone out, it is passed over, since no step may come out of its order', async () => {
    const desk = reviewDesk();
    const id = overtaken(desk);
    const before = desk.enrollment(id);
    const { code, stdout } = await desk.run(['review', 'settle', id, 'not-sent']);
    expect(code).toBe(0);
    expect(stdout).toContain('skipped');
    expect(desk.message(id)).toMatchObject({ state: 'skipped', note: 'a later step has gone out' });
    expect(desk.enrollment(id)).toEqual(before);
    expect(desk.story(id).at(-1)).toContain('it was not sent, and is passed over: a later step has gone out');
  });

  test('C2: settled as sent when a later step has gone out, the next delay still counts from that one', async () => {
    const desk = reviewDesk();
    const id = overtaken(desk);
    const before = desk.enrollment(id);
    await desk.run(['review', 'settle', id, 'sent']);
    expect(desk.message(id).state).toBe('sent');
    expect(desk.enrollment(id)).toEqual(before);
  });

  test.each([
    ['sent', 'sent'],
    ['not-sent', 'not_sent'],
  ])('A15: settled as %s, the send journal knows it, for a state that is older', async (word, fate) => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'uncertain' });
    await desk.run(['review', 'settle', id, word]);
    expect(journalFacts(createSendJournal(desk.directory).read()).get(id)).toMatchObject({
      fate,
      line: { messageId: id, recipient: 'lead1@example.test' },
    });
  });

  test('A15: where the send journal cannot be written (77), nothing is settled', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'uncertain' });
    mkdirSync(join(desk.directory, 'send-journal.jsonl'));
    expect((await desk.run(['review', 'settle', id, 'not-sent'])).code).toBe(77);
    expect(desk.message(id).state).toBe('uncertain');
  });

  test('settle needs one of two words', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'uncertain' });
    expect((await json(desk, 'settle', id, 'maybe')).exit.code).toBe(64);
    expect(desk.message(id).state).toBe('uncertain');
  });
});

describe('undo (D7)', () => {
  test('D7: within the undo an approval goes back to waiting', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    await desk.run(['review', 'approve', id]);
    desk.clock.advance(15 * MINUTE_MS - 1);
    expect((await json(desk, 'undo', id)).exit.code).toBe(0);
    expect(desk.message(id)).toMatchObject({
      state: 'pending_approval',
      approvedAt: null,
      approvedBy: null,
      leavesAt: null,
    });
    expect(desk.story(id)).toEqual([
      'approved by tom, unchanged',
      'taken_back by tom, the approval was taken back',
    ]);
  });

  test('D7: when the undo is over it says too late, and what still works', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    await desk.run(['review', 'approve', id]);
    desk.clock.advance(15 * MINUTE_MS);
    const late = await json(desk, 'undo', id);
    expect(late.items[0]).toMatchObject({ result: 'refused', refused: 'too_late' });
    expect(late.exit).toMatchObject({ code: 32, fix: `headgate review hold ${id}` });
    expect(desk.message(id).state).toBe('approved');
  });

  test('D7: against a send that has claimed it, the undo says too late and the claim stands', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    await desk.run(['review', 'approve', id]);
    const sender = desk.open('write');
    sender.write(() => moveMessage(sender, desk.message(id), { to: 'sending', change: { claimed_at: 1 } }));
    expect((await json(desk, 'undo', id)).items[0]).toMatchObject({
      refused: 'too_late',
      detail: 'it is being sent',
    });
    expect(desk.message(id).state).toBe('sending');
  });

  test('D7: once undone, a send that had it in its hands cannot claim it', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    await desk.run(['review', 'approve', id]);
    const inHand = desk.message(id);
    await desk.run(['review', 'undo', id]);
    const claimed = desk.database.write(() => moveMessage(desk.database, inHand, { to: 'sending' }));
    expect(claimed).toBe(false);
    expect(desk.message(id).state).toBe('pending_approval');
  });
});

describe('holding and releasing (A8, A15)', () => {
  test('hold and release bring a draft back to where it was, an approval with a fresh undo', async () => {
    const desk = reviewDesk();
    const [pending, approved] = [desk.draft(), desk.draft({ state: 'approved' })];
    await desk.run(['review', 'hold', pending, approved, '--until', '2d']);
    expect(desk.message(approved)).toMatchObject({ heldUntil: desk.clock.now() + 2 * DAY_MS });
    desk.clock.advance(DAY_MS);
    expect((await json(desk, 'release', '--all', '--count', '2')).exit.code).toBe(0);
    expect(desk.message(pending)).toMatchObject({
      state: 'pending_approval',
      holdCause: null,
      note: null,
    });
    expect(desk.message(approved)).toMatchObject({
      state: 'approved',
      approvedBy: 'tom',
      leavesAt: desk.clock.now() + 15 * MINUTE_MS,
      released: false,
    });
  });

  test('D2: released before its date, a long hold has not aged the draft', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    await desk.run(['review', 'hold', id, '--until', '30d']);
    desk.clock.advance(20 * DAY_MS);
    await desk.run(['review', 'release', id]);
    expect(await desk.run(['review', 'approve', id])).toMatchObject({ code: 0 });
  });

  test.each(['yesterday', '2026-02-01', '2026-02-18T09:00:00Z', '0m'])(
    'a hold until %s, which is no time ahead, is refused',
    async (until) => {
      const desk = reviewDesk();
      const id = desk.draft();
      expect((await json(desk, 'hold', id, '--until', until)).exit.code).toBe(64);
      expect(desk.message(id).state).toBe('pending_approval');
    },
  );

  test('A8: a released batch counts in the mean, raises the line of the day, and send does not judge it again', async () => {
    const desk = reviewDesk();
    const batch = Array.from({ length: 3 }, () =>
      desk.draft({ state: 'held', holdCause: 'blast_radius', heldFrom: 'approved', runId: 'r-flood1' }),
    );
    const volume = () =>
      draftVolume(desk.database, {
        job: 'drip',
        operatorDay: '2026-02-18',
        isOperatingDay: () => true,
        days: 7,
      });
    expect(volume()).toMatchObject({ madeToday: 0, releasedToday: 0 });
    desk.database.write(() => setPersonNeeded(desk.database, 1));
    expect((await json(desk, 'release', '--run', 'r-flood1')).counts).toMatchObject({ done: 3 });
    expect(volume()).toMatchObject({ madeToday: 3, releasedToday: 3 });
    for (const id of batch) expect(desk.message(id)).toMatchObject({ state: 'approved', released: true });
    expect(readHeader(desk.database).personNeededSinceAt).toBeNull();
  });

  test('A8: a discarded batch never counts in the mean', async () => {
    const desk = reviewDesk();
    desk.draft({ state: 'held', holdCause: 'blast_radius', runId: 'r-flood1' });
    expect((await json(desk, 'discard', '--run', 'r-flood1')).exit.code).toBe(0);
    expect(desk.one('SELECT counts_in_mean, released_day FROM draft_log')).toEqual({
      counts_in_mean: 0,
      released_day: null,
    });
  });

  test('A8: a batch is not rejected; the refusal names the command that discards it', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'held', holdCause: 'blast_radius', runId: 'r-flood1' });
    const refused = await json(desk, 'reject', '--run', 'r-flood1');
    expect(refused.exit).toMatchObject({ code: 32, fix: 'headgate review discard --run r-flood1' });
    expect(desk.message(id).state).toBe('held');
  });

  test('A15: on another machine a release is refused until adopt, and the refusal says so', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'held', holdCause: 'doubt', heldFrom: 'approved' });
    desk.machine.become({ machineIdHash: 'machine-2' });
    const refused = await json(desk, 'release', id);
    expect(refused.exit).toMatchObject({ code: 32, fix: 'headgate adopt' });
    expect(desk.message(id).state).toBe('held');
    desk.machine.become({ machineIdHash: 'machine-1' });
    expect((await json(desk, 'release', id)).exit.code).toBe(0);
  });

  test('A15: a restored state is not released from, and deciding in it does not make the doubt disappear', async () => {
    const desk = reviewDesk();
    const [held, pending] = [
      desk.draft({ state: 'held', holdCause: 'doubt', heldFrom: 'approved' }),
      desk.draft(),
    ];
    desk.stampFile.write({
      ...desk.stampFile.read()!,
      writeCounter: readHeader(desk.database).writeCounter + 1,
    });
    expect((await json(desk, 'release', held)).items[0]).toMatchObject({ refused: 'needs_adopt' });
    for (let times = 0; times < 3; times += 1) {
      await desk.run(['review', 'hold', pending]);
      await desk.run(['review', 'release', pending]);
    }
    expect((await json(desk, 'release', held)).items[0]).toMatchObject({ refused: 'needs_adopt' });
  });

  test('D2: what waited longer than seven days is neither approved nor released', async () => {
    const desk = reviewDesk();
    const [pending, held] = [desk.draft(), desk.draft({ state: 'held' })];
    desk.clock.advance(7 * DAY_MS + 1);
    expect((await json(desk, 'approve', pending)).items[0]).toMatchObject({ refused: 'expired' });
    expect((await json(desk, 'release', held)).items[0]).toMatchObject({ refused: 'expired' });
  });
});

test.each<[string, MessageState]>([
  ['approve', 'sending'],
  ['reject', 'sending'],
  ['discard', 'uncertain'],
  ['hold', 'sent'],
  ['release', 'approved'],
  ['undo', 'cancelled'],
])('%s of a message that is %s is refused and leaves it as it was', async (verb, state) => {
  const desk = reviewDesk();
  const id = desk.draft({ state });
  const before = desk.message(id);
  expect((await json(desk, verb, id)).exit.code).toBe(32);
  expect(desk.message(id)).toEqual(before);
  expect(desk.story(id)).toEqual([]);
});
