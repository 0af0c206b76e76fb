import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { ed25519Key, rsaKey } from '../../helpers/dkim.ts';
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from '../../helpers/smtp-certificate.ts';
import { SmtpTestServer, type SmtpServerOptions } from '../../helpers/smtp-server.ts';
import { AccountServer } from '../../servers/accounts.ts';
import { DnsServer, type Zone } from '../../servers/dns.ts';
import { testSite } from '../../web/public/site.ts';
import { doctorBench, of, type DoctorBench } from './bench.ts';

const LOGIN = { user: 'tom', password: 'correct horse' };
/** Long enough for a busy machine to answer, short enough to wait for who never does. */
const PATIENT = ['--timeout', '10'];
const HASTY = ['--timeout', '0.3'];

async function relayBench(
  options: SmtpServerOptions,
  lines: readonly string[] = [],
): Promise<[DoctorBench, SmtpTestServer]> {
  const server = await SmtpTestServer.start(options);
  const bench = doctorBench();
  bench.write('relay.pem', TEST_CERTIFICATE);
  bench.write('relay-password', LOGIN.password);
  bench.configure(smtpLines(server.port, lines));
  return [bench, server];
}

function smtpLines(port: number, lines: readonly string[] = []): readonly string[] {
  return [
    '[mail]',
    'transport = "smtp"',
    'smtp.host = "127.0.0.1"',
    `smtp.port = ${String(port)}`,
    'smtp.ca_file = "relay.pem"',
    'smtp.server_name = "localhost"',
    'smtp.user = "tom"',
    'smtp.password = { file = "relay-password" }',
    ...lines,
  ];
}

async function dnsOf(zone: Zone): Promise<readonly string[]> {
  return ['--dns', (await DnsServer.start(zone)).address, ...PATIENT];
}

const EMPTY: Zone = {};

describe('F7: the way out is tried up to the log-in, and nothing is sent', () => {
  test('over STARTTLS with a password that is right', async () => {
    const [bench, server] = await relayBench({ security: 'starttls', login: LOGIN });
    const [relay] = of(await bench.findings('mail', await dnsOf(EMPTY)), 'relay');
    expect(relay).toMatchObject({ verdict: 'pass', title: `SMTP 127.0.0.1:${String(server.port)}` });
    expect(relay?.detail).toMatch(/^STARTTLS, AUTH ok, \d+ ms, nothing sent$/);
    expect(server.commands.filter((line) => /^(?:MAIL|RCPT|DATA)/i.test(line))).toEqual([]);
    expect([server.logins, server.totalTaken]).toEqual([1, 0]);
  });

  test('a wrong password names the file to correct, and not the password', async () => {
    const [bench] = await relayBench({ security: 'starttls', login: { ...LOGIN, password: 'other' } });
    const result = await bench.doctor(['--only', 'mail', ...(await dnsOf(EMPTY))]);
    expect(result.code).toBe(78);
    expect(result.stdout).toContain('refuses the log-in');
    expect(result.stdout).toContain(`Fix: sudoedit ${bench.directory}/relay-password`);
    expect(result.stdout).not.toContain(LOGIN.password);
  });

  test.each([
    ['offers no TLS', { security: 'plain', login: LOGIN }, /STARTTLS|TLS/],
    [
      'shows a certificate that is over',
      { security: 'starttls', isExpired: true, login: LOGIN },
      /certificate|self-signed/,
    ],
    ['says nothing', { faults: [{ at: 'CONNECT', fault: { kind: 'hang' } }] }, /too long|timeout|Greeting/i],
  ] as const)('a relay that %s gets neither password nor patience', async (_name, options, words) => {
    const [bench, server] = await relayBench(options);
    const dns = (await DnsServer.start(EMPTY)).address;
    const [relay] = of(await bench.findings('mail', ['--dns', dns, ...HASTY]), 'relay');
    expect(relay).toMatchObject({ verdict: 'problem' });
    expect(relay?.detail).toMatch(words);
    expect(relay?.fix).toBe(
      `openssl s_client -connect 127.0.0.1:${String(server.port)} -starttls smtp </dev/null`,
    );
    expect(server.logins).toBe(0);
  });

  test('a password that only the unit sees is not called right', async () => {
    const [bench] = await relayBench({ security: 'starttls', login: LOGIN });
    const [, server] = await relayBench({ security: 'starttls', login: LOGIN });
    bench.configure(
      smtpLines(server.port).map((line) =>
        line.startsWith('smtp.password') ? 'smtp.password = { credential = "smtp-password" }' : line,
      ),
    );
    const [relay] = of(await bench.findings('mail', await dnsOf(EMPTY)), 'relay');
    expect(relay).toMatchObject({ verdict: 'skipped' });
    expect(relay?.detail).toContain('only there in its unit');
    expect(server.logins).toBe(0);
  });

  test('in the outbox nothing leaves, so there is nothing to try', async () => {
    const findings = await doctorBench().findings('mail', await dnsOf(EMPTY));
    expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(['skipped']));
  });
});

describe('F7: the key of a provider is tried with a question that changes nothing', () => {
  const LINES = {
    resend: ['resend.base_url = "URL"', 'resend.key = { file = "key" }'],
    mailgun: [
      'mailgun.base_url = "URL"',
      'mailgun.key = { file = "key" }',
      'mailgun.domain = "mail.example.com"',
    ],
    stream: [
      'stream.base_url = "URL"',
      'stream.key = { file = "key" }',
      'stream.identity = "tom@box.example"',
    ],
  } as const;

  async function accountBench(transport: keyof typeof LINES, key: string = AccountServer.KEY) {
    const server = await AccountServer.start();
    const bench = doctorBench();
    bench.write('key', key);
    const lines = LINES[transport].map((line) => line.replace('URL', server.url));
    bench.configure(['[mail]', `transport = "${transport}"`, ...lines]);
    const look = async () => of(await bench.findings('mail', await dnsOf(EMPTY)), 'provider')[0];
    return { server, look };
  }

  test.each([
    ['resend', 'mail.example.com', 'verified', 'mail.example.com verified'],
    ['mailgun', 'mail.example.com', 'active', 'mail.example.com active'],
    ['stream', 'tom@box.example', 'there', 'identity tom@box.example is there'],
  ] as const)('%s: a good key passes', async (transport, name, state, words) => {
    const { server, look } = await accountBench(transport);
    server.domains.set(name, state);
    const finding = await look();
    expect(finding).toMatchObject({ verdict: 'pass' });
    expect(finding?.detail).toContain(words);
    expect(server.requests.map(({ request }) => request.method)).toEqual(['GET']);
  });

  test.each(['resend', 'mailgun', 'stream'] as const)(
    '%s: a wrong key is refused, and not repeated',
    async (transport) => {
      const { look } = await accountBench(transport, 'key_wrong');
      const finding = await look();
      expect(finding).toMatchObject({ verdict: 'problem', title: `${transport} refuses the key` });
      expect(JSON.stringify(finding)).not.toContain(AccountServer.KEY);
      expect(finding?.fix).toMatch(/^sudoedit .*\/key$/);
    },
  );

  test('a domain that the provider has not verified keeps mail from leaving', async () => {
    const { server, look } = await accountBench('resend');
    server.domains.set('mail.example.com', 'pending');
    expect(await look()).toMatchObject({ verdict: 'problem', detail: 'mail.example.com is pending' });
  });

  test('a domain that the provider does not know names the key of the configuration', async () => {
    const { look } = await accountBench('mailgun');
    expect(await look()).toMatchObject({
      verdict: 'problem',
      fix: 'headgate config explain mail.mailgun.domain',
    });
  });

  test('a key that may only send is a good one', async () => {
    const { server, look } = await accountBench('resend');
    server.isRestricted = true;
    expect(await look()).toMatchObject({ verdict: 'pass', detail: /may only send/ });
  });

  test('a provider that breaks down in the middle is said not to have answered', async () => {
    const { server, look } = await accountBench('mailgun');
    server.fail({ kind: 'half answer' });
    expect(await look()).toMatchObject({ verdict: 'problem', title: 'mailgun did not answer' });
  });
});

describe('F7, A8: the records of the DNS, asked of a real name server', () => {
  const key = rsaKey();
  const GOOD: Zone = {
    'mail.example.com': { TXT: ['v=spf1 include:relay.example ~all'], MX: [[10, 'mx.example.com']] },
    'relay.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
    's1._domainkey.mail.example.com': { TXT: [key.record] },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; sp=quarantine'] },
  };
  const SENDER = [
    '[[sender]]',
    'address = "tom@mail.example.com"',
    'dkim.selector = "s1"',
    'dkim.key = { file = "dkim.pem" }',
  ];

  async function look(zone: Zone, { pem = key.pem, sender = SENDER } = {}) {
    const [bench] = await relayBench({ security: 'starttls', login: LOGIN }, sender);
    bench.write('dkim.pem', pem);
    const findings = await bench.findings('mail', await dnsOf(zone));
    return findings.filter(({ check }) => ['spf', 'dkim', 'dmarc', 'mx'].includes(check));
  }

  test('all of them right pass, aligned, the policy from above counted', async () => {
    const findings = await look(GOOD);
    expect(findings.map(({ verdict, title, detail }) => `${verdict} ${title}: ${detail}`)).toEqual([
      'pass SPF of mail.example.com: aligned, 1 of 10 lookups',
      'pass DKIM key s1 of mail.example.com: matches ours, 2048 bits, aligned',
      'pass DMARC of mail.example.com: p=quarantine, from example.com',
      'pass MX of mail.example.com: mx.example.com',
    ]);
  });

  test('none of them there: each is a problem of its own, with the record to publish', async () => {
    const findings = await look(EMPTY);
    expect(findings.map(({ verdict }) => verdict)).toEqual(['problem', 'problem', 'problem', 'problem']);
    expect(findings.map(({ fix }) => fix)).toEqual([
      'mail.example.com. TXT "v=spf1 include:YOUR-RELAY ~all"   in the DNS of mail.example.com',
      `s1._domainkey.mail.example.com. TXT "${key.record}"`,
      '_dmarc.mail.example.com. TXT "v=DMARC1; p=none; rua=mailto:postmaster@mail.example.com"',
      'mail.example.com. MX 10 YOUR-MAIL-SERVER.   in the DNS of mail.example.com',
    ]);
  });

  test('the key of somebody else is published: every signature would be false', async () => {
    const other = { ...GOOD, 's1._domainkey.mail.example.com': { TXT: [rsaKey().record] } };
    expect(of(await look(other), 'dkim')).toMatchObject([
      { verdict: 'problem', title: /is not the one that signs/ },
    ]);
  });

  test('an Ed25519 key is found as it is published', async () => {
    const own = ed25519Key();
    const zone = { ...GOOD, 's1._domainkey.mail.example.com': { TXT: [own.record] } };
    expect(of(await look(zone, { pem: own.pem }), 'dkim')).toMatchObject([
      { verdict: 'pass', detail: /Ed25519/ },
    ]);
  });

  test('a private key that is none is told, and where it is', async () => {
    expect(of(await look(GOOD, { pem: 'rubbish' }), 'dkim')).toMatchObject([
      { verdict: 'problem', fix: /^sudoedit .*dkim\.pem$/ },
    ]);
  });

  test('without a key of ours the relay has to sign, which is worth a warning', async () => {
    expect(of(await look(GOOD, { sender: [] }), 'dkim')).toMatchObject([
      { verdict: 'warn', fix: 'headgate config explain sender.dkim' },
    ]);
  });

  test('an include that leads nowhere, and a chain that never ends, are found by following them', async () => {
    const lost = { ...GOOD, 'relay.example': {} };
    expect(of(await look(lost), 'spf')).toMatchObject([{ verdict: 'warn', detail: /leads nowhere/ }]);
    const round = { ...GOOD, 'relay.example': { TXT: ['v=spf1 include:relay.example -all'] } };
    expect(of(await look(round), 'spf')).toMatchObject([
      { verdict: 'problem', detail: /more than 10 lookups/ },
    ]);
  });

  test('a name server that fails or is silent hides nothing that another name says', async () => {
    const [bench] = await relayBench({ security: 'starttls', login: LOGIN }, SENDER);
    bench.write('dkim.pem', key.pem);
    const zone = {
      ...GOOD,
      'mail.example.com': { isBroken: true },
      '_dmarc.mail.example.com': { isSilent: true },
      '_dmarc.example.com': { isSilent: true },
    };
    const dns = (await DnsServer.start(zone)).address;
    const findings = await bench.findings('mail', ['--dns', dns, '--timeout', '1']);
    const told = Object.fromEntries(
      findings.map(({ check, verdict, detail }) => [check, `${verdict} ${detail}`]),
    );
    expect(told['spf']).toBe('problem the name server answered ESERVFAIL');
    expect(told['dmarc']).toBe('problem no name server answered in time');
    expect(told['dkim']).toContain('pass');
    expect(told['relay']).toContain('pass');
  });
});

describe('F7, D10: the address in List-Unsubscribe is opened as a reader would, and stops nobody', () => {
  const before = getCACertificates('default');
  beforeAll(() => {
    setDefaultCACertificates([...before, TEST_CERTIFICATE]);
  });
  afterAll(() => {
    setDefaultCACertificates(before);
  });

  /** What stands before the public page on a server: https outside, plain inside. */
  async function front(answer: (path: string) => Promise<{ status: number; body: string }>): Promise<string> {
    const server = createServer(
      { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY },
      (request, response) => {
        void answer(request.url ?? '/').then(({ status, body }) => response.writeHead(status).end(body));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    return `https://localhost:${String((server.address() as AddressInfo).port)}`;
  }

  async function look(baseUrl: string, secret = 'k'.repeat(40)) {
    const server = await SmtpTestServer.start();
    const bench = doctorBench();
    bench.write('secret', secret);
    bench.configure(
      [
        '[mail]',
        'transport = "smtp"',
        'smtp.host = "127.0.0.1"',
        `smtp.port = ${String(server.port)}`,
        '[web]',
        `base_url = "${baseUrl}"`,
        'token_secret = { file = "secret" }',
      ],
      { top: ['live = true'] },
    );
    return of(await bench.findings('mail', await dnsOf(EMPTY)), 'unsubscribe')[0];
  }

  test('our page behind https answers 200, and records nothing', async () => {
    const site = await testSite();
    const url = await front(async (path) => {
      const answer = await fetch(`${site.url}${path}`);
      return { status: answer.status, body: await answer.text() };
    });
    expect(await look(url)).toMatchObject({ verdict: 'pass', detail: `${url}/u/… → 200` });
    expect(site.files()).toEqual([]);
    expect(await look(url, 'another'.repeat(8))).toMatchObject({
      verdict: 'problem',
      title: 'List-Unsubscribe URL refuses our links',
    });
  });

  test.each([
    ['502', 502, 'Bad gateway', 'sudo systemctl enable --now headgate-unsub.socket'],
    ['a redirect', 302, '', 'sudo systemctl enable --now headgate-unsub.socket'],
    ['a page of somebody else', 200, '<h1>Welcome to nginx</h1>', 'headgate config explain web.base_url'],
  ])('%s is a problem', async (_name, status, body, fix) => {
    const url = await front(() => Promise.resolve({ status, body }));
    const finding = await look(url);
    expect(finding).toMatchObject({ verdict: 'problem', fix });
    expect(finding?.detail).toContain(`→ ${String(status)}`);
  });

  test('nobody there at all is a problem', async () => {
    const finding = await look('https://localhost:9');
    expect(finding).toMatchObject({ verdict: 'problem', title: 'List-Unsubscribe URL is not reachable' });
  });

  test('plain http on this machine answers, and is nothing for readers', async () => {
    const site = await testSite();
    expect(await look(site.url)).toMatchObject({
      verdict: 'warn',
      title: 'List-Unsubscribe URL is of this machine',
    });
  });
});
