import { describe, expect, test } from 'vitest';

import { complaintsOf, load } from './workspace.ts';

describe('cli.md 1: a HEADGATE_ variable wins over the file', () => {
  test('and the default over neither', () => {
    const config = load('[limits]\ndrafts_per_day = 7\nsends_per_day = 8', {
      environment: { HEADGATE_LIMITS__DRAFTS_PER_DAY: '3' },
    });
    expect(config.policy.limits).toMatchObject({ draftsPerDay: 3, sendsPerDay: 8, sendsPerRun: 10 });
    expect(config.settings.sourceOf('limits.drafts_per_day')).toEqual({
      kind: 'environment',
      variable: 'HEADGATE_LIMITS__DRAFTS_PER_DAY',
    });
    expect(config.settings.sourceOf('limits.sends_per_day')).toMatchObject({ kind: 'file', line: 3 });
    expect(config.settings.sourceOf('limits.sends_per_run')).toEqual({ kind: 'default' });
  });

  test('for every kind of value', () => {
    const config = load('', {
      environment: {
        HEADGATE_LIVE: 'true',
        HEADGATE_TIMEZONE: ' Europe/Berlin ',
        HEADGATE_HOLIDAYS: '2026-12-25, 2026-12-26',
        HEADGATE_HOURS__WEEKDAYS: '[1, 2, 7]',
        HEADGATE_HOURS__START: '08:00',
        HEADGATE_LIMITS__BLAST_RADIUS_FACTOR: '2.5',
        HEADGATE_MAIL__TRANSPORT: 'smtp',
        HEADGATE_MAIL__SMTP__HOST: '127.0.0.1',
        HEADGATE_MAIL__ALLOWLIST: '["a@b.example", \'c@d.example\']',
        HEADGATE_WEB__TOKEN_SECRET: 'hunter2',
      },
    });
    expect(config.policy).toMatchObject({
      live: true,
      timezone: 'Europe/Berlin',
      holidays: ['2026-12-25', '2026-12-26'],
      hours: { weekdays: [1, 2, 7], startMinute: 480 },
      limits: { blastRadiusFactor: 2.5 },
      allowlist: ['a@b.example', 'c@d.example'],
    });
    expect(config.mail.smtp?.host).toBe('127.0.0.1');
    expect(JSON.stringify(config)).not.toContain('hunter2');
    expect(config.web.tokenSecret).toEqual({ kind: 'environment', variable: 'HEADGATE_WEB__TOKEN_SECRET' });
  });
});

describe('hardening 80: an empty variable counts as missing', () => {
  test.each(['', '  '])('%j', (text) => {
    const config = load('[limits]\ndrafts_per_day = 7', {
      environment: { HEADGATE_LIMITS__DRAFTS_PER_DAY: text },
    });
    expect(config.policy.limits.draftsPerDay).toBe(7);
  });
});

describe('a wrong variable is refused by name', () => {
  test.each([
    ['HEADGATE_LIMITS__DRAFTS_PER_DAY', '-1', 'got "-1", expected a whole number from 0 to 10000'],
    ['HEADGATE_LIMITS__DRAFTS_PER_DAY', '5.0', 'got "5.0", expected a whole number'],
    ['HEADGATE_LIMITS__DRAFTS_PER_DAY', '1e3', 'got "1e3", expected a whole number'],
    ['HEADGATE_LIMITS__DRAFTS_PER_DAY', 'unlimited', 'got "unlimited", expected a whole number'],
    ['HEADGATE_LIMITS__BLAST_RADIUS_FACTOR', 'Infinity', 'got "Infinity", expected a number'],
    ['HEADGATE_LIVE', 'yes', 'got "yes", expected true or false'],
    ['HEADGATE_HOURS__WEEKDAYS', '[]', 'got "[]", expected a list of ISO weekdays'],
    ['HEADGATE_HOURS__WEEKDAYS', 'mon', 'expected a list of ISO weekdays'],
    ['HEADGATE_MAIL__TRANSPORT', 'pigeon', '"outbox"'],
    ['HEADGATE_HOLIDAYS__COUNTRIES', 'Europe', 'a list of countries'],
  ])('%s=%s', (name, text, complaint) => {
    const complaints = complaintsOf('', { environment: { [name]: text } });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(`environment  ${name}: `);
    expect(complaints[0]).toContain(complaint);
    expect(complaints[0]).not.toContain('hunter2');
  });

  test('across keys too, with the variable named', () => {
    expect(complaintsOf('', { environment: { HEADGATE_HOURS__END: '09:00' } })[0]).toContain(
      'environment  hours.end (HEADGATE_HOURS__END): equal to hours.start',
    );
  });
});

describe('hardening 75: a misspelt variable must not mean no guard', () => {
  test.each([
    ['HEADGATE_LIMITS__DRAFTS_PER_DYA', 'did you mean HEADGATE_LIMITS__DRAFTS_PER_DAY?'],
    ['HEADGATE_LIMITS_DRAFTS_PER_DAY', 'did you mean HEADGATE_LIMITS__DRAFTS_PER_DAY?'],
    ['HEADGATE_HOLIDAY', 'did you mean HEADGATE_HOLIDAYS?'],
    ['HEADGATE_LIVEE', 'did you mean HEADGATE_LIVE?'],
    ['HEADGATE_SOMETHING__ELSE', 'unknown key'],
    ['HEADGATE_SOURCE__ID', 'unknown key'],
  ])('%s', (name, complaint) => {
    const complaints = complaintsOf('', { environment: { [name]: '1' } });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(complaint);
  });

  test('names of other programs are left alone', () => {
    expect(
      complaintsOf('', { environment: { HEADGATE_TIME: '1', HEADGATE_NODE: '/x', PATH: '/bin' } }),
    ).toEqual([]);
  });
});
