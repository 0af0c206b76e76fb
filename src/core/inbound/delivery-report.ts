import { addressesIn } from './addresses.ts';
import { bounceSigns } from './bounce-signs.ts';
import { type StatusBlock, statusBlocksOf } from './delivery-status.ts';
import { headerOf, type InboundMail } from './mail.ts';
import { type NoticeSegment, type NoticeText, segmentsOf } from './notice-text.ts';
import { foldLetters, hasPhrase, plainWords } from './phrases.ts';
import { readRefusal, type RefusalFacts } from './refusal-facts.ts';
import { DELAYS } from './rules/notice-words.ts';
import { isExplained, isWorded, judgeRefusal, mailboxStateIn } from './refusal-rules.ts';
import type { InboundKind, RecipientVerdict } from './verdict.ts';

/** What a delivery report or a notice in plain words says of its recipients. */
export interface DeliveryReport {
  readonly recipients: readonly RecipientVerdict[];
  readonly evidence: readonly string[];
}

const RECIPIENTS_MAX = 50;
const NOTICE_CHARACTERS_MAX = 6_000;

/**
 * Reads a report that some mail did not, not yet, or did arrive: from the fields of RFC 3464 where there are any, and
 * from the words of the notice where these say more. Null when the mail is no such report.
 */
export function deliveryReportOf(mail: InboundMail, notice: NoticeText): DeliveryReport | null {
  const noticeText = notice.lines.join('\n').slice(0, NOTICE_CHARACTERS_MAX);
  const segments = failedSegments(mail, segmentsOf(notice.lines, ownAddresses(mail)));
  const blocks = statusBlocksOf(mail);
  if (blocks !== null && blocks.length > 0) {
    const recipients = blocks.map((block) =>
      fromBlock(block, segmentOf(block, segments, noticeText), failedRecipient(mail)),
    );
    return { recipients, evidence: ['delivery-status', ...evidenceOf(recipients)] };
  }
  const signs = bounceSigns(mail, notice);
  if (signs.length === 0) return null;
  const isDelay = isDelayNotice(mail, noticeText);
  const recipients = fromWords(mail, segments, noticeText).map((recipient) =>
    isDelay ? { ...recipient, kind: 'delay' as const } : recipient,
  );
  return { recipients, evidence: [...signs, ...evidenceOf(recipients)] };
}

function evidenceOf(recipients: readonly RecipientVerdict[]): readonly string[] {
  return recipients.slice(0, 1).map(({ kind, reason }) => (reason === null ? kind : `${kind} ${reason}`));
}

/** Who the notice was sent to and by: their addresses are no failed recipients. */
function ownAddresses(mail: InboundMail): ReadonlySet<string> {
  const values = ['to', 'from', 'delivered-to', 'x-original-to', 'cc'].map((name) =>
    headerOf(mail.headers, name),
  );
  return new Set(addressesIn(values.join(' ').slice(0, 5_000), 50));
}

/** Where a header names who failed, other addresses in the text are witnesses. */
function failedSegments(mail: InboundMail, segments: readonly NoticeSegment[]): readonly NoticeSegment[] {
  const failed = failedAddresses(mail);
  const named = segments.filter(({ address }) => failed.includes(address));
  return named.length === 0 ? segments : named;
}

function failedRecipient(mail: InboundMail): string | null {
  return failedAddresses(mail)[0] ?? null;
}

function failedAddresses({ headers }: InboundMail): readonly string[] {
  return addressesIn(headerOf(headers, 'x-failed-recipients').slice(0, 5_000), RECIPIENTS_MAX);
}

/** What the notice says about this recipient; about the only one it says everything. */
function segmentOf(block: StatusBlock, segments: readonly NoticeSegment[], noticeText: string): string {
  const own = segments.find(({ address }) => address === block.address)?.text;
  return segments.length <= 1 ? noticeText : (own ?? '');
}

/** A map, since a plain object answers to words like "constructor" as well. */
const ACTIONS: ReadonlyMap<string, InboundKind> = new Map([
  ['delayed', 'delay'],
  ['delivered', 'delivery_notice'],
  ['relayed', 'delivery_notice'],
  ['expanded', 'delivery_notice'],
]);

function fromBlock(block: StatusBlock, segment: string, failed: string | null): RecipientVerdict {
  const facts = factsOf(block, segment);
  const address = block.address ?? failed ?? addressesIn(segment, 1)[0] ?? null;
  const known = ACTIONS.get(block.action);
  if (known !== undefined) return verdictOf(address, facts, { kind: known, reason: null, rule: null });
  // What a local program says when it dies is about its machine (RFC 3464 2.3.6), whatever status stands beside it.
  if (
    block.diagnosticType === 'x-unix' &&
    !/\b(?:user|recipient)\b.{0,20}\bunknown\b/i.test(block.diagnostic)
  ) {
    return verdictOf(address, facts, judgeRefusal({ ...facts, isTransient: true }));
  }
  const judged = judgeRefusal(facts);
  // Two reasons that contradict each other: the one that does not lose a person wins.
  const state =
    judged.kind === 'dead_address'
      ? mailboxStateIn(plainWords(`${block.statusRemark} ${segment.slice(0, NOTICE_CHARACTERS_MAX)}`))
      : null;
  return verdictOf(address, facts, state ?? judged);
}

/** The server's own words; only where these say nothing, what its status is called, and the words around them. */
function factsOf(block: StatusBlock, segment: string): RefusalFacts {
  const own = readRefusal({ text: block.diagnostic, statusField: block.status, around: segment });
  // A status that says something says more than what happens to stand in the readable part, signatures of scanners too.
  const isBare = own.words === '' && /\.[1-7]\.[1-9]/.test(block.status) && isExplained(own);
  if (isBare || isWorded(own)) return own;
  const text = `${block.statusRemark} ${block.diagnostic}`;
  const facts = readRefusal({ text, statusField: block.status, around: segment });
  if (isExplained(facts) && facts.words !== '') return facts;
  const wider = readRefusal({ text: `${text}\n${segment}`, statusField: block.status, around: segment });
  return isExplained(wider) ? { ...wider, isTransient: facts.isTransient || wider.isTransient } : facts;
}

function fromWords(
  mail: InboundMail,
  segments: readonly NoticeSegment[],
  noticeText: string,
): readonly RecipientVerdict[] {
  if (segments.length === 0) {
    const address = failedRecipient(mail) ?? firstForeign(mail, noticeText);
    return [judgeText(address, noticeText, noticeText)];
  }
  return segments.map(({ address, text }) =>
    judgeText(address, text, segments.length === 1 ? noticeText : text),
  );
}

function firstForeign(mail: InboundMail, text: string): string | null {
  const ours = ownAddresses(mail);
  return addressesIn(text, 20).find((address) => !ours.has(address)) ?? null;
}

function judgeText(address: string | null, own: string, all: string): RecipientVerdict {
  // The line of the address itself comes first: in the transcripts of old programs the next one is about the next address.
  const facts =
    [...own.split('\n', 1), own].map((text) => readRefusal({ text, around: all })).find(isExplained) ??
    readRefusal({ text: all, around: all });
  const judged = judgeRefusal(facts);
  const state = judged.kind === 'dead_address' ? mailboxStateIn(plainWords(own)) : null;
  return verdictOf(address, facts, state ?? judged);
}

function verdictOf(
  address: string | null,
  facts: RefusalFacts,
  judged: Pick<RecipientVerdict, 'kind' | 'reason' | 'rule'>,
): RecipientVerdict {
  const { status, smtpCode, diagnostic } = facts;
  return { address, ...judged, status, smtpCode, diagnostic };
}

function isDelayNotice(mail: InboundMail, noticeText: string): boolean {
  if (/\bfail(?:ed|ure)\b/i.test(headerOf(mail.headers, 'subject'))) return false;
  const folded = foldLetters(noticeText);
  return DELAYS.some((phrase) => hasPhrase(folded, phrase));
}
