import { describe, expect, test } from 'vitest';

import { savePlan } from '../../../src/store/plans.ts';
import { readJob } from '../../../src/store/jobs.ts';
import { planById } from '../../../src/store/plans.ts';
import { reviewDesk, type ReviewDesk } from './desk-state.ts';

interface ListDocument {
  readonly schema: string;
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly exit: { readonly code: number; readonly fix: string | null };
  readonly plan?: Readonly<Record<string, unknown>>;
}

async function json(desk: ReviewDesk, ...argv: readonly string[]): Promise<ListDocument> {
  return (await desk.run(['review', ...argv, '--json'])).json() as ListDocument;
}

describe('review list', () => {
  test('all that is open, what a person must decide first; nothing that has ended', async () => {
    const desk = reviewDesk();
    for (const state of [
      'approved',
      'sent',
      'held',
      'rejected',
      'uncertain',
      'pending_approval',
      'reserved',
    ] as const)
      desk.draft({ state });
    const { items, schema } = await json(desk, 'list');
    expect(schema).toBe('headgate.review/1');
    expect(items.map((item) => item['state'])).toEqual(['pending_approval', 'held', 'uncertain', 'approved']);
    const sent = await json(desk, 'list', '--state', 'sent', 'rejected');
    expect(sent.items.map((item) => item['state'])).toEqual(['sent', 'rejected']);
    expect((await json(desk, 'list', '--state', 'pending')).items).toHaveLength(1);
    expect((await json(desk, 'list', '--state', 'aproved')).exit).toMatchObject({
      code: 64,
      fix: 'did you mean approved?',
    });
  });

  test('cli.md 2.6: the keys that programs rely on, times in ISO 8601, the text only in show', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'approved', askReason: 'late' });
    const { items } = await json(desk, 'list');
    expect(items[0]).toMatchObject({
      id,
      state: 'approved',
      lead: { id: 'l-lead1', email: 'lead1@example.test', tz: 'Asia/Kolkata' },
      sequence: 'website-lead',
      step: 'welcome',
      subject: 'Subject 1',
      drafted_at: '2026-02-18T09:00:00Z',
      approved_at: '2026-02-18T09:00:00Z',
      leaves_at: '2026-02-18T09:15:00Z',
      sent_at: null,
      message_id: null,
      reason: 'late',
      hash: desk.message(id).textHash,
    });
    expect(items[0]).not.toHaveProperty('text');
    const shown = await json(desk, 'show', id);
    expect(shown.items[0]).toMatchObject({ text: 'Hi 1,\n\nsee https://example.com/a' });
  });

  test('in a pipe: no header, tabs, whole values, ISO times', async () => {
    const desk = reviewDesk();
    const id = desk.draft({
      subject: 'A subject that is much too long for any column of any terminal there is',
    });
    const { stdout } = await desk.run(['review', 'list']);
    expect(stdout).toBe(
      [
        id,
        'pending_approval',
        'lead1@example.test',
        'website-lead',
        'welcome',
        'A subject that is much too long for any column of any terminal there is',
        '2026-02-18T09:00:00Z\n',
      ].join('\t'),
    );
  });

  test('at a terminal: short ids that can be typed back, one line a row within its width', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    desk.draft({ state: 'approved' });
    const { stdout } = await desk.run(['review', 'list'], {
      stdoutIsTty: true,
      columns: 80,
      env: { NO_COLOR: '1' },
    });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const shown = lines[1]!.split(' ')[0]!;
    expect(shown.length).toBeLessThan(id.length);
    expect((await json(desk, 'show', shown)).items[0]).toMatchObject({ id });
    expect(lines[2]).toContain('09:15');
  });

  test('off a terminal `review` is the list and never asks', async () => {
    const desk = reviewDesk();
    desk.draft();
    const bare = await desk.run(['review']);
    expect(bare).toMatchObject({ code: 0, stdout: (await desk.run(['review', 'list'])).stdout });
  });

  test('a draft whose words carry escape codes cannot play with the terminal', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ subject: 'free \u001b[2J money', bodyMarkdown: 'a \u202e b' });
    for (const argv of [
      ['review', 'list'],
      ['review', 'show', id],
    ]) {
      const { stdout } = await desk.run(argv, { stdoutIsTty: true, columns: 90, env: { NO_COLOR: '1' } });
      expect(stdout).not.toContain('\u001b');
      expect(stdout).not.toContain('\u202e');
    }
  });
});

describe('review show', () => {
  test('the whole text, who and where, and the hash that an approval is bound to', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ askReason: 'late', bodyMarkdown: 'One two three.\n\nhttps://example.com/x' });
    const { stdout } = await desk.run(['review', 'show', id.slice(0, 7)]);
    expect(stdout).toContain('Lead1 <lead1@example.test>');
    expect(stdout).toContain('Kestrel · Kolkata · 14:30 now');
    expect(stdout).toContain('website-lead › 1 of 3 welcome');
    expect(stdout).toContain('One two three.');
    expect(stdout).toContain('! a person must look: late');
    expect(stdout).toContain(`hash ${desk.message(id).textHash!.slice(0, 8)}`);
  });

  test('at a terminal the card fits into 80 columns, long words and all', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ bodyMarkdown: `${'word '.repeat(60)}\n\n${'x'.repeat(300)}` });
    const { stdout } = await desk.run(['review', 'show', id], {
      stdoutIsTty: true,
      columns: 80,
      env: { NO_COLOR: '1' },
    });
    const lines = stdout.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout.match(/x/g)!.length).toBeGreaterThanOrEqual(300);
  });
});

describe('plans', () => {
  function withPlan(desk: ReviewDesk): string {
    const message = desk.message(desk.draft({ state: 'expired' }));
    desk.database.write(() =>
      savePlan(
        desk.database,
        {
          id: 'p-aaaabbbbccccdddd',
          job: 'drip',
          runId: 'r-run1',
          madeAt: desk.clock.now(),
          narrowed: false,
          policyHash: 'x',
          definitionsHash: 'y',
          doubts: ['first_boot'],
        },
        [
          {
            ordinal: 0,
            leadRowId: message.leadRowId,
            enrollmentRowId: message.enrollmentRowId,
            sequenceRowId: 1,
            stepRowId: message.stepRowId,
            dueAt: desk.clock.now(),
            askReason: 'late',
            subject: 'The planned subject',
            preheader: null,
            bodyMarkdown: 'The planned words.',
            textHash: 'abc',
            askedFor: null,
            unfit: null,
            judged: null,
          },
        ],
      ),
    );
    return 'p-aaaabbbbccccdddd';
  }

  test('A17: a saved plan is shown lead by lead with the very words that confirm would draft', async () => {
    const desk = reviewDesk();
    withPlan(desk);
    const { stdout } = await desk.run(['review', 'plan', 'p-aaaa']);
    expect(stdout).toContain('Lead1 <lead1@example.test>');
    expect(stdout).toContain('The planned words.');
    expect(stdout).toContain('because of first_boot');
    const document = await json(desk, 'plan', 'p-aaaa');
    expect(document.items[0]).toMatchObject({
      step: 'welcome',
      sequence: 'website-lead',
      text: 'The planned words.',
      reason: 'late',
    });
    expect(document.plan).toMatchObject({ state: 'waiting', doubts: ['first_boot'] });
    expect((await json(desk, 'plan', 'p-none00')).exit.code).toBe(64);
  });

  test('A5: a veto ends the plan and keeps its job preview-only', async () => {
    const desk = reviewDesk();
    const id = withPlan(desk);
    const vetoed = await desk.run(['review', 'veto', 'p-aaaa']);
    expect(vetoed).toMatchObject({ code: 0 });
    expect(vetoed.stdout).toContain('VETOED');
    expect(planById(desk.database, id)).toMatchObject({ state: 'vetoed' });
    expect(readJob(desk.database, 'drip').vetoedAt).toBe(desk.clock.now());
  });

  test('A5: a plan that was confirmed cannot be vetoed any more, and it says so', async () => {
    const desk = reviewDesk();
    withPlan(desk);
    desk.database.write(() => desk.database.prepare(`UPDATE plans SET state = 'confirmed'`).run());
    expect((await json(desk, 'veto', 'p-aaaa')).exit.code).toBe(33);
    expect(readJob(desk.database, 'drip').vetoedAt).toBeNull();
  });
});
