import type { CopyWords } from '../planner.ts';

/** Where a model's words go in a step's body, as copywriters write it. */
export const GAP = '{{ ai }}';

/** What the gap is called while the rest of the body is filled in: no template, no Markdown, and no word that anybody writes. */
export const GAP_MARK = 'HEADGATEGAPFORTHEMODEL';

/** A step's own words, filled in for one lead, with the gap still open. */
export interface Frame extends CopyWords {
  /** A person always finishes an `assist`, whatever the sequence approves by itself. */
  readonly isAssist: boolean;
}

/** A filter behind it has nothing to work on before the words are there, and is left out. */
const TEMPLATE_GAP = /\{\{-?\s*ai\s*(?:\|[^{}]*?)?-?\}\}/;
const WRITTEN_GAP = /\{\{-?\s*ai\s*-?\}\}/;

/** A body template with its gap marked, so that nothing is filled in there; the same template where it has none. */
export function markGap(bodyTemplate: string): string {
  return bodyTemplate.replace(TEMPLATE_GAP, GAP_MARK);
}

/** How many gaps a body template has. */
export function countGaps(bodyTemplate: string): number {
  return bodyTemplate.match(new RegExp(TEMPLATE_GAP.source, 'g'))?.length ?? 0;
}

/** Whether a filled body still has its one gap: a condition around it may have left it out. */
export function hasGap({ bodyMarkdown }: CopyWords): boolean {
  return bodyMarkdown.split(GAP_MARK).length === 2;
}

/** The frame that a saved plan shows, its gap open again; null for words without one. */
export function frameOf(words: CopyWords, isAssist: boolean): Frame | null {
  if (!WRITTEN_GAP.test(words.bodyMarkdown)) return null;
  return { ...words, bodyMarkdown: words.bodyMarkdown.replace(WRITTEN_GAP, GAP_MARK), isAssist };
}

/** The words of a frame with its gap shown as it is written, for plans and people. */
export function shownFrame({ subject, preheader, bodyMarkdown }: Frame): CopyWords {
  return { subject, preheader, bodyMarkdown: bodyMarkdown.replace(GAP_MARK, GAP) };
}

/** What stands before and after the gap. A body without one is all before. */
export function aroundGap(bodyMarkdown: string): { readonly before: string; readonly after: string } {
  const [before = '', ...after] = bodyMarkdown.split(GAP_MARK);
  return { before, after: after.join('') };
}

/** The body with its gap filled. */
export function filledBody(bodyMarkdown: string, words: string): string {
  const { before, after } = aroundGap(bodyMarkdown);
  return `${before}${words}${after}`;
}
