import { describe, expect, test } from 'vitest';

import type { TrailVerdict, Verification } from '../../../src/core/audit/verify.ts';
import { judgeAudit } from '../../../src/core/doctor/audit.ts';
import { judgeDrift, judgeSync, type SyncFacts } from '../../../src/core/doctor/clock.ts';
import { judgeModel, type ModelFacts } from '../../../src/core/doctor/model.ts';
import { judgePing, judgeTelegram, type TelegramFacts } from '../../../src/core/doctor/people.ts';
import {
  judgeProviderKey,
  judgeRelay,
  judgeUnsubscribePage,
  type KeyFacts,
  type PageFacts,
  type RelayFacts,
} from '../../../src/core/doctor/relay.ts';
import { judgeSource, type SourceFacts } from '../../../src/core/doctor/source.ts';
import { doubtOf, lineOf } from './line-of.ts';

describe('A13: the audit trail', () => {
  const WHOLE: Verification = {
    entries: 12,
    head: { number: 12, hash: '0123456789abcdef'.repeat(4) },
    breaks: [],
    faults: [],
    faultCount: 0,
    cutOff: null,
  };
  const fault = { number: 7, fault: 'changed', detail: 'it is not what it was' } as const;
  const restored = {
    ...{ number: 4, kind: 'restored', at: 0, actor: 'terminal:tom', missing: 2, outsideNumber: 3 },
  };

  test.each<[string, Partial<Verification>, boolean, string, TrailVerdict?]>([
    ['that is whole', {}, false, 'pass: the audit trail is whole | 12 entries, head 12 0123456789ab'],
    [
      'of which the end was read',
      {},
      true,
      'pass: the audit trail is whole | the newest 12 entries, head 12 0123456789ab',
    ],
    ['that is empty', { entries: 0, head: null }, false, 'pass: the audit trail is whole | 0 entries'],
    [
      'with one entry',
      { entries: 1 },
      false,
      'pass: the audit trail is whole | 1 entry, head 12 0123456789ab',
    ],
    [
      'of one entry that says where it broke off',
      { entries: 1, breaks: [restored] },
      true,
      'pass: the audit trail is whole | the newest 1 entry, head 12 0123456789ab, 1 recorded break: headgate audit verify',
    ],
    [
      'that somebody changed once',
      { faults: [fault], faultCount: 1 },
      false,
      'problem: the audit trail was tampered with | entry 7: it is not what it was | headgate audit verify',
    ],
    [
      'that somebody changed often',
      { faults: [fault, fault], faultCount: 9 },
      false,
      'problem: the audit trail was tampered with | entry 7: it is not what it was and 8 more | headgate audit verify',
    ],
    [
      'of an older copy that waits for a person',
      { faults: [fault], faultCount: 1 },
      false,
      'problem: restored, adopt pending | entry 7: it is not what it was | headgate adopt',
      'restored',
    ],
  ])('%s', (_name, change, isPartial, line, verdict = 'tampered') => {
    expect(lineOf(judgeAudit({ ...WHOLE, ...change }, { verdict, isPartial }))).toBe(`state/audit ${line}`);
  });
});

describe('A14: the clock', () => {
  test.each<[SyncFacts, string]>([
    [{ kind: 'synced', by: 'chrony', offsetMs: -3.4 }, 'pass: clock | NTP in sync, offset 3 ms (chrony)'],
    [{ kind: 'synced', by: 'timedatectl', offsetMs: null }, 'pass: clock | NTP in sync (timedatectl)'],
    [{ kind: 'synced', by: 'chrony', offsetMs: 1_000 }, 'pass: clock | NTP in sync, offset 1000 ms (chrony)'],
    [
      { kind: 'synced', by: 'chrony', offsetMs: -1_001 },
      'warn: the clock is off | chrony, offset 1001 ms | timedatectl timesync-status',
    ],
    [
      { kind: 'unsynced', by: 'timedatectl', isEnabled: true },
      'warn: the clock is not set by time servers | timedatectl: switched on, and not in step yet | timedatectl timesync-status',
    ],
    [
      { kind: 'unsynced', by: 'timedatectl', isEnabled: false },
      'problem: the clock is not set by time servers | timedatectl: no | sudo timedatectl set-ntp true',
    ],
    [{ kind: 'unknown', why: 'no timedatectl' }, 'skipped: time servers | no timedatectl'],
  ])('%j', (facts, line) => {
    expect(lineOf(judgeSync(facts))).toBe(`clock/ntp ${line}`);
  });

  test('against the state: only a doubt about the clock is one of the clock', () => {
    expect(lineOf(judgeDrift(null))).toBe(
      'clock/drift skipped: clock against the stamp | there is no state to compare with',
    );
    const machine = doubtOf('machine', 'bound to mail-2');
    expect(lineOf(judgeDrift([machine]))).toBe(
      'clock/drift pass: clock against the stamp | goes on from the last run',
    );
    expect(lineOf(judgeDrift([machine, doubtOf('clock', 'an hour back')]))).toBe(
      'clock/drift problem: the clock contradicts the state | an hour back | timedatectl   if the time is right: headgate adopt',
    );
  });
});

test.each<[ModelFacts, string]>([
  [{ kind: 'listed', models: ['a', 'b'] }, 'pass: ai.example takes the key | b, no word paid for'],
  [{ kind: 'listed', models: [] }, 'pass: ai.example takes the key | b, no word paid for'],
  [
    { kind: 'listed', models: ['a'] },
    'problem: ai.example has no model b | it is not in the list | headgate config explain ai.model',
  ],
  [{ kind: 'refused', words: '401' }, 'problem: ai.example refuses the key | 401 | set the key'],
  [
    { kind: 'silent', words: 'ETIMEDOUT' },
    'problem: ai.example did not answer | ETIMEDOUT | headgate doctor --only ai   again in a minute',
  ],
])('A6: the provider of models says %j', (facts, line) => {
  const about = { host: 'ai.example', model: 'b', keyFix: 'set the key' };
  expect(lineOf(judgeModel(facts, about))).toBe(`ai/key ${line}`);
});

describe('F1, F2: the chat in which people decide', () => {
  const ANSWERED: Extract<TelegramFacts, { kind: 'answered' }> = {
    kind: 'answered',
    bot: 'gate_bot',
    chat: 'Sales',
    mayPost: true,
    role: 'member',
    approvers: { all: [1], strangers: [] },
  };
  const POSTS = 'people/telegram pass: Telegram bot @gate_bot | can post to Sales';

  test.each<[string, TelegramFacts, string[]]>([
    ['works', ANSWERED, [POSTS, 'people/approvers pass: Telegram approvers | 1 approver known']],
    ['names nobody who may decide', { ...ANSWERED, approvers: { all: [], strangers: [] } }, [POSTS]],
    [
      'lacks two who may decide',
      { ...ANSWERED, approvers: { all: [1, 2, 3], strangers: [2, 3] } },
      [
        POSTS,
        'people/approvers warn: an approver is not in the chat | 2, 3 not in Sales | headgate config explain telegram.approvers',
      ],
    ],
    [
      'does not let the bot write',
      { ...ANSWERED, mayPost: false, role: 'restricted' },
      [
        'people/telegram problem: Telegram bot @gate_bot may not write | it is restricted in Sales | headgate config explain telegram.chat   then let @gate_bot write in Sales',
        'people/approvers pass: Telegram approvers | 1 approver known',
      ],
    ],
    [
      'has another token',
      { kind: 'bad_token', words: '401' },
      ['people/telegram problem: Telegram refuses the token | 401 | set it'],
    ],
    [
      'is another chat',
      { kind: 'bad_chat', bot: 'gate_bot', words: 'chat not found' },
      [
        'people/telegram problem: Telegram bot @gate_bot is not in the chat | chat not found | headgate config explain telegram.chat   then add @gate_bot to the chat',
      ],
    ],
    [
      'is silent',
      { kind: 'silent', words: 'ETIMEDOUT' },
      [
        'people/telegram problem: Telegram did not answer | ETIMEDOUT | headgate doctor --only people   again in a minute',
      ],
    ],
  ])('%s', (_name, facts, lines) => {
    expect(judgeTelegram(facts, 'set it').map(lineOf)).toEqual(lines);
  });

  test('the dead-man service is looked up and not called, or a dead machine would look alive', () => {
    expect(lineOf(judgePing({ host: 'ping.example', words: null }))).toBe(
      'people/ping pass: dead-man ping | ping.example is there; not called',
    );
    expect(lineOf(judgePing({ host: 'ping.example', words: 'ENOTFOUND' }))).toBe(
      'people/ping problem: dead-man ping leads nowhere | ping.example: ENOTFOUND | headgate config explain watch.ping',
    );
  });
});

describe('D8: the relay', () => {
  const READY: RelayFacts = {
    ...{ host: 'smtp.example', port: 587, kind: 'ready', security: 'STARTTLS', hasLogin: true, tookMs: 41.6 },
  };
  test.each<[string, RelayFacts, string]>([
    ['takes our log-in', READY, 'pass: SMTP smtp.example:587 | STARTTLS, AUTH ok, 42 ms, nothing sent'],
    [
      'asks for none',
      { ...READY, security: 'no TLS', hasLogin: false },
      'pass: SMTP smtp.example:587 | no TLS, no log-in, 42 ms, nothing sent',
    ],
    [
      'refuses it',
      { host: 'smtp.example', port: 587, kind: 'refused', stage: 'login', words: '535' },
      'problem: SMTP smtp.example:587 refuses the log-in | 535 | set the password',
    ],
    [
      'is not there',
      { host: 'smtp.example', port: 587, kind: 'refused', stage: 'connect', words: 'ECONNREFUSED' },
      'problem: SMTP smtp.example:587 cannot be used | ECONNREFUSED | openssl s_client -connect smtp.example:587 -starttls smtp </dev/null',
    ],
    [
      'speaks TLS from the first byte',
      { host: 'smtp.example', port: 465, kind: 'refused', stage: 'connect', words: 'ECONNREFUSED' },
      'problem: SMTP smtp.example:465 cannot be used | ECONNREFUSED | openssl s_client -connect smtp.example:465 </dev/null',
    ],
  ])('%s', (_name, facts, line) => {
    expect(lineOf(judgeRelay(facts, 'set the password'))).toBe(`mail/relay ${line}`);
  });

  test.each<[KeyFacts, string]>([
    [{ kind: 'good', detail: 'one domain' }, 'pass: Provider key | one domain'],
    [
      { kind: 'incomplete', words: 'domain not verified', fix: 'verify it' },
      'problem: Provider is not ready | domain not verified | verify it',
    ],
    [{ kind: 'refused', words: '403' }, 'problem: Provider refuses the key | 403 | set the key'],
    [
      { kind: 'silent', words: 'ETIMEDOUT' },
      'problem: Provider did not answer | ETIMEDOUT | headgate doctor --only mail   again in a minute',
    ],
  ])('A2, A3, A4: a provider’s key: %j', (facts, line) => {
    expect(lineOf(judgeProviderKey(facts, { name: 'Provider', keyFix: 'set the key' }))).toBe(
      `mail/provider ${line}`,
    );
  });
});

test.each<[string, PageFacts['outcome'], boolean, string]>([
  [
    'our page',
    { status: 200, isOurPage: true },
    true,
    'pass: List-Unsubscribe URL answers | https://u.example/… → 200',
  ],
  [
    'our page, on this machine alone',
    { status: 200, isOurPage: true },
    false,
    'warn: List-Unsubscribe URL is of this machine | https://u.example/… → 200; readers cannot open it, which only a rehearsal may | headgate config explain web.base_url',
  ],
  [
    'another page',
    { status: 200, isOurPage: false },
    true,
    'problem: List-Unsubscribe URL shows another page | https://u.example/… → 200, without our button | headgate config explain web.base_url',
  ],
  [
    'that there is none',
    { status: 404, isOurPage: false },
    true,
    'problem: List-Unsubscribe URL refuses our links | https://u.example/… → 404: no page of ours, or one with another web.token_secret | headgate config explain web.base_url',
  ],
  [
    'that it is broken',
    { status: 502, isOurPage: false },
    true,
    'problem: List-Unsubscribe URL is not reachable | https://u.example/… → 502; Gmail and Yahoo ask for it | sudo systemctl enable --now headgate-unsub.socket',
  ],
  [
    'nothing',
    { words: 'ECONNREFUSED' },
    true,
    'problem: List-Unsubscribe URL is not reachable | https://u.example/…: ECONNREFUSED; Gmail and Yahoo ask for it | sudo systemctl enable --now headgate-unsub.socket',
  ],
])('D10: the address in List-Unsubscribe answers %s', (_name, outcome, isSecure, line) => {
  expect(lineOf(judgeUnsubscribePage({ shown: 'https://u.example/…', isSecure, outcome }))).toBe(
    `mail/unsubscribe ${line}`,
  );
});

test.each<[SourceFacts, string]>([
  [{ kind: 'answered', waiting: 0, isAll: true }, 'pass: crm can be read | sql, nothing new'],
  [
    { kind: 'answered', waiting: 0, isAll: false },
    'pass: crm can be read | sql, the next sync has something to read',
  ],
  [
    { kind: 'answered', waiting: null, isAll: true },
    'pass: crm can be read | sql, the next sync has something to read',
  ],
  [{ kind: 'answered', waiting: 1, isAll: true }, 'pass: crm can be read | sql, 1 event for the next sync'],
  [
    { kind: 'answered', waiting: 50, isAll: false },
    'pass: crm can be read | sql, 50 events or more for the next sync',
  ],
  [{ kind: 'refused', words: '401', fix: 'set it' }, 'problem: crm cannot be read | 401 | set it'],
  [
    { kind: 'refused', words: 'no such table', fix: null },
    'problem: crm cannot be read | no such table | headgate sync --preview --source crm',
  ],
  [
    { kind: 'slow', seconds: 10 },
    'warn: crm is slow | no answer within 10 s | headgate sync --preview --source crm',
  ],
])('F7: a source of `sync`: %j', (facts, line) => {
  expect(lineOf(judgeSource(facts, { id: 'crm', kind: 'sql' }))).toBe(`sources/source ${line}`);
});
