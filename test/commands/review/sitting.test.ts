import { chmodSync, globSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { moveMessage } from '../../../src/store/messages.ts';
import type { CliOptions } from '../../helpers/cli.ts';
import { ClockWithNews, reviewDesk, type ReviewDesk } from './desk-state.ts';

/** A person at a terminal of 80 columns who presses these keys. */
function sit(desk: ReviewDesk, keys: readonly string[], options: CliOptions = {}) {
  const env = { NO_COLOR: '1', ...options.env };
  return desk.run(['review'], { ...options, answers: keys, stdoutIsTty: true, columns: 80, env });
}

const typed = (text: string): readonly string[] => [
  ...[...text].map((key) => (key === ' ' ? 'space' : key)),
  'enter',
];

function states(desk: ReviewDesk, ids: readonly string[]): readonly string[] {
  return ids.map((id) => desk.message(id).state);
}

describe('review at a terminal', () => {
  test('one draft a screen in 80 columns, with its lead, its place, its words and the keys', async () => {
    const desk = reviewDesk();
    const [id] = [desk.draft(), desk.draft()];
    const { stdout, code } = await sit(desk, ['q']);
    expect(code).toBe(0);
    for (const part of [
      '1 of 2',
      id,
      'Lead1 <lead1@example.test>',
      'Subject 1',
      '1 of 3 welcome',
      'Hi 1,',
      'a approve',
    ])
      expect(stdout).toContain(part);
    expect(stdout).not.toContain('Hi 2,');
    const card = stdout.split('\n').filter((line) => /^ [┌│├└]/.test(line));
    expect(new Set(card.map((line) => line.length))).toEqual(new Set([card[0]!.length]));
    expect(card[0]!.length).toBeLessThanOrEqual(80);
  });

  test('a approves and goes on, s leaves it for later, r rejects when the person leaves', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft(), desk.draft()];
    const { stdout } = await sit(desk, ['a', 's', 'r', 'q']);
    expect(states(desk, ids)).toEqual(['approved', 'pending_approval', 'rejected']);
    expect(stdout).toContain('1 approved, 1 rejected, 1 draft left');
  });

  test('the end of the input ends the sitting like q: nothing that was decided is lost', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft()];
    await sit(desk, ['r', 'a']);
    expect(states(desk, ids)).toEqual(['rejected', 'approved']);
  });

  test('u takes back one thing after the other, any number of times, past the last draft too', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft(), desk.draft()];
    const { stdout } = await sit(desk, ['a', 'r', 'h', 'enter', 'u', 'u', 'u', 'u', 'q']);
    expect(states(desk, ids)).toEqual(['pending_approval', 'pending_approval', 'pending_approval']);
    expect(stdout).toContain('There is nothing to take back.');
    expect(desk.enrollment(ids[1]!)).toMatchObject({ last_step_row_id: null });
  });

  test('what was taken back can be decided anew', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft()];
    await sit(desk, ['a', 'u', 'r', 'r', 'u', 'a', 'q']);
    expect(states(desk, ids)).toEqual(['rejected', 'approved']);
  });

  test('h asks until when, and holds; a time that is over holds nothing', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft()];
    await sit(desk, ['h', ...typed('2026-01-01'), 's', 'h', ...typed('2026-02-20'), 'q']);
    expect(states(desk, ids)).toEqual(['pending_approval', 'held']);
    expect(desk.message(ids[1]!)).toMatchObject({ heldUntil: Date.UTC(2026, 1, 20), holdCause: 'operator' });
  });

  test('u releases the hold that was made here, and none that came after it', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    desk.draft();
    const clock = new ClockWithNews(5, () => {
      desk.database.write(() => {
        desk.database.prepare("UPDATE messages SET note = 'they asked for it' WHERE state = 'held'").run();
      });
    });
    const { stdout } = await sit(desk, ['h', 'enter', '?', '?', 'u', 'q'], { clock });
    expect(desk.message(id)).toMatchObject({ state: 'held', note: 'they asked for it' });
    expect(stdout).toContain('it is another hold by now');
  });

  test('A approves the rest only when their number is typed', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft(), desk.draft()];
    await sit(desk, ['s', 'A', ...typed('3'), 'q']);
    expect(states(desk, ids)).toEqual(['pending_approval', 'pending_approval', 'pending_approval']);
    await sit(desk, ['s', 'A', '3', 'backspace', ...typed('2'), 'q']);
    expect(states(desk, ids)).toEqual(['pending_approval', 'approved', 'approved']);
  });

  test('D5: a text that changed while it was on the screen is shown again instead of approved', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft()];
    const change = { subject: 'Changed', text_hash: 'f'.repeat(64) } as const;
    const other = desk.message(ids[1]!);
    const clock = new ClockWithNews(2, () => {
      desk.database.write(() => moveMessage(desk.database, other, { to: 'pending_approval', change }));
    });
    const { stdout } = await sit(desk, ['s', 'a', 'q'], { clock });
    expect(desk.message(ids[1]!).state).toBe('pending_approval');
    expect(stdout).toContain('the text changed');
    expect(stdout).toContain('Subject   Changed');
  });

  test('somebody who was faster is named, and the others are decided all the same', async () => {
    const desk = reviewDesk();
    const ids = [desk.draft(), desk.draft()];
    const first = desk.message(ids[0]!);
    const clock = new ClockWithNews(1, () => {
      desk.database.write(() =>
        moveMessage(desk.database, first, { to: 'cancelled', change: { ended_at: 1 } }),
      );
    });
    const { stdout } = await sit(desk, ['a', 'a', 'q'], { clock });
    expect(states(desk, ids)).toEqual(['cancelled', 'approved']);
    expect(stdout).toContain('somebody was faster: it was cancelled');
  });

  test('e opens the editor on the draft and shows what came of it; u brings the words back', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    const editor = join(desk.directory, 'editor.sh');
    writeFileSync(editor, `#!/bin/sh\nsed -i 's/^Subject: .*/Subject: Edited/' "$1"\n`);
    chmodSync(editor, 0o700);
    const edited = await sit(desk, ['e', 'q'], { env: { EDITOR: editor } });
    expect(edited.stdout).toContain('Edited Lead1.');
    expect(desk.message(id)).toMatchObject({ subject: 'Edited', state: 'pending_approval' });
    await sit(desk, ['e', 'u', 'q'], { env: { EDITOR: `sed -i 's/^Subject: .*/Subject: Again/'` } });
    expect(desk.message(id).subject).toBe('Edited');
  });

  test('an editor that fails is told and leaves the sitting open', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ id: 'm-sittingfails22' });
    onTestFinished(() => {
      for (const file of globSync(`headgate-draft-*/${id}.md`, { cwd: tmpdir() }))
        rmSync(dirname(join(tmpdir(), file)), { recursive: true, force: true });
    });
    const { stdout } = await sit(desk, ['e', 'a', 'q'], { env: { EDITOR: 'false' } });
    expect(stdout).toContain('the editor failed');
    expect(desk.message(id).state).toBe('approved');
  });

  test('d shows how the draft differs from its step', async () => {
    const desk = reviewDesk();
    desk.draft({ bodyMarkdown: 'Body of welcome, edited' });
    const { stdout } = await sit(desk, ['d', 'q']);
    expect(stdout).toContain('- Subject: Subject of welcome');
    expect(stdout).toContain('+ Body of welcome, edited');
  });

  test('a key that is none, and ?, change nothing', async () => {
    const desk = reviewDesk();
    const id = desk.draft();
    const { stdout } = await sit(desk, ['x', '?', 'q']);
    expect(stdout).toContain('"x" is no key here');
    expect(stdout).toContain('approve this text, go on');
    expect(desk.message(id).state).toBe('pending_approval');
  });

  test('with nothing to decide it shows what else is open', async () => {
    const desk = reviewDesk();
    const id = desk.draft({ state: 'held' });
    const { stdout } = await sit(desk, []);
    expect(stdout).toContain(id.slice(0, 8));
  });
});
