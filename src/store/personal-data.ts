import { ERASED_WORDS } from '../core/erasure.ts';
import { CANCEL_REASONS } from '../core/model.ts';

/**
 * Where the state holds what about a person. One table of facts for three uses: `leads erase` overwrites by it, `leads export` reads by
 * it, and a test holds it against the schema, so that a new column cannot be forgotten by either.
 */

/** What becomes of one column when its person is erased. */
export type Treatment =
  /** An SQL expression for what stands there afterwards. */
  | { readonly becomes: string }
  /** Says nothing about anybody once the rest is gone; why. */
  | { readonly stays: string };

/** Rows that belong to one lead. */
export interface PersonalTable {
  readonly table: string;
  /** What an export calls it. */
  readonly section: string;
  /** One sentence for the person who reads the export. */
  readonly about: string;
  /** Which rows, by `@leadRowId`, `@leadId` or `@emailKey`. */
  readonly where: string;
  readonly orderBy: string;
  /** Every column of text or bytes. */
  readonly columns: Readonly<Record<string, Treatment>>;
  /** Columns that an export leaves out: numbers of rows, which say nothing to anybody. */
  readonly unsaid: readonly string[];
  /** What an export says in their place: names and SQL expressions. */
  readonly said?: Readonly<Record<string, string>>;
}

const EMPTY: Treatment = { becomes: 'NULL' };
const WORDS: Treatment = { becomes: `'${ERASED_WORDS}'` };
const ID: Treatment = { stays: 'a random id, which nothing leads back from' };
const WORD: Treatment = { stays: 'one of a few words of ours' };
const DELETED: Treatment = { stays: 'the row is deleted' };
const OURS: Treatment = { stays: 'about us, not about the person' };

/** Words that were there are replaced, and where there were none none appear: a constraint asks for them only in some states. */
function wordsIfAny(column: string): Treatment {
  return { becomes: `CASE WHEN ${column} IS NULL THEN NULL ELSE '${ERASED_WORDS}' END` };
}

const KNOWN_REASONS = CANCEL_REASONS.map((reason) => `'${reason}'`).join(', ');
const SEQUENCE = '(SELECT q.id FROM sequences q WHERE q.row_id = sequence_row_id)';
const STEP = '(SELECT s.id FROM steps s WHERE s.row_id = step_row_id)';
const MESSAGE = '(SELECT m.id FROM messages m WHERE m.row_id = message_row_id)';
const OF_LEAD = 'lead_row_id = @leadRowId';
const OF_MESSAGE = 'message_row_id IN (SELECT row_id FROM messages WHERE lead_row_id = @leadRowId)';

/** A text of ours that names the address (not a longer one that ends in it), whoever's row it is: they may have answered the mail of another. */
function names(column: string): string {
  const at = `instr(lower(${column}), @emailKey)`;
  return `(${at} > 0 AND substr(' ' || lower(${column}), ${at}, 1) NOT GLOB '[a-z0-9._+-]')`;
}

/** Which events are about the person: also those that were matched to nobody, which begin with who wrote. */
export const EVENTS_OF_PERSON = `(${OF_LEAD} OR ${OF_MESSAGE} OR ${names('detail')})`;

/** In the order in which an export tells them. */
export const PERSONAL_TABLES: readonly PersonalTable[] = [
  {
    table: 'leads',
    section: 'person',
    about: 'Who you are to us, as a file, a form or a table told us.',
    where: 'row_id = @leadRowId',
    orderBy: 'row_id',
    unsaid: ['row_id', 'email_key'],
    columns: {
      id: ID,
      email: WORDS,
      // Set by the erasure itself: the keyed hash.
      email_key: { stays: 'replaced by a keyed hash' },
      first_name: EMPTY,
      last_name: EMPTY,
      company: EMPTY,
      company_domain: EMPTY,
      country: EMPTY,
      region: EMPTY,
      timezone: EMPTY,
      zone: { becomes: `'UTC'` },
      zone_rule: { becomes: `'explicit'` },
      // B3: even if everything else were undone, nobody writes to it.
      stage: { becomes: `'disqualified'` },
      status: { becomes: `'unqualified'` },
      source: EMPTY,
      source_form_id: EMPTY,
      platform: EMPTY,
      tags_json: { becomes: `'[]'` },
      notes: EMPTY,
      custom_json: { becomes: `'{}'` },
      attribution: EMPTY,
      attribution_by: EMPTY,
      attribution_note: EMPTY,
      hold_note: EMPTY,
      nurture_verdict_reason: WORD,
      sender: OURS,
    },
  },
  {
    table: 'enrollments',
    section: 'enrollments',
    about: 'The series of mails that you were or are in, and why.',
    where: OF_LEAD,
    orderBy: 'row_id',
    unsaid: ['row_id', 'lead_row_id', 'sequence_row_id', 'last_step_row_id', 'next_step_row_id'],
    said: {
      sequence: SEQUENCE,
      next_step: '(SELECT s.id FROM steps s WHERE s.row_id = next_step_row_id)',
    },
    columns: {
      id: ID,
      kind: WORD,
      status: WORD,
      cancel_reason: {
        becomes: `CASE WHEN cancel_reason IS NULL OR cancel_reason IN (${KNOWN_REASONS}) THEN cancel_reason ELSE 'manual' END`,
      },
      match_reason: WORD,
      match_snapshot_json: EMPTY,
      last_error: EMPTY,
      verdict_reason: WORD,
    },
  },
  {
    table: 'messages',
    section: 'messages',
    about: 'Every mail that was written for you, with its words and what became of it.',
    where: OF_LEAD,
    orderBy: 'row_id',
    unsaid: ['row_id', 'enrollment_row_id', 'step_row_id', 'lead_row_id'],
    said: {
      enrollment: '(SELECT e.id FROM enrollments e WHERE e.row_id = enrollment_row_id)',
      step: STEP,
    },
    columns: {
      id: ID,
      job: WORD,
      state: WORD,
      run_id: ID,
      plan_id: ID,
      ask_reason: WORD,
      hold_cause: WORD,
      held_from: WORD,
      held_by_job: WORD,
      held_run_id: ID,
      note: EMPTY,
      subject: wordsIfAny('subject'),
      preheader: EMPTY,
      body_markdown: wordsIfAny('body_markdown'),
      // A hash of words lets somebody who guesses them be sure.
      text_hash: wordsIfAny('text_hash'),
      approved_by: OURS,
      approved_boot_id: OURS,
      sender: OURS,
      last_error: EMPTY,
    },
  },
  {
    table: 'outgoing_mail',
    section: 'mails_as_sent',
    about: 'The exact mails that left, or were about to.',
    where: OF_MESSAGE,
    orderBy: 'message_row_id',
    unsaid: ['message_row_id'],
    said: { message: MESSAGE },
    columns: {
      text_hash: WORDS,
      // A bounce or an answer that comes late names these: it must be known for what it is, to be forgotten.
      message_id_header: ID,
      sender: OURS,
      recipient: WORDS,
      raw: { becomes: `x''` },
      transport: WORD,
      payload: EMPTY,
      provider_id: ID,
      message_id_used: ID,
      conversation_id: ID,
    },
  },
  {
    table: 'attempts',
    section: 'delivery_attempts',
    about: 'Each time we tried to hand a mail over, and what the server said.',
    where: OF_MESSAGE,
    orderBy: 'row_id',
    unsaid: ['row_id', 'message_row_id'],
    said: { message: MESSAGE },
    columns: {
      event: WORD,
      operator_day: OURS,
      run_id: ID,
      transport: WORD,
      account: OURS,
      detail: EMPTY,
    },
  },
  {
    table: 'draft_log',
    section: 'drafts_counted',
    about: 'When mails were written for you, as our limits count them.',
    where: OF_LEAD,
    orderBy: 'row_id',
    unsaid: ['row_id', 'message_row_id', 'lead_row_id'],
    said: { message: MESSAGE },
    columns: { job: WORD, run_id: ID, operator_day: OURS, released_day: OURS },
  },
  {
    table: 'message_events',
    section: 'what_came_back',
    about: 'Answers, bounces, openings and clicks that your mail service or ours reported.',
    where: EVENTS_OF_PERSON,
    orderBy: 'at',
    unsaid: ['row_id', 'message_row_id', 'lead_row_id'],
    said: { message: MESSAGE },
    columns: {
      source_id: OURS,
      // E7: the same report must be known when it comes again. Those that name a mail of the person are hashed by the erasure itself.
      key: { stays: 'replaced by a keyed hash where it names a mail of the person' },
      kind: WORD,
      detail: { becomes: `''` },
    },
  },
  {
    table: 'timeline',
    section: 'story',
    about: 'What happened, line by line.',
    where: `(${OF_LEAD} OR ${names('text')})`,
    orderBy: 'at, row_id',
    unsaid: ['row_id', 'lead_row_id'],
    columns: { kind: WORD, text: WORDS, ref: ID },
  },
  {
    table: 'plan_items',
    section: 'previews',
    about: 'Mails that a preview showed, whether or not they were written.',
    where: OF_LEAD,
    orderBy: 'plan_id, ordinal',
    unsaid: ['lead_row_id', 'enrollment_row_id', 'sequence_row_id', 'step_row_id'],
    said: { sequence: SEQUENCE, step: STEP },
    columns: {
      plan_id: ID,
      ask_reason: WORD,
      asked_for: ID,
      unfit: EMPTY,
      judged_json: EMPTY,
      subject: WORDS,
      preheader: EMPTY,
      body_markdown: WORDS,
      text_hash: WORDS,
    },
  },
  {
    table: 'model_calls',
    section: 'questions_to_a_language_model',
    about: 'When a language model was asked something about you. The question itself is not kept.',
    where: 'lead_id = @leadId',
    orderBy: 'row_id',
    unsaid: ['row_id'],
    columns: {
      operator_day: OURS,
      run_id: ID,
      purpose: WORD,
      lead_id: ID,
      message_id: ID,
      model: OURS,
      outcome: WORD,
    },
  },
  {
    table: 'suppressions',
    section: 'suppressions',
    about: 'Whether your address is on the list of those that never receive anything, and why.',
    where: 'email_key = @emailKey',
    orderBy: 'email_key',
    unsaid: [],
    // The row goes: a keyed hash takes its place.
    columns: { email_key: DELETED, reason: DELETED, note: DELETED },
  },
  {
    table: 'chat_dialogs',
    section: 'asked_in_the_chat',
    about: 'When one of us was asked in our chat for words about a mail to you.',
    where: 'draft_id IN (SELECT id FROM messages WHERE lead_row_id = @leadRowId)',
    orderBy: 'row_id',
    unsaid: ['row_id', 'user_id', 'user_name', 'page_row_id', 'card_row_id'],
    columns: { user_name: OURS, kind: WORD, draft_id: ID, text_hash: WORDS },
  },
];

/** Words that belong to nobody's lead and may name anybody: searched for the person, replaced as a whole. */
export interface MentioningTable {
  readonly table: string;
  /** What an export calls it; null: nothing there was ever about a person, but a server may have named one in passing. */
  readonly section: string | null;
  readonly about: string;
  readonly key: string;
  /** When it was; null where the table does not say. */
  readonly at: string | null;
  /** Searched, all of them. */
  readonly columns: Readonly<Record<string, Treatment>>;
  /** What else is true of a row that was overwritten. */
  readonly alsoSet?: string;
}

export const MENTIONING_TABLES: readonly MentioningTable[] = [
  {
    table: 'notices',
    section: 'notices_to_the_operator',
    about: 'Messages to ourselves that name you; only the lines that do.',
    key: 'row_id',
    at: 'created_at',
    columns: {
      kind: WORD,
      job: WORD,
      // It may hold the Message-ID of an answer.
      dedupe_key: { becomes: `'erased ' || row_id` },
      text: { becomes: `'(this named somebody who was erased since)'` },
      run_id: ID,
      card_json: EMPTY,
      last_error: EMPTY,
    },
  },
  {
    table: 'chat_pages',
    section: 'pages_in_the_chat',
    about: 'What stood in our chat and names you; only the lines that do.',
    key: 'row_id',
    at: 'made_at',
    columns: {
      text: { becomes: `'(This named somebody who was erased since.)'` },
      card_json: { becomes: `'{"kind":"plain"}'` },
      told_json: { becomes: `'[]'` },
      asking: EMPTY,
    },
    // F2: the row is the truth and the chat a picture of it, which the next run makes anew.
    alsoSet: 'version = version + 1, attempts = 0',
  },
  {
    table: 'chat_updates',
    section: 'words_in_the_chat',
    about: 'What one of us wrote in our chat and names you; only the lines that do.',
    key: 'row_id',
    at: 'received_at',
    columns: {
      from_name: OURS,
      body_json: { becomes: `json_set(body_json, '$.text', '')` },
      outcome: wordsIfAny('outcome'),
    },
  },
  {
    table: 'transport_waits',
    section: null,
    about: '',
    key: 'transport',
    at: null,
    columns: { transport: WORD, detail: WORDS },
  },
  {
    table: 'sources',
    section: null,
    about: '',
    key: 'source_id',
    at: null,
    columns: { source_id: OURS, cursor: OURS, last_error: EMPTY },
  },
  {
    table: 'notice_channels',
    section: null,
    about: '',
    key: 'channel',
    at: null,
    columns: { channel: WORD, last_error: WORDS },
  },
];

/** Tables that hold nothing about any lead, and why. */
export const IMPERSONAL_TABLES: Readonly<Record<string, string>> = {
  state_header: 'the state itself',
  erasure_keys: 'a secret of the state',
  erasures: 'a random id and a keyed hash',
  sequences: 'what the operator wrote for everybody',
  steps: 'what the operator wrote for everybody',
  enrollment_counts: 'counts',
  runs: 'counts by reason',
  jobs: 'when jobs ran',
  silences: 'when jobs did not run',
  job_days: 'on which days jobs ran',
  senders: 'mailboxes of the operator',
  sender_days: 'mailboxes of the operator',
  plans: 'when a preview was made, for which definitions; its mails are plan_items',
  country_holidays: 'public holidays',
  reply_sources: 'how far the operator’s mailboxes were read',
  web_keys: 'who of the operator’s people is signed in',
  chat_key: 'a secret of the state',
  audit: 'random ids and hashes; it is never changed',
  chat_buttons: 'random ids of messages; those of a page that named the person are deleted',
};
