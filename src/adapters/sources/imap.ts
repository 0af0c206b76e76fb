import { createHash } from 'node:crypto';

import type { FetchMessageObject, ImapFlow, ListResponse } from 'imapflow';

import { addressOfField } from '../../core/inbound/addresses.ts';
import { classifyMail } from '../../core/inbound/classify.ts';
import { headerOf } from '../../core/inbound/mail.ts';
import type { IncomingFact } from '../../core/facts/fact.ts';
import { factsOfMail } from '../../core/facts/from-mail.ts';
import type { Instant } from '../../core/model.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import type { FactPage, FactSource, ReadingFrom } from '../../ports.ts';
import { readInboundMail } from '../inbound-mail.ts';
import { NO_REFERENCE } from './event-fields.ts';
import { parsePlaces, type Places } from './imap-places.ts';
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
/** Of one mail; the rest is an attachment. One byte more than the reader looks at, so that it sees that there is more. */
const MAIL_BYTES_MAX = 4_000_001;
const CONNECT_MS = 20_000;
const SILENCE_MS = 60_000;

/**
 * A mailbox over IMAP (E4): answers and notices from its inbox and junk, proof of our own mails from Sent. Opened read-only, so that
 * nothing is marked as read. Each folder goes on behind the last number that was kept, as long as the server still counts as it did
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
        yield { facts: page.facts, cursor: JSON.stringify(places), isEnd: isLast && page.isEnd };
        // What is unread in one folder is not made good by another.
        if (!page.isEnd && page.isCutShort) return;
      }
    }
  } catch (error) {
    throw imapTrouble(options, error);
  } finally {
    // A connection that is broken already says so again here, and nobody need hear it twice.
    await client.logout().catch(() => undefined);
    client.close();
  }
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
  const known = of.places[folder.path];
  const uids = await newUids(client, known?.uidValidity === uidValidity ? known.lastUid : null, options);
  let places = {
    ...of.places,
    [folder.path]: { uidValidity, lastUid: known?.uidValidity === uidValidity ? known.lastUid : 0 },
  };
  let done = 0;
  do {
    if (
      done > 0 &&
      (options.now() >= from.deadlineAt || from.signal.aborted || done >= MAILS_PER_FOLDER_MAX)
    ) {
      yield { facts: [], places, isEnd: false, isCutShort: true };
      return;
    }
    const batch = uids.slice(done, done + MAILS_PER_PAGE);
    const facts = batch.length === 0 ? [] : await factsOfBatch(client, { batch, folder, options });
    done += batch.length;
    const lastUid = Math.max(
      places[folder.path]?.lastUid ?? 0,
      ...batch,
      isDone(uids, done) ? mailbox.uidNext - 1 : 0,
    );
    places = { ...places, [folder.path]: { uidValidity, lastUid } };
    yield { facts, places, isEnd: isDone(uids, done), isCutShort: false };
  } while (!isDone(uids, done));
}

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

async function factsOfBatch(
  client: ImapFlow,
  {
    batch,
    folder,
    options,
  }: { readonly batch: readonly number[]; readonly folder: Folder; readonly options: ImapOptions },
): Promise<readonly IncomingFact[]> {
  const messages = await client.fetchAll(
    batch.join(','),
    {
      internalDate: true,
      ...(folder.isSent ? { headers: ['message-id'] } : { source: { maxLength: MAIL_BYTES_MAX } }),
    },
    { uid: true },
  );
  const facts: IncomingFact[] = [];
  for (const message of messages)
    facts.push(...(await (folder.isSent ? ownMail(message) : incomingMail(message, options))));
  return facts;
}

const MESSAGE_ID = /<[^<>\s]{1,500}>/;

/** D1: a mail in Sent has left; an uncertain one is settled by it. */
function ownMail(message: FetchMessageObject): Promise<readonly IncomingFact[]> {
  const header = MESSAGE_ID.exec(message.headers?.toString('latin1') ?? '')?.[0];
  if (header === undefined) return Promise.resolve([]);
  return Promise.resolve([
    {
      kind: 'sent',
      key: `sent ${header}`,
      at: arrivedAt(message),
      about: { ...NO_REFERENCE, messageIdHeaders: [header] },
      trust: 'verified',
      detail: 'it lies in Sent',
      text: null,
      until: null,
      isMachine: true,
    },
  ]);
}

async function incomingMail(
  message: FetchMessageObject,
  { messageIdOf }: ImapOptions,
): Promise<readonly IncomingFact[]> {
  const bytes = message.source ?? Buffer.alloc(0);
  const mail = await readInboundMail(bytes);
  const at = arrivedAt(message);
  const verdict = classifyMail(mail, { receivedOn: new Date(at).toISOString().slice(0, 10) });
  const id = headerOf(mail.headers, 'message-id').slice(0, 500);
  const writtenAs = MESSAGE_ID.exec(id)?.[0];
  return factsOfMail({
    verdict,
    // One mail is one, in whichever folder it lies and however often the server numbers it anew.
    key: id === '' ? `bytes ${createHash('sha256').update(bytes).digest('hex')}` : `mail ${id}`,
    at,
    from: addressOfField(headerOf(mail.headers, 'from')),
    subject: headerOf(mail.headers, 'subject'),
    messageId: verdict.refersTo.tokens.map(messageIdOf).find((own) => own !== null) ?? null,
    conversationId: null,
    ...(writtenAs === undefined ? {} : { writtenAs }),
  });
}

/** When the server took it: `Date` is the writer's to choose. */
function arrivedAt({ internalDate }: FetchMessageObject): Instant {
  const at = internalDate === undefined ? Number.NaN : new Date(internalDate).getTime();
  return Number.isNaN(at) ? 0 : at;
}
