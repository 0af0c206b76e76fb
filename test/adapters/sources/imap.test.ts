import { describe, expect, test } from 'vitest';

import { createImapSource } from '../../../src/adapters/sources/imap.ts';
import type { FactPage } from '../../../src/ports.ts';
import { scriptedMailbox } from '../../servers/scripted-imap.ts';

const NOW = Date.UTC(2026, 10, 11);

async function read(port: number, cursor: string | null = null): Promise<FactPage[]> {
  const source = createImapSource({
    id: 'inbox',
    host: '127.0.0.1',
    port,
    user: 'tom',
    password: 'secret',
    isSecure: false,
    isLoopback: true,
    folders: ['INBOX'],
    messageIdOf: () => null,
    now: () => NOW,
  });
  const pages: FactPage[] = [];
  const { signal } = new AbortController();
  for await (const page of source.pages({ cursor, now: NOW, deadlineAt: NOW + 60_000, signal }))
    pages.push(page);
  return pages;
}

describe('E4: a mailbox that does not answer as it should', () => {
  test('a healthy one hands over its answer, and says that this was all', async () => {
    const pages = await read(await scriptedMailbox(() => null));
    expect(pages).toMatchObject([
      { facts: [{ kind: 'reply', key: 'mail <answer-1@vogt.example>' }], isEnd: true },
    ]);
  });

  test.each(['NO [SERVERBUG] try later', 'BAD what is that'])(
    'A21: a search that is refused (%s) is no empty mailbox: its mails stay unread',
    async (refusal) => {
      const port = await scriptedMailbox((command) =>
        /^UID SEARCH/i.test(command) ? [`TAG ${refusal}`] : null,
      );
      const cursor = JSON.stringify({ INBOX: { uidValidity: '3', lastUid: 6 } });
      await expect(read(port, cursor)).rejects.toMatchObject({ exit: 'TEMPFAIL' });
    },
  );
});
