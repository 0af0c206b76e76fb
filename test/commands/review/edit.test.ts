import { chmodSync, globSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { draftFile, parseDraftFile, validDraft } from '../../../src/commands/review/draft-text.ts';
import { textHash } from '../../../src/core/text-hash.ts';
import { reviewDesk, type ReviewDesk } from './desk-state.ts';

function put(desk: ReviewDesk, name: string, text: string): string {
  const path = join(desk.directory, name);
  writeFileSync(path, text);
  return path;
}

describe('review edit (D5)', () => {
  test('D5: an edit has a new hash, and the story says who changed what', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    const before = desk.message(id);
    desk.clock.advance(60_000);
    const file = put(desk, 'draft.md', 'Subject: Better\nPreheader: Look\n\nOther words.\n\n');
    expect((await desk.run(['review', 'edit', id, '--text', file])).code).toBe(0);
    const copy = { subject: 'Better', preheader: 'Look', bodyMarkdown: 'Other words.' };
    expect(desk.message(id)).toMatchObject({
      ...copy,
      state: 'pending_approval',
      editedAt: desk.clock.now(),
    });
    expect(desk.message(id).textHash).toBe(textHash(copy));
    expect(desk.message(id).textHash).not.toBe(before.textHash);
    expect(desk.story(id)).toEqual([
      'edited by tom, the subject was "Subject 1", the preheader changed, the text changed',
    ]);
  });

  test('D5: editing an approved message takes the approval back, and the old hash approves nothing', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'approved' });
    const { textHash: old } = desk.message(id);
    await desk.run(['review', 'edit', id, '--subject', 'Another']);
    expect(desk.message(id)).toMatchObject({ state: 'pending_approval', approvedBy: null, leavesAt: null });
    expect((await desk.run(['review', 'approve', id, '--expect', old!])).code).toBe(33);
    await desk.run(['review', 'approve', id]);
    expect(desk.story(id).at(-1)).toBe('approved by tom, as edited');
  });

  test('D5: what was approved before it was held needs a new approval once it was edited', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'held', heldFrom: 'approved' });
    await desk.run(['review', 'edit', id, '--subject', 'Another']);
    expect(desk.message(id)).toMatchObject({ state: 'held', heldFrom: 'pending_approval' });
  });

  test('the same words again change nothing: an approval stays', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'approved' });
    const before = desk.message(id);
    const result = await desk.run(['review', 'edit', id, '--subject', before.subject!]);
    expect(result).toMatchObject({ code: 0 });
    expect(desk.message(id)).toEqual(before);
  });

  test('--body - reads the text from a pipe and keeps the subject', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    await desk.run(['review', 'edit', id, '--body', '-'], { input: 'From a pipe.\r\nSecond line.\n' });
    expect(desk.message(id)).toMatchObject({
      subject: 'Subject 1',
      bodyMarkdown: 'From a pipe.\nSecond line.',
    });
  });

  test.each([
    ['an empty subject', ['--subject', ' \u200b ']],
    ['a second line in the subject, which would be a header', ['--subject', 'Hi\r\nBcc: all@example.test']],
    ['a control character in the subject', ['--subject', 'Hi\u0007']],
    ['a field that nobody would fill in', ['--subject', 'Hi {{ first_name }}']],
    ['a subject beyond what mail allows', ['--subject', 'x'.repeat(999)]],
  ])('D4: %s is refused and the draft stays as it was', async (_what, flags) => {
    const desk = reviewDesk();
    const id = desk.draft();
    const before = desk.message(id);
    expect((await desk.run(['review', 'edit', id, ...flags])).code).toBe(65);
    expect(desk.message(id)).toEqual(before);
  });

  test.each(['', '   \n\n', 'nul \u0000 byte', '\u200b'])('D4: the body %j is refused', async (body) => {
    const desk = reviewDesk();
    const id = desk.draft();
    expect((await desk.run(['review', 'edit', id, '--body', '-'], { input: body })).code).toBe(65);
    expect(desk.message(id).bodyMarkdown).toContain('Hi 1');
  });

  test.each([
    'No headers at all',
    'Subject: one\nSubject: two\n\nx',
    'Subject: a\nBcc: b@example.test\n\nx',
    'Subject: a',
  ])('the file %j is no draft', async (text) => {
    const desk = reviewDesk();
    const id = desk.draft();
    expect((await desk.run(['review', 'edit', id, '--text', '-'], { input: text })).code).toBe(65);
  });

  test('what has left cannot be edited, and nobody is asked for words first', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'sent' });
    const result = await desk.run(['review', 'edit', id], { answers: [], env: { EDITOR: 'false' } });
    expect(result.code).toBe(32);
    expect(result.stdout).toContain('it was sent');
  });

  test('off a terminal without words it says what to give', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    const result = await desk.run(['review', 'edit', id]);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('--text FILE');
  });
});

describe('the editor', () => {
  /** An editor that does to the file what the sed script says, and remembers that it ran. */
  function editor(desk: ReviewDesk, sed: string): string {
    const path = put(desk, 'editor.sh', `#!/bin/sh\nsed -i '${sed}' "$1"\n`);
    chmodSync(path, 0o700);
    return path;
  }

  /** Copies of this draft in the folder for temporary files; removed after the test. */
  function copiesOf(id: string): readonly string[] {
    const copies = globSync(`headgate-draft-*/${id}.md`, { cwd: tmpdir() }).map((file) =>
      join(tmpdir(), file),
    );
    onTestFinished(() => {
      for (const file of copies) rmSync(dirname(file), { recursive: true, force: true });
    });
    return copies;
  }

  test('at a terminal $EDITOR gets the whole draft; what was saved is the draft, and no copy stays behind', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ id: 'm-editedwell2222' });
    const env = { EDITOR: editor(desk, 's/^Subject: .*/Subject: Edited/; s/^Hi 1,/Hello,/') };
    expect(await desk.run(['review', 'edit', id], { answers: [], env })).toMatchObject({ code: 0 });
    expect(desk.message(id)).toMatchObject({
      subject: 'Edited',
      bodyMarkdown: 'Hello,\n\nsee https://example.com/a',
    });
    expect(copiesOf(id)).toEqual([]);
  });

  test('an editor that fails changes nothing', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ id: 'm-editorfails222' });
    const result = await desk.run(['review', 'edit', id], { answers: [], env: { VISUAL: 'false' } });
    expect(copiesOf(id)).toHaveLength(1);
    expect(result.code).toBe(77);
    expect(desk.message(id).editedAt).toBeNull();
  });

  test('words that cannot be used are kept in the file that the error names', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ id: 'm-editedbadly222' });
    const env = { EDITOR: editor(desk, 's/^Subject: .*/Subject: /') };
    const result = await desk.run(['review', 'edit', id], { answers: [], env });
    expect(result.code).toBe(65);
    expect(result.stderr).toContain(`What you wrote is in ${copiesOf(id).join('')}`);
  });
});

test('a draft survives its way through a file, whatever it looks like', () => {
  for (const copy of [
    {
      subject: 'Case study #4 for you: "yes"',
      preheader: null,
      bodyMarkdown: '# Heading\n\nSubject: not a header',
    },
    { subject: '# not a remark', preheader: 'p: q', bodyMarkdown: 'a\n\n\nb' },
  ])
    expect(parseDraftFile(draftFile(copy, ['remark']))).toEqual(copy);
});

test('braces that a draft had before may stay: a name may be written so', () => {
  const before = { subject: 'For {{ACME}}', preheader: null, bodyMarkdown: 'x' };
  expect(validDraft({ ...before, bodyMarkdown: 'y {{ACME}}' }, before).bodyMarkdown).toBe('y {{ACME}}');
});
