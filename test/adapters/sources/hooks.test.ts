import { readdirSync } from 'node:fs';

import { expect, test } from 'vitest';

import { createHookSpool } from '../../../src/adapters/hook-spool.ts';
import { createHookSource } from '../../../src/adapters/sources/hooks.ts';
import { temporaryDirectory } from '../../helpers/state.ts';

test('E5: an inbox that holds more than a run can read is read on by the next one', async () => {
  const folder = temporaryDirectory();
  const spool = createHookSpool(folder);
  for (let number = 0; number < 450; number += 1) {
    const body = Buffer.from(JSON.stringify({ seq: number, type: 'email.sent', createdAt: '2026-02-18' }));
    spool.record({ provider: 'stream', eventId: String(number), receivedAt: 0, body });
  }
  let time = 0;
  const source = createHookSource({ provider: 'stream', spool, isPreview: false, now: () => time });
  const read = async (deadlineAt: number): Promise<{ facts: number; isEnd: boolean | undefined }> => {
    let facts = 0;
    let isEnd: boolean | undefined;
    const { signal } = new AbortController();
    for await (const page of source.pages({ cursor: null, now: time, deadlineAt, signal })) {
      facts += page.facts.length;
      ({ isEnd } = page);
      time += 60_000;
    }
    return { facts, isEnd };
  };
  expect(await read(60_000)).toEqual({ facts: 200, isEnd: false });
  expect(readdirSync(folder)).toHaveLength(250);
  expect(await read(time + 600_000)).toEqual({ facts: 250, isEnd: true });
  expect(readdirSync(folder)).toEqual([]);
});
