import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { systemClock } from '../../src/adapters/clock.ts';
import { program } from '../chaos/program.ts';
import { scriptedMailbox, type Script } from '../servers/scripted-imap.ts';
import type { FaultKind, Point, Verdict, World } from './kind.ts';
import { patienceOf, quickClock } from './patience.ts';
import { endOf } from './promises.ts';
import { Scene } from './scene.ts';
import { inState } from './stages.ts';

/** `sync` over a mailbox that hangs up, says nothing, refuses or talks nonsense at each word of the dialogue. */

const WORDS: readonly (readonly [string, RegExp])[] = [
  ['the greeting', /^GREETING/],
  ['CAPABILITY', /^CAPABILITY/i],
  ['LOGIN', /^(?:LOGIN|AUTHENTICATE)/i],
  ['LIST', /^LIST "" "?\*/i],
  ['EXAMINE', /^EXAMINE/i],
  ['SEARCH', /^UID SEARCH/i],
  ['FETCH', /^UID FETCH/i],
];

const FAULTS: Readonly<Record<string, ReturnType<Script>>> = {
  'hangs up': 'cut',
  'says nothing': [],
  refuses: ['TAG NO not now'],
  'does not understand': ['TAG BAD what?'],
  'talks nonsense': ['\u0000\u0001 <html>502 Bad Gateway</html>', '* {99999999999}'],
  'breaks off in the middle': ['* 1 FETCH (UID 7 BODY[]<0> {4000}', 'Message-ID: <half'],
};

const CODES = [0, 32, 69, 75];

export const IMAP_FAULTS: readonly FaultKind[] = [
  {
    name: 'IMAP: cut, silent, refused, nonsense, half a mail',
    few: 3,
    most: 60,
    atOnce: 8,
    points: (world) =>
      Promise.resolve(
        WORDS.flatMap(([word, command]) =>
          Object.entries(FAULTS).flatMap(([fault, answer]) =>
            [false, true].map((isAlways): Point => ({
              name: `sync over a mailbox that ${fault} at ${word}${isAlways ? ', always' : ''}`,
              tryIt: () => readMailbox(world, { command, answer, isAlways }),
            })),
          ),
        ),
      ),
  },
];

interface Dialogue {
  readonly command: RegExp;
  readonly answer: ReturnType<Script>;
  readonly isAlways: boolean;
}

async function readMailbox({ stages }: World, { command, answer, isAlways }: Dialogue): Promise<Verdict> {
  const scene = await Scene.open(stages.busy);
  try {
    const fault = { isOver: false, struck: 0 };
    const [reader, mail] = optOut(scene);
    const port = await scriptedMailbox(
      (said) => {
        if (fault.isOver || !command.test(said) || (fault.struck > 0 && !isAlways)) return null;
        fault.struck += 1;
        return answer;
      },
      mail,
      imapDate(systemClock.now() + MINUTE_MS),
    );
    addMailbox(scene, port);
    const life = `${scene.folder}.life`;
    const ended = await program(scene.place, SYNC, { environment: quickClock(life) });
    scene.hint(`after ${endOf(ended)}`);
    scene.judgeEnd(ended, CODES);
    const [seconds, most] = [Number(readFileSync(life, 'utf8')) / 1_000, patienceOf('headgate-sync')];
    rmSync(life);
    if (seconds >= most)
      scene.breach('exit', `it took ${String(Math.round(seconds))} s, and may take ${String(most)}`);
    fault.isOver = true;
    // As if hours had passed.
    inState(scene.folder, (db) => db.exec('UPDATE sources SET retry_at = NULL'));
    await scene.expect(SYNC, [0]);
    const heard = `SELECT count(*) FROM leads WHERE email = '${reader}' AND opted_out = 1`;
    if (scene.count(heard) !== 1) scene.breach('lost', 'a reader who opted out was not heard');
    scene.judgeState();
    await scene.settle();
    scene.judgeMail();
    return { isStruck: fault.struck > 0, breaches: scene.breaches, end: endOf(ended) };
  } finally {
    await scene.close();
  }
}

const SYNC = ['sync', '--source', 'mailbox'];
const MINUTE_MS = 60_000;

/** Somebody who got a mail, and what they answer. */
function optOut(scene: Scene): readonly [string, string] {
  const { id, email } = inState(
    scene.folder,
    (db) =>
      db
        .prepare(
          "SELECT m.id, l.email FROM messages m JOIN leads l ON l.row_id = m.lead_row_id WHERE m.state = 'sent'",
        )
        .get() as { id: string; email: string },
  );
  const mail = [
    'Message-ID: <answer-1@reader.example>',
    `From: ${email}`,
    'To: tom@mail.example.com',
    'Subject: Re: Hello',
    `In-Reply-To: <${id}@mail.example.com>`,
    '',
    'Please unsubscribe me.',
    '',
  ].join('\r\n');
  return [email, mail];
}

function addMailbox(scene: Scene, port: number): void {
  writeFileSync(join(scene.folder, 'mailbox-password'), 'secret', { mode: 0o600 });
  const lines = [
    ...['[[source]]', 'id = "mailbox"', 'kind = "imap"', 'host = "127.0.0.1"', `port = ${String(port)}`],
    ...['user = "tom"', 'password = { file = "mailbox-password" }', 'secure = false', ''],
  ];
  appendFileSync(join(scene.folder, 'headgate.toml'), lines.join('\n'));
}

/** RFC 9051, date-time: `10-Nov-2026 10:00:00 +0000`. */
function imapDate(at: number): string {
  const [, day, month, year, time] = new Date(at).toUTCString().split(' ');
  return `${String(day)}-${String(month)}-${String(year)} ${String(time)} +0000`;
}
