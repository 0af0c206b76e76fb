import type { Terminal } from '../output/terminal.ts';
import type { ToldStory } from './tell-story.ts';
import { comparisonLines, violationLines } from './text.ts';

/** The screen of `simulate --story`: a few lines, for 80 columns. */
export function storyLines(terminal: Terminal, told: ToldStory): readonly string[] {
  const { story, all, without } = told;
  return [
    '',
    ...story.tell(terminal, { all, rows: without }),
    // The story itself tells of those that belong to it.
    ...(told.isAskedWithout ? comparisonLines(terminal, told) : []),
    ...violationLines(terminal, told),
    '',
  ];
}
