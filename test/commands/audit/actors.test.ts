import { describe, expect, test } from 'vitest';

import type { AuditEntry } from '../../../src/core/audit/entry.ts';
import { auditEntries } from '../../../src/store/audit.ts';
import { ANN } from '../../servers/telegram.ts';
import { pageSite } from '../../web/private/page-site.ts';
import { chatBench } from '../chat/chat-desk.ts';
import type { ReviewDesk } from '../review/desk-state.ts';
import { unfitFor } from './plain-words.ts';

const OPEN =
  'timezone = "UTC"\n[limits]\nundo_minutes = 15\n[hours]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nstart = "00:00"\nend = "24:00"\n';
const SAID = 'met Zoe Quill, zoe@quill.example, token 4711:SECRET';

function entriesOf({ database }: ReviewDesk): readonly AuditEntry[] {
  return [...auditEntries(database, 0)];
}

function doneBy(bench: ReviewDesk): readonly string[] {
  return entriesOf(bench)
    .filter(({ kind }) => kind !== 'created')
    .map(({ kind, actor, subject }) => `${actor} ${kind} ${subject ?? '-'}`);
}

/** The bytes of the whole trail, as whoever gets hold of it reads them. */
function textOf(bench: ReviewDesk): string {
  return entriesOf(bench)
    .map((entry) => JSON.stringify(entry))
    .join('\n');
}

describe('A13: what is decided away from a terminal names who decided there', () => {
  test('taps and words in the chat: the number of each approver, not whoever runs sync, and never their name', async () => {
    const bench = await chatBench();
    const [first, second] = [bench.draft(), bench.draft()];
    const digest = await bench.digest();
    bench.server.tap('✓ 1');
    await bench.sync();
    bench.server.tap('✗ 2', { by: ANN });
    await bench.sync();
    bench.server.write(SAID, { replyTo: digest, by: ANN });
    await bench.sync();
    bench.server.tap('Undo 1', { by: ANN });
    await bench.sync();
    bench.server.tap('Pause everything');
    await bench.sync();
    const tom = 'chat:4711';
    const ann = `chat:${String(ANN.id)}`;
    expect(doneBy(bench)).toEqual([
      `${tom} approved ${first}`,
      `${ann} rejected ${second}`,
      `${ann} approval_undone ${first}`,
      `${tom} paused -`,
    ]);
    expect(unfitFor(entriesOf(bench))).toEqual([]);
    expect(textOf(bench)).not.toMatch(/Zoe|quill|SECRET|Tom|Ann|Lead\d|Subject \d|@/i);
  });

  test('forms of the page: the person who signed in there, and nothing that they typed', async () => {
    const site = await pageSite({ toml: OPEN });
    await site.signIn();
    const [first, second, third] = [site.draft(), site.draft(), site.draft()];
    const act = async (
      id: string,
      verb: string,
      more: Readonly<Record<string, string>> = {},
    ): Promise<void> => {
      const { bind } = await site.look(verb === 'edit' ? `/m/${id}/edit` : `/m/${id}`);
      const { status, text } = await site.ask(`/m/${id}/${verb}`, { form: { ...bind, ...more } });
      expect(status, text).toBe(303);
    };
    await act(first, 'approve');
    await act(first, 'undo');
    await act(second, 'reject', { reason: SAID, then: 'skip' });
    await act(third, 'hold', { until: '3d' });
    await act(third, 'release');
    await act(third, 'edit', { subject: 'Other words', preheader: '', body: `Hi,\n\n${SAID}` });
    expect(doneBy(site)).toEqual([
      `web:tom approved ${first}`,
      `web:tom approval_undone ${first}`,
      `web:tom rejected ${second}`,
      `web:tom held ${third}`,
      `web:tom released ${third}`,
      `web:tom edited ${third}`,
    ]);
    expect(unfitFor(entriesOf(site))).toEqual([]);
    expect(textOf(site)).not.toMatch(/Zoe|quill|SECRET|Lead\d|Subject \d|Other words|@/i);
  });
});
