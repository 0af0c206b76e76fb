import { BLOCK_PHRASES } from './rules/block-phrases.ts';
import { DEAD_PAIRS } from './rules/dead-pairs.ts';
import { DEAD_PHRASES } from './rules/dead-phrases.ts';
import type { PhraseGroup } from './rules/phrase-group.ts';
import {
  BARE_REFUSAL_PHRASES,
  CONTRADICTING_PHRASES,
  OF_THE_SENDER_PHRASES,
  POLICY_PHRASES,
} from './rules/policy-phrases.ts';
import { SOFT_PHRASES, SUSPENDED_AND_FULL_PHRASES } from './rules/soft-phrases.ts';
import { FULL_PAIRS, STATE_PAIRS } from './rules/state-pairs.ts';
import { STATUS_RULES } from './rules/status-codes.ts';
import { phraseIndex } from './phrases.ts';
import type { RefusalFacts } from './refusal-facts.ts';
import type { RefusalKind, RefusalReason } from './verdict.ts';

export interface RefusalJudgement {
  readonly kind: RefusalKind;
  readonly reason: RefusalReason;
  /** `phrase user unknown`, `status 5.1.1`. */
  readonly rule: string;
}

const KINDS: Readonly<Record<RefusalReason, RefusalKind>> = {
  no_such_user: 'dead_address',
  no_such_host: 'dead_address',
  moved: 'dead_address',
  takes_no_mail: 'dead_address',
  mailbox_full: 'soft_bounce',
  suspended: 'soft_bounce',
  doubtful_user: 'soft_bounce',
  greylisted: 'soft_bounce',
  expired: 'soft_bounce',
  unreachable: 'soft_bounce',
  busy: 'soft_bounce',
  server_fault: 'soft_bounce',
  loop: 'soft_bounce',
  spam: 'blocked',
  reputation: 'blocked',
  authentication: 'blocked',
  policy: 'blocked',
  content: 'blocked',
  too_big: 'blocked',
  relaying: 'blocked',
  sender_refused: 'blocked',
  protocol: 'blocked',
  members_only: 'blocked',
  after_body: 'blocked',
  unexplained: 'unknown_bounce',
};

/**
 * The class of one refusal (E4): precise words first, then the enhanced status (RFC 3463), then the reply code. An
 * address is called dead only on precise words or a precise status, only for a permanent refusal, and only when it was
 * the recipient that was refused: most refusals with a 5 in front speak of the sender, the content or the moment.
 */
export function judgeRefusal(facts: RefusalFacts): RefusalJudgement {
  const judged = byWords(facts) ?? byStatus(facts) ?? byCode(facts);
  const bare = judged === null ? inGroups(facts.words, BARE_REFUSAL_PHRASES) : null;
  if (bare !== null) return judgement(bare.reason, `phrase ${bare.phrase}`);
  return judged ?? judgement('unexplained', 'none');
}

/** True when the words or the status of a refusal are in the tables, so that nothing else need be asked. */
export function isExplained(facts: RefusalFacts): boolean {
  return byWords(facts) !== null || byStatus(facts) !== null;
}

/** True when the words of a refusal say why, whatever its status is. */
export function isWorded(facts: RefusalFacts): boolean {
  return byWords(facts) !== null;
}

function byWords(facts: RefusalFacts): RefusalJudgement | null {
  const other =
    inGroups(facts.words, SUSPENDED_AND_FULL_PHRASES) ??
    inGroups(facts.words, BLOCK_PHRASES) ??
    inGroups(facts.words, STATE_PAIRS);
  if (other !== null) return judgement(other.reason, `phrase ${other.phrase}`);
  const dead = inGroups(facts.words, DEAD_PHRASES) ?? inGroups(facts.words, DEAD_PAIRS);
  if (dead !== null) return judgeDead(facts, dead, `phrase ${dead.phrase}`);
  const rest = inGroups(facts.words, POLICY_PHRASES) ?? inGroups(facts.words, SOFT_PHRASES);
  return rest === null ? null : judgement(rest.reason, `phrase ${rest.phrase}`);
}

function byStatus(facts: RefusalFacts): RefusalJudgement | null {
  const { status } = facts;
  if (status === null) return null;
  const rule = STATUS_RULES.find((candidate) =>
    candidate.status.endsWith('.') ? status.startsWith(candidate.status) : status === candidate.status,
  );
  if (rule === undefined) return null;
  const evidence = `status ${status}`;
  return KINDS[rule.reason] === 'dead_address'
    ? judgeDead(facts, { reason: rule.reason, isPrecise: true, at: 0 }, evidence)
    : judgement(rule.reason, evidence);
}

function byCode({ smtpCode, isTransient, command }: RefusalFacts): RefusalJudgement | null {
  if (isTransient) return judgement('server_fault', 'transient reply');
  if (command === 'mail') return judgement('sender_refused', 'refused after MAIL');
  if (smtpCode === 551) return judgement('moved', 'reply 551');
  if (smtpCode === 552) return judgement('mailbox_full', 'reply 552');
  if (smtpCode === 556) return judgement('takes_no_mail', 'reply 556');
  return null;
}

/** What the words around a refusal say of a full or closed mailbox; null when they say nothing of the kind. */
export function mailboxStateIn(words: string): RefusalJudgement | null {
  const found = inGroups(words, [...SUSPENDED_AND_FULL_PHRASES, ...FULL_PAIRS]);
  return found === null ? null : judgement(found.reason, `phrase ${found.phrase}`);
}

/** How far from words that condemn an address others can contradict them: beyond it they speak of something else. */
const CONTRADICTION_CHARACTERS_MAX = 160;
/** How far the word for the one whose address it is can stand from them. */
const BESIDE_CHARACTERS_MAX = 60;

/** A word that condemns an address counts only where the recipient was refused, and for good. */
function judgeDead(facts: RefusalFacts, dead: Omit<Found, 'phrase'>, evidence: string): RefusalJudgement {
  const { reason, isPrecise } = dead;
  if (facts.isTransient) return judgement('unreachable', `${evidence}, transient`);
  if (facts.status === '5.1.7' || facts.status === '5.1.8')
    return judgement('sender_refused', `${evidence}, ${facts.status}`);
  if (facts.command === 'mail' || facts.command === 'connect')
    return judgement('sender_refused', `${evidence}, after ${facts.command}`);
  const contradiction = isPrecise ? null : contradictionTo(facts.words, dead.at);
  if (contradiction !== null)
    return judgement(contradiction.reason, `phrase ${contradiction.phrase}, against ${evidence}`);
  if (isPrecise || reason !== 'no_such_user' || isOfAddress(facts.status)) return judgement(reason, evidence);
  // Who knows its users refuses them at RCPT; a refusal of the body is a filter.
  if (facts.command === 'data') return judgement('after_body', `${evidence}, after DATA`);
  if (facts.command === 'rcpt' || (facts.smtpCode === null && facts.status === null))
    return judgement(reason, evidence);
  // Words about the user and a status about policy contradict each other; only the refused step could tell.
  if (facts.status?.startsWith('5.7.') === true) return judgement('policy', `${evidence}, ${facts.status}`);
  // Neither a status nor the step: filters use these words too. It is counted, and not yet believed.
  return judgement('doubtful_user', evidence);
}

/** Addressing, routing and the protocol (RFC 3463): statuses that filters do not use. */
const ADDRESS_CLASSES: readonly string[] = ['5.1.', '5.4.', '5.5.'];

function isOfAddress(status: string | null): boolean {
  return ADDRESS_CLASSES.some((beginning) => status?.startsWith(beginning) === true);
}

function contradictionTo(words: string, at: number): Found | null {
  return (
    inGroups(around(words, at, BESIDE_CHARACTERS_MAX), OF_THE_SENDER_PHRASES) ??
    inGroups(around(words, at, CONTRADICTION_CHARACTERS_MAX), CONTRADICTING_PHRASES)
  );
}

function around(words: string, at: number, charactersMax: number): string {
  return words.slice(Math.max(at - charactersMax, 0), at + charactersMax);
}

function judgement(reason: RefusalReason, rule: string): RefusalJudgement {
  return { kind: KINDS[reason], reason, rule };
}

/** The first row of the tables that fits, and where. */
interface Found extends Pick<PhraseGroup, 'reason' | 'isPrecise'> {
  readonly phrase: string;
  readonly at: number;
}

function inGroups(words: string, groups: readonly PhraseGroup[]): Found | null {
  for (const { reason, phrases, patterns, isPrecise } of groups) {
    const found = firstOf(words, phrases) ?? firstPair(words, patterns);
    if (found !== null) return { reason, isPrecise, ...found };
  }
  return null;
}

function firstOf(words: string, phrases: readonly string[]): Pick<Found, 'phrase' | 'at'> | null {
  for (const phrase of phrases) {
    const at = phraseIndex(words, phrase);
    if (at !== -1) return { phrase, at };
  }
  return null;
}

function firstPair(words: string, patterns: readonly RegExp[]): Pick<Found, 'phrase' | 'at'> | null {
  for (const pattern of patterns) {
    const found = pattern.exec(words);
    const { thing = '', said = '' } = found?.groups ?? {};
    if (found !== null) return { phrase: `${thing}…${said}`, at: found.index };
  }
  return null;
}
