import { expect, test } from 'vitest';

import { expectNoOutwardAction, expectPlainWords, remember } from './general-rule.ts';
import { asNobody, readOnly } from './nobody.ts';
import { HOUR_MS, plainWords, said, sequenceFiles, Workshop } from './workshop.ts';

/** What must not leave as a mail, or not twice: numbers 55 to 61 of the list, and a state that cannot be written (117). */

const BRAND = 'name = "Ledd"\nfrom = "tom@mail.example.com"\npostal_address = "1 Example Street"\n';

/** Ann has a draft that a person has approved. */
async function approved(words = plainWords('For Ann', 'As approved?')): Promise<Workshop> {
  const shop = await Workshop.open();
  shop.sequence('welcome', sequenceFiles({ words }));
  await shop.mustRun(['sequences', 'apply', '--yes']);
  await shop.settle();
  await shop.import(['ann@firm.example,Ann,Firm,UTC,form:web']);
  await shop.drip();
  await shop.mustRun(['review', 'approve', '--all', '--count', '1']);
  shop.clock.advance(HOUR_MS);
  return shop;
}

const mailsOf = (shop: Workshop): readonly { raw: string; id: string; state: string }[] =>
  shop.rows(
    'SELECT CAST(o.raw AS TEXT) AS raw, o.message_id_header AS id, m.state FROM outgoing_mail o JOIN messages m ON m.row_id = o.message_row_id',
  );

test.each([
  ['no postal address', BRAND.replace(/postal_address.*\n/, ''), 'brand.toml', 'postal_address'],
  ['an empty postal address', BRAND.replace('1 Example Street', ' '), 'brand.toml:3', 'postal_address'],
  ['a second sender in one', BRAND.replace('tom@mail', 'a@b.example, tom@mail'), 'brand.toml:2', 'from'],
])('hardening 55, 58: %s is refused before anything is made', async (_, brand, place, key) => {
  const shop = await approved();
  const before = remember(shop.path('headgate.db'));
  shop.write('brand.toml', brand);
  for (const command of [['config', 'validate'], ['drip'], ['send'], ['sequences', 'lint']]) {
    const result = await shop.run(command);
    expect(result.code, command.join(' ')).toBe(78);
    expect(said(result)).toMatch(new RegExp(`${place}.*${key}`));
  }
  expectNoOutwardAction(before, remember(shop.path('headgate.db')));
});

/** Another text in the file of the first step, or none. */
function change(shop: Workshop, text: string | null): Promise<void> {
  if (text === null) shop.remove('sequences/welcome/one.md');
  else shop.write('sequences/welcome/one.md', text);
  return Promise.resolve();
}

test.each([
  [
    'changed and applied',
    async (shop: Workshop) => {
      await change(shop, plainWords('Another', 'Something else?'));
      await shop.mustRun(['sequences', 'apply', '--yes']);
    },
  ],
  ['changed', (shop: Workshop) => change(shop, plainWords('Another', 'Something else?'))],
  ['deleted', (shop: Workshop) => change(shop, null)],
  ['made unreadable', (shop: Workshop) => change(shop, '{{')],
])(
  'hardening 56: a step file that is %s after the approval: what leaves is what was approved',
  async (_, meddle) => {
    const shop = await approved();
    await meddle(shop);
    await shop.mustRun(['send']);
    const [mail] = mailsOf(shop);
    expect(mail?.state).toBe('sent');
    expect(mail?.raw).toContain('Subject: For Ann');
    expect(mail?.raw).toContain('As approved?');
    expect(mail?.raw).not.toContain('Something else');
  },
);

test('hardening 59: an answer that would go to the lead itself holds its mail for a person, and stops nobody else', async () => {
  const shop = await approved();
  shop.write('brand.toml', `${BRAND}reply_to = "Ann@Firm.example"\n`);
  const { code, stdout, stderr } = await shop.run(['send']);
  expect(code, stdout + stderr).toBe(32);
  expect(shop.rows("SELECT state, hold_cause FROM messages WHERE state = 'held'")).toHaveLength(1);
  expect(mailsOf(shop).filter(({ state }) => state === 'sent')).toEqual([]);
  await shop.import(['ben@firm.example,Ben,Firm,UTC,form:web']);
  await shop.drip();
  await shop.mustRun(['review', 'approve', '--all', '--count', '1']);
  shop.clock.advance(HOUR_MS);
  await shop.mustRun(['send'], [0, 32]);
  expect(mailsOf(shop).map(({ state }) => state)).toEqual(['sent']);
});

test('hardening 60: a value of megabytes makes no draft of megabytes', async () => {
  const shop = await Workshop.open();
  shop.sequence('welcome', sequenceFiles({ words: plainWords('A question', '{{ notes | default: "-" }}?') }));
  await shop.mustRun(['sequences', 'apply', '--yes']);
  await shop.settle();
  await shop.import([`ann@firm.example,form:web,${'a long note '.repeat(80_000)}`], 'email,source,notes');
  await shop.drip([0, 32]);
  for (const { body } of shop.drafts()) expect(body.length).toBeLessThan(50_000);
});

test('hardening 61: the Message-ID is the id of the message, stored before it leaves, and the same at every attempt', async () => {
  const shop = await approved();
  const [message] = shop.rows<{ id: string }>('SELECT id FROM messages');
  await shop.mustRun(['send']);
  const [mail] = mailsOf(shop);
  expect(mail?.id).toBe(`<${message?.id ?? ''}@mail.example.com>`);
  expect(mail?.raw).toContain(`Message-ID: ${mail?.id ?? ''}\r\n`);
  const [first] = shop.rows<{ event: string }>('SELECT event FROM attempts ORDER BY row_id');
  expect(first?.event).toBe('claimed');
});

test('hardening 117: a folder that may not be written refuses every job before anything is done, naming path and user', async () => {
  const shop = await approved();
  const before = remember(shop.path('headgate.db'));
  // Everything belongs to that user from here on.
  expect(asNobody(shop.directory, ['config', 'validate']).status).toBe(0);
  const folder = readOnly(shop.directory);
  try {
    for (const job of ['drip', 'nurture', 'send']) {
      const { status, stdout, stderr } = asNobody(shop.directory, [job]);
      expect(status, stderr).toBe(77);
      expectPlainWords({ code: status ?? -1, stdout, stderr, json: () => null }, job);
      expect(stderr).toMatch(/headgate\.db|locks/);
      expect(stderr).toMatch(/nobody|65534/);
    }
  } finally {
    folder.undo();
  }
  expectNoOutwardAction(before, remember(shop.path('headgate.db')));
});
