import type { ImapFlow, ListResponse } from 'imapflow';

import type { IncomingFact } from '../../core/facts/fact.ts';
import type { Instant } from '../../core/model.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import type { FactPage, FactSource, ReadingFrom } from '../../ports.ts';
import { readBatch, stillListed } from './imap-batch.ts';
import { parsePlaces, type Place, type Places } from './imap-places.ts';
import { imapTrouble } from './imap-trouble.ts';

export interface ImapOptions {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** TLS from the first byte; false: STARTTLS, and none towards this machine. */
  readonly isSecure: boolean;
  readonly isLoopback: boolean;
  /** Beside these, the folders that the server marks as Junk and Sent are read. */
  readonly folders: readonly string[];
  /** Our message that a token behind the `+` of an address names; null for any other token. */
  readonly messageIdOf: (token: string) => string | null;
  readonly now: () => Instant;
}

/** Mails of one page: what is in memory at once, and read again after a kill. */
const MAILS_PER_PAGE = 20;
/** Of one folder in one run; the next one goes on there. */
const MAILS_PER_FOLDER_MAX = 5_000;
/** What is older than this when a folder is read first, or numbered anew, answers nothing of ours that still waits. */
const LOOK_BACK_MS = 30 * DAY_MS;
/** Mails of one folder that are listed and not handed over; where there are more, the folder is the trouble. */
const UNREAD_MAX = 20;
const CONNECT_MS = 20_000;
const SILENCE_MS = 60_000;

/**
 * A mailbox over IMAP (E4): answers and notices from its inbox and junk, proof of our own mails from Sent. Opened read-only, so that
 * nothing is marked as read. A mail that the server lists and does not hand over is told of, asked for again, and passed over by none;
 * those behind it are read meanwhile. Each folder goes on behind the last number that was kept, as long as the server still counts as it did
 * (UIDVALIDITY, RFC 9051, 2.3.1.1); else the last thirty days are read again, which changes nothing (E7).
 */
export function createImapSource(options: ImapOptions): FactSource {
  return {
    readsReplies: true,
    pages: (from) => readMailbox(options, from),
    close: () => Promise.resolve(),
  };
}

async function* readMailbox(options: ImapOptions, from: ReadingFrom): AsyncGenerator<FactPage> {
  const client = await connect(options);
  try {
    let places = parsePlaces(from.cursor);
    const folders = await foldersOf(client, options);
    for (const [index, folder] of folders.entries()) {
      const isLast = index === folders.length - 1;
      for await (const page of readFolder(client, { options, folder, places, from })) {
        places = page.places;
        const isEnd = isLast && page.isEnd && unreadIn(places, folders) === '';
        yield { facts: page.facts, cursor: JSON.stringify(places), isEnd };
        // What is unread in one folder is not made good by another.
        if (!page.isEnd && page.isCutShort) return;
      }
    }
    const unread = unreadIn(places, folders);
    if (unread !== '') throw imapTrouble(options, `it lists mails and does not hand them over: ${unread}`);
  } catch (error) {
    throw imapTrouble(options, error);
  } finally {
    // A connection that is broken already says so again here, and nobody need hear it twice.
    await client.logout().catch(() => undefined);
    client.close();
  }
}

/** `INBOX 8, 12; Junk 3`: what an operator looks for. */
function unreadIn(places: Places, folders: readonly Folder[]): string {
  return folders
    .map(({ path }) => ({ path, unread: places[path]?.unread ?? [] }))
    .filter(({ unread }) => unread.length > 0)
    .map(({ path, unread }) => `${path} ${unread.join(', ')}`)
    .join('; ');
}

async function connect(options: ImapOptions): Promise<ImapFlow> {
  const { ImapFlow: Client } = await import('imapflow');
  const { host, port, user, password, isSecure, isLoopback } = options;
  const client = new Client({
    host,
    port,
    secure: isSecure,
    ...(isSecure ? {} : { doSTARTTLS: !isLoopback }),
    auth: { user, pass: password },
    tls: { minVersion: 'TLSv1.2' },
    logger: false,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
  });
  // Without a listener an error between two commands would end the process; the next command meets it anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.close();
    throw imapTrouble(options, error);
  }
}

interface Folder {
  readonly path: string;
  /** Our own mails: they prove that they left, and answer nothing. */
  readonly isSent: boolean;
}

async function foldersOf(client: ImapFlow, { folders, id }: ImapOptions): Promise<readonly Folder[]> {
  const listed: readonly ListResponse[] = await client.list();
  const marked = (use: string): readonly string[] =>
    listed.filter(({ specialUse }) => specialUse === use).map(({ path }) => path);
  const sent = marked('\\Sent');
  const paths = new Set([...folders, ...marked('\\Junk'), ...sent]);
  const missing = folders.find((folder) => !listed.some(({ path }) => isSameFolder(path, folder)));
  if (missing !== undefined) throw imapTrouble({ id }, `it has no folder ${missing}`);
  return [...paths].map((path) => ({ path, isSent: sent.includes(path) }));
}

/** RFC 9051, 5.1: INBOX has no case, every other name has. */
function isSameFolder(one: string, other: string): boolean {
  return one === other || (one.toUpperCase() === 'INBOX' && other.toUpperCase() === 'INBOX');
}

interface FolderPage {
  readonly facts: readonly IncomingFact[];
  readonly places: Places;
  readonly isEnd: boolean;
  readonly isCutShort: boolean;
}

async function* readFolder(
  client: ImapFlow,
  of: { options: ImapOptions; folder: Folder; places: Places; from: ReadingFrom },
): AsyncGenerator<FolderPage> {
  const { options, folder, from } = of;
  const mailbox = await client.mailboxOpen(folder.path, { readOnly: true });
  const uidValidity = String(mailbox.uidValidity);
  const request = { sourceId: options.id, isSent: folder.isSent, messageIdOf: options.messageIdOf };
  const stored = of.places[folder.path];
  const known = stored?.uidValidity === uidValidity ? stored : null;
  const left =
    known === null || known.unread.length === 0 ? [] : await stillListed(client, known.unread, request);
  const uids = [...left, ...(await newUids(client, known?.lastUid ?? null, options))];
  let place: Place = { uidValidity, lastUid: known?.lastUid ?? 0, unread: left };
  const here = (): Places => ({ ...of.places, [folder.path]: place });
  let done = 0;
  do {
    if (
      done > 0 &&
      (options.now() >= from.deadlineAt || from.signal.aborted || done >= MAILS_PER_FOLDER_MAX)
    ) {
      yield { facts: [], places: here(), isEnd: false, isCutShort: true };
      return;
    }
    const batch = uids.slice(done, done + MAILS_PER_PAGE);
    const read = batch.length === 0 ? NOTHING_READ : await readBatch(client, { ...request, uids: batch });
    done += batch.length;
    const lastUid = Math.max(place.lastUid, ...batch, isDone(uids, done) ? mailbox.uidNext - 1 : 0);
    const unread = [...place.unread.filter((uid) => !batch.includes(uid)), ...read.unread];
    if (unread.length > UNREAD_MAX) throw imapTrouble(options, `it hands over no mail of ${folder.path}`);
    place = { uidValidity, lastUid, unread };
    yield { facts: read.facts, places: here(), isEnd: isDone(uids, done), isCutShort: false };
  } while (!isDone(uids, done));
}

const NOTHING_READ = { facts: [], unread: [] };

function isDone(uids: readonly number[], done: number): boolean {
  return done >= uids.length;
}

/** Numbers above the last one, ascending. `n:*` always names the last mail, also one that was read (RFC 9051, 9, seq-range). */
async function newUids(
  client: ImapFlow,
  lastUid: number | null,
  options: ImapOptions,
): Promise<readonly number[]> {
  const query =
    lastUid === null
      ? { since: new Date(options.now() - LOOK_BACK_MS) }
      : { uid: `${String(lastUid + 1)}:*` };
  const found = await client.search(query, { uid: true });
  // A search that was refused found nothing out: taken for an empty folder, all that lies there would pass for read (A21).
  if (!Array.isArray(found)) throw imapTrouble(options, 'it refused to search a folder');
  return found.filter((uid) => uid > (lastUid ?? 0)).sort((one, other) => one - other);
}
