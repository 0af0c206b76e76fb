import { chmodSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createHookSpool } from '../../src/adapters/hook-spool.ts';
import { createAsideSpool } from '../../src/adapters/aside-spool.ts';
import { createActWriter, createOptOutSpool } from '../../src/adapters/spool.ts';
import { pageActFileName, parsePageActFileName, type PageAct } from '../../src/core/page-act.ts';
import { temporaryDirectory } from '../helpers/state.ts';

const LEAD = 'l-aaaaaaaaaaaaaaaa';
const OTHER = 'l-bbbbbbbbbbbbbbbb';

function bench() {
  const folder = temporaryDirectory();
  const { record } = createActWriter(folder);
  const spool = createOptOutSpool(folder);
  const files = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.json'));
  return { folder, record, spool, files };
}

describe('the spool of the unsubscribe page', () => {
  test('D10: one press is one file that says who and when, in its name and in its words', () => {
    const { folder, record, spool, files } = bench();
    expect(record({ leadId: LEAD, act: 'stop', at: 1_000 })).toBe('recorded');
    expect(files()).toEqual([`${LEAD}.1000.stop.json`]);
    expect(JSON.parse(readFileSync(join(folder, files()[0]!), 'utf8'))).toEqual({
      lead: LEAD,
      act: 'stop',
      at: '1970-01-01T00:00:01.000Z',
    });
    expect(spool.listOptOuts()).toEqual([{ leadId: LEAD, act: 'stop', at: 1_000, file: files()[0] }]);
  });

  test('hardening 126: pressed a thousand times it is still one', () => {
    const { record, files } = bench();
    const answers = Array.from({ length: 1_000 }, (_, index) =>
      record({ leadId: LEAD, act: 'stop', at: 1_000 + index }),
    );
    expect(files()).toHaveLength(1);
    expect(new Set(answers.slice(1))).toEqual(new Set(['stood']));
  });

  test('the last word counts: stop, mistake, stop again', () => {
    const { record, spool } = bench();
    record({ leadId: LEAD, act: 'stop', at: 1 });
    expect(spool.hasOptedOut(LEAD)).toBe(true);
    record({ leadId: LEAD, act: 'undo', at: 2 });
    expect([spool.hasOptedOut(LEAD), spool.listOptOuts()]).toEqual([false, []]);
    record({ leadId: LEAD, act: 'stop', at: 3 });
    expect(spool.hasOptedOut(LEAD)).toBe(true);
    expect(spool.hasOptedOut(OTHER)).toBe(false);
  });

  test('a clock that went back does not put the later word before the earlier one', () => {
    const { record, spool } = bench();
    record({ leadId: LEAD, act: 'undo', at: 9_000 });
    record({ leadId: LEAD, act: 'stop', at: 4_000 });
    expect(spool.acts().map(({ act, at }) => [act, at])).toEqual([
      ['undo', 9_000],
      ['stop', 9_001],
    ]);
  });

  test('a file that a full disk or a crash left empty counts, and is filled by the next press', () => {
    const { folder, record, spool, files } = bench();
    record({ leadId: LEAD, act: 'stop', at: 1_000 });
    truncateSync(join(folder, files()[0]!));
    expect(spool.hasOptedOut(LEAD)).toBe(true);
    expect(record({ leadId: LEAD, act: 'stop', at: 2_000 })).toBe('stood');
    expect(readFileSync(join(folder, files()[0]!), 'utf8')).toContain(LEAD);
  });

  test('one reader who clicks to and fro fills no disk, and the stop is never the one that is refused', () => {
    const { record, spool, files } = bench();
    const answers = Array.from({ length: 200 }, (_, index) =>
      record({ leadId: LEAD, act: index % 2 === 0 ? 'stop' : 'undo', at: index }),
    );
    expect(answers).toContain('too_many');
    expect(files().length).toBeLessThanOrEqual(21);
    expect(spool.hasOptedOut(LEAD)).toBe(true);
  });

  test('what is put away is out of the way, and comes back for a restored state (A15)', () => {
    const { record, spool } = bench();
    record({ leadId: LEAD, act: 'stop', at: 1 });
    const [act] = spool.acts();
    spool.putAway([act!.file, 'l-gone.1.stop.json']);
    expect(spool.acts()).toEqual([]);
    expect(spool.bringBack()).toBe(1);
    expect(spool.acts()).toEqual([act]);
  });

  test('other files in the folder are nobody’s opt-out', () => {
    const { folder, spool } = bench();
    for (const name of [
      'README',
      '.l-a.1.stop.json',
      'l-a.1.stop.json.swp',
      'l-A.1.stop.json',
      'l-a.x.stop.json',
    ])
      writeFileSync(join(folder, name), '');
    mkdirSync(join(folder, 'folded'));
    expect(spool.acts()).toEqual([]);
  });

  test('a folder that is missing is empty; one that cannot be read is an error and not an empty one', () => {
    expect(createOptOutSpool('/nowhere/at/all').acts()).toEqual([]);
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    expect(() => createOptOutSpool(file).acts()).toThrow(
      expect.objectContaining({ code: 'spool_not_readable' }),
    );
  });

  test('hardening 129: no name that leads elsewhere can be made or read', () => {
    for (const leadId of ['../../etc/passwd', 'l-', 'l-a/b', 'l-a.b', 'l-a\0', 'm-aaaa', ''])
      expect(() => pageActFileName({ leadId, act: 'stop', at: 1 })).toThrow(RangeError);
    fc.assert(
      fc.property(fc.string(), (name) => {
        const act = parsePageActFileName(name);
        return act === null || pageActFileName(act) === name || name.includes('.0');
      }),
      { seed: 1 },
    );
  });

  test('every act is read as it was written', () => {
    const acts = fc.record<PageAct>({
      leadId: fc.stringMatching(/^l-[a-z2-7]{16}$/),
      act: fc.constantFrom('stop', 'undo'),
      at: fc.nat({ max: 9e14 }),
    });
    fc.assert(
      fc.property(acts, (act) => {
        expect(parsePageActFileName(pageActFileName(act))).toEqual(act);
      }),
      { seed: 2 },
    );
  });
});

describe('stops that the spool could not take (hardening 132)', () => {
  function aside(parts: { folder: string | null; record: (act: PageAct) => unknown }) {
    const said: string[] = [];
    const spool = createAsideSpool({ ...parts, say: (_, text) => said.push(text) });
    return { spool, said };
  }
  const full = (): never => {
    throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  };

  test('are named in the journal, kept in the second folder, and given to the spool when it takes them', () => {
    const folder = temporaryDirectory();
    const { spool, said } = aside({ folder, record: full });
    spool.keep({ leadId: LEAD, act: 'stop', at: 5 }, Object.assign(new Error(), { code: 'ENOSPC' }));
    spool.offerAgain();
    expect(spool.isEmpty).toBe(false);
    expect(said).toEqual([`${LEAD} opted out and the spool could not take it (ENOSPC); kept in ${folder}`]);

    const main = bench();
    const next = aside({ folder, record: main.record });
    expect(next.spool.isEmpty).toBe(false);
    next.spool.offerAgain();
    expect(next.spool.isEmpty).toBe(true);
    expect(main.spool.hasOptedOut(LEAD)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an undo is not kept: offered later it could turn back a stop that came after it', () => {
    const { spool } = aside({ folder: temporaryDirectory(), record: full });
    spool.keep({ leadId: LEAD, act: 'undo', at: 5 }, new Error());
    expect(spool.isEmpty).toBe(true);
  });

  test('without a second folder they are kept in memory', () => {
    const { spool, said } = aside({ folder: null, record: full });
    spool.keep({ leadId: LEAD, act: 'stop', at: 5 }, new Error('read-only'));
    expect(spool.isEmpty).toBe(false);
    expect(said.join()).toContain('kept in memory');
  });
});

describe('the inbox of webhooks', () => {
  const event = { provider: 'resend', eventId: 'msg_1', receivedAt: 7 } as const;

  test('E5: keeps an event byte for byte, once, across restarts', () => {
    const folder = temporaryDirectory();
    const body = Buffer.from([0, 10, 13, 255, 123]);
    expect(createHookSpool(folder).record({ ...event, body })).toBe('recorded');
    const again = createHookSpool(folder);
    expect(again.record({ ...event, body: Buffer.from('other') })).toBe('known');
    expect(again.knows('resend', 'msg_1')).toBe(true);
    expect(again.knows('mailgun', 'msg_1')).toBe(false);
    const [kept, ...more] = again.list(10);
    expect(more).toEqual([]);
    expect(kept).toMatchObject(event);
    expect(Buffer.from(kept!.body).equals(body)).toBe(true);
    again.remove([kept!.file, '../../etc/passwd']);
    expect(again.list(10)).toEqual([]);
  });

  test('half a file from a crash is nobody’s event', () => {
    const folder = temporaryDirectory();
    const spool = createHookSpool(folder);
    writeFileSync(join(folder, `resend.${'0'.repeat(32)}.hook`), '{"provider":"re');
    writeFileSync(join(folder, `resend.${'1'.repeat(32)}.hook.77.new`), '{"provider":"resend"}\n{}');
    expect(spool.list(10)).toEqual([]);
  });

  test('an id that looks like a path is a name like any other', () => {
    const folder = temporaryDirectory();
    createHookSpool(folder).record({ ...event, eventId: '../../../tmp/x', body: Buffer.from('{}') });
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^resend\.[0-9a-f]{32}\.hook$/)]);
    chmodSync(folder, 0o700);
  });
});
