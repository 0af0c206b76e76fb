import { describe, expect, test } from 'vitest';

import { isAboutSender, parseReply, printable, waitAskedFor } from '../../../src/adapters/mail/smtp-reply.ts';
import { resultOf, troubleOf } from '../../../src/adapters/mail/smtp-trouble.ts';
import type { SmtpStage } from '../../../src/adapters/mail/smtp-trouble.ts';

/** As the SMTP library makes them. */
function libraryError(message: string, fields: Readonly<Record<string, unknown>>): Error {
  return Object.assign(new Error(message), fields);
}

describe('RFC 5321, 4.2: the answers of a server', () => {
  test.each([
    ['250 ok', { code: 250, text: '250 ok' }],
    ['250', { code: 250, text: '250' }],
    ['550-5.1.1 no such\n550 5.1.1 user', { code: 550, text: '550 5.1.1 no such 5.1.1 user' }],
    ['450 \u0007 late\u2028r', { code: 450, text: '450 late r' }],
  ])('%j', (raw, reply) => {
    expect(parseReply(raw)).toEqual(reply);
  });

  test.each(['', 'OK', '25 ok', '2500 ok', '999 ok', '250-yes\n550 no', '250 yes\nno'])(
    '%j is none',
    (raw) => {
      expect(parseReply(raw)).toBeNull();
    },
  );

  test('a reply of a megabyte is kept in a line', () => {
    expect(printable('x'.repeat(1_000_000))).toHaveLength(500);
  });
});

describe('D4: refusals that would meet every mail', () => {
  test.each([
    '530 5.7.0 Authentication required',
    '530 5.7.57 Client not authenticated to send mail',
    '534 5.7.9 Application-specific password required',
    '535 5.7.8 Error: authentication failed',
    '550 5.4.5 Daily user sending quota exceeded',
    '550 5.4.5 Daily sending limit exceeded',
    '454 Throttling failure: Daily message quota exceeded.',
    '451 Maximum credits exceeded',
    '550 You have exceeded your daily sending limit',
    '421 4.7.0 hourly message limit exceeded',
    '550 5.7.0 billing_hard_limit_reached',
    '554 5.7.1 your account has been suspended',
  ])('%s', (raw) => {
    const reply = parseReply(raw);
    expect(reply !== null && isAboutSender(reply)).toBe(true);
  });

  test.each([
    '552 5.2.2 mailbox quota exceeded',
    '452 4.2.2 The email account that you tried to reach is over quota',
    '550 5.2.1 account disabled',
    '550 5.1.1 user unknown',
    '550 quota exceeded for this user',
    '450 4.7.1 greylisted',
    '452 4.5.3 too many recipients',
    '552 5.3.4 message size exceeds limit',
    '250 authentication required for nothing',
  ])('not: %s', (raw) => {
    const reply = parseReply(raw);
    expect(reply !== null && isAboutSender(reply)).toBe(false);
  });
});

describe('D7: the wait that a refusal names', () => {
  test.each([
    ['450 4.7.1 try again in 5 minutes', 300_000],
    ['451 Greylisted for 300 seconds', 300_000],
    ['421 retry after 90s', 90_000],
    ['450 come back in 2 hours', 7_200_000],
    ['450 wait 1 hour', 3_600_000],
    ['450 try again in 99999 hours', 86_400_000],
    ['450 4.7.1 later', null],
    ['450 in 5 ways', null],
    ['550 5.1.1 in 5 minutes', null],
  ])('%s', (raw, expected) => {
    const reply = parseReply(raw);
    expect(reply === null ? undefined : waitAskedFor(reply)).toBe(expected);
  });
});

describe('D1: the same library error means different things before and after the body', () => {
  const lost = (): Error =>
    libraryError('Connection closed unexpectedly', { code: 'ECONNECTION', command: 'CONN' });

  test.each<[SmtpStage, object]>([
    ['connect', { kind: 'refused', scope: 'run', permanent: false }],
    ['login', { kind: 'refused', scope: 'run', permanent: false }],
    ['envelope', { kind: 'refused', scope: 'message', permanent: false }],
    ['body', { kind: 'unknown' }],
  ])('%s', (stage, expected) => {
    expect(resultOf(troubleOf(stage, lost()))).toMatchObject(expected);
  });

  test('after the body a refusal counts only as the answer to it', () => {
    const answer = libraryError('Message failed', { code: 'EMESSAGE', response: '550 no' });
    const leftover = libraryError('Connection closed unexpectedly', {
      code: 'ECONNECTION',
      response: '421 bye',
    });
    expect(resultOf(troubleOf('body', answer))).toMatchObject({ kind: 'refused', response: '550 no' });
    expect(resultOf(troubleOf('body', leftover)).kind).toBe('unknown');
  });

  test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO'])(
    'a certificate or protocol does not mend itself: %s',
    (originalCode) => {
      const error = libraryError('no', { code: 'ESOCKET', originalCode });
      expect(resultOf(troubleOf('connect', error))).toMatchObject({
        kind: 'refused',
        scope: 'run',
        permanent: true,
        response: `no connection: no (${originalCode})`,
      });
    },
  );

  test('a reset connection may be better later', () => {
    const error = libraryError('read ECONNRESET', { code: 'ESOCKET', originalCode: 'ECONNRESET' });
    expect(resultOf(troubleOf('connect', error))).toMatchObject({ permanent: false });
  });
});
