import { readFileSync } from 'node:fs';

import { createHookSpool } from '../../adapters/hook-spool.ts';
import { listOutbox } from '../../adapters/mail/outbox.ts';
import { rejectsAbout } from '../../adapters/rejects-file.ts';
import { createSendJournal } from '../../adapters/send-journal.ts';
import { createOptOutSpool } from '../../adapters/spool.ts';
import type { WorkspacePaths } from '../../config/paths.ts';
import { parseAddress } from '../../core/email-address.ts';
import type { Lead } from '../../core/model.ts';
import { formatInstant } from '../../core/time/instants.ts';
import type { PersonalSection } from '../../store/read-personal.ts';

/** What files beside the state hold about a person, in the same form as the state's own. */
export function readPersonFiles(
  paths: WorkspacePaths,
  { lead, messageIds }: { readonly lead: Lead; readonly messageIds: ReadonlySet<string> },
): PersonalSection[] {
  const isTheirs = (text: string): boolean => {
    const parsed = parseAddress(text);
    return 'emailKey' in parsed && parsed.emailKey === lead.emailKey;
  };
  const sections: PersonalSection[] = [
    {
      section: 'send_journal',
      about: 'Lines of the journal that says which mails left.',
      rows: [...createSendJournal(paths.stateDir).entries()]
        .filter(({ recipient }) => isTheirs(recipient))
        .map((entry) => ({ ...entry, at: formatInstant(entry.at) })),
    },
    {
      section: 'outbox',
      about: 'Mails that were rehearsed and lie in a folder.',
      rows: listOutbox(paths.outboxDir)
        .filter(({ messageId }) => messageIds.has(messageId))
        .map(({ messageId, at, path }) => ({
          message: messageId,
          at: formatInstant(at),
          text: readFileSync(path, 'utf8'),
        })),
    },
    {
      section: 'refused_rows',
      about: 'Rows about you that an import refused.',
      rows: rejectsAbout(paths.rejectsDir, isTheirs),
    },
    {
      section: 'unsubscribe_page',
      about: 'What you decided on the unsubscribe page and is not taken over yet.',
      rows: createOptOutSpool(paths.unsubscribeSpoolDir)
        .acts()
        .filter(({ leadId }) => leadId === lead.id)
        .map(({ act, at }) => ({ act, at: formatInstant(at) })),
    },
    {
      section: 'waiting_reports',
      about: 'Reports of our mail provider that name you and are not read yet.',
      rows: createHookSpool(paths.hookSpoolDir)
        .list(HOOKS_MAX)
        .map(({ provider, receivedAt, body }) => ({
          provider,
          at: formatInstant(receivedAt),
          text: Buffer.from(body).toString('utf8'),
        }))
        .filter(({ text }) => text.toLowerCase().includes(lead.emailKey)),
    },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

/** They are read every ten minutes: more than this is a service gone wild. */
const HOOKS_MAX = 10_000;
