import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { createUnsubscribeTokens } from '../../../src/adapters/unsubscribe-token.ts';
import { parseMail } from '../../../src/adapters/mail/parse-mail.ts';
import { saveSequences } from '../../../src/store/sequences.ts';
import { judgeDkim, rsaKey, signedNames } from '../../helpers/dkim.ts';
import { SmtpTestServer } from '../../helpers/smtp-server.ts';
import { liveDesk, outboxText, sendDesk, type SendDesk } from './send-desk.ts';

const SECRET = 's'.repeat(64);
const SENDER = [
  '[[sender]]',
  'address = "tom@mail.example.com"',
  'dkim = { selector = "s1", key = { file = "dkim.pem" } }',
];
const KEY = rsaKey();

/** What `web.token_secret` of a desk signs. */
const tokens = createUnsubscribeTokens({ current: SECRET, old: [] });

function headersOf(bench: SendDesk, id: string): ReadonlyMap<string, string> {
  return parseMail(Buffer.from(outboxText(bench, id))).headers;
}

function linkOf(bench: SendDesk, id: string): string {
  return /^<(.*)>$/.exec(headersOf(bench, id).get('list-unsubscribe') ?? '')?.[1] ?? '';
}

describe('D10: every mail to a lead has a way out', () => {
  test('its link names the lead and nobody else, in the headers and visibly in both parts, while not live too', async () => {
    const bench = sendDesk();
    const ids = bench.approveMany(3);
    await bench.send();
    const leads = new Set<string>();
    for (const id of ids) {
      const link = linkOf(bench, id);
      expect(link).toMatch(/^http:\/\/127\.0\.0\.1:8026\/u\/[\w.-]+$/);
      const token = link.slice(link.lastIndexOf('/') + 1);
      expect(await tokens.verify(token, 'unsubscribe', bench.clock.now())).toEqual({
        kind: 'valid',
        leadId: bench.of(id).leadId,
      });
      leads.add(bench.of(id).leadId);
      const { text, html, headers } = parseMail(Buffer.from(outboxText(bench, id)));
      expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
      expect(text).toContain(`Unsubscribe: ${link}`);
      expect(html).toContain(`href="${link}"`);
      expect(text).toContain('You get this mail because your address is on the contact list of Ledd.');
      expect(text).toContain('1 Example Street, Leeds');
    }
    expect(leads.size).toBe(3);
  });

  test('a lead from a form reads that; what the operator says in brand.toml wins', async () => {
    const bench = sendDesk();
    const ann = bench.approve('ann', {}, { sourceFormId: 'contact' });
    await bench.send();
    expect(outboxText(bench, ann)).toContain('your address was entered in a form of Ledd');
    const brand = 'name = "Ledd"\nfrom = "tom@mail.example.com"\npostal_address = "1 Mill Lane"\n';
    writeFileSync(join(bench.directory, 'brand.toml'), `${brand}reason = "You asked for the guide."\n`);
    const bob = bench.approve('bob', {}, { sourceFormId: 'contact' });
    await bench.send();
    expect(outboxText(bench, bob)).toContain('You asked for the guide.');
  });

  test('a secret that cannot be read, or that could be guessed, ends it before anything leaves', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port);
    const id = bench.approve('ann');
    writeFileSync(join(bench.directory, 'secret'), 'short');
    expect((await bench.send()).exit).toMatchObject({ code: 78 });
    chmodSync(join(bench.directory, 'secret'), 0o604);
    expect((await bench.send()).exit).toMatchObject({ code: 78 });
    rmSync(join(bench.directory, 'secret'));
    expect((await bench.send()).exit).toMatchObject({ code: 77 });
    expect([bench.stateOf(id), server.allTaken().length]).toEqual(['approved', 0]);
    writeFileSync(join(bench.directory, 'secret'), SECRET, { mode: 0o600 });
    expect((await bench.send()).exit).toMatchObject({ code: 0 });
    expect(server.allTaken()).toHaveLength(1);
  });
});

test('hardening 58: a sequence whose sender is of a domain that is none of ours any more is held, and no mail leaves', async () => {
  const bench = sendDesk();
  const id = bench.approve('ann');
  const from = 'Eve <eve@other.example>';
  bench.database.write(() => saveSequences(bench.database, [{ ...bench.sequence, from }]));
  await bench.send();
  expect([bench.stateOf(id), bench.outbox()]).toEqual(['held', []]);
  expect(bench.of(id).note).toBe('the domain of eve@other.example is not one of domains in brand.toml');
});

describe('D6, D10: a sender with a key signs', () => {
  test('live, what the server got is what an independent verifier accepts, and what is kept', async () => {
    const server = await SmtpTestServer.start();
    const bench = await liveDesk(server.port, { blocks: SENDER });
    writeFileSync(join(bench.directory, 'dkim.pem'), KEY.pem, { mode: 0o600 });
    bench.approveMany(2);
    await bench.send();
    expect(server.allTaken()).toHaveLength(2);
    const kept = bench.rows('SELECT raw FROM outgoing_mail ORDER BY message_row_id');
    for (const { raw } of server.allTaken()) {
      const { verdict } = await judgeDkim(raw, { 's1._domainkey.mail.example.com': KEY.record });
      expect(verdict).toBe('pass');
      expect(signedNames(raw)).toEqual(
        expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post', 'from', 'subject']),
      );
      expect(kept.some((row) => Buffer.from(row['raw'] as Uint8Array).equals(Buffer.from(raw)))).toBe(true);
    }
  });

  test('without its key nothing leaves: unsigned mail would be believed no more', async () => {
    const bench = sendDesk({ blocks: SENDER });
    const id = bench.approve('ann');
    expect((await bench.send()).exit).toMatchObject({ code: 77 });
    writeFileSync(join(bench.directory, 'dkim.pem'), 'no key', { mode: 0o600 });
    expect((await bench.send()).exit).toMatchObject({ code: 78 });
    expect([bench.stateOf(id), bench.outbox()]).toEqual(['approved', []]);
  });
});
