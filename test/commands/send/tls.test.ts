import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { EXPIRED_CERTIFICATE, TEST_CERTIFICATE } from '../../helpers/smtp-certificate.ts';
import { SmtpTestServer, type SmtpServerOptions } from '../../helpers/smtp-server.ts';
import { liveDesk, verdicts, type SendDesk } from './send-desk.ts';

const LOGIN = { user: 'tom', password: 'correct horse' };

interface Relay {
  readonly server: SmtpTestServer;
  readonly bench: SendDesk;
}

interface RelayChange {
  /** Whom the desk trusts. */
  readonly ca?: string;
  readonly name?: string;
  /** Further lines below `[mail]`. */
  readonly mail?: readonly string[];
  readonly isPaced?: boolean;
}

/** A relay with a real certificate, and a desk that was told whose it must be: then this machine is no exception. */
async function relay(
  options: SmtpServerOptions,
  { ca = TEST_CERTIFICATE, mail = [], name = 'localhost', isPaced = false }: RelayChange = {},
): Promise<Relay> {
  const server = await SmtpTestServer.start(options);
  const bench = await liveDesk(server.port);
  writeFileSync(join(bench.directory, 'relay.pem'), ca);
  writeFileSync(join(bench.directory, 'relay-password'), LOGIN.password, { mode: 0o600 });
  const lines = [
    'smtp.ca_file = "relay.pem"',
    `smtp.server_name = "${name}"`,
    `smtp.secure = ${String(options.security === 'tls')}`,
    ...mail,
  ];
  bench.configure({ smtpPort: server.port, mail: lines, isPaced });
  return { server, bench };
}

const CREDENTIALS = ['smtp.user = "tom"', 'smtp.password = { file = "relay-password" }'];

describe.each(['tls', 'starttls'] as const)('D8: a relay over %s', (security) => {
  test('with a valid certificate gets the password and the mail', async () => {
    const { server, bench } = await relay({ security, login: LOGIN }, { mail: CREDENTIALS });
    const id = bench.approve('ann');
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    expect([server.totalTaken, server.logins]).toEqual([1, 1]);
  });

  test.each([
    ['expired', { isExpired: true }, { ca: EXPIRED_CERTIFICATE }, 'certificate has expired'],
    ['of another name', {}, { name: 'relay.example.com' }, "does not match certificate's altnames"],
    ['that nobody vouches for', {}, { ca: EXPIRED_CERTIFICATE }, 'self-signed certificate'],
  ] as const)(
    'hardening 146: with a certificate %s gets neither password nor mail; the run ends with one clear line',
    async (_, options, change, words) => {
      const { server, bench } = await relay(
        { security, login: LOGIN, ...options },
        { ...change, mail: CREDENTIALS },
      );
      const ids = bench.approveMany(12);
      const document = await bench.send();
      expect(document.exit).toMatchObject({ code: 69, name: 'UNAVAILABLE' });
      expect(document.exit.message).toContain(words);
      expect(document.exit.message).not.toContain('\n');
      expect([server.totalTaken, server.logins]).toEqual([0, 0]);
      expect(new Set(ids.map(bench.stateOf))).toEqual(new Set(['approved']));
      expect(bench.notices()).toEqual(['fatal']);
    },
  );

  test('hardening 147: a wrong password ends the run at the first log-in, with 69', async () => {
    const { server, bench } = await relay(
      { security, login: { ...LOGIN, password: 'other' } },
      { mail: CREDENTIALS, isPaced: true },
    );
    const ids = bench.approveMany(4);
    expect((await bench.send()).exit).toMatchObject({ code: 69 });
    expect([server.logins, server.totalTaken]).toEqual([1, 0]);
    expect(new Set(ids.map(bench.stateOf))).toEqual(new Set(['approved']));
  });
});

describe('D8: a relay that offers no TLS', () => {
  test('gets nothing, and the run says why', async () => {
    const { server, bench } = await relay({ security: 'plain', login: LOGIN }, { mail: CREDENTIALS });
    bench.approve('ann');
    expect((await bench.send()).exit.code).not.toBe(0);
    expect([server.totalTaken, server.logins]).toEqual([0, 0]);
  });

  test('gets the mail in plain text where the operator says so by name', async () => {
    const mail = [...CREDENTIALS, 'smtp.allow_plain = true'];
    const { server, bench } = await relay({ security: 'plain', login: LOGIN }, { mail });
    const id = bench.approve('ann');
    expect(verdicts(await bench.send())).toEqual({ [id]: 'sent' });
    expect(server.totalTaken).toBe(1);
  });

  test('an authority that cannot be read is a fault of the configuration, before anything is claimed', async () => {
    const { bench } = await relay({ security: 'tls' }, { mail: [] });
    bench.configure({ smtpPort: 1, mail: ['smtp.ca_file = "nowhere.pem"'] });
    const id = bench.approve('ann');
    const { exit } = await bench.send();
    expect(exit).toMatchObject({ code: 78 });
    expect(exit.message).toContain('nowhere.pem');
    expect([bench.stateOf(id), bench.attempts(id)]).toEqual(['approved', []]);
  });
});
