import { countOf } from './text.ts';

const MICROS = 1_000_000;

/** What calls of a model cost, in the operator's currency, by the counts of a run; null where none was asked. */
export function modelCostText(
  counts: Readonly<Record<string, number>>,
  { dot }: { readonly dot: string },
): string | null {
  const calls = counts['model_calls'] ?? 0;
  if (calls === 0) return null;
  const tokens = `${String(counts['input_tokens'] ?? 0)} tokens in, ${String(counts['output_tokens'] ?? 0)} out`;
  const micros = counts['cost_micros'] ?? 0;
  return [countOf(calls, 'call'), tokens, ...(micros === 0 ? [] : [amountText(micros)])].join(` ${dot} `);
}

/** `model 12 calls, 0.0345`, among the other words of a day; nothing for a day without. */
export function modelDayTexts(
  day: { readonly calls: number; readonly costMicros: number } | null,
): readonly string[] {
  if (day === null) return [];
  const cost = day.costMicros === 0 ? '' : `, ${amountText(day.costMicros)}`;
  return [`model ${countOf(day.calls, 'call')}${cost}`];
}

/** `written by openai writer-1 for 0.0123`. */
export function writtenByText({
  model,
  costMicros,
}: {
  readonly model: string;
  readonly costMicros: number;
}): string {
  return `written by ${model}${costMicros === 0 ? '' : ` for ${amountText(costMicros)}`}`;
}

/** The same in documents. */
export function modelDayItem(
  day: { readonly calls: number; readonly costMicros: number } | null,
): Readonly<Record<string, number>> | null {
  return day === null ? null : { calls: day.calls, cost_micros: day.costMicros };
}

/** `0.0123`: four places, since one draft costs less than a cent. */
export function amountText(micros: number): string {
  return (micros / MICROS).toFixed(micros < MICROS ? 4 : 2);
}

/** The counts that `modelCostText` tells of. */
export const MODEL_COUNTS: ReadonlySet<string> = new Set([
  'model_calls',
  'input_tokens',
  'output_tokens',
  'cost_micros',
]);
