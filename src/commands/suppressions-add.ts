import { cleanLine } from '../core/clean-text.ts';
import { parseAddress } from '../core/email-address.ts';
import { SUPPRESSION_REASONS, type SuppressionReason } from '../core/suppression-list.ts';
import { nearestWord } from '../core/nearest.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState, writeAsPerson } from './operator-state.ts';
import { textOption, usageError } from './options.ts';
import { countOf, escapeText } from './output/text.ts';
import { suppress, type Suppressed } from './suppressions/suppress.ts';

const NOTE_GRAPHEMES_MAX = 200;

/** `suppressions add ADDRESS… [--reason R] [--note TEXT]`: these addresses never receive anything again, known leads or not (B6). */
export function run(invocation: Invocation): Promise<Outcome> {
  const keys = invocation.args.map(keyOf);
  const reason = reasonOf(textOption(invocation, 'reason') ?? 'manual');
  const typed = cleanLine(textOption(invocation, 'note') ?? '', NOTE_GRAPHEMES_MAX).text;
  const note = typed === '' ? null : typed;
  return withState(invocation, 'write', (state) => {
    const done = writeAsPerson(state, () => {
      const all = [...new Set(keys)].map((emailKey) => suppress(state, { emailKey, reason, note }));
      for (const { isNew, leadId, cancelled } of all)
        if (isNew)
          recordAct(state, { kind: 'suppression_added', subject: leadId, detail: { reason, cancelled } });
      return all;
    });
    return {
      exit: 'OK',
      document: {
        items: done.map(({ emailKey, isNew, cancelled }) => ({
          email: emailKey,
          added: isNew,
          reason,
          cancelled,
        })),
      },
      human: done.map(lineOf).join('\n'),
    };
  });
}

function lineOf({ emailKey, isNew, cancelled }: Suppressed): string {
  const what = isNew ? 'receives nothing any more' : 'was on the list already; its first reason stands';
  const ended = cancelled === 0 ? '' : `; ${countOf(cancelled, 'enrollment')} cancelled`;
  return ` ${escapeText(emailKey)} ${what}${ended}.`;
}

function keyOf(typed: string): string {
  const parsed = parseAddress(typed);
  if ('problem' in parsed) throw usageError(`${escapeText(typed)}: ${parsed.problem}`);
  return parsed.emailKey;
}

function reasonOf(typed: string): SuppressionReason {
  const reason = SUPPRESSION_REASONS.find((each) => each === typed);
  if (reason !== undefined) return reason;
  const nearest = nearestWord(typed, SUPPRESSION_REASONS) ?? SUPPRESSION_REASONS.join(', ');
  throw usageError(`--reason takes ${SUPPRESSION_REASONS.join(', ')}, not "${typed}"`, `--reason ${nearest}`);
}
