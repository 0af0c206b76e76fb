import { describe, expect, test } from 'vitest';

import { createImapSource } from '../../../src/adapters/sources/imap.ts';
import type { FactPage } from '../../../src/ports.ts';
import { scriptedMailbox } from '../../servers/scripted-imap.ts';

const NOW = Date.UTC(2026, 10, 11);

async function read(port: number, cursor: string | null = null, pages: FactPage[] = []): Promise<FactPage[]> {
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

describe('E4, A21: a mail that is listed and not handed over', () => {
  const mail = (uid: number): string =>
    `Message-ID: <answer-${String(uid)}@vogt.example>\r\nFrom: Maren <maren@vogt.example>\r\nSubject: Re: Hello\r\n\r\nPlease call me.\r\n`;
  const handedOver = (uid: number): string => {
    const literal = `{${String(Buffer.byteLength(mail(uid)))}}\r\n${mail(uid)}`;
    return `* ${String(uid)} FETCH (UID ${String(uid)} INTERNALDATE "10-Nov-2026 10:00:00 +0000" BODY[]<0> ${literal})`;
  };

  /** An inbox of 7, 8 and 9 whose 8 is answered so when it is asked for, and is listed until it is `gone`. */
  function threeMails(
    eight: readonly string[] | null,
    state: { gone: boolean; asked: number },
  ): Promise<number> {
    return scriptedMailbox((command) => {
      if (/^(?:SELECT|EXAMINE)/i.test(command))
        return ['* FLAGS ()', '* 3 EXISTS', '* OK [UIDVALIDITY 3] ok', '* OK [UIDNEXT 10] ok', 'TAG OK done'];
      const wanted = numbersIn(/^UID (?:SEARCH|FETCH) (?:UID )?([\d:,*]+)/i.exec(command)?.[1] ?? '7:9');
      if (/^UID SEARCH/i.test(command)) {
        const there = wanted.filter((uid) => uid !== 8 || !state.gone);
        return [`* SEARCH ${there.join(' ')}`, 'TAG OK done'];
      }
      if (!/^UID FETCH/i.test(command)) return null;
      if (wanted.includes(8)) state.asked += 1;
      if (wanted.includes(8) && eight === null) return ['TAG NO [SERVERBUG] it is damaged'];
      return [...wanted.flatMap((uid) => (uid === 8 ? (eight ?? []) : [handedOver(uid)])), 'TAG OK done'];
    });
  }

  function numbersIn(range: string): readonly number[] {
    return [7, 8, 9].filter((uid) =>
      range.split(',').some((part) => {
        const [from = '', to = from] = part.split(':');
        return uid >= Number(from) && uid <= (to === '*' ? Infinity : Number(to));
      }),
    );
  }

  async function readUntilError(
    port: number,
    cursor: string | null,
  ): Promise<{ pages: FactPage[]; error: unknown }> {
    const pages: FactPage[] = [];
    try {
      await read(port, cursor, pages);
      return { pages, error: null };
    } catch (error) {
      return { pages, error };
    }
  }
  const keysOf = (pages: readonly FactPage[]): string[] =>
    pages.flatMap(({ facts }) => facts.map(({ key }) => key));

  test.each([
    ['left out of the answer', []],
    ['without its body', ['* 8 FETCH (UID 8 INTERNALDATE "10-Nov-2026 10:00:00 +0000")']],
    ['with a body of nothing', ['* 8 FETCH (UID 8 INTERNALDATE "10-Nov-2026 10:00:00 +0000" BODY[]<0> NIL)']],
    ['with an empty body', ['* 8 FETCH (UID 8 INTERNALDATE "10-Nov-2026 10:00:00 +0000" BODY[]<0> "")']],
    ['and refused with all that were asked for', null],
  ])('%s: the others are read, it is told of by its number, and asked for again', async (_, eight) => {
    const state = { gone: false, asked: 0 };
    const port = await threeMails(eight, state);
    const first = await readUntilError(port, null);
    expect(keysOf(first.pages)).toEqual(['mail <answer-7@vogt.example>', 'mail <answer-9@vogt.example>']);
    expect(first.pages.some(({ isEnd }) => isEnd)).toBe(false);
    expect(first.error).toMatchObject({ exit: 'TEMPFAIL' });
    expect(String(first.error)).toContain('INBOX 8');
    // The next run begins behind the others, asks for this one again, and does not pass over it either.
    const asked = state.asked;
    const second = await readUntilError(port, first.pages.at(-1)?.cursor ?? null);
    expect([keysOf(second.pages), state.asked > asked]).toEqual([[], true]);
    expect(second.error).toMatchObject({ exit: 'TEMPFAIL' });
    // Somebody moved it away: nothing is unread any more.
    state.gone = true;
    const third = await readUntilError(port, second.pages.at(-1)?.cursor ?? null);
    expect(third.error).toBeNull();
    expect(third.pages.at(-1)).toMatchObject({ facts: [], isEnd: true });
  });

  test('because it was deleted since it was listed: it is nobody’s trouble', async () => {
    const state = { gone: false, asked: 0 };
    const port = await scriptedMailboxOf(state);
    const { pages, error } = await readUntilError(port, null);
    expect(error).toBeNull();
    expect(keysOf(pages)).toEqual(['mail <answer-7@vogt.example>', 'mail <answer-9@vogt.example>']);
    expect(pages.at(-1)?.isEnd).toBe(true);

    function scriptedMailboxOf(of: { gone: boolean; asked: number }): Promise<number> {
      return threeMails(
        [],
        new Proxy(of, { get: (target, name) => (name === 'gone' ? target.asked > 0 : target.asked) }),
      );
    }
  });
});
