import { describe, expect, test } from 'vitest';

import { createAirtableLeads } from '../../src/adapters/sources/airtable-leads.ts';
import { formulaText, listRequest } from '../../src/adapters/sources/airtable-request.ts';
import { addSuppression } from '../../src/store/suppressions.ts';
import { AirtableServer } from '../servers/airtable.ts';
import { airtableDesk, testApi, type AirtableDesk } from './airtable-desk.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function recordId(number: number): string {
  return `rec${String(number).padStart(14, '0')}`;
}

/** Leads as a table of a sales team has them, an hour old: every tenth opted out, some with a company, all with tags. */
function fill(server: AirtableServer, count: number): void {
  for (let number = 1; number <= count; number += 1) {
    server.put(recordId(number), {
      Email: `Lead${String(number)}@firm${String(number % 300)}.example`,
      'First Name': `Ada ${String(number)}`,
      Company: number % 3 === 0 ? `Firm ${String(number)}` : null,
      Tags: ['web', number % 2 === 0 ? 'even' : 'odd'],
      'Opted out': number % 10 === 0,
      Seats: number,
    });
  }
  for (const record of server.records.values()) record.modifiedAt -= HOUR_MS;
}

/** How many records a view has, by the feed alone. */
async function countIn({ server, clock }: AirtableDesk, view: string | null): Promise<number> {
  const now = (): number => clock.now();
  const api = testApi(server, { now, pause: () => Promise.resolve() });
  const place = { baseUrl: server.url, base: AirtableServer.BASE, table: AirtableServer.TABLE, view };
  const config = { id: 'crm', place, renames: [], writeBack: [], defaultSource: null };
  const feed = createAirtableLeads({ ...config, api, now });
  const from = {
    cursor: null,
    now: now(),
    deadlineAt: now() + HOUR_MS,
    signal: new AbortController().signal,
  };
  let count = 0;
  for await (const { source } of feed.batches(from)) count += source.check([]).rows;
  await feed.close();
  return count;
}

/** What others do in the base while pages are read; the same in every history, whenever it happens. */
function work(server: AirtableServer, number: number): void {
  server.put(recordId(number), { Company: 'Changed Ltd', 'Opted out': true });
}

describe('E1: leads from Airtable', () => {
  test('20,000 records, changed while they are paged, an iterator that expires and a 429: the same final state as without them', async () => {
    const RECORDS = 20_000;
    const CHANGED = Array.from({ length: 40 }, (_, index) => 1 + index * 490);
    const calm = await airtableDesk();
    fill(calm.server, RECORDS);
    for (const number of CHANGED) work(calm.server, number);
    expect(await calm.sync()).toMatchObject({ counts: { new: RECORDS, rejected: 0 }, exit: { name: 'OK' } });
    expect(calm.server.requests).toHaveLength(RECORDS / 100);

    const rough = await airtableDesk();
    const { server } = rough;
    fill(server, RECORDS);
    server.tooMany.add(30);
    server.meanwhile = (page) => {
      const number = CHANGED[Math.floor(page / 5) - 1];
      if (number !== undefined && page % 5 === 0) {
        work(server, number);
        server.move(recordId(number), number % 2 === 0 ? 'front' : 'end');
      }
      if (page === 120) server.restart();
    };
    const { read, waits } = await rough.readWaiting();
    expect(waits).toEqual([30_000]);
    expect(read.troubles).toEqual([]);
    rough.clock.advance(15 * MINUTE_MS);
    expect(await rough.sync()).toMatchObject({ counts: { rejected: 0 }, exit: { name: 'OK' } });
    expect(rough.outcome()).toEqual(calm.outcome());
    // Both readings of the pages, the refused one, and the few that were changed.
    expect(server.requests.length).toBeLessThanOrEqual((2 * RECORDS) / 100 + 5);
    expect(await rough.sync('--detailed-exit-code')).toMatchObject({ exit: { name: 'NOTHING_DUE' } });
  }, 240_000);

  test('what is read twice changes nothing, and a second reading asks for changes alone', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 1_000);
    await bench.sync();
    const before = bench.outcome();
    const story = bench.storyOf('lead10@firm10.example');
    bench.clock.advance(HOUR_MS);
    bench.server.requests.length = 0;
    expect(await bench.sync('--detailed-exit-code')).toMatchObject({ exit: { name: 'NOTHING_DUE' } });
    expect(bench.server.requests).toHaveLength(1);
    bench.clock.advance(DAY_MS);
    bench.server.requests.length = 0;
    const again = await bench.sync('--detailed-exit-code');
    expect(again).toMatchObject({ exit: { name: 'NOTHING_DUE' }, items: [{ unchanged: 1_000 }] });
    expect(bench.server.requests).toHaveLength(10);
    expect(bench.outcome()).toEqual(before);
    expect(bench.storyOf('lead10@firm10.example')).toEqual(story);
  }, 60_000);

  test('a change is merged: an opt-out that somebody ticks there ends the sequence here', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 250);
    await bench.sync();
    expect(bench.enrollmentsOf('lead7@firm7.example')).toMatchObject([{ status: 'pending' }]);
    bench.clock.advance(HOUR_MS);
    bench.server.put(recordId(7), { 'Opted out': true });
    bench.server.put(recordId(251), { Email: 'new@firm1.example' });
    expect(await bench.sync()).toMatchObject({ counts: { new: 1, updated: 1 } });
    expect(bench.enrollmentsOf('lead7@firm7.example')).toMatchObject([{ cancel_reason: 'opted_out' }]);
  });

  test('E7: a record that was touched and says what is known is no change', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 250);
    await bench.sync();
    const before = bench.outcome();
    const story = bench.storyOf('lead7@firm7.example');
    bench.clock.advance(HOUR_MS);
    for (let number = 1; number <= 250; number += 1) bench.server.put(recordId(number), {});
    const answer = await bench.sync('--detailed-exit-code');
    expect(answer).toMatchObject({ exit: { name: 'NOTHING_DUE' }, items: [{ unchanged: 250, updated: 0 }] });
    expect(bench.outcome()).toEqual(before);
    expect(bench.storyOf('lead7@firm7.example')).toEqual(story);
  });

  test('a change during the reading is found by the next one, whichever page it stood on', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 300);
    bench.server.meanwhile = (page) => {
      bench.clock.advance(1_000);
      if (page !== 3) return;
      work(bench.server, 5);
      bench.server.move(recordId(250), 'front');
      work(bench.server, 250);
    };
    await bench.sync();
    bench.server.meanwhile = null;
    expect(bench.leadOf('lead5@firm5.example').optedOut).toBe(false);
    bench.clock.advance(MINUTE_MS);
    await bench.sync();
    expect(bench.leadOf('lead5@firm5.example').optedOut).toBe(true);
    expect(bench.leadOf('lead250@firm250.example').optedOut).toBe(true);
    expect(bench.leads()).toHaveLength(300);
  });
});

describe('cells of Airtable are cells of a lead file', () => {
  test('lists are tags, boxes are yes and no, people and numbers are text, and what is empty is absent', async () => {
    const bench = await airtableDesk('map = ["Mail=email", "Do not call=do_not_contact"]');
    bench.server.put(recordId(1), {
      Mail: 'maren@vogt.example',
      Tags: ['web', 'trial; long', 7],
      Owner: { id: 'usr1', email: 'tom@ledd.example', name: 'Tom' },
      Score: 3.5,
      Sum: { error: '#ERROR!' },
      'Do not call': true,
      Logo: [{ id: 'att1', url: 'https://x.example/a.png', filename: 'a.png' }],
    });
    expect(await bench.sync()).toMatchObject({ counts: { new: 1 }, exit: { name: 'OK' } });
    expect(bench.leadOf('maren@vogt.example')).toMatchObject({
      tags: ['web', 'trial', 'long', '7'],
      doNotContact: true,
      source: 'website',
      custom: { owner: 'Tom', score: '3.5', logo: 'a.png' },
    });
  });

  test('bad records are refused with their number and id, good ones land, and empty ones are none (32)', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 120);
    bench.server.put(recordId(50), { Email: 'no address' });
    bench.server.put(recordId(51), { Email: 'Two <a@b.example>, c@d.example' });
    bench.server.put(recordId(121), {});
    bench.server.put(recordId(122), { Email: ' ', 'First Name': null });
    const answer = await bench.sync();
    expect(answer).toMatchObject({ counts: { new: 118, rejected: 2 }, exit: { name: 'PARTIAL' } });
    const rejects = bench.rejectsText();
    expect(rejects).toContain('headgate_record');
    expect(rejects).toMatch(new RegExp(`^50,email,.*${recordId(50)},no address`, 'm'));
    expect(rejects.trim().split('\n')).toHaveLength(3);
    // Told once more where the two readings overlap, and then once a day until somebody puts it right.
    for (const rejected of [2, 0]) {
      bench.clock.advance(HOUR_MS);
      expect(await bench.sync()).toMatchObject({ counts: { rejected } });
    }
  });

  test('a changed record that lost its address is refused alone', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 3);
    await bench.sync();
    bench.clock.advance(HOUR_MS);
    bench.server.put(recordId(2), { Email: null });
    expect(await bench.sync()).toMatchObject({ counts: { rejected: 1 }, exit: { name: 'PARTIAL' } });
  });

  test('hardening 136: records without id or fields, and cells of any shape, are passed over', async () => {
    const bench = await airtableDesk();
    const records = [
      { id: recordId(1), fields: { Email: 'maren@vogt.example', Deep: [[[1]], { name: { a: 1 } }, null] } },
      { id: 7, fields: { Email: 'no@id.example' } },
      { id: recordId(2) },
      'text',
    ];
    const body = JSON.stringify({ records, extra: true }).replace('"Deep"', '"__proto__"');
    bench.server.fail({ kind: 'answer', answer: { status: 200, body }, acts: false });
    expect(await bench.sync()).toMatchObject({ counts: { new: 1, rejected: 0 }, exit: { name: 'OK' } });
    expect(bench.leads()).toHaveLength(1);
  });
});

describe('a table that is not what was configured', () => {
  test('a field of `map` that is gone stops the source: an opt-out must not be lost without a word', async () => {
    const bench = await airtableDesk('map = ["Opt-out=opted_out"]');
    fill(bench.server, 3);
    const first = await bench.sync();
    expect(first).toMatchObject({ counts: { new: 0, failed: 1 }, exit: { name: 'PARTIAL' } });
    expect(first.exit.message).toContain('Unknown field name: "Opt-out"');
    bench.server.fieldNames.add('Opt-out');
    expect(await bench.sync('--source', 'crm')).toMatchObject({ counts: { new: 3 }, exit: { name: 'OK' } });
  });

  test('a table without an address says which field to name, and is read whole once it is named', async () => {
    const bench = await airtableDesk();
    bench.server.put(recordId(1), { 'E-Mail Address': 'maren@vogt.example' });
    const answer = await bench.sync();
    expect(answer.exit).toMatchObject({ name: 'PARTIAL' });
    expect(answer.exit.message).toContain('there is no column "email"; the file has e_mail_address');
    expect(bench.row('SELECT cursor FROM sources')).toEqual({ cursor: null });
  });

  test('a map that is none is refused before anything is read', async () => {
    const bench = await airtableDesk('map = ["email"]');
    const { exit } = await bench.sync();
    expect(exit.name).toBe('CONFIG');
    expect(bench.server.requests).toHaveLength(0);
  });

  test('each of the three shapes of its errors is told in its own words', async () => {
    for (const [body, words] of [
      [
        '{"error":{"type":"INVALID_REQUEST_UNKNOWN","message":"Invalid request"}}',
        'INVALID_REQUEST_UNKNOWN Inv',
      ],
      ['{"error":"NOT_FOUND"}', '404 NOT_FOUND'],
      ['{"errors":[{"error":"MODEL_BUSY","message":"Try later"}]}', 'MODEL_BUSY Try later'],
      ['<html>Sign in to this network', '<html>Sign in'],
    ] as const) {
      const bench = await airtableDesk();
      bench.server.fail({ kind: 'answer', answer: { status: 404, body }, acts: false });
      const { exit } = await bench.sync();
      expect(exit.name).toBe('PARTIAL');
      expect(exit.message).toContain(words);
      expect(bench.server.requests).toHaveLength(1);
    }
  });

  test('D4: a key that is refused ends as unavailable (69) at the first request, and no word of it is repeated', async () => {
    const bench = await airtableDesk('', 'patOfSomebodyElse.0987654321fedcba');
    const document = await bench.sync();
    expect(document.exit.name).toBe('UNAVAILABLE');
    expect(bench.server.requests).toHaveLength(1);
    expect(JSON.stringify(document)).not.toContain('0987654321');
  });
});

describe('the limits of Airtable', () => {
  test('thirty seconds of 429 that do not fit into the run: the source rests, and the next run reads all of it', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 500);
    bench.server.tooMany.add(3);
    bench.server.meanwhile = (page) => {
      if (page === 2) bench.clock.advance(7.8 * MINUTE_MS);
    };
    const first = await bench.sync();
    expect(first.items[0]).toMatchObject({ outcome: 'failed', new: 0 });
    expect(first.exit.message).toContain('429 ');
    expect(bench.server.requests).toHaveLength(3);
    expect(bench.leads()).toEqual([]);
    expect((await bench.sync()).items[0]).toMatchObject({ outcome: 'resting' });
    bench.clock.advance(20 * MINUTE_MS);
    expect(await bench.sync()).toMatchObject({ counts: { new: 500 }, exit: { name: 'OK' } });
  });

  test('an iterator that never lives long enough is given up after a few tries', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 300);
    bench.server.meanwhile = () => {
      bench.server.restart();
    };
    const { items, exit } = await bench.sync();
    expect(items[0]).toMatchObject({ outcome: 'failed', new: 0 });
    expect(exit.message).toContain('LIST_RECORDS_ITERATOR_NOT_AVAILABLE');
    expect(bench.server.requests).toHaveLength(8);
  });

  test('a place that the server does not know is asked for from the beginning', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 150);
    bench.server.fail({
      kind: 'answer',
      answer: { status: 200, body: '{"records":[],"offset":"garbled"}' },
      acts: false,
    });
    expect(await bench.sync()).toMatchObject({ counts: { new: 150 }, exit: { name: 'OK' } });
    expect(bench.server.requests.map(({ status }) => status)).toEqual([200, 422, 200, 200]);
  });

  test('an address that would be too long goes as POST, and finds the same', async () => {
    const bench = await airtableDesk();
    fill(bench.server, 250);
    const view = 'v'.repeat(20_000);
    bench.server.views = [view];
    const found = await countIn(bench, view);
    expect(found).toBe(250);
    expect(new Set(bench.server.requests.map(({ request }) => request.method))).toEqual(new Set(['POST']));
    expect(await countIn(bench, null)).toBe(250);
  });

  test('nothing enters a formula as it is', () => {
    expect(formulaText(String.raw`a"b\c`)).toBe(String.raw`"a\"b\\c"`);
    const place = { baseUrl: 'https://a.example', base: 'app/1', table: 'A&B #1', view: 'x=y' };
    const request = listRequest(place, { changedAfter: 0, offset: null, fields: null, pageSize: 100 });
    const url = new URL(`https://a.example${request.path}`);
    expect(url.pathname).toBe('/v0/app%2F1/A%26B%20%231');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      pageSize: '100',
      view: 'x=y',
      filterByFormula: 'IS_AFTER(LAST_MODIFIED_TIME(),"1970-01-01T00:00:00Z")',
    });
  });
});

describe('E2: what a table is told of its leads', () => {
  const TOLD = `write_back = ["status=Mail status", "opted_out=Unsubscribed", "bounced=Bounced", "last_contact_at=Last mail"]`;

  /** A table of so many leads with fields for what we know. */
  async function toldDesk(count: number): Promise<AirtableDesk> {
    const bench = await airtableDesk(TOLD);
    for (const name of ['Mail status', 'Unsubscribed', 'Bounced', 'Last mail'])
      bench.server.fieldNames.add(name);
    fill(bench.server, count);
    return bench;
  }

  function writes({ server }: AirtableDesk): number {
    return server.requests.filter(({ request }) => request.method === 'PATCH').length;
  }

  test('in batches of ten, what is new alone, once: the echo is no change, and doing it again writes nothing', async () => {
    const bench = await toldDesk(250);
    await bench.sync();
    expect(writes(bench)).toBe(25);
    expect(bench.server.records.get(recordId(10))?.fields).toMatchObject({
      'Mail status': 'new',
      Unsubscribed: true,
    });
    expect(bench.server.records.get(recordId(11))?.fields).not.toHaveProperty('Unsubscribed');
    const before = bench.outcome();
    const story = bench.storyOf('lead10@firm10.example');
    for (const wait of [MINUTE_MS, DAY_MS]) {
      bench.clock.advance(wait);
      const answer = await bench.sync('--detailed-exit-code');
      expect(answer).toMatchObject({ exit: { name: 'NOTHING_DUE' }, items: [{ unchanged: 250 }] });
    }
    expect(writes(bench)).toBe(25);
    expect(bench.outcome()).toEqual(before);
    expect(bench.storyOf('lead10@firm10.example')).toEqual(story);
  }, 30_000);

  test('an opt-out, a dead address and a contact of ours arrive there; a box is never unticked', async () => {
    const bench = await toldDesk(30);
    await bench.sync();
    bench.clock.advance(DAY_MS);
    bench.server.requests.length = 0;
    const lead = bench.leadOf('lead3@firm3.example');
    const at = bench.clock.now() - HOUR_MS;
    bench.database.write(() => {
      const { rowId } = lead;
      bench.database
        .prepare('UPDATE leads SET opted_out = 1, last_contact_at = ? WHERE row_id = ?')
        .run(at, rowId);
      addSuppression(bench.database, { emailKey: lead.emailKey, reason: 'bounced', note: '', addedAt: at });
    });
    bench.server.put(recordId(4), { Unsubscribed: true });
    await bench.sync();
    expect(writes(bench)).toBe(1);
    expect(bench.server.records.get(recordId(3))?.fields).toMatchObject({
      Unsubscribed: true,
      Bounced: true,
      'Last mail': new Date(at).toISOString(),
    });
    expect(bench.server.records.get(recordId(4))?.fields).toMatchObject({ Unsubscribed: true });
    bench.server.put(recordId(3), { 'Last mail': new Date(at).toISOString().slice(0, 10) });
    bench.clock.advance(DAY_MS);
    await bench.sync();
    expect(writes(bench)).toBe(1);
  });

  test('a field that both sides write: what we know better is told, never turned back, and its echo is no change', async () => {
    const bench = await airtableDesk('map = ["Edited=updated_at"]\nwrite_back = ["stage=Stage"]');
    bench.server.fieldNames.add('Edited').add('Stage');
    fill(bench.server, 5);
    const edited = new Date(bench.clock.now() - DAY_MS).toISOString();
    bench.server.put(recordId(2), { Stage: 'new', Edited: edited });
    await bench.sync();
    const { rowId } = bench.leadOf('lead2@firm2.example');
    const contacted = `UPDATE leads SET stage = 'contacted' WHERE row_id = ${String(rowId)}`;
    bench.database.write(() => bench.database.prepare(contacted).run());
    // The answer to a mail moved the stage here; there, the record still says what it said.
    bench.server.put(recordId(2), { Stage: 'new', Edited: null });
    bench.clock.advance(DAY_MS);
    await bench.sync();
    expect(bench.leadOf('lead2@firm2.example').stage).toBe('contacted');
    expect(bench.server.records.get(recordId(2))?.fields).toMatchObject({ Stage: 'contacted' });
    const before = bench.outcome();
    bench.clock.advance(MINUTE_MS);
    expect(await bench.sync('--detailed-exit-code')).toMatchObject({ exit: { name: 'NOTHING_DUE' } });
    // Somebody there moves it on, and is believed: the record was edited later.
    bench.clock.advance(HOUR_MS);
    const later = new Date(bench.clock.now()).toISOString();
    bench.server.put(recordId(2), { Stage: 'Proposal', Edited: later });
    expect(await bench.sync()).toMatchObject({ counts: { updated: 1 } });
    expect(bench.leadOf('lead2@firm2.example').stage).toBe('proposal');
    expect(bench.outcome()).not.toEqual(before);
  });

  test('a batch that is refused is told of and stops no other, and what was read is kept', async () => {
    const bench = await toldDesk(35);
    bench.server.locked.add(recordId(15));
    const answer = await bench.sync();
    expect(answer).toMatchObject({ counts: { new: 35, failed: 0 }, exit: { name: 'PARTIAL' } });
    expect(answer.exit.message).toContain('422 INVALID_VALUE_FOR_COLUMN');
    expect(writes(bench)).toBe(4);
    expect(bench.server.records.get(recordId(35))?.fields).toHaveProperty('Mail status');
  });

  test('a token that may only read is told of after one request, and leads are read all the same', async () => {
    const bench = await toldDesk(35);
    bench.server.mayWrite = false;
    const answer = await bench.sync();
    expect(answer).toMatchObject({ counts: { new: 35, failed: 0 }, exit: { name: 'PARTIAL' } });
    expect(writes(bench)).toBe(1);
  });

  test('a preview writes nothing there, and an unknown word is refused before anything is read', async () => {
    const bench = await toldDesk(15);
    await bench.sync('--preview');
    expect(writes(bench)).toBe(0);
    const other = await airtableDesk('write_back = ["stauts=Mail status"]');
    expect((await other.sync()).exit.name).toBe('CONFIG');
    expect(other.server.requests).toHaveLength(0);
  });
});
