import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { makePrivateFolder, removeFolder } from '../../src/adapters/private-folder.ts';

const NAME = `headgate-test-${String(process.pid)}`;

it('F5: a copy full of people that a killed rehearsal left is gone once the next begins, and a living one stays', () => {
  const living = makePrivateFolder(NAME, 1);
  const { pid } = spawnSync('true');
  const place = dirname(living);
  const abandoned = join(place, `${NAME}-${String(pid)}-abcdef`);
  const stranger = join(place, `${NAME}-notes`);
  for (const folder of [abandoned, stranger]) mkdirSync(folder);
  writeFileSync(join(abandoned, 'headgate.db'), 'people');
  const next = makePrivateFolder(NAME, 1);
  try {
    expect([living, abandoned, stranger, next].map((path) => existsSync(path))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(statSync(next).mode & 0o777).toBe(0o700);
  } finally {
    for (const folder of [living, abandoned, stranger, next]) removeFolder(folder);
  }
});
