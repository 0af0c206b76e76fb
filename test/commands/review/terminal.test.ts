import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { moveMessage } from '../../../src/store/messages.ts';
import { fakeTimeLibrary } from '../../acceptance/rig/box.ts';
import { HAS_TMUX, TmuxTerminal } from '../../helpers/tmux.ts';
import { reviewDesk, type ReviewDesk } from './desk-state.ts';

const ROOT = join(import.meta.dirname, '../../..');
const HEADGATE = join(ROOT, 'bin/headgate');
const LIVE = `live = true
timezone = "UTC"
[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"
[web]
token_secret = { file = "secret" }
`;
const NOTES = 'They say: two people a day a week for the invoice matching';
const BODY = `Hi Priya,

You mentioned the invoice matching takes **two people a day a week**. We wrote down the seven checks we run before touching a process like that: [the audit](https://example.com/audit)

Which of the seven would you look at first?

Tom`;

/** Three drafts, as in the mock-up of cli.md 2.4. */
function queue(): ReviewDesk {
  const desk = reviewDesk({ toml: LIVE, now: Date.UTC(2026, 1, 18, 9, 3, 11) });
  const lead = (first: string, last: string, company: string, more = {}) => ({
    ...{ first_name: first, last_name: last, company },
    email: `${first.toLowerCase()}@${company.toLowerCase().replaceAll(/[^a-z]/g, '')}.example`,
    ...more,
  });
  const at = Date.UTC(2026, 0, 8);
  const priya = lead('Priya', 'Nair', 'Kestrel Logistics', { notes: NOTES, created_at: at, updated_at: at });
  desk.draft({
    id: 'm-aaaaaaaaaaaa0417',
    bodyMarkdown: BODY,
    subject: 'Free resource',
    step: 1,
    lead: priya,
  });
  desk.draft({
    id: 'm-bbbbbbbbbbbb0418',
    subject: '日本語の件名 👩‍💻 é',
    bodyMarkdown: 'こんにちは、山田さん。\n\nHow are the 請求書 doing? 👍🏽',
    lead: lead('太郎', '山田', '山田商事', { email: 'taro@yamada.example', zone: 'Asia/Tokyo' }),
  });
  desk.draft({
    id: 'm-cccccccccccc0421',
    subject: 'Close the loop?',
    bodyMarkdown: Array.from({ length: 30 }, (_, line) => `Line ${String(line + 1)} of a long story.`).join(
      '\n\n',
    ),
    lead: lead('Ilse', 'Kok', 'Kok & Zonen', { zone: 'Europe/Amsterdam' }),
  });
  return desk;
}

const library = fakeTimeLibrary();

interface Sitting {
  readonly columns?: number;
  readonly rows?: number;
  readonly arguments?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `headgate review` as a person starts it, on a Wednesday at 09:20 UTC. What the shell says afterwards stands below. */
function sit(
  desk: ReviewDesk,
  { columns = 80, rows = 24, arguments: words = '', env }: Sitting = {},
): TmuxTerminal {
  return new TmuxTerminal({
    columns,
    rows,
    cwd: desk.directory,
    command: `${HEADGATE} review ${words}; echo "code $?"; stty -a | grep -oE -- '-?(icanon|echo) ' | tr -d '\\n'; exec cat`,
    env: {
      USER: 'tom',
      LC_ALL: 'C.UTF-8',
      LD_PRELOAD: library ?? '',
      FAKETIME: '@2026-02-18 09:20:00',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      TZ: 'UTC',
      ...env,
    },
  });
}

const snapshot = (name: string): string => join(import.meta.dirname, 'snapshots', `${name}.txt`);

beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), '--if-stale']);
});

describe.skipIf(!HAS_TMUX || library === null)('review in a real terminal (cli.md 2.4)', () => {
  test('every screen of a sitting in 80 columns', async () => {
    const desk = queue();
    const terminal = sit(desk, { rows: 30 });
    await expect(await terminal.screen('1 of 3')).toMatchFileSnapshot(snapshot('80-draft'));
    terminal.press('?');
    await expect(await terminal.screen('─ keys ─')).toMatchFileSnapshot(snapshot('80-help'));
    terminal.press('d');
    await expect(await terminal.screen('─ diff ─')).toMatchFileSnapshot(snapshot('80-diff'));
    terminal.press('h');
    await terminal.screen('Hold until');
    terminal.press('3d');
    await expect(await terminal.screen('3d\n')).toMatchFileSnapshot(snapshot('80-hold-question'));
    terminal.press('Enter');
    await expect(await terminal.screen('Held Priya')).toMatchFileSnapshot(snapshot('80-held-and-wide'));
    terminal.press('a');
    await expect(await terminal.screen('3 of 3')).toMatchFileSnapshot(snapshot('80-approved-and-long'));
    terminal.press('Space');
    await expect(await terminal.screen('lines 1', 'lines 1 to')).toMatchFileSnapshot(
      snapshot('80-second-page'),
    );
    terminal.press('A');
    await expect(await terminal.screen('1 remain')).toMatchFileSnapshot(snapshot('80-approve-rest'));
    terminal.press('1', 'Enter');
    await expect(await terminal.screen('the last one')).toMatchFileSnapshot(snapshot('80-end'));
    terminal.press('u', 'u', 'u');
    await terminal.screen('1 of 3');
    terminal.press('q');
    await expect(await terminal.screen('code 0')).toMatchFileSnapshot(snapshot('80-left'));
    const states = ['m-aaaaaaaaaaaa0417', 'm-bbbbbbbbbbbb0418', 'm-cccccccccccc0421'].map(
      (id) => desk.message(id).state,
    );
    expect(states).toEqual(['pending_approval', 'pending_approval', 'pending_approval']);
  });

  test('120 columns and 24 rows; another size while it is open is drawn anew', async () => {
    const terminal = sit(queue(), { columns: 120 });
    await expect(await terminal.screen('1 of 3')).toMatchFileSnapshot(snapshot('120-draft'));
    terminal.resize(80, 30);
    expect(await terminal.screen(/^ ┌─ 1 of 3 ─+ m-aaaaaaaaaaaa0417 {2}drafted 09:03 ─┐$/m)).toContain('┘');
  });

  test('--ascii draws with ASCII alone; so does a terminal that does not read UTF-8, names too', async () => {
    const terminal = sit(queue(), { arguments: '--ascii', rows: 30 });
    await expect(await terminal.screen('1 of 3')).toMatchFileSnapshot(snapshot('80-ascii'));
    const latin = sit(queue(), { env: { LC_ALL: 'C' } });
    latin.press('s');
    const shown = await latin.screen('taro@yamada.example');
    // eslint-disable-next-line no-control-regex -- the range is ASCII
    expect(shown).toMatch(/^[\u0000-\u007F]*$/);
    expect(shown).toContain('???? - '.slice(0, 4));
  });

  test('NO_COLOR and --no-color colour nothing; without them the subject is bold', async () => {
    // eslint-disable-next-line no-control-regex -- colour codes are what is looked for
    const color = /\u001B\[[0-9;]+m/;
    const plain = sit(queue(), { env: { NO_COLOR: '1' } });
    await plain.screen('1 of 3');
    expect(plain.history()).not.toMatch(color);
    const bold = sit(queue());
    await bold.screen('1 of 3');
    expect(bold.history()).toMatch(color);
  });

  test('piped it is the list, says so, and waits for nothing', async () => {
    const piped = sit(queue(), { arguments: '| cat' });
    const shown = await piped.screen('code 0');
    expect(shown).toContain('m-aaaaaaaaaaaa0417\tpending'.replace('\t', ' '.repeat(6)));
    expect(shown.replaceAll('\n', '')).toContain('This is no terminal, so this is the list');
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    '%s leaves in order: what was decided is kept and the terminal is as before',
    async (signal, code) => {
      const desk = queue();
      const terminal = sit(desk);
      await terminal.screen('1 of 3');
      terminal.press('r');
      await terminal.screen('2 of 3');
      execFileSync('pkill', ['-P', String(terminal.pid()), `-${signal}`]);
      expect(await terminal.screen('echo')).toMatch(
        new RegExp(`1 rejected.*code ${String(code)}\nicanon echo`, 's'),
      );
      expect(desk.message('m-aaaaaaaaaaaa0417').state).toBe('rejected');
    },
  );

  test('a crash gives the terminal back', async () => {
    const desk = queue();
    const terminal = sit(desk);
    await terminal.screen('1 of 3');
    desk.database.write(() => desk.database.prepare('DROP TABLE timeline').run());
    terminal.press('a');
    expect(await terminal.screen('echo')).toMatch(/code 7\d\nicanon echo/);
  });

  test('Ctrl-Z gives the terminal to the shell, fg draws the same screen again', async () => {
    const desk = queue();
    const terminal = new TmuxTerminal({
      columns: 80,
      rows: 24,
      cwd: desk.directory,
      command: 'exec bash --norc',
      env: { PS1: '$ ', NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
    });
    await terminal.screen('$');
    terminal.press(`${HEADGATE} review`, 'Enter');
    await terminal.screen('1 of 3');
    terminal.press('C-z');
    await terminal.screen('Stopped');
    terminal.press("clear; stty -a | grep -oE -- '-?icanon'", 'Enter');
    expect(await terminal.screen(/^-?icanon/m)).toMatch(/^icanon/m);
    terminal.press('fg', 'Enter');
    await terminal.screen('1 of 3');
    terminal.press('s');
    await terminal.screen('2 of 3');
  });

  test('e gives the terminal to the editor and takes it back; the story says who changed what', async () => {
    const desk = queue();
    const editor = join(desk.directory, 'editor.sh');
    writeFileSync(
      editor,
      `#!/bin/sh\necho editing; read line\nsed -i "s/^Subject: .*/Subject: $line/" "$1"\n`,
    );
    chmodSync(editor, 0o700);
    const terminal = sit(desk, { env: { EDITOR: editor } });
    await terminal.screen('1 of 3');
    terminal.press('e');
    await terminal.screen('editing');
    terminal.press('Seven checks', 'Enter');
    expect(await terminal.screen('Edited Priya Nair.')).toContain('Subject   Seven checks');
    expect(desk.story('m-aaaaaaaaaaaa0417')).toContain('edited by tom, the subject was "Free resource"');
  });

  test('D5: a text that somebody else changed is shown anew, and the key that was meant for the old one does nothing', async () => {
    const desk = queue();
    const id = 'm-aaaaaaaaaaaa0417';
    const terminal = sit(desk, { rows: 30 });
    await terminal.screen('1 of 3');
    const change = { subject: 'Changed by Ann', text_hash: 'f'.repeat(64) } as const;
    desk.database.write(() =>
      moveMessage(desk.database, desk.message(id), { to: 'pending_approval', change }),
    );
    terminal.press('a');
    await expect(await terminal.screen('Changed by Ann')).toMatchFileSnapshot(
      snapshot('80-changed-meanwhile'),
    );
    expect(desk.message(id).state).toBe('pending_approval');
  });

  test('hardening: escape sequences in a name, a subject and a body move nothing and recolour nothing', async () => {
    const desk = reviewDesk({ toml: LIVE });
    const evil = '\u001B[2J\u001B]0;owned\u0007\u009B31m\u202Eevil';
    desk.draft({
      subject: `S ${evil}`,
      bodyMarkdown: `B ${evil}`,
      lead: { first_name: `N ${evil}`, company: evil },
    });
    const terminal = sit(desk, { env: { NO_COLOR: '1' } });
    const shown = await terminal.screen('1 of 1');
    expect(shown).toContain(String.raw`S \e[2J\e]0;owned\x07\x9b31m\u202eevil`);
    expect(terminal.history()).not.toContain('\u001B');
  });
});
