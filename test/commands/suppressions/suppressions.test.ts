import { describe, expect, test } from 'vitest';

import { sendDesk, type SendDesk } from '../send/send-desk.ts';

function listed(bench: SendDesk): readonly Readonly<Record<string, unknown>>[] {
  return bench.rows('SELECT email_key, reason, note FROM suppressions ORDER BY email_key');
}

describe('the list of addresses that never receive anything', () => {
  test('B6: adding a lead ends what it is in, and withdraws what was approved', async () => {
    const bench = sendDesk();
    const id = bench.approve('maren');
    const email = bench.of(id).leadEmail;
    const result = await bench.json(['suppressions', 'add', email.toUpperCase(), '--reason', 'opted_out']);
    expect(result.items).toMatchObject([{ email, added: true, cancelled: 1 }]);
    expect(bench.stateOf(id)).toBe('cancelled');
    await bench.send();
    expect(bench.outbox()).toEqual([]);
  });

  test('an address that nobody knows yet is kept for the day on which it comes', async () => {
    const bench = sendDesk();
    await bench.run(['suppressions', 'add', 'later@vogt.example', '--note', 'by telephone']);
    expect(listed(bench)).toEqual([
      { email_key: 'later@vogt.example', reason: 'manual', note: 'by telephone' },
    ]);
  });

  test('the first reason stands: who complained has complained, whatever a later list says', async () => {
    const bench = sendDesk();
    await bench.run(['suppressions', 'add', 'a@vogt.example', '--reason', 'complained']);
    const again = await bench.json(['suppressions', 'add', 'a@vogt.example', '--reason', 'bounced']);
    expect(again.items).toMatchObject([{ added: false }]);
    expect(listed(bench)).toMatchObject([{ reason: 'complained' }]);
  });

  test('no address leaves it without a reason, and the reason is kept in the story of the lead', async () => {
    const bench = sendDesk();
    const email = bench.of(bench.approve('maren')).leadEmail;
    await bench.run(['suppressions', 'add', email]);
    expect((await bench.run(['suppressions', 'remove', email])).code).toBe(64);
    expect(listed(bench)).toHaveLength(1);
    await bench.run(['suppressions', 'remove', email, '--reason', 'asked us to write again']);
    expect(listed(bench)).toEqual([]);
    const [last] = bench.rows('SELECT text FROM timeline ORDER BY row_id DESC LIMIT 1');
    expect(String(last?.['text'])).toContain('asked us to write again');
    expect(bench.rows("SELECT status FROM enrollments WHERE status <> 'cancelled'")).toEqual([]);
  });

  test('a list of another system lands but for the rows that hold no address (32), and twice changes nothing', async () => {
    const bench = sendDesk();
    const input =
      'Recipient,Reason\nA@x.example,Hard Bounce\n"b@x.example",unsubscribed\nnot an address,\na@X.example,spam\n';
    const first = await bench.json(['suppressions', 'import', '-'], { input });
    expect(first).toMatchObject({
      counts: { addresses: 2, added: 2, refused: 1 },
      exit: { name: 'PARTIAL' },
    });
    expect(first.items).toMatchObject([{ line: 4 }]);
    expect(listed(bench)).toMatchObject([
      { email_key: 'a@x.example', reason: 'bounced' },
      { email_key: 'b@x.example', reason: 'opted_out' },
    ]);
    const second = await bench.json(['suppressions', 'import', '-'], { input });
    expect(second['counts']).toMatchObject({ added: 0, already_there: 2 });
  });

  test('a plain list of addresses needs no header', async () => {
    const bench = sendDesk();
    await bench.run(['suppressions', 'import', '-'], { input: 'a@x.example\nb@x.example\n' });
    expect(listed(bench)).toHaveLength(2);
  });

  test('a file that holds no address at all is refused (65), and a preview stores nothing', async () => {
    const bench = sendDesk();
    expect((await bench.run(['suppressions', 'import', '-'], { input: 'colour\nblue\n' })).code).toBe(65);
    await bench.run(['suppressions', 'import', '-', '--preview'], { input: 'a@x.example\n' });
    expect(listed(bench)).toEqual([]);
    expect((await bench.run(['suppressions', 'import', 'nowhere.csv'])).code).toBe(65);
  });

  test('what is exported is imported as it was, addresses that look like formulas too', async () => {
    const bench = sendDesk();
    await bench.run([
      'suppressions',
      'add',
      '+49@x.example',
      'a@x.example',
      '--reason',
      'complained',
      '--note',
      'said "stop", twice',
    ]);
    const exported = (await bench.run(['suppressions', 'export'])).stdout;
    const other = sendDesk();
    await other.run(['suppressions', 'import', '-'], { input: exported });
    expect(listed(other)).toEqual(listed(bench));
  });

  test('a reason that there is not is a misunderstanding (64)', async () => {
    const result = await sendDesk().run(['suppressions', 'add', 'a@x.example', '--reason', 'bounce']);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('bounced');
  });
});
