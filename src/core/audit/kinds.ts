/**
 * What the audit trail records: every outward act, every decision of a person, and what the program decides in its own name. A closed
 * list: `audit show --kind` knows these words and no others, and one that was released is never given another meaning.
 */
export const AUDIT_KINDS = {
  created: '`init` made this state; the first entry of every trail',
  restored:
    'this state took the place of a newer one: what was known outside of it, and how many entries are gone',
  adopted: 'a person accepted machine, history and clock (`adopt`)',
  went_live: 'from now on mail reaches people (`go-live`)',
  paused: 'everything that touches people was stopped',
  resumed: 'the stop was taken away',
  secret_set: 'a credential was stored; its name alone',
  secret_removed: 'a credential was taken away; its name alone',

  send_claimed: 'one attempt to deliver a message began, in these words and over this transport',
  send_accepted: 'that attempt was accepted: the message is sent',
  send_refused: 'that attempt was refused: it surely did not leave',
  send_unknown: 'that attempt ended without an answer: the message is uncertain',
  send_withdrawn: 'that attempt was called back before the body',
  send_failed: 'refused for good, or too often: the message is given up',
  send_skipped: 'its recipient is not on the allowlist: it never leaves',
  send_proved: 'an event or the send journal proved what became of a message',

  approved: 'a person approved a message, in these words',
  edited: 'a person changed the words of a message',
  rejected: 'a person rejected a message',
  held: 'a person put a message on hold',
  released: 'a person released a held message',
  discarded: 'a person dropped a message; its step is due again',
  approval_undone: 'a person took an approval back',
  settled: 'a person said whether an uncertain message was sent',

  approved_by_sequence: 'drafts of sequences that approve themselves were approved',
  held_by_guard: 'messages were held: a batch above the hold line, or approvals from before a doubt',
  expired: 'drafts that waited too long expired',
  sender_paused: 'a mailbox was paused: too many of its mails came back',
  sender_resumed: 'a person let a paused mailbox send again',

  plan_confirmed: 'a saved plan was confirmed: what was still allowed of it was drafted',
  plan_declined: 'a person accepted the gap and had nothing drafted',
  plan_vetoed: 'a person stopped a job: it only previews until somebody confirms',
  forced: 'a run went on over a doubt with `--force`',

  sequences_applied: 'definitions became active',
  leads_imported: 'a file of leads was imported; numbers alone',
  lead_set: 'fields of a lead were set; their names alone',
  lead_stopped: 'enrollments of a lead were cancelled',
  lead_due: 'the next step of a lead was made due at once',
  lead_erased: 'a lead was erased',
  lead_exported: 'everything about a lead was written out',
  leads_exported: 'all leads were written out',
  lead_overruled: 'a person overruled what was found about a lead and its company',
  leads_judged: 'leads were judged against the companies they claim; numbers alone',
  suppression_added: 'an address was suppressed',
  suppression_removed: 'an address was taken off the suppression list',
  suppressions_imported: 'a file of suppressed addresses was imported; numbers alone',
  holidays_loaded: 'public holidays of countries were loaded',
} as const;

export type AuditKind = keyof typeof AUDIT_KINDS;

export function isAuditKind(name: string): name is AuditKind {
  return Object.hasOwn(AUDIT_KINDS, name);
}

/** Entries after which the trail goes on from another place, or in other hands. */
export const BREAK_KINDS: ReadonlySet<string> = new Set<AuditKind>(['restored', 'adopted']);
