import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { HeadgateError } from '../../core/errors.ts';
import type { Instant } from '../../core/model.ts';
import { isPublicMessageId } from './message-id.ts';
import { parseMail } from './parse-mail.ts';
import type { ReadableMail } from './parse-mail.ts';

/** One file of the outbox, by its name alone. */
export interface OutboxEntry {
  readonly messageId: string;
  readonly path: string;
  /** When it was put there. */
  readonly at: Instant;
}

/** One mail of the outbox, as bytes and read for people. */
export interface OutboxMail extends OutboxEntry, ReadableMail {
  readonly raw: Uint8Array;
}

const FILE_NAME =
  /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)T(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)(?<ms>\d{3})Z-(?<messageId>m-[a-z0-9]+)\.eml$/;

/** Under which a mail is written, to be renamed when it is whole. */
export function stagedFileName(messageId: string): string {
  return `.${messageId}.new`;
}

const STAGED_NAME = /^\.m-[a-z0-9]+\.new$/;

/** Sorts by time: `20260218T090000000Z-m-….eml`. */
export function outboxFileName(messageId: string, at: Instant): string {
  return `${new Date(at).toISOString().replace(/[-:.]/g, '')}-${messageId}.eml`;
}

/**
 * The mails that were caught while not live (D8, D9), oldest first; none when there is no outbox yet. Files of other
 * names are not ours and are passed over. Throws HeadgateError `outbox_not_readable` (77).
 */
export function listOutbox(outboxDir: string): readonly OutboxEntry[] {
  return namesIn(outboxDir)
    .sort()
    .map((name) => entryOf(outboxDir, name))
    .filter((entry) => entry !== null);
}

/** One mail by its `m-…`; null when it is not there. Throws HeadgateError `outbox_not_readable` (77). */
export function readOutboxMail(outboxDir: string, messageId: string): OutboxMail | null {
  if (!isPublicMessageId(messageId)) return null;
  const entry = listOutbox(outboxDir).find((each) => each.messageId === messageId);
  if (entry === undefined) return null;
  try {
    const raw = readFileSync(entry.path);
    return { ...entry, raw, ...parseMail(raw) };
  } catch (error) {
    throw notReadable(entry.path, error);
  }
}

/** Mails that were never whole, where whoever wrote them is gone: they are in no list. */
export function stagedMails(outboxDir: string): readonly string[] {
  return namesIn(outboxDir)
    .filter((name) => STAGED_NAME.test(name))
    .map((name) => join(outboxDir, name));
}

function namesIn(outboxDir: string): string[] {
  try {
    return statSync(outboxDir, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(outboxDir);
  } catch (error) {
    throw notReadable(outboxDir, error);
  }
}

function entryOf(outboxDir: string, name: string): OutboxEntry | null {
  const groups = FILE_NAME.exec(name)?.groups;
  if (groups === undefined) return null;
  const { year, month, day, hour, minute, second, ms, messageId = '' } = groups;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(at) ? null : { messageId, path: join(outboxDir, name), at };
}

function notReadable(path: string, cause: unknown): HeadgateError {
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown';
  return new HeadgateError(`${path} cannot be read (${code})`, {
    code: 'outbox_not_readable',
    exit: 'NOPERM',
    notDone: 'Nothing was done.',
    fix: 'Run as the owner of the state folder, or give it back to it (chown).',
    cause,
  });
}
