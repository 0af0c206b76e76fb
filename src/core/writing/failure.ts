import { fatalMarker } from '../fatal-markers.ts';

/** An answer of a model's provider that holds no words. */
export interface ModelFault {
  /** Null: there was no answer. */
  readonly status: number | null;
  /** The body as it came, JSON or not; or what the connection said. */
  readonly text: string;
}

/** What a fault means for the run. */
export type FaultVerdict =
  /** No money, no key, no quota: the run ends, and nobody asks again (D4). */
  | { readonly kind: 'fatal'; readonly words: string }
  /** A wrong model name or address: the run cannot do what it was set up for. */
  | { readonly kind: 'misconfigured'; readonly words: string }
  /** It may be over in a moment. */
  | { readonly kind: 'passing'; readonly words: string }
  /** This request alone is at fault. */
  | { readonly kind: 'item'; readonly words: string };

/** Statuses that mean money, key or permission whatever their text says: no retry heals them (providers' error pages). */
const FATAL_STATUSES: ReadonlySet<number> = new Set([401, 402, 403]);
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);
const WORDS_MAX = 200;

/**
 * D4: sorts a fault. The markers come first, in any status and any shape of body: a used-up quota comes as 429, a spend cap as 400, and
 * some gateways send both as 200.
 */
export function judgeFault({ status, text }: ModelFault): FaultVerdict {
  const words = shownWords(text);
  const marker = fatalMarker(text);
  if (marker !== null) return { kind: 'fatal', words: `${marker}${statusText(status)}` };
  if (status === null) return { kind: 'passing', words };
  const said = `${words}${statusText(status)}`;
  if (FATAL_STATUSES.has(status)) return { kind: 'fatal', words: said };
  if (status === 404 || status === 405) return { kind: 'misconfigured', words: said };
  if (PASSING_STATUSES.has(status) || status >= 500 || status < 400) return { kind: 'passing', words: said };
  return { kind: 'item', words: said };
}

function statusText(status: number | null): string {
  return status === null ? '' : ` (HTTP ${String(status)})`;
}

/** A provider repeats a part of the key that it refuses: nothing that may be one is ever shown. A key may begin and end with a hyphen. */
const KEY_LIKE = /\b(?:sk|rk|pk|key|sess)-[\w*.-]{4,}|[\w-]{32,}/g;

function shownWords(text: string): string {
  const message =
    /"message"\s*:\s*"((?:[^"\\]|\\.){1,400})"/.exec(text)?.[1] ?? text.replace(/<[^>]{0,500}>/g, ' ');
  return message.replace(KEY_LIKE, '…').replace(/\s+/g, ' ').trim().slice(0, WORDS_MAX) || 'no words';
}
