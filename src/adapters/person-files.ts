import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { parseAddress } from '../core/email-address.ts';
import { erasedKey } from '../core/erasure.ts';
import { syncFolder } from './durable-file.ts';
import { removeHalves } from './half-files.ts';
import { listOutbox, stagedMails } from './mail/outbox.ts';
import { removeRejects } from './rejects-file.ts';
import { replaceRecipients } from './send-journal.ts';

/** Where files beside the state name people. */
export interface PersonPlaces {
  readonly stateDir: string;
  readonly outboxDir: string;
  readonly rejectsDir: string;
  readonly reportFile: string;
}

/** Who is to be forgotten: told by a hash, because when this runs nothing else may be known of them any more. */
export interface ForgottenPeople {
  /** The hash of an address of one of them; null for everybody else's. */
  readonly hashOf: (emailKey: string) => string | null;
  /** Of all mails to them that the state knows. */
  readonly messageIds: ReadonlySet<string>;
}

/** How much went from where. */
export interface ForgottenFiles {
  readonly outbox: number;
  readonly journal_lines: number;
  readonly reject_rows: number;
  readonly report: boolean;
  /** Paths of files that could not be looked through, and stay as they are. */
  readonly unread: readonly string[];
}

/**
 * Takes people out of every file beside the state: their mails of the outbox, their addresses in the send journal (a hash stands there
 * instead, A15), their rows among the rejects, and the whole report, which is made anew at any time. Doing it again changes nothing.
 * The caller holds the lock of `send`.
 */
export function forgetInFiles(places: PersonPlaces, people: ForgottenPeople): ForgottenFiles {
  const rejects = removeRejects(places.rejectsDir, (address) => hashOfText(address, people) !== null);
  return {
    outbox: forgetOutbox(places.outboxDir, people),
    journal_lines: replaceRecipients(places.stateDir, (recipient) => {
      const hash = hashOfText(recipient, people);
      return hash === null ? null : erasedKey(hash);
    }),
    reject_rows: rejects.rows,
    report: forgetReport(places.reportFile),
    unread: rejects.unread,
  };
}

/** Headers come first, and no list of ours is longer. */
const HEADER_CHARACTERS_MAX = 16_384;

function forgetOutbox(folder: string, people: ForgottenPeople): number {
  const theirs = listOutbox(folder).filter(
    ({ messageId, path }) => people.messageIds.has(messageId) || isTo(path, people),
  );
  for (const { path } of theirs) rmSync(path, { force: true });
  // Whoever wrote them is gone: this runs under the lock of `send`.
  for (const path of stagedMails(folder)) rmSync(path, { force: true });
  if (theirs.length > 0) syncFolder(folder);
  return theirs.length;
}

/** A restored state may not know the message, whose mail lies here all the same. */
function isTo(path: string, people: ForgottenPeople): boolean {
  const head = readFileSync(path, 'latin1').slice(0, HEADER_CHARACTERS_MAX);
  const to = /^To:(?<value>.*(?:\r?\n[ \t].*)*)/im.exec(head)?.groups?.['value'] ?? '';
  return addressesIn(to).some((text) => hashOfText(text, people) !== null);
}

function forgetReport(path: string): boolean {
  if (!existsSync(dirname(path))) return false;
  removeHalves(path);
  if (!existsSync(path)) return false;
  rmSync(path);
  return true;
}

function addressesIn(text: string): readonly string[] {
  return text.match(/[^\s<>(),;:"']+@[^\s<>(),;:"']+/g) ?? [];
}

function hashOfText(text: string, { hashOf }: ForgottenPeople): string | null {
  const parsed = parseAddress(text);
  return 'emailKey' in parsed ? hashOf(parsed.emailKey) : null;
}
