import { expect, test } from 'vitest';

import { systemCode, withPath } from '../../src/core/errors.ts';

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
