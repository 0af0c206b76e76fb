import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { inspectConfig, loadConfig } from '../../src/config/load.ts';
import { HeadgateError } from '../../src/core/errors.ts';
import { BRAND, complaintsOf, folderWith, load, questionIn } from './workspace.ts';

describe('hardening 75: a misspelt guard must not mean no guard', () => {
  test.each([
    [
      '[limits]\ndrafts_per_run_drp = 2',
      'headgate.toml:2:1  limits.drafts_per_run_drp: unknown key; did you mean limits.drafts_per_run_drip?',
    ],
    ['[limit]\ndrafts_per_day = 2', 'headgate.toml:1:1  limit: unknown key; did you mean limits?'],
    [
      'drafts_per_day = 2',
      'headgate.toml:1:1  drafts_per_day: unknown key; did you mean limits.drafts_per_day?',
    ],
    ['[mail.smpt]\nhost = "x"', 'headgate.toml:1:1  mail.smpt: unknown key; did you mean mail.smtp?'],
    ['[hours]\nweekday = [1]', 'headgate.toml:2:1  hours.weekday: unknown key; did you mean hours.weekdays?'],
    [
      '"limits.drafts_per_day" = 2',
      'headgate.toml:1:1  "limits.drafts_per_day": unknown key; did you mean limits.drafts_per_day?',
    ],
    ['banana = 1', 'headgate.toml:1:1  banana: unknown key'],
    ['limits = 5', 'headgate.toml:1:1  limits: got 5, expected a section [limits]'],
  ])('%j', (toml, complaint) => {
    expect(complaintsOf(toml)).toEqual([complaint]);
  });

  test('the value of an unknown key is never repeated, it may be a secret under a wrong name', () => {
    expect(complaintsOf('[mail.smtp]\npasword = "hunter2"').join()).not.toContain('hunter2');
  });
});

describe('hardening 76, A6: a cap is a whole number from 0 to 10000 and nothing else', () => {
  test.each([
    '"5"',
    '-1',
    '10001',
    '1e6',
    '1000000',
    'inf',
    'nan',
    '5.0',
    '5.5',
    'true',
    '[5]',
    '{}',
    '99999999999999999999',
  ])('drafts_per_day = %s is refused', (value) => {
    const complaints = complaintsOf(`[limits]\ndrafts_per_day = ${value}`);
    const got = value === '{}' ? '{}' : value;
    expect(complaints).toEqual([
      `headgate.toml:2:1  limits.drafts_per_day: got ${got}, expected a whole number from 0 to 10000`,
    ]);
  });

  test.each([
    ['0', 0],
    ['10_000', 10_000],
    ['0x10', 16],
  ])('drafts_per_day = %s is accepted', (value, expected) => {
    expect(load(`[limits]\ndrafts_per_day = ${value}`).policy.limits.draftsPerDay).toBe(expected);
  });

  test('A2: the watermark cannot be set below one hour', () => {
    expect(complaintsOf('[limits]\nwatermark_hours = 0')).toHaveLength(1);
    expect(load('[limits]\nwatermark_hours = 1').policy.limits.watermarkMs).toBe(3_600_000);
  });
});

describe('hardening 77: an empty file is the safest configuration', () => {
  test('every limit, hour and weekday has its default', () => {
    expect(load('').policy).toEqual({
      live: false,
      timezone: 'UTC',
      holidays: [],
      hours: { weekdays: [1, 2, 3, 4, 5], startMinute: 540, endMinute: 1020 },
      limits: {
        draftsPerRunDrip: 5,
        draftsPerRunNurture: 5,
        draftsPerDay: 10,
        sendsPerRun: 10,
        sendsPerDay: 50,
        watermarkMs: 24 * 3_600_000,
        coldStartMs: 36 * 3_600_000,
        blastRadiusFactor: 3,
        blastRadiusFloor: 4,
        undoMs: 0,
        draftExpiryMs: 7 * 86_400_000,
        maxLateMs: 7 * 86_400_000,
        replyAgeMs: 6 * 3_600_000,
        bootConfirmMs: 600_000,
        nurtureMaxPerLead: 3,
      },
      nurture: { coldMs: 3 * 86_400_000, quietMs: 7 * 86_400_000 },
      attribution: { mode: 'domains', unknown: 'ask' },
      allowlist: [],
      replySourceIds: [],
    });
  });

  test('D7: the undo is 15 minutes as soon as mail is live, and what the operator says at any time', () => {
    expect(load('live = true').policy.limits.undoMs).toBe(15 * 60_000);
    expect(load('[limits]\nundo_minutes = 3').policy.limits.undoMs).toBe(3 * 60_000);
  });
});

describe('hardening 78: a broken file is refused with its line', () => {
  test.each([
    [
      '[limits]\ndrafts_per_day = 1\ndrafts_per_day = 2',
      'headgate.toml:3:1  this key or table is already defined above',
    ],
    ['live = true\n[live]', 'headgate.toml:2:2  this key or table is already defined above'],
    ['[limits]\n[limits]', 'headgate.toml:2:2  this key or table is already defined above'],
    [
      'timezone = "a\u0001b"',
      'headgate.toml:1:14  no valid TOML: control characters are not allowed in strings',
    ],
    ['live = ', 'headgate.toml:1:8  no valid TOML: invalid value'],
    ['live = true live = false', /^headgate\.toml:1:13 {2}no valid TOML: /],
    [`x = ${'['.repeat(5000)}`, /^headgate\.toml:1:\d+ {2}no valid TOML: /],
  ])('%j', (toml, complaint) => {
    const complaints = complaintsOf(toml);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toEqual(
      typeof complaint === 'string' ? complaint : expect.stringMatching(complaint),
    );
  });

  test('10 MB are refused without being parsed', () => {
    expect(complaintsOf(`# ${'x'.repeat(10_000_000)}`)).toEqual(['headgate.toml  larger than 1048576 bytes']);
  });

  test('bytes that are no UTF-8 are named, UTF-16 too', () => {
    const folder = folderWith({ 'brand.toml': BRAND, 'headgate.toml': '' });
    const file = join(folder, 'headgate.toml');
    const complaints = (bytes: Buffer): string => {
      writeFileSync(file, bytes);
      const inspection = inspectConfig(questionIn(folder));
      return inspection.kind === 'valid' ? '' : JSON.stringify(inspection.issues);
    };
    expect(complaints(Buffer.from('live = true\ntimezone = "\xe9"', 'latin1'))).toContain(
      '"line":2,"column":13',
    );
    expect(complaints(Buffer.from('live = true', 'utf16le'))).toContain('not UTF-8');
    expect(complaints(Buffer.from('\ufefflive = true', 'utf8'))).toBe('');
    expect(complaints(Buffer.from('# an honest \ufffd', 'utf8'))).toBe('');
  });

  test('a folder in place of the file is refused', () => {
    const folder = folderWith({ 'brand.toml': BRAND });
    mkdirSync(join(folder, 'headgate.toml'));
    expect(JSON.stringify(inspectConfig(questionIn(folder)))).toContain('not a regular file');
  });

  test('a prototype key is an unknown key and reaches nothing', () => {
    expect(complaintsOf('__proto__ = 1\nconstructor = 2')).toHaveLength(2);
    expect(complaintsOf('[__proto__]\nlive = true')).toHaveLength(1);
  });
});

describe('hardening 79: a secret does not stand in the file', () => {
  test('a literal is refused and not repeated', () => {
    const complaints = complaintsOf('[mail.smtp]\nuser = "u"\npassword = "hunter2"');
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('headgate.toml:3:1  mail.smtp.password: the secret itself stands here');
    expect(complaints[0]).not.toContain('hunter2');
    expect(complaints[0]).not.toContain('chmod');
  });

  test('in a file that everybody can read, the chmod is told as well', () => {
    const folder = folderWith({ 'headgate.toml': '[web]\ntoken_secret = "hunter2"', 'brand.toml': BRAND });
    chmodSync(join(folder, 'headgate.toml'), 0o644);
    const inspection = inspectConfig(questionIn(folder));
    expect(JSON.stringify(inspection)).toContain(`chmod 0640 ${folder}/headgate.toml, and change the secret`);
    expect(JSON.stringify(inspection)).not.toContain('hunter2');
  });

  test.each([
    ['{ credential = "smtp-password" }', { kind: 'credential', name: 'smtp-password' }],
    ['{ file = "secrets/smtp" }', { kind: 'file', path: 'secrets/smtp' }],
    ['{ command = ["pass", "smtp"] }', { kind: 'command', command: ['pass', 'smtp'] }],
  ])('%s is accepted', (form, reference) => {
    expect(load(`[web]\ntoken_secret = ${form}`).web.tokenSecret).toEqual(reference);
  });

  test.each([
    '{ credential = "../passwd" }',
    '{ credential = "a", file = "b" }',
    '{ file = 5 }',
    '{ file = "" }',
    '{ command = "pass smtp" }',
    '{ command = [] }',
    '{ command = ["pass", 5] }',
    '{ environment = "SECRET" }',
    '{}',
    '5',
    '["a"]',
  ])('%s is refused without repeating it', (form) => {
    const complaints = complaintsOf(`[web]\ntoken_secret = ${form}`);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('headgate.toml:2:1  web.token_secret: expected ');
  });
});

describe('hardening 84 and 85, A11: hours', () => {
  test('17:00 to 09:00 is overnight', () => {
    const { hours } = load('[hours]\nstart = "17:00"\nend = "09:00"').policy;
    expect(hours).toMatchObject({ startMinute: 1020, endMinute: 540 });
  });

  test('00:00 to 24:00 is the whole day', () => {
    const { hours } = load('[hours]\nstart = "00:00"\nend = "24:00"').policy;
    expect(hours).toMatchObject({ startMinute: 0, endMinute: 1440 });
  });

  test.each([
    ['start = "09:00"\nend = "09:00"', 'headgate.toml:3:1  hours.end: equal to hours.start (09:00)'],
    ['end = "09:00"', 'headgate.toml:2:1  hours.end: equal to hours.start (09:00)'],
    ['start = "25:00"', 'headgate.toml:2:1  hours.start: got "25:00", expected a time'],
    ['start = "24:00"', 'headgate.toml:2:1  hours.start: got "24:00", expected a time'],
    ['start = "9:00"', 'headgate.toml:2:1  hours.start: got "9:00", expected a time'],
    ['start = 09:00:00', 'headgate.toml:2:1  hours.start: got 09:00:00, expected a time'],
    ['end = "17:60"', 'headgate.toml:2:1  hours.end: got "17:60", expected a time'],
    ['weekdays = []', 'headgate.toml:2:1  hours.weekdays: got [], expected a list of ISO weekdays'],
    ['weekdays = [0]', 'headgate.toml:2:1  hours.weekdays: got [0], expected a list of ISO weekdays'],
    ['weekdays = [1, 8]', 'headgate.toml:2:1  hours.weekdays: got [1, 8], expected a list of ISO weekdays'],
    ['weekdays = [1, 1]', 'headgate.toml:2:1  hours.weekdays: got [1, 1], expected a list of ISO weekdays'],
    ['weekdays = ["mon"]', 'headgate.toml:2:1  hours.weekdays: got ["mon"], expected a list of ISO weekdays'],
  ])('%j is refused', (lines, complaint) => {
    const complaints = complaintsOf(`[hours]\n${lines}`);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(complaint);
  });

  test('less than an hour a day is remarked on, since hourly timers may miss it', () => {
    expect(load('[hours]\nstart = "09:10"\nend = "09:40"').remarks.join()).toContain('less than an hour');
    expect(load('').remarks).toEqual([]);
    const stream =
      '[mail]\ntransport = "stream"\n[mail.stream]\nidentity = "tom@x.example"\nkey = { file = "k" }';
    expect(load(stream).remarks.join()).toContain('no List-Unsubscribe');
  });

  test('D6: a DKIM key that the transport will never use is remarked on, with what to do', () => {
    const sender =
      '[[sender]]\naddress = "tom@mail.example.com"\ndkim = { selector = "s1", key = { file = "k" } }\n';
    const provider = (name: string, more = ''): string =>
      `[mail]\ntransport = "${name}"\n[mail.${name}]\nkey = { file = "k" }\n${more}${sender}`;
    for (const text of [provider('resend'), provider('mailgun', 'domain = "mail.example.com"\n')])
      expect(load(text).remarks.join()).toContain('sender.dkim is not used: ');
    expect(load(sender).remarks.join()).not.toContain('dkim');
    expect(
      load(`[mail]\ntransport = "smtp"\n[mail.smtp]\nhost = "127.0.0.1"\n${sender}`).remarks.join(),
    ).not.toContain('dkim');
  });
});

describe('hardening 86: holidays are real days', () => {
  test.each([
    '["2026-13-01"]',
    '["2026-02-30"]',
    '[2026-02-30]',
    '["tomorrow"]',
    '["2026-2-1"]',
    '[2026-12-25T10:00:00Z]',
    '"2026-12-25"',
    '[20261225]',
  ])('%s is refused', (value) => {
    expect(complaintsOf(`holidays = ${value}`)).toEqual([
      `headgate.toml:1:1  holidays: got ${value}, expected a list of real days written "YYYY-MM-DD"`,
    ]);
  });

  test('written with and without quotes, in any order', () => {
    expect(load('holidays = ["2026-12-25", 2026-01-01, "2028-02-29"]').policy.holidays).toEqual([
      '2026-01-01',
      '2026-12-25',
      '2028-02-29',
    ]);
  });
});

describe('hardening 91: zones', () => {
  test.each([
    ['America/New_Yrok', 'did you mean America/New_York'],
    ['Berlin', 'did you mean Europe/Berlin'],
    ['EST5', 'expected an IANA time zone'],
    ['', 'expected an IANA time zone'],
    ['UTC+25', 'expected an IANA time zone'],
    ['+02:00', 'expected an IANA time zone'],
  ])('%j is refused with near ones', (zone, hint) => {
    const complaints = complaintsOf(`timezone = ${JSON.stringify(zone)}`);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(`headgate.toml:1:1  timezone: got ${JSON.stringify(zone)}`);
    expect(complaints[0]).toContain(hint);
  });

  test('the case of letters does not matter', () => {
    expect(load('timezone = "europe/berlin"').policy.timezone).toBe('Europe/Berlin');
  });
});

describe('E4: a return address that can name a mail', () => {
  const SIGNED = '[web]\ntoken_secret = { file = "k" }\n';
  test.each([
    ['has a plus already', `${SIGNED}[mail]\nbounce_address = "a+b@x.example"`, 'without "+"'],
    [
      'is too long for the name of a mail',
      `${SIGNED}[mail]\nbounce_address = "${'b'.repeat(37)}@x.example"`,
      'up to 36',
    ],
    ['cannot be signed', '[mail]\nbounce_address = "bounces@x.example"', 'web.token_secret'],
    [
      'belongs to a provider',
      `${SIGNED}[mail]\nbounce_address = "b@x.example"\ntransport = "resend"\n[mail.resend]\nkey = { file = "k" }`,
      'a provider sets the return address itself',
    ],
  ])('one that %s is refused', (_, toml, complaint) => {
    expect(complaintsOf(toml).join()).toContain(complaint);
  });
});

describe('who is judged, and whose holidays count', () => {
  test.each([
    ['"lead"', null],
    ['["de", "Germany", "GB"]', ['DE', 'GB']],
    ['[]', []],
  ])('A11: holidays.countries = %s', (value, countries) => {
    expect(load(`[holidays]\ncountries = ${value}`).holidayCountries).toEqual(countries);
  });

  test.each(['"all"', '["Atlantis"]', '[1]', 'true'])('A11: holidays.countries = %s is refused', (value) => {
    expect(complaintsOf(`[holidays]\ncountries = ${value}`)).toHaveLength(1);
  });

  test('B8: attribution.mode may be switched off by name', () => {
    expect(load('[attribution]\nmode = "off"\nunknown = "wait"').policy.attribution).toEqual({
      mode: 'off',
      unknown: 'wait',
    });
  });
});

describe('D8: a provider without what it needs is refused, one line for each thing', () => {
  test.each([
    ['transport = "resend"', ['mail.resend.key: missing']],
    ['transport = "mailgun"', ['mail.mailgun.key: missing', 'mail.mailgun.domain: missing']],
    ['transport = "stream"', ['mail.stream.key: missing', 'mail.stream.identity: missing']],
    ['transport = "resend"\nresend.key = "re_secret"', ['mail.resend.key: the secret itself stands here']],
    [
      'transport = "resend"\nresend.key = { file = "k" }\nresend.base_url = "http://api.example.com"',
      ['mail.resend.base_url: got "http://api.example.com"'],
    ],
  ])('%j', (lines, complaints) => {
    const found = complaintsOf(`[mail]\n${lines}`);
    expect(found).toHaveLength(complaints.length);
    for (const [index, complaint] of complaints.entries()) expect(found[index]).toContain(complaint);
    expect(found.join()).not.toContain('re_secret');
  });

  test('D6: senders of our own beside a transport that chooses the mailbox itself are refused, not ignored', () => {
    const mail =
      '[mail]\ntransport = "stream"\nstream.key = { file = "k" }\nstream.identity = "tom@in.example"';
    const found = complaintsOf(`${mail}\n[[sender]]\naddress = "tom@example.com"\ndaily_cap = 30`);
    expect(found.join()).toContain('sender[0].address: mail.transport = "stream" chooses the mailbox itself');
  });

  test('whole, it is used only while live', () => {
    const mail =
      '[mail]\ntransport = "stream"\nstream.key = { file = "k" }\nstream.identity = "tom@in.example"';
    expect(load(mail).mail).toMatchObject({
      transport: 'outbox',
      provider: { transport: 'stream', identity: 'tom@in.example', baseUrl: 'https://api.inboxbase.ai' },
      requestTimeoutMs: 60_000,
      requestRetryMs: 1_000,
    });
  });
});

describe('D9, D10: live mail', () => {
  const SMTP = 'live = true\n[mail]\ntransport = "smtp"\n[mail.smtp]\n';

  const WEB = '\n[web]\ntoken_secret = { file = "secret" }';

  test.each(['localhost', '127.0.0.1', '127.8.9.1', '::1'])('may go to a relay at %s', (host) => {
    expect(load(`${SMTP}host = "${host}"${WEB}`).mail).toMatchObject({
      transport: 'smtp',
      smtp: { host, port: 587 },
    });
  });

  test.each(['smtp.example.net', '10.0.0.1', '127.0.0.1.example.net', 'localhost.example'])(
    'may not go to %s while nobody but this machine can open an unsubscribe link',
    (host) => {
      const complaints = complaintsOf(`${SMTP}host = "${host}"${WEB}`);
      expect(complaints).toHaveLength(1);
      expect(complaints[0]).toContain(
        'headgate.toml:6:1  web.base_url: readers cannot open http://127.0.0.1:8026',
      );
    },
  );

  test('while not live, a relay anywhere may be configured and the outbox is used', () => {
    const config = load('[mail]\ntransport = "smtp"\n[mail.smtp]\nhost = "smtp.example.net"');
    expect(config.mail.transport).toBe('outbox');
    expect(config.mail.smtp?.host).toBe('smtp.example.net');
    expect(config.remarks.join()).toContain('live is false');
  });

  test.each([
    ['[mail]\ntransport = "smtp"', 'headgate.toml:1:1  mail.smtp.host: missing; expected the relay'],
    ['[mail.smtp]\nhost = "h"\nuser = "u"', 'mail.smtp.password: missing'],
    ['[mail.smtp]\nhost = "h"\npassword = { credential = "p" }', 'mail.smtp.user: missing'],
    ['[mail]\npace_seconds_min = 100', 'mail.pace_seconds_max: below mail.pace_seconds_min (100)'],
    ['[mail]\npace_seconds_max = -1', 'mail.pace_seconds_max: got -1, expected a number from 0 to 3600'],
    ['[mail]\nallowlist = ["a@b.example, c@d.example"]', 'mail.allowlist: got'],
    ['[mail]\nallowlist = "a@b.example"', 'mail.allowlist: got'],
    ['[mail.smtp]\nport = 0', 'mail.smtp.port: got 0'],
    ['[mail.smtp]\nhost = "smtp.example.net:25"', 'mail.smtp.host: got'],
    ['[mail.smtp]\nhost = "-x"', 'mail.smtp.host: got'],
    ['[mail]\ntransport = "smpt"', 'did you mean smtp?'],
    ['[web]\nbase_url = "http://mail.example.com"', 'web.base_url: got'],
    ['[web]\nbase_url = "https://u:p@mail.example.com"', 'web.base_url: got'],
    ['[web]\nbase_url = "https://mail.example.com/?a=1"', 'web.base_url: got'],
    ['[web]\nbase_url = "javascript:alert(1)"', 'web.base_url: got'],
    ['[web]\nbase_url = "mail.example.com"', 'web.base_url: got'],
  ])('%j is refused', (toml, complaint) => {
    const complaints = complaintsOf(toml);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(complaint);
  });

  test('pace 0 and 0 is allowed, and the allowlist compares without case', () => {
    const config = load('[mail]\npace_seconds_min = 0\npace_seconds_max = 0\nallowlist = ["Me@Example.com"]');
    expect(config.mail).toMatchObject({ paceMinMs: 0, paceMaxMs: 0 });
    expect(config.policy.allowlist).toEqual(['me@example.com']);
  });

  test('links start without a doubled slash', () => {
    expect(load('[web]\nbase_url = "https://mail.example.com/u/"').web.baseUrl).toBe(
      'https://mail.example.com/u',
    );
  });
});

describe('all that is wrong is told at once', () => {
  const folder = (): string =>
    folderWith({
      'headgate.toml': 'live = "yes"\ntimezone = "Berln"\n\n[limits]\nmax_per_rnu = 5\ndrafts_per_day = -1\n',
      'brand.toml': 'name = ""\nfrom = "a@b.example, c@d.example"\ncolour = 1\n',
    });

  test('over both files and the environment, in one error that ends 78', () => {
    const question = questionIn(folder(), { environment: { HEADGATE_LIMITS__SENDS_PER_DAY: 'many' } });
    const error = catchError(() => loadConfig(question));
    expect(error).toMatchObject({ code: 'config_invalid', exit: 'CONFIG' });
    const keys = error.details
      .map((line) => /(?:\.toml(?::\d+:\d+)?|environment) {2}([^:]+):/.exec(line)?.[1])
      .sort();
    expect(keys).toEqual([
      'HEADGATE_LIMITS__SENDS_PER_DAY',
      'colour',
      'from',
      'limits.drafts_per_day',
      'limits.max_per_rnu',
      'live',
      'name',
      'postal_address',
      'timezone',
    ]);
  });

  test('a key that is missing is named once, and one that is wrong is not missing as well', () => {
    const question = questionIn(folderWith({ 'headgate.toml': '', 'brand.toml': 'name = 5' }));
    const { details } = catchError(() => loadConfig(question));
    expect(details.map((line) => line.split('  ')[1]?.split(':')[0])).toEqual([
      'from',
      'postal_address',
      'name',
    ]);
  });

  test('a wrong hour does not draw a second complaint about the hours beside it', () => {
    expect(complaintsOf('[hours]\nstart = "25:00"\nend = "09:00"')).toHaveLength(1);
  });
});

describe('brand.toml', () => {
  test.each([
    [
      'from = "Tom <tom@other.example>"\ndomains = ["mail.example.com"]',
      'its domain other.example is not one of domains',
    ],
    ['from = "tom"', 'from: got "tom", expected one sender'],
    ['from = "Tom <tom@mail.example.com>, x@y.example"', 'from: got'],
    ['from = "Tom\\r\\nBcc: x@y.example <tom@mail.example.com>"', 'from: got'],
    ['from = "a..b@mail.example.com"', 'from: got'],
    ['from = "tom@localhost"', 'from: got'],
    ['from = "t@m.example"\nreply_to = "a@b.example, c@d.example"', 'reply_to: got'],
    ['from = "t@m.example"\ndomains = ["localhost"]', 'domains: got'],
    [
      'from = "t@m.example"\nwindow = { start = "09:00" }',
      'window: got { start = "09:00" }, not available yet',
    ],
    ['from = "t@m.example"\nsignature = 5', 'signature: got 5'],
  ])('hardening 58: %j is refused', (lines, complaint) => {
    const brand = `name = "Tom"\npostal_address = "1 Mill Lane"\n${lines}`;
    const inspection = inspectConfig(questionIn(folderWith({ 'headgate.toml': '', 'brand.toml': brand })));
    const error = catchError(() =>
      loadConfig(questionIn(folderWith({ 'headgate.toml': '', 'brand.toml': brand }))),
    );
    expect(inspection.kind).toBe('invalid');
    expect(error.details).toHaveLength(1);
    expect(error.details[0]).toContain(complaint);
  });

  test('a quoted display name, lines in the postal address and the domain of the sender come through', () => {
    const brand = [
      'name = "Ledd"',
      'from = \'"Tom, Ledd" <tom@Mail.Example.com>\'',
      'postal_address = """\n1 Mill Lane\nLeeds\n"""',
      'reply_to = "tom@example.com"',
    ].join('\n');
    const config = loadConfig(questionIn(folderWith({ 'headgate.toml': '', 'brand.toml': brand })));
    expect(config.brand).toEqual({
      name: 'Ledd',
      from: { displayName: 'Tom, Ledd', address: 'tom@mail.example.com' },
      replyTo: 'tom@example.com',
      postalAddress: '1 Mill Lane\nLeeds',
      reason: null,
      signature: 'Ledd',
      domains: ['mail.example.com'],
    });
  });

  test('without the file nothing runs', () => {
    const error = catchError(() => loadConfig(questionIn(folderWith({ 'headgate.toml': '' }))));
    expect(error.details[0]).toMatch(/brand\.toml {2}this file is missing/);
  });
});

function catchError(act: () => unknown): HeadgateError {
  try {
    act();
  } catch (error) {
    if (error instanceof HeadgateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('how the operator hears of things', () => {
  const TOKEN = 'token = { credential = "t" }';

  test('F1: a chat is a number or a public name, kept as text', () => {
    const chatOf = (chat: string): unknown =>
      load(`[telegram]\n${TOKEN}\nchat = ${chat}`).notify.telegram?.chat;
    expect(chatOf('-1001234567890')).toBe('-1001234567890');
    expect(chatOf('"-1001234567890"')).toBe('-1001234567890');
    expect(chatOf('"@ops_room"')).toBe('@ops_room');
  });

  test.each([
    [`[telegram]\n${TOKEN}`, 'telegram.chat: missing; expected needed beside telegram.token'],
    ['[telegram]\nchat = 5', 'telegram.token: missing'],
    ['[telegram]\nchat = 0', 'telegram.chat: got 0'],
    ['[telegram]\nchat = "ops"', 'telegram.chat: got "ops"'],
    ['[telegram]\ntoken = "123:secret"', 'telegram.token: '],
    ['[telegram]\napprovers = [5]', 'telegram.chat: missing'],
    ['[telegram]\napprovers = []', 'telegram.approvers: got []'],
    ['[telegram]\napprovers = ["tom"]', 'telegram.approvers: got ["tom"]'],
    ['[notices]\nwebhook_url = "https://ops.example/n"', 'notices.webhook_secret: missing'],
    ['[notices]\nwebhook_url = "http://ops.example/n"', 'notices.webhook_url: got'],
    ['[notices]\nquiet_start = "22:00"', 'notices.quiet_end: missing'],
    ['[watch]\nping = "https://hc.example/{{ping_key}}/{{unit}}"', 'watch.ping_key: missing'],
    ['[watch]\nping = "https://hc.example/{{token}}"', 'watch.ping: got'],
    ['[watch]\nping_key = { file = "k" }', 'watch.ping_key: set, but watch.ping has no {{ping_key}}'],
    ['[hooks]\non_held = "rm -rf"', 'hooks.on_held: got "rm -rf"'],
    ['[hooks]\non_failed = []', 'hooks.on_failed: got []'],
  ])('%j is refused: half a channel is none, and must not look like one', (toml, complaint) => {
    const complaints = complaintsOf(toml).join('\n');
    expect(complaints).toContain(complaint);
    expect(complaints).not.toContain('123:secret');
  });
});
