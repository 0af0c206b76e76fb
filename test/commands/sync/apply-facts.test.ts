import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { FACT_KINDS, type IncomingFact } from '../../../src/core/facts/fact.ts';
import { leadByRowId } from '../../../src/store/leads.ts';
import { suppressionReason } from '../../../src/store/suppressions.ts';
import { DAY_MS, HOUR_MS, sendDesk, type SendDesk } from '../send/send-desk.ts';
import { about, read, readyPages } from './fact-desk.ts';

/** A desk whose one lead has had its first mail. */
async function sentDesk(): Promise<{ bench: SendDesk; id: string }> {
  const bench = sendDesk();
  const id = bench.approve('maren');
  await bench.send();
  expect(bench.stateOf(id)).toBe('sent');
  return { bench, id };
}

function leadOf(bench: SendDesk, id: string): NonNullable<ReturnType<typeof leadByRowId>> {
  return leadByRowId(bench.database, bench.of(id).leadRowId)!;
}

function enrollment(bench: SendDesk, id: string): unknown {
  return bench.row(
    'SELECT status, cancel_reason FROM enrollments WHERE row_id = ?',
    bench.of(id).enrollmentRowId,
  );
}

/** Everything that facts may change, for comparing two histories. */
function stateOf(bench: SendDesk): unknown {
  return {
    enrollments: bench.rows('SELECT status, cancel_reason FROM enrollments ORDER BY row_id'),
    suppressions: bench.rows('SELECT email_key, reason FROM suppressions ORDER BY email_key'),
    leads: bench.rows('SELECT opted_out, last_contact_at FROM leads ORDER BY row_id'),
    messages: bench.rows('SELECT id, state FROM messages ORDER BY row_id'),
  };
}

describe('what came back changes its lead, once', () => {
  test('E4: an answer ends the sequence, and the operator reads its words', async () => {
    const { bench, id } = await sentDesk();
    const counts = await read(
      bench,
      readyPages([[about(bench, id, { kind: 'reply', text: 'Call me on Monday.' })]]),
    );
    expect(counts).toMatchObject({ facts: 1, applied: 1 });
    expect(enrollment(bench, id)).toEqual({ status: 'cancelled', cancel_reason: 'replied' });
    const notices = bench.rows("SELECT text FROM notices WHERE kind = 'reply'");
    expect(notices).toHaveLength(1);
    expect(String(notices[0]?.['text'])).toContain('Call me on Monday.');
  });

  test('E4: an answer is found by the Message-ID that was used, and by the address alone', async () => {
    for (const reference of ['header', 'address'] as const) {
      const { bench, id } = await sentDesk();
      const header = String(bench.row('SELECT message_id_header AS header FROM outgoing_mail')['header']);
      const none = { messageId: null, providerId: null, conversationId: null };
      const named =
        reference === 'header'
          ? { ...none, messageIdHeaders: ['<other@x.example>', header], emailKey: null }
          : { ...none, messageIdHeaders: [], emailKey: leadOf(bench, id).emailKey };
      const answer = about(bench, id, { kind: 'reply', about: named, trust: 'claimed' });
      await read(bench, readyPages([[answer]]));
      expect(enrollment(bench, id), reference).toMatchObject({ cancel_reason: 'replied' });
    }
  });

  describe('a mail that was forwarded, and is answered from another address', () => {
    const fromAnna = (bench: SendDesk, id: string, kind: IncomingFact['kind']): IncomingFact => {
      const header = String(bench.row('SELECT message_id_header AS header FROM outgoing_mail')['header']);
      const named = { messageId: null, providerId: null, conversationId: null, messageIdHeaders: [header] };
      const of = { kind, trust: 'claimed', text: 'Maren sent me this.' } as const;
      return about(bench, id, { ...of, about: { ...named, emailKey: 'anna@anna.example' } });
    };

    test('E4, B6: the lead it was sent to gets no further step, and the operator reads who wrote', async () => {
      const { bench, id } = await sentDesk();
      expect(await read(bench, readyPages([[fromAnna(bench, id, 'reply')]]))).toMatchObject({ applied: 1 });
      expect(enrollment(bench, id)).toEqual({ status: 'cancelled', cancel_reason: 'replied' });
      const { text } = bench.row("SELECT text FROM notices WHERE kind = 'reply'");
      expect(String(text).split('\n').slice(0, 2)).toEqual([
        'anna@anna.example answered.',
        'The mail was to maren@maren.example, whose sequences have ended: it may have been forwarded.',
      ]);
    });

    test('E4: who wrote is a lead too: a person who answered is not bumped under the other name', async () => {
      const { bench, id } = await sentDesk();
      const anna = bench.approve('anna');
      await read(bench, readyPages([[fromAnna(bench, id, 'reply')]]));
      expect([enrollment(bench, id), enrollment(bench, anna)]).toMatchObject([
        { cancel_reason: 'replied' },
        { cancel_reason: 'replied' },
      ]);
      expect(bench.stateOf(anna)).toBe('cancelled');
    });

    test('B6: who asks for no more mail gets none, nor does the lead it was sent to', async () => {
      const { bench, id } = await sentDesk();
      const anna = bench.approve('anna');
      await read(bench, readyPages([[fromAnna(bench, id, 'opt_out')]]));
      for (const each of [id, anna]) {
        expect(enrollment(bench, each)).toMatchObject({ cancel_reason: 'opted_out' });
        expect(suppressionReason(bench.database, leadOf(bench, each).emailKey)).toBe('opted_out');
        expect(leadOf(bench, each).optedOut).toBe(true);
      }
    });

    test('hardening 142: whoever got one mail of ours cannot fill the suppression list with strangers', async () => {
      const { bench, id } = await sentDesk();
      await read(bench, readyPages([[fromAnna(bench, id, 'opt_out')]]));
      expect(bench.rows('SELECT email_key FROM suppressions')).toEqual([
        { email_key: 'maren@maren.example' },
      ]);
      const { text } = bench.row("SELECT text FROM notices WHERE kind = 'opt_out'");
      expect(String(text)).toContain('anna@anna.example asks for no more mail.');
    });

    test('an absence note, or a wrong address, says nothing of a lead who only forwards it', async () => {
      const { bench, id } = await sentDesk();
      const anna = bench.approve('anna');
      await read(bench, readyPages([[fromAnna(bench, id, 'not_there'), fromAnna(bench, id, 'auto_reply')]]));
      expect(enrollment(bench, id)).toMatchObject({ cancel_reason: 'wrong_attribution' });
      expect(enrollment(bench, anna)).toMatchObject({ cancel_reason: null });
    });
  });

  test('E4: an answer that names no mail of ours is not lost when the next one left before it was read', async () => {
    const { bench, id } = await sentDesk();
    bench.clock.advance(2 * DAY_MS);
    const emailKey = leadOf(bench, id).emailKey;
    const nothing = { messageId: null, messageIdHeaders: [], providerId: null, conversationId: null };
    const answer = about(bench, id, { kind: 'reply', about: { ...nothing, emailKey }, trust: 'claimed' });
    bench.clock.advance(3 * HOUR_MS);
    const next = bench.message(bench.of(id).enrollmentRowId, 'sent', {
      claimed_at: bench.clock.now(),
      sent_at: bench.clock.now(),
    });
    expect(bench.of(next).leadRowId).toBe(bench.of(id).leadRowId);
    await read(bench, readyPages([[answer]]));
    expect(enrollment(bench, id)).toMatchObject({ cancel_reason: 'replied' });
  });

  test('E4: a dead address is never written to again, however its lead comes back', async () => {
    const { bench, id } = await sentDesk();
    await read(bench, readyPages([[about(bench, id, { kind: 'hard_bounce' })]]));
    const { emailKey, rowId } = leadOf(bench, id);
    expect(suppressionReason(bench.database, emailKey)).toBe('bounced');
    expect(leadByRowId(bench.database, rowId)?.suppressedReason).toBe('bounced');
  });

  test('hardening 137: a bounce of a mail that we never sent is kept apart and changes nothing', async () => {
    const { bench, id } = await sentDesk();
    const before = stateOf(bench);
    const stranger = about(bench, id, {
      kind: 'hard_bounce',
      trust: 'claimed',
      about: {
        messageId: 'm-strangerstranger',
        messageIdHeaders: ['<not@ours.example>'],
        providerId: null,
        conversationId: null,
        emailKey: leadOf(bench, id).emailKey,
      },
    });
    const counts = await read(bench, readyPages([[stranger]]));
    expect(counts).toMatchObject({ doubted: 1, applied: 0 });
    expect(stateOf(bench)).toEqual(before);
    expect(bench.row('SELECT count(*) AS count FROM message_events')).toEqual({ count: 1 });
  });

  test('E4: five bad days give an address up, five attempts on one day do not', async () => {
    const { bench, id } = await sentDesk();
    const bounce = (day: number, hour: number): IncomingFact =>
      about(bench, id, {
        kind: 'soft_bounce',
        key: `soft ${String(day)} ${String(hour)}`,
        at: bench.clock.now() + day * DAY_MS + hour,
      });
    await read(bench, readyPages([[0, 1, 2, 3, 4].map((hour) => bounce(0, hour))]));
    expect(suppressionReason(bench.database, leadOf(bench, id).emailKey)).toBeNull();
    const bad = [1, 2, 3, 4].map((day) => bounce(day, 0));
    await read(bench, readyPages([[], bad]));
    expect(suppressionReason(bench.database, leadOf(bench, id).emailKey)).toBe('bounced');
  });

  test('D1: an event settles what was uncertain, and the next delay counts from when it left', async () => {
    const { bench, id } = await sentDesk();
    bench.database.write(() => {
      bench.database.prepare("UPDATE messages SET state = 'uncertain', sent_at = NULL WHERE id = ?").run(id);
      bench.database
        .prepare(
          "UPDATE enrollments SET status = 'active', last_step_row_id = NULL, ended_at = NULL WHERE row_id = ?",
        )
        .run(bench.of(id).enrollmentRowId);
    });
    const claimedAt = bench.of(id).claimedAt;
    bench.clock.advance(2 * DAY_MS);
    await read(bench, readyPages([[about(bench, id, { kind: 'opened' })]]));
    expect(bench.of(id)).toMatchObject({ state: 'sent', sentAt: claimedAt });
  });

  test('E4: an auto-reply holds until the stated return and leaves the sequence as it is', async () => {
    const { bench, id } = await sentDesk();
    const until = bench.clock.now() + 6 * DAY_MS;
    const before = enrollment(bench, id);
    await read(bench, readyPages([[about(bench, id, { kind: 'auto_reply', until })]]));
    expect(leadOf(bench, id).heldUntil).toBe(until);
    expect(enrollment(bench, id)).toEqual(before);
  });

  test('an opt-out by answer is one for good', async () => {
    const { bench, id } = await sentDesk();
    await read(bench, readyPages([[about(bench, id, { kind: 'opt_out', trust: 'claimed' })]]));
    expect(leadOf(bench, id).optedOut).toBe(true);
    expect(enrollment(bench, id)).toMatchObject({ cancel_reason: 'opted_out' });
  });
});

describe('what a classifier is not sure of is for a person', () => {
  test('an absence note that says the person has left is told, and ends nothing by itself', async () => {
    const { bench, id } = await sentDesk();
    const suspicion = 'the person may have left';
    await read(bench, readyPages([[about(bench, id, { kind: 'auto_reply', suspicion })]]));
    expect(enrollment(bench, id)).toMatchObject({ cancel_reason: null });
    expect(bench.row("SELECT text FROM notices WHERE kind = 'auto_reply'")['text']).toContain(suspicion);
  });
});

describe('E7: nothing happens twice, in whatever order it comes', () => {
  test('the same page twice changes nothing, and says so', async () => {
    const { bench, id } = await sentDesk();
    const facts = [about(bench, id, { kind: 'complaint' }), about(bench, id, { kind: 'delivered' })];
    await read(bench, readyPages([facts]));
    const after = stateOf(bench);
    const counts = await read(bench, readyPages([[], facts]));
    expect(counts).toMatchObject({ repeated: 2, applied: 0 });
    expect(stateOf(bench)).toEqual(after);
    expect(bench.rows("SELECT 1 FROM notices WHERE kind = 'complaint'")).toHaveLength(1);
  });

  test('hardening 135: any order of the same facts ends in the same suppression and opt-out', async () => {
    const kinds = FACT_KINDS.filter(
      (kind) => !['reply', 'not_there', 'auto_reply', 'soft_bounce'].includes(kind),
    );
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...kinds], { minLength: 2 }), async (order) => {
        const results = [];
        for (const each of [order, [...order].reverse()]) {
          const { bench, id } = await sentDesk();
          await read(bench, readyPages([each.map((kind) => about(bench, id, { kind }))]));
          const { emailKey, optedOut } = leadOf(bench, id);
          results.push({ optedOut, isSuppressed: suppressionReason(bench.database, emailKey) !== null });
        }
        expect(results[0]).toEqual(results[1]);
      }),
      { numRuns: 12, seed: 5 },
    );
  });

  test('E2: reading goes on behind the last page that was kept', async () => {
    const { bench, id } = await sentDesk();
    const pages = [[about(bench, id, { kind: 'delivered' })], [about(bench, id, { kind: 'opened' })]];
    await read(bench, readyPages(pages.slice(0, 1)));
    const counts = await read(bench, readyPages(pages));
    expect(counts).toMatchObject({ facts: 1, applied: 1, repeated: 0 });
    expect(bench.row("SELECT cursor FROM sources WHERE source_id = 'inbox'")).toEqual({ cursor: '2' });
  });

  test('A21: a source that was read to its end is known to have been', async () => {
    const { bench, id } = await sentDesk();
    await read(bench, readyPages([[about(bench, id, { kind: 'delivered' })]]));
    expect(bench.row('SELECT read_to_end_at AS at, boot_id AS boot FROM reply_sources')).toEqual({
      at: bench.clock.now(),
      boot: bench.machine.bootId(),
    });
  });
});
