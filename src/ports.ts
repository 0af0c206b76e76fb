import type { Incoming } from './core/chat/incoming.ts';
import type { IncomingFact } from './core/facts/fact.ts';
import type { JournalLine } from './core/journal-facts.ts';
import type { Instant, StepCopy } from './core/model.ts';
import type { MachineIdentity, Stamp } from './core/state-identity.ts';
import type { TokenUsage } from './core/writing/cost.ts';

export type { MachineIdentity, Stamp };

/** The only source of time. Read once per run (send reads again before each message). */
export interface Clock {
  now(): Instant;
}

/** Button, enrollment, key of a chat, lead, message, plan, run, state. */
export type IdPrefix = 'b' | 'e' | 'k' | 'l' | 'm' | 'p' | 'r' | 's';

/** The only source of randomness: public ids, jitter. */
export interface Random {
  /** `prefix-` and 16 characters of lower-case base32 (80 random bits). */
  publicId(prefix: IdPrefix): string;
  /** Many at once, in ascending order of their first two random characters. */
  publicIds(prefix: IdPrefix, count: number): readonly string[];
  /** Uniform in [0, 1). */
  fraction(): number;
}

export interface Machine {
  identity(): MachineIdentity;
  /** `/proc/sys/kernel/random/boot_id`; null where it cannot be read, which counts as a new boot. */
  bootId(): string | null;
}

export interface StampFile {
  /** Null when the file is missing; throws HeadgateError `stamp_damaged` when it cannot be understood. Writing is atomic, and synced. */
  read(): Stamp | null;
  write(stamp: Stamp): void;
}

export interface RenderedCopy {
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
}

/** Fields a template may name. Values are text; a missing or empty field is null. */
export type TemplateFields = Readonly<Record<string, string | null>>;

export type RenderResult =
  | { readonly kind: 'rendered'; readonly copy: RenderedCopy }
  /** D3: a missing or empty field without fallback; no draft is made. */
  | { readonly kind: 'problem'; readonly detail: string };

/** Renders fixed copy. The same renderer serves preview, drafting and rehearsal (A17). */
export interface CopyRenderer {
  render(copy: StepCopy, fields: TemplateFields): RenderResult;
}

/** Copy that was found to render for one lead. Ten thousand of them are kept between a plan and its drafts (P7). */
export interface FilledCopy {
  readonly subject: string;
  /** Writes it out: the same words each time. */
  words(): RenderedCopy;
}

export type FillResult =
  | { readonly kind: 'filled'; readonly copy: FilledCopy }
  | { readonly kind: 'problem'; readonly detail: string };

/** One step's copy, ready for any lead's fields; gives the words, or the problem, that the renderer gives (A17). */
export interface CopyTemplate {
  fill(fields: TemplateFields): FillResult;
}

export interface Notice {
  readonly kind: string;
  readonly job: string | null;
  readonly text: string;
}

/** Reaches configured operator addresses and nobody else. Resolves false when no channel answered. */
export interface Notifier {
  deliver(notice: Notice): Promise<boolean>;
}

/** One message to the operator. */
export interface OperatorMessage {
  /** Plain text, lines. */
  readonly text: string;
  /** The same with Telegram's tags, each opened and closed within one line; null where there are none. */
  readonly html: string | null;
  /** No sound, where the channel can make one. */
  readonly isQuiet: boolean;
  /** What it tells of, for channels that programs read. */
  readonly notices: readonly OperatorNotice[];
  /** F2: what can be tapped below it, where a chat takes it; none where it is left out. */
  readonly keyboard?: ChatKeyboard;
}

export interface OperatorNotice extends Notice {
  /** The same for the same notice, whenever it is repeated: receivers drop what they have. */
  readonly id: string;
  readonly runId: string | null;
  readonly at: Instant;
  readonly mayBeRepeat: boolean;
}

/** Something that can be tapped: what it says, and what comes back, at most 64 bytes. */
export interface ChatButton {
  readonly label: string;
  readonly data: string;
}

export type ChatKeyboard = readonly (readonly ChatButton[])[];

export type PostResult =
  /** `messageId`: the chat's own number of it, where it has one; of the last part, which carries the buttons. */
  | { readonly kind: 'taken'; readonly messageId?: number }
  | {
      readonly kind: 'failed';
      /** One line, without secrets. */
      readonly error: string;
      /** What it asked for; null when it named nothing. */
      readonly retryAfterMs: number | null;
      /** No answer came, or one that leaves it open. */
      readonly mayHaveArrived: boolean;
    };

/** One way to the operator. Reaches configured addresses only. */
export interface NoticeChannel {
  readonly name: 'telegram' | 'webhook';
  /** Bounded in time; never throws for what the other side does. */
  post(message: OperatorMessage): Promise<PostResult>;
  close(): Promise<void>;
}

/** What came of asking a chat for something. */
export type ChatFailure =
  /** Surely not done; `isForGood`: the same call would be refused again. `isConflict`: another program polls for the same bot. */
  | {
      readonly kind: 'refused';
      readonly error: string;
      readonly retryAfterMs: number | null;
      readonly isForGood: boolean;
      readonly isConflict: boolean;
    }
  /** Nobody was reached, or nobody answered. */
  | { readonly kind: 'failed'; readonly error: string };

/** F2: the operator's chat, both ways. Bounded in time; never throws for what the other side does. */
export interface OperatorChat {
  /** What happened there and was not confirmed yet, oldest first; asking with `after` confirms everything up to it, for good. */
  updates(asked: {
    readonly after: number | null;
    /** How long to wait for the first one; 0 only looks. */
    readonly waitSeconds: number;
    readonly signal: AbortSignal;
  }): Promise<{ readonly kind: 'updates'; readonly updates: readonly Incoming[] } | ChatFailure>;
  post(page: ChatText): Promise<{ readonly kind: 'posted'; readonly messageId: number } | ChatFailure>;
  /** The same words again are no failure. */
  edit(messageId: number, page: ChatText): Promise<{ readonly kind: 'edited' } | ChatFailure>;
  /** Ends the waiting of whoever tapped. One that is too late is nobody's fault; nothing is said of it. */
  answer(callbackId: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** What a page of a chat says: HTML with Telegram's tags, each opened and closed within one line. */
export interface ChatText {
  readonly html: string;
  readonly keyboard: ChatKeyboard;
  readonly isQuiet: boolean;
}

/** A stream that people or programs read. Writes are synchronous; a reader that went away is not an error. */
export interface OutputStream {
  write(text: string): void;
  readonly isTty: boolean;
  /** Columns of the terminal (`COLUMNS` wins); null off a terminal. */
  readonly columns: number | null;
  /** Lines of the terminal (`LINES` wins); null off a terminal, and where nobody knows. */
  readonly rows: number | null;
  /** True when systemd collects this stream (`JOURNAL_STREAM` names it): lines may carry a `<N>` priority. */
  readonly isJournal: boolean;
}

/** What a person types. Every method resolves to null at the end of the input. */
export interface InputStream {
  readonly isTty: boolean;
  /** One line without its line break. */
  readLine(): Promise<string | null>;
  /**
   * One key press, unbuffered: a character, or a name such as `up`, `enter`, `escape`, `ctrl-c`. Two names are no keys: `resize`, when
   * the terminal has another size, and `resume`, when the program was stopped (Ctrl-Z) and goes on: what stood on the screen may be gone.
   */
  readKey(): Promise<string | null>;
  /** Gives the terminal back as it was until the next `readKey`, and forgets what was typed ahead. */
  releaseKeys(): void;
  /** One line that is typed and not shown, as for a password; null when the person broke off. Only at a terminal. */
  readHidden(): Promise<string | null>;
  /** Everything up to the end, as UTF-8 text (`leads import -`). */
  readAll(): Promise<string>;
}

/** One mail, ready to leave: the exact bytes, and who gets them. Same id, same bytes, on every attempt (D1). */
export interface OutgoingMail {
  /** The message's public id, `m-…`; Message-ID and idempotency key derive from it. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** `<m-…@domain>` */
  readonly messageIdHeader: string;
  /** The return address of the envelope, where it is another than `from`: notices of failure go there (RFC 5321, 3.6.3). */
  readonly returnAddress?: string;
  /** RFC 5322, CRLF line ends. */
  readonly raw: Uint8Array;
  /** The exact request body for a transport that takes no raw mail (`Mailer.encode`); null for all others. Kept like `raw`. */
  readonly payload: Uint8Array | null;
}

/** An address and the name shown beside it. */
export interface MailParty {
  readonly address: string;
  /** One line, never empty; null for none. */
  readonly name: string | null;
}

/** The same mail as `raw`, as its parts: for transports that make the bytes themselves. */
export interface MailParts {
  readonly from: MailParty;
  readonly to: MailParty;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** In the order of the mail, unfolded: all but From, To, Reply-To, Subject, Date, Message-ID and those of the body. */
  readonly headers: readonly MailHeader[];
  readonly thread: { readonly inReplyTo: string; readonly references: readonly string[] } | null;
}

export interface MailHeader {
  readonly name: string;
  readonly value: string;
}

/** What the parts of a mail do not say, and a transport may want to know. */
export interface MailOccasion {
  readonly sequenceId: string;
  readonly stepId: string;
  /** E6: how long the step after this one wants silence, in milliseconds; null when none does. */
  readonly noReplyMs: number | null;
  /** The conversation that the transport named for an earlier mail of the same thread; null starts one. */
  readonly conversationId: string | null;
}

/** What is known after one attempt. Whatever is not surely sent and not surely unsent is unknown (D1). */
export type DeliveryResult =
  | {
      readonly kind: 'accepted';
      readonly response: string;
      /** What the provider calls it, for its events; null where it names nothing. */
      readonly providerId: string | null;
      /** The Message-ID really used, where the provider says it; null when it is the mail's own, or not known. */
      readonly messageIdHeader: string | null;
      /** The provider's own thread, to be named by the next mail of it; null where there is no such thing. */
      readonly conversationId: string | null;
    }
  /** Surely not sent. `permanent`: this recipient will never be accepted so; `fatal`: no mail will be, stop the run (D4). */
  | {
      readonly kind: 'refused';
      readonly scope: 'message' | 'run';
      readonly permanent: boolean;
      readonly response: string;
      /** What the peer asked for (D7); null when it named nothing. */
      readonly retryAfterMs: number | null;
      /** Left out where the refusal speaks of the sender, of the request or of the connection. */
      readonly ofRecipient?: RecipientRefusal;
    }
  /** The gate said no before the body: surely not sent, and nobody's fault. */
  | { readonly kind: 'withdrawn' }
  /** The body went out, or may have, and no answer says what became of it. Never tried again by itself. */
  | {
      readonly kind: 'unknown';
      readonly detail: string;
      /** What the peer asked for when it was asked again (D7); left out where it asked for nothing. */
      readonly retryAfterMs?: number;
    };

/** What a server, or a service in its place, said of the recipient itself: judged as a notice that says the same (E4). */
export interface RecipientRefusal {
  /** Its words, with its reply code in front where it has one. */
  readonly words: string;
  /** The step that was refused (RFC 5321, 3.3): a refusal of the body is a filter, whatever its words. */
  readonly command: 'rcpt' | 'data';
}

/** Asked once per attempt, after the recipient was accepted and right before the body: false calls the mail back. */
export type BodyGate = () => boolean;

/** What a language model is asked. */
export interface ModelRequest {
  readonly system: string;
  readonly user: string;
  readonly maxOutputTokens: number;
  /** Asked before the same request is made again; false ends it as `down`. `mayBePaid`: the one before may have been billed all the same. */
  readonly mayRepeat: (before: { readonly mayBePaid: boolean }) => boolean;
}

export type ModelAnswer =
  /** `usage` is null where the provider does not say. */
  | { readonly kind: 'text'; readonly text: string; readonly usage: TokenUsage | null }
  /** No words for this request alone: refused, cut off, too long. */
  | { readonly kind: 'none'; readonly detail: string; readonly usage: TokenUsage | null }
  /** Nobody answers, after the bounded attempts: the others of this run need not ask. */
  | { readonly kind: 'down'; readonly detail: string };

/** Writes words and judges names. It has no tools and no memory; what it says is text from outside. */
export interface LanguageModel {
  /** `openai gpt-…`: for people and for the record of what was paid. */
  readonly name: string;
  /**
   * Throws HeadgateError: `model_refused` (69) for no money, no key, no quota (D4), `model_misconfigured` (78) for a model or an address
   * that does not exist.
   */
  ask(request: ModelRequest): Promise<ModelAnswer>;
}

/** Only `send` is ever given one. */
export interface Mailer {
  /** outbox, smtp, … */
  readonly transport: string;
  /** How many deliveries may be under way at once; one claim per connection and no more. */
  readonly connections: number;
  /** D1: for how long the peer remembers an idempotency key, in milliseconds; null: it never does, so never ask again. */
  readonly keyLifeMs: number | null;
  /** Whom the peer takes us for: a key lives in one account only. A fingerprint, no secret; null where keys do not live. */
  readonly account: string | null;
  /** The exact request body, made once and kept; the same input makes the same bytes. Absent where `raw` is what is sent. */
  encode?(mail: OutgoingMail, parts: MailParts, occasion: MailOccasion): Uint8Array;
  /** Never throws for what a peer does; throws only for a bug. */
  deliver(mail: OutgoingMail, mayLeave: BodyGate): Promise<DeliveryResult>;
  close(): Promise<void>;
}

/** A15: what has left, or may have, since the state was last whole; a small file beside it that a restore does not turn back. */
export interface SendJournal {
  /** Appends one line per message and syncs once; returns only when it is on the disk. Before any body goes out. */
  append(entries: readonly JournalEntry[]): void;
  /** All entries, oldest first. A torn last line is left out: its body cannot have left. */
  read(): readonly JournalEntry[];
}

export interface JournalEntry extends JournalLine {
  readonly stateId: string;
  /** Enough to know the step again in a state that is older than the message (A15). */
  readonly recipient: string;
  readonly enrollmentId: string;
  readonly sequenceId: string;
  readonly stepId: string;
  /** Where it went: what lies in the outbox can be looked up, what went over a wire cannot. */
  readonly transport: string;
  /** D9: it only went to the outbox while not live; `go-live` may restart it. */
  readonly isRehearsal: boolean;
  /** D6: who wrote, in lower case, so that a restored state keeps the sender of a lead; older lines do not say it. */
  readonly sender?: string;
  /** A13: where the audit trail ended when this was written; the last line of each append says it. */
  readonly audit?: NonNullable<Stamp['audit']>;
}

/** Some facts that were read together, and where to go on after them. */
export interface FactPage {
  readonly facts: readonly IncomingFact[];
  /** In the source's own words; kept in the same transaction as what the facts do. */
  readonly cursor: string;
  /** Nothing more is there now: every answer up to this moment has been seen (A21). */
  readonly isEnd: boolean;
}

export interface ReadingFrom {
  /** Null: from the beginning, or from as far back as the source allows. */
  readonly cursor: string | null;
  readonly now: Instant;
  /** No request may begin after it. */
  readonly deadlineAt: Instant;
  readonly signal: AbortSignal;
}

/** E2 to E5: events of a provider, or a mailbox. Only reads: whatever is read twice is the same both times. */
export interface FactSource {
  /** Whether a person's answer may come from here: then nothing leaves while it is unread (A21). */
  readonly readsReplies: boolean;
  /**
   * Page by page from there on, ending after one with `isEnd`, at the deadline, or when told to. Throws HeadgateError with exit TEMPFAIL
   * where trying later helps, UNAVAILABLE with `permanent` where it does not (no key, no money: D4). Waits and repeats are bounded.
   */
  pages(from: ReadingFrom): AsyncIterable<FactPage>;
  close(): Promise<void>;
}
