import type { Prompt } from './prompt.ts';

/** Tokens as the provider counts them. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What a million tokens cost, in millionths of the operator's currency: so one token costs this many millionths of a millionth. */
export interface TokenPrices {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
}

/** Amounts are kept in millionths of the operator's currency, whole numbers: sums of fractions drift. */
export function costMicros({ inputTokens, outputTokens }: TokenUsage, prices: TokenPrices): number {
  return Math.ceil(inputTokens * prices.inputPerMillion + outputTokens * prices.outputPerMillion);
}

/**
 * The most that a call may cost, before it is made: a token has at least two bytes in every tokenizer that bills by tokens, save for rare
 * scripts, and the answer is as long as it may be. A budget is a hard cap only if the worst case fits (B8, D3).
 */
export function worstCostMicros(
  { system, user }: Prompt,
  of: { maxOutputTokens: number; prices: TokenPrices },
): number {
  const bytes = utf8Bytes(system) + utf8Bytes(user);
  return costMicros({ inputTokens: Math.ceil(bytes / 2) + 50, outputTokens: of.maxOutputTokens }, of.prices);
}

/** Two for every UTF-16 unit beyond Latin is never too few, and asks for no encoder. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) bytes += text.charCodeAt(index) < 0x80 ? 1 : 3;
  return bytes;
}
