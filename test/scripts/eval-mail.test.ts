import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ruleLines, scoreLines } from '../../scripts/eval-score.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/eval-mail.ts');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-eval-'));
  for (const name of ['mail', 'not-bounce']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

function evaluate(...more: readonly string[]) {
  return spawnSync(process.execPath, [SCRIPT, folder, ...more], { encoding: 'utf8' });
}

function bounce(status: string): string {
  return [
    'From: MAILER-DAEMON@mx.sender.example',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b1',
    '',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Final-Recipient: rfc822; kim@client.example',
    'Action: failed',
    `Status: ${status}`,
    '--b1--',
  ].join('\r\n');
}

describe('npm run eval:mail scores the classifier', () => {
  test('one line for each class: name, precision, recall, counts', () => {
    writeFileSync(join(folder, 'mail/dead.eml'), bounce('5.1.1'));
    writeFileSync(join(folder, 'mail/full.eml'), bounce('5.2.2'));
    writeFileSync(join(folder, 'mail/noise.eml'), bounce('5.2.2'));
    writeFileSync(join(folder, 'not-bounce/letter.eml'), 'From: kim@client.example\r\n\r\nHello');
    const rows = [
      'dead.eml\t1\thard_bounce',
      'full.eml\t1\tsoft_recipient_or_transient',
      'noise.eml\t1\thard_bounce',
    ];
    writeFileSync(join(folder, 'labels.tsv'), `file\trecipient_no\tclass\n${rows.join('\n')}\n`);
    const { stdout, status } = evaluate('--misses');
    expect(status).toBe(0);
    expect(stdout.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'hard_bounce precision 100.0% recall 50.0% labelled 2 said 1 right 1',
      'not_bounce precision 100.0% recall 100.0% labelled 1 said 1 right 1',
      'soft_recipient_or_transient precision 50.0% recall 100.0% labelled 1 said 2 right 1',
      expect.stringMatching(/^noise\.eml: hard_bounce, taken for soft_recipient_or_transient/),
      '',
    ]);
  });

  test('every mail with what decided, and every rule with what it decided', () => {
    writeFileSync(join(folder, 'mail/dead.eml'), bounce('5.1.1'));
    writeFileSync(join(folder, 'labels.tsv'), 'file\trecipient_no\tclass\ndead.eml\t1\thard_bounce\n');
    expect(evaluate('--explain').stdout).toMatch(/^dead\.eml: hard_bounce \(.*status 5\.1\.1/m);
    expect(evaluate('--rules').stdout).toContain('right 1  wrong 0  hard_bounce  status 5.1.1\n');
  });

  test('replies are compared with the words that are new in them', () => {
    for (const name of ['emails', 'trimmed']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'emails/one.txt'), 'Yes\n\nOn 4 Mar 2026, Ada wrote:\n> Tuesday?');
    writeFileSync(join(folder, 'trimmed/one.txt'), 'Yes\n');
    expect(evaluate().stdout).toBe('reply_text  exact 1 of 1\n');
  });

  test('a folder without labels is a usage error', () => {
    expect(evaluate().status).toBe(64);
  });
});

describe('a score', () => {
  test('a class that nobody said has no precision, one that nobody expected no recall', () => {
    const samples = [{ name: 'a', expected: 'x', actual: 'y', rule: 'r', note: '' }];
    expect(scoreLines(samples)).toEqual([
      'x  precision      -  recall   0.0%  labelled 1  said 0  right 0',
      'y  precision   0.0%  recall      -  labelled 0  said 1  right 0',
    ]);
    expect(scoreLines([])).toEqual([]);
    expect(ruleLines(samples)).toEqual(['right 0  wrong 1  y  r']);
  });
});
