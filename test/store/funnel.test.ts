import { describe, expect, test } from 'vitest';

import { funnelStages, shareText } from '../../src/commands/funnel.ts';
import { sequenceFunnels } from '../../src/store/funnel.ts';
import { desk, welcome } from '../commands/desk.ts';

describe('F4: the funnel of a sequence', () => {
  test('counts those enrolled, what was sent step by step, and how it ended, an answer to the last mail too', () => {
    const bench = desk();
    const sequence = bench.apply(welcome());
    const enrolled = ['ann', 'bob', 'cid', 'dot', 'eve', 'fay'].map((name) =>
      bench.enroll(bench.lead(name), sequence),
    );
    const [ann = 0, bob = 0, cid = 0, dot = 0, eve = 0] = enrolled;
    const db = bench.database;
    const sent = [ann, bob, cid].map((enrollment) => bench.message(enrollment, 'sent'));
    bench.message(dot, 'pending_approval');
    const end = (enrollment: number, status: string, reason: string | null): void => {
      db.write(() =>
        db
          .prepare(
            'UPDATE enrollments SET status = ?, cancel_reason = ?, ended_at = 1, due_at = NULL, next_due_at = NULL, next_step_row_id = NULL WHERE row_id = ?',
          )
          .run(status, reason, enrollment),
      );
    };
    end(ann, 'completed', null);
    end(bob, 'cancelled', 'replied');
    end(eve, 'cancelled', 'met in person');
    db.write(() =>
      db
        .prepare(
          `INSERT INTO message_events (source_id, key, kind, at, read_at, message_row_id, lead_row_id, detail)
           SELECT 'imap', id, 'reply', 1, 1, row_id, lead_row_id, '' FROM messages WHERE id = ?`,
        )
        .run(sent[0]),
    );
    const funnel = sequenceFunnels(db).get(sequence.rowId)!;
    expect(funnel).toMatchObject({
      ...{ enrolled: 6, completed: 1, replied: 2, bounced: 0, unsubscribed: 0, stopped: 1 },
    });
    expect([...funnel.steps.values()]).toEqual([{ sent: 3, rehearsed: 0, waiting: 1, replied: 1 }]);
    const stages = funnelStages(sequence, funnel, true).map(({ name, count }) => [name, count]);
    expect(stages.slice(0, 4)).toEqual([
      ['enrolled', 6],
      ['hello', 3],
      ['case-study', 0],
      ['last-touch', 0],
    ]);
  });

  test('D9: what was rehearsed counts until the state went live', () => {
    const bench = desk();
    const sequence = bench.apply(welcome());
    bench.message(bench.enroll(bench.lead('ann'), sequence), 'sent', { dry: 1 });
    const funnel = sequenceFunnels(bench.database).get(sequence.rowId)!;
    expect(funnelStages(sequence, funnel, false)[1]).toMatchObject({ count: 1, share: 1 });
    expect(funnelStages(sequence, funnel, true)[1]).toMatchObject({ count: 0, share: 0 });
  });

  test.each([
    [null, ''],
    [0, '0 %'],
    [0.001, '<1 %'],
    [0.126, '13 %'],
    [1, '100 %'],
  ])('a share of %j is %j', (share, text) => {
    expect(shareText(share)).toBe(text);
  });
});
