import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { succeed, type Place } from './program.ts';

const CONFIG = `live = true
timezone = "UTC"
[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"
[limits]
undo_minutes = 0
drafts_per_run_drip = 100
drafts_per_day = 100
sends_per_run = 100
sends_per_day = 1000
blast_radius_floor = 100
[mail]
transport = "smtp"
smtp.host = "127.0.0.1"
smtp.port = 25
pace_seconds_min = 0
pace_seconds_max = 0
[web]
token_secret = { file = "web-token-secret" }
`;

const SEQUENCE = `name = "Chaos"
status = "active"
[trigger]
source = ["chaos"]
[[step]]
id = "hello"
after = "0d"
[[step]]
id = "again"
after = "2d"
`;

const STEP = (subject: string): string => `Subject: ${subject}

Hello {{ first_name }}, this is worth a question. Is it?
`;

/** A workspace that went live, with so many approved messages and a backup of exactly that moment. Real clock, real machine. */
export interface Template {
  readonly folder: string;
  readonly backup: string;
  readonly approved: number;
}

/** Makes one with the program itself, command by command, as an operator would. */
export async function makeTemplate(approved: number): Promise<Template> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-chaos-'));
  const place: Place = { folder, port: 25 };
  const answers = ['--name', 'Ledd', '--from', 'tom@mail.example.com', '--timezone', 'UTC'];
  await succeed(place, [
    'headgate',
    'init',
    folder,
    '--no-input',
    ...answers,
    '--postal-address',
    '1 Mill Lane, Leeds',
  ]);
  writeFileSync(join(folder, 'headgate.toml'), CONFIG);
  writeFileSync(join(folder, 'web-token-secret'), 'x'.repeat(64), { mode: 0o600 });
  mkdirSync(join(folder, 'sequences/chaos'), { recursive: true });
  writeFileSync(join(folder, 'sequences/chaos/sequence.toml'), SEQUENCE);
  writeFileSync(join(folder, 'sequences/chaos/hello.md'), STEP('Hello {{ first_name }}'));
  writeFileSync(join(folder, 'sequences/chaos/again.md'), STEP('Once more, {{ first_name }}'));
  const rows = Array.from(
    { length: approved },
    (_, index) => `lead${String(index)}@lead${String(index)}.example,Lead${String(index)},chaos`,
  );
  writeFileSync(join(folder, 'leads.csv'), ['email,first_name,source', ...rows, ''].join('\n'));
  await succeed(place, ['headgate', 'go-live', '--keep', '--yes']);
  await succeed(place, ['headgate', 'sequences', 'apply', '--yes']);
  await succeed(place, ['headgate', 'leads', 'import', join(folder, 'leads.csv')]);
  await succeed(place, ['headgate', 'drip', '--force']);
  await succeed(place, ['headgate', 'review', 'approve', '--all', '--count', String(approved)]);
  await succeed(place, ['headgate', 'send', '--limit', '0']);
  const { items } = await succeed(place, ['backup']);
  return { folder, approved, backup: String(items[0]?.['file']) };
}

/** A copy of a workspace that nobody has open, all of it but its locks. */
export function copyOf(template: Template): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-chaos-'));
  for (const name of readdirSync(template.folder)) {
    if (name !== 'locks') cpSync(join(template.folder, name), join(folder, name), { recursive: true });
  }
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
