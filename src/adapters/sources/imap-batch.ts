import { createHash } from 'node:crypto';

import type { FetchMessageObject, ImapFlow } from 'imapflow';

import { addressOfField } from '../../core/inbound/addresses.ts';
import { classifyMail } from '../../core/inbound/classify.ts';
import { headerOf } from '../../core/inbound/mail.ts';
import type { IncomingFact } from '../../core/facts/fact.ts';
import { factsOfMail } from '../../core/facts/from-mail.ts';
import type { Instant } from '../../core/model.ts';
import { readInboundMail } from '../inbound-mail.ts';
import { NO_REFERENCE } from './event-fields.ts';
import { imapTrouble } from './imap-trouble.ts';

/** Of one mail; the rest is an attachment. One byte more than the reader looks at, so that it sees that there is more. */
const MAIL_BYTES_MAX = 4_000_001;

export interface BatchRequest {
  readonly sourceId: string;
  readonly uids: readonly number[];
  /** Our own mails: they prove that they left, and answer nothing. */
  readonly isSent: boolean;
  readonly messageIdOf: (token: string) => string | null;
}

/** What a few mails of a folder tell, and the numbers of those that lie there and were not handed over. */
export interface Batch {
  readonly facts: readonly IncomingFact[];
  readonly unread: readonly number[];
}

/**
 * Reads some mails of the folder that is open. One that was deleted since it was listed is nobody's loss. One that is listed and comes
 * without its bytes, or not at all, is asked for once more alone, and then named: it may be an answer (A21).
 */
export async function readBatch(client: ImapFlow, request: BatchRequest): Promise<Batch> {
  const { uids } = request;
  const given = new Map<number, FetchMessageObject>();
  const take = async (wanted: readonly number[]): Promise<void> => {
    for (const message of await fetched(client, wanted, request))
      if (isHandedOver(message, request)) given.set(message.uid, message);
  };
  await take(uids);
  const missing = uids.filter((uid) => !given.has(uid));
  const listed = missing.length === 0 ? [] : await stillListed(client, missing, request);
  for (const uid of listed) await take([uid]);
  const facts: IncomingFact[] = [];
  for (const message of uids.map((uid) => given.get(uid)))
    if (message !== undefined)
      facts.push(...(await (request.isSent ? ownMail(message) : incomingMail(message, request))));
  return { facts, unread: listed.filter((uid) => !given.has(uid)) };
}

/** Which of these numbers are in the folder that is open, ascending. */
export async function stillListed(
  client: ImapFlow,
  uids: readonly number[],
  { sourceId }: Pick<BatchRequest, 'sourceId'>,
): Promise<readonly number[]> {
  const found = await client.search({ uid: uids.join(',') }, { uid: true });
  if (!Array.isArray(found)) throw imapTrouble({ id: sourceId }, 'it refused to search a folder');
  return uids.filter((uid) => found.includes(uid)).toSorted((one, other) => one - other);
}

/** One damaged mail can make a server refuse all that were asked for with it. */
async function fetched(
  client: ImapFlow,
  uids: readonly number[],
  { isSent }: BatchRequest,
): Promise<readonly FetchMessageObject[]> {
  const what = isSent ? { headers: ['message-id'] } : { source: { maxLength: MAIL_BYTES_MAX } };
  try {
    return await client.fetchAll(uids.join(','), { internalDate: true, ...what }, { uid: true });
  } catch (error) {
    const isRefused = error instanceof Error && 'responseStatus' in error && error.responseStatus === 'NO';
    if (!isRefused || !client.usable) throw error;
    return [];
  }
}

function isHandedOver({ source, headers }: FetchMessageObject, { isSent }: BatchRequest): boolean {
  return isSent ? headers !== undefined : source !== undefined && source.length > 0;
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
  { messageIdOf }: BatchRequest,
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
