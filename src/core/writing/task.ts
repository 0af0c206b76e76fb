import type { CopyLength } from '../model.ts';
import type { Frame } from './gap.ts';

/** Everything that a model is told about one draft (D3). */
export interface WritingTask {
  readonly frame: Frame;
  /** What the sequence is for: its title and description. */
  readonly purpose: string;
  /** `campaigns/NAME.md`, brief and voice notes; null without a campaign. */
  readonly campaign: string | null;
  /** `brand.md`: how we sound; null when there is none. */
  readonly voice: string | null;
  readonly briefing: string | null;
  readonly length: CopyLength;
  /** The step before, as it went out; null for a first one, and where the step says `Continue: no`. */
  readonly previous: { readonly subject: string; readonly excerpt: string } | null;
  /** What the state knows of the lead, by the names that templates use. Data, never instructions. */
  readonly lead: Readonly<Record<string, string>>;
}

/** D3: so much of the previous mail is shown. */
const EXCERPT_CHARACTERS = 240;

/** The beginning of a text, cut between words. */
export function excerptOf(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  const characters = [...plain];
  if (characters.length <= EXCERPT_CHARACTERS) return plain;
  return characters
    .slice(0, EXCERPT_CHARACTERS)
    .join('')
    .replace(/\s\S*$/, '');
}
