import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import {
  everyKey,
  explainKey,
  findExplanations,
  renderConfigurationReference,
} from '../../src/config/reference.ts';

const COMMITTED = join(import.meta.dirname, '../../docs/reference/configuration.md');

describe('the reference is the schema', () => {
  test('the committed page is what scripts/generate-docs.ts writes now', () => {
    expect(readFileSync(COMMITTED, 'utf8')).toBe(renderConfigurationReference());
  });

  test('every key stands in the page and is explained with its default', () => {
    const page = renderConfigurationReference();
    for (const spec of everyKey()) {
      const name = spec.key.replace('[]', '');
      expect(page).toContain(`| \`${name}\` |`);
      const explanation = findExplanations(name);
      expect(explanation, name).toHaveProperty('found');
      const text = explainKey(spec).join('\n');
      expect(text).toContain('default  ');
      expect(text).toContain('accepts  ');
      expect(text).not.toContain('undefined');
    }
  });

  test('no two keys share a name within a file, and every summary is a sentence', () => {
    for (const spec of everyKey()) expect(spec.summary, spec.key).toMatch(/^.{10,}\.$/s);
  });

  test('the contract keys of the operator are all there', () => {
    const keys = new Set(everyKey().map((spec) => spec.key));
    const missing = CONTRACT_KEYS.filter((key) => !keys.has(key));
    expect(missing).toEqual([]);
  });
});

describe('config explain finds', () => {
  const keysOf = (subject: string | null): readonly string[] => {
    const result = findExplanations(subject);
    return 'found' in result ? result.found.flatMap((group) => group.keys.map((spec) => spec.key)) : [];
  };

  test('one key by its name or its variable, a section by its heading, all without a word', () => {
    expect(keysOf('limits.drafts_per_day')).toEqual(['limits.drafts_per_day']);
    expect(keysOf('HEADGATE_LIMITS__DRAFTS_PER_DAY')).toEqual(['limits.drafts_per_day']);
    expect(keysOf('hours')).toEqual(['hours.weekdays', 'hours.start', 'hours.end']);
    expect(keysOf('[hours]')).toEqual(keysOf('hours'));
    expect(keysOf('[[source]]')).toEqual([
      'source[].id',
      'source[].kind',
      'source[].path',
      'source[].lead_source',
      'source[].base',
      'source[].table',
      'source[].view',
      'source[].map',
      'source[].write_back',
      'source[].domain',
      'source[].index',
      'source[].identity',
      'source[].host',
      'source[].port',
      'source[].user',
      'source[].password',
      'source[].secure',
      'source[].folders',
      'source[].key',
      'source[].requests_per_second',
      'source[].base_url',
    ]);
    expect(keysOf('sender.dkim')).toEqual(['sender[].dkim.selector', 'sender[].dkim.key']);
    expect(keysOf('mail.smtp')).toHaveLength(8);
    expect(keysOf(null)).toHaveLength(everyKey().length);
    expect(keysOf('brand.toml')).toContain('postal_address');
  });

  test('the nearest word for a misspelt one', () => {
    expect(findExplanations('limits.draft_per_day')).toEqual({ nearest: 'limits.drafts_per_day' });
    expect(findExplanations('banana')).toEqual({ nearest: null });
  });
});

const CONTRACT_KEYS = [
  'live',
  'timezone',
  'holidays',
  'holidays.countries',
  ...[
    'drafts_per_run_drip',
    'drafts_per_run_nurture',
    'drafts_per_day',
    'sends_per_run',
    'sends_per_day',
  ].map((name) => `limits.${name}`),
  ...['watermark_hours', 'cold_start_hours', 'blast_radius_factor', 'blast_radius_floor', 'undo_minutes'].map(
    (name) => `limits.${name}`,
  ),
  ...[
    'draft_expiry_days',
    'max_late_days',
    'reply_age_hours',
    'boot_confirm_minutes',
    'nurture_max_per_lead',
  ].map((name) => `limits.${name}`),
  ...['nurture.cold_days', 'nurture.quiet_days', 'hours.weekdays', 'hours.start', 'hours.end'],
  ...['mail.transport', 'mail.pace_seconds_min', 'mail.pace_seconds_max', 'mail.allowlist'],
  ...['host', 'port', 'user', 'password', 'secure'].map((name) => `mail.smtp.${name}`),
  ...['provider', 'base_url', 'key', 'model', 'budget_per_day', 'budget_per_run'].map((name) => `ai.${name}`),
  ...['api_base', 'token', 'chat', 'approvers'].map((name) => `telegram.${name}`),
  ...['web.base_url', 'web.token_secret', 'watch.ping', 'hooks.on_held', 'hooks.on_failed'],
  ...['attribution.mode', 'attribution.unknown', 'attribution.allow'],
  ...['source[].id', 'source[].kind', 'source[].base_url'],
  ...['address', 'name', 'daily_cap', 'ramp_start', 'ramp_step'].map((name) => `sender[].${name}`),
  ...['selector', 'key'].map((name) => `sender[].dkim.${name}`),
];
