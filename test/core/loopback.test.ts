import { expect, test } from 'vitest';

import { isLoopbackHost } from '../../src/core/loopback.ts';

test.each(['localhost', 'LOCALHOST', '::1', '[::1]', '127.0.0.1', '127.10.200.254'])(
  '%s never leaves this machine',
  (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  },
);

test.each([
  ...['', 'localhost.example.com', 'my-localhost', '127.0.0.1.example.com', 'a127.0.0.1', '127.0.0'],
  ...['127.0.0.1.1', '128.0.0.1', '127.a.0.1', '::2', '[::1]:80', 'x::1', '127.1234.0.1'],
])('%j may leave it: words in clear must not go there', (host) => {
  expect(isLoopbackHost(host)).toBe(false);
});
