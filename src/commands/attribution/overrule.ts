import { cleanLine } from '../../core/clean-text.ts';
import type { AttributionVerdict } from '../../core/model.ts';
import { nearestWords } from '../../core/nearest.ts';
import { judgedLead } from '../../store/attribution.ts';
import { recordAct } from '../audit/record.ts';
import type { Outcome } from '../cli-context.ts';
import { leadArgument } from '../lead-argument.ts';
import { writeAsPerson, type OperatorState } from '../operator-state.ts';
import { argument, textOption, usageError } from '../options.ts';
import { escapeText } from '../output/text.ts';
import { keepVerdict } from './keep-verdict.ts';
import { leadItem } from './verify-leads.ts';

const REASON_GRAPHEMES_MAX = 200;
const VERDICTS: readonly AttributionVerdict[] = ['verified', 'mismatch', 'unknown', 'not_applicable'];

/** B8: a person's verdict on one lead, with a reason that is kept. It stands until a person or the lead itself says otherwise. */
export function overrule(state: OperatorState, typed: string | null): Outcome {
  const { invocation, db } = state;
  const named = escapeText(argument(invocation, 0) ?? 'LEAD');
  if (typed === null || argument(invocation, 0) === null)
    throw usageError(
      'a verdict of yours needs a lead and --as',
      `headgate leads verify ${named} --as verified --reason "…"`,
    );
  const verdict = verdictOf(typed);
  const note = cleanLine(textOption(invocation, 'reason') ?? '', REASON_GRAPHEMES_MAX).text;
  if (note === '')
    throw usageError(
      'a verdict is overruled only with a reason, which is kept',
      `headgate leads verify ${named} --as ${verdict} --reason "their new brand"`,
    );
  const lead = leadArgument(invocation, db);
  const attribution = { verdict, by: 'operator', note } as const;
  writeAsPerson(state, () => {
    keepVerdict(state, { leadRowId: lead.rowId, attribution });
    recordAct(state, { kind: 'lead_overruled', subject: lead.id, detail: { verdict } });
  });
  const judged = judgedLead(db, lead.rowId);
  const follows =
    verdict === 'mismatch'
      ? 'It is out of every sequence, and its unsent drafts are withdrawn.'
      : 'Nobody is enrolled again by it: a new source or form does that, or nurture.';
  return {
    exit: 'OK',
    document: { items: judged === null ? [] : [leadItem(judged)] },
    human: () => [
      ` ${escapeText(lead.email)} is ${verdict.replace('_', ' ')} by your word: ${escapeText(note)}`,
      `   ${follows}`,
    ],
  };
}

function verdictOf(typed: string): AttributionVerdict {
  const found = VERDICTS.find((verdict) => verdict === typed.toLowerCase().replace('-', '_'));
  if (found !== undefined) return found;
  const [near] = nearestWords(typed, VERDICTS, 1);
  throw usageError(
    `--as: there is no verdict "${escapeText(typed)}"`,
    near === undefined ? `one of: ${VERDICTS.join(', ')}` : `--as ${near}`,
  );
}
