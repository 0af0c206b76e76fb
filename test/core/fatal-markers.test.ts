import { expect, test } from 'vitest';

import { fatalMarker } from '../../src/core/fatal-markers.ts';

test.each([
  ['insufficient_quota', 'insufficient_quota'],
  ['{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}', 'insufficient_quota'],
  ['Error: BILLING_HARD_LIMIT_REACHED', 'BILLING_HARD_LIMIT'],
  ['Incorrect API key provided: sk-…', 'Incorrect API key'],
  ['invalid_api_key', 'invalid_api_key'],
  ['invalid x-api-key', 'invalid x-api-key'],
  ['missing_api_key', 'missing_api_key'],
  ['Your API key is invalid', 'API key is invalid'],
  ['authentication_error', 'authentication_error'],
  ['You exceeded your current quota, please check your plan', 'exceeded your current quota'],
  ['daily_quota_exceeded', 'daily_quota_exceeded'],
  ['monthly quota has been reached', 'monthly quota has been reached'],
  ['Your credit balance is too low to access the API', 'credit balance is too low'],
  ['402 Payment Required', 'Payment Required'],
  ['Your account is suspended', 'Your account is suspended'],
  ['account_deactivated', 'account_deactivated'],
])('D4: "%s" ends the run, whatever its case and joints', (text, marker) => {
  expect(fatalMarker(text)).toBe(marker);
});

test.each([
  '',
  'rate_limit_exceeded',
  'Too Many Requests: retry after 35',
  'The recipient’s mailbox is over quota',
  'overloaded_error',
  'message body is invalid',
  'upstream connect error',
])('D4: "%s" passes by itself and ends nothing', (text) => {
  expect(fatalMarker(text)).toBeNull();
});
