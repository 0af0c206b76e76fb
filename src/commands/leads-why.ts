import type { Instant, Lead } from '../core/model.ts';
import { REASON_TEXTS } from '../core/reason-texts.ts';
import type { Reason } from '../core/reasons.ts';
import { formatInstant } from '../core/time/instants.ts';
import { matchText } from './arrivals/match-text.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { leadArgument } from './lead-argument.ts';
import { leadName } from './lead-document.ts';
import { withState, type OperatorState } from './operator-state.ts';
import type { Terminal } from './output/terminal.ts';
import { escapeText, padEnd } from './output/text.ts';
import { formatDateTime } from './output/time.ts';
import { hanging } from './output/wrap.ts';
import { whyOf, type Why, type WhyGuard, type WhyPath } from './why.ts';

/** `leads why ID`: every rule for one lead, step by step, as it stands now (A13). Never writes. */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', async (state) => {
    const why = await whyOf(state, leadArgument(invocation, state.db));
    const { lead, match } = why;
    return {
      exit: 'OK',
      document: {
        lead: { id: lead.id, email: lead.email, tz: lead.zone },
        items: why.paths.map(pathItem),
        match: match === null ? null : { verdict: match.verdict, text: matchText(match) },
        follow_up: why.hasFollowUp,
        attribution: why.mismatch === null ? null : guardItem(why.mismatch),
      },
      human: (terminal) => whyLines(terminal, state, why),
    };
  });
}

function pathItem({ candidate, guards, answer, refusals }: WhyPath): Readonly<Record<string, unknown>> {
  const { job, sequence, step, enrollment } = candidate;
  return {
    job,
    sequence: sequence.id,
    step: step.id,
    enrollment: enrollment?.id ?? null,
    verdict: answer?.verdict ?? 'allow',
    reasons: reasonsOf(refusals.length > 0 || answer === null ? refusals : [answer]),
    guards: guards.map(guardItem),
  };
}

function guardItem({ until, ...guard }: WhyGuard): Readonly<Record<string, unknown>> {
  return { ...guard, until: iso(until) };
}

function whyLines(terminal: Terminal, state: OperatorState, why: Why): readonly string[] {
  const { lead, paths, match, hasFollowUp, mismatch } = why;
  return [
    '',
    ` ${terminal.bold(escapeText(leadName(lead)))}  ${terminal.dim(`${lead.id}  ${escapeText(lead.email)}`)}`,
    ...paths.flatMap((path) => pathLines(terminal, state, path)),
    ...(mismatch === null ? [] : mismatchLines(terminal, state, { lead, mismatch })),
    ...(match === null || mismatch !== null
      ? []
      : ['', ` Matching  ${match.verdict}: ${escapeText(matchText(match))}`, MATCHING_NOTE]),
    ...(hasFollowUp || mismatch !== null
      ? []
      : ['', ' Nurture   no active nurture sequence takes this lead']),
    '',
  ];
}

/** B8: out of every sequence, whatever would match. */
function mismatchLines(
  terminal: Terminal,
  state: OperatorState,
  { lead, mismatch }: { readonly lead: Lead; readonly mismatch: WhyGuard },
): readonly string[] {
  const known = allowText({ ...mismatch, detail: '' });
  return [
    '',
    ...guardLines(terminal, state, mismatch),
    ...(terminal.isTty
      ? hanging(INDENT, escapeText(known), terminal.width - 1)
      : [`${INDENT}${escapeText(known)}`]),
    ` ${terminal.yellow('So no sequence writes to this lead: attribution_mismatch')}`,
    '',
    ` If it is wrong: headgate leads verify ${escapeText(lead.email)} --as verified --reason "…"`,
  ];
}

const INDENT = ' '.repeat(19);
const MATCHING_NOTE = '           It runs when a lead arrives, or its source or form changes.';

function pathLines(terminal: Terminal, state: OperatorState, path: WhyPath): readonly string[] {
  const { job, sequence, step, enrollment } = path.candidate;
  const kind = enrollment === null ? 'the follow-up that nurture would make' : job;
  return [
    '',
    ` ${terminal.bold(`${escapeText(sequence.id)} ${terminal.symbols.arrow} ${escapeText(step.id)}`)}  ${terminal.dim(kind)}`,
    ...path.guards.flatMap((guard) => guardLines(terminal, state, guard)),
    ` ${answerText(terminal, path)}`,
    ...(state.invocation.global.verbose ? meaningLines(terminal, path) : []),
  ];
}

/** `--verbose`: what each reason means and what ends it. */
function meaningLines(terminal: Terminal, { refusals, answer }: WhyPath): readonly string[] {
  const reasons = reasonsOf(refusals.length > 0 || answer === null ? refusals : [answer]);
  return reasons.map((reason) => terminal.dim(`   ${reason}: ${REASON_TEXTS[reason].replaceAll('`', '')}`));
}

function guardLines(terminal: Terminal, state: OperatorState, guard: WhyGuard): readonly string[] {
  const { symbols } = terminal;
  const mark =
    guard.verdict === 'allow' ? symbols.ok : guard.verdict === 'ask' ? symbols.warning : symbols.problem;
  const head = `   ${padEnd(mark, 2)} ${padEnd(guard.name, 12)} `;
  const words =
    guard.verdict === 'allow'
      ? allowText(guard)
      : `${guard.reason ?? ''}: ${guard.detail}${untilText(state, guard.until)}`;
  if (!terminal.isTty) return [`${head}${escapeText(words)}`.trimEnd()];
  return hanging(head, escapeText(words), terminal.width - 1);
}

/** What an allowing guard looked at; what is not there is left out. */
function allowText({ detail, facts }: WhyGuard): string {
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== false);
  const text = known.map(([name, value]) => `${name.replaceAll('_', ' ')} ${String(value)}`).join(', ');
  return [detail, text].filter((part) => part !== '').join('; ');
}

function answerText(terminal: Terminal, { answer, candidate, refusals }: WhyPath): string {
  if (answer === null) return `So the next run of ${candidate.job} drafts it.`;
  const reasons = reasonsOf(refusals).join(', ');
  switch (answer.verdict) {
    case 'ask':
      return `So the next run of ${candidate.job} drafts it, and a person must approve it (${answer.reason ?? ''}).`;
    case 'hold':
      return terminal.yellow(`So it would be drafted and held: ${reasons}`);
    default:
      return terminal.yellow(`So not now: ${reasons}`);
  }
}

function reasonsOf(guards: readonly WhyGuard[]): readonly Reason[] {
  return [...new Set(guards.flatMap(({ reason }) => reason ?? []))];
}

function untilText(state: OperatorState, until: Instant | null): string {
  return until === null ? '' : `, until ${formatDateTime(until, state.workspace.policy.timezone)}`;
}

function iso(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
