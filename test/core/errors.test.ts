import { expect, test } from 'vitest';

import { HeadgateError, systemCode, withPath } from '../../src/core/errors.ts';

function systemError(facts: Readonly<Record<string, unknown>>): Error {
  return Object.assign(new Error('the system says no'), facts);
}

test('hardening 117: a quota that is used up is told as one, though Node has no name for it', () => {
  expect(systemCode(systemError({ code: 'UNKNOWN', errno: -122 }))).toBe('EDQUOT');
  expect(systemCode(systemError({ code: 'ENOSPC', errno: -28 }))).toBe('ENOSPC');
  expect(systemCode(systemError({ code: 'SQLITE_FULL' }))).toBe('SQLITE_FULL');
  expect([systemCode(new Error('ours')), systemCode('EIO')]).toEqual([null, null]);
});

test('hardening 117: what fails on an open file names the file, and an error that names one keeps it', () => {
  const thrownBy = (error: Error): unknown => {
    try {
      return withPath('/state/stamp.json', () => {
        throw error;
      });
    } catch (thrown) {
      return thrown;
    }
  };
  expect(thrownBy(systemError({ code: 'EIO' }))).toMatchObject({ path: '/state/stamp.json' });
  expect(thrownBy(systemError({ code: 'EIO', path: '/other' }))).toMatchObject({ path: '/other' });
  expect(thrownBy(new Error('ours'))).not.toHaveProperty('path');
  expect(withPath('/state', () => 1)).toBe(1);
});

test('F7: an error that reaches an operator keeps all that it was given, and claims nothing that it was not', () => {
  const cause = new Error('EIO');
  const whole = {
    code: 'state_io_error',
    exit: 'TEMPFAIL',
    notDone: 'Nothing was sent.',
    fix: 'df -h',
  } as const;
  const rest = { details: ['line 3'], permanent: true, runId: 'r-one' };
  const error = new HeadgateError('The disk says no.', { ...whole, ...rest, cause });
  expect(error).toMatchObject({
    name: 'HeadgateError',
    message: 'The disk says no.',
    cause,
    ...whole,
    ...rest,
  });
  const bare = new HeadgateError('No.', { code: 'no', exit: 'USAGE' });
  expect(bare).toMatchObject({ details: [], permanent: false, runId: null });
  expect([bare.notDone, bare.fix]).toEqual([undefined, undefined]);
  expect(bare).not.toHaveProperty('cause');
});

test('hardening 117: what is no error of the system has no code', () => {
  expect(systemCode(systemError({ code: 5 }))).toBeNull();
  expect(systemCode({ code: 'EIO' })).toBeNull();
  expect(systemCode(null)).toBeNull();
});
