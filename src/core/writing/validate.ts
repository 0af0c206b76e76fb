import { WORDS_OF_LENGTH } from '../copy-length.ts';
import { countWords } from '../word-count.ts';
import { filledBody } from './gap.ts';
import type { WritingTask } from './task.ts';
import { bandProblem, CHARACTERS_MAX, wordsProblem } from './words-checks.ts';

export type Validated =
  | { readonly kind: 'fit'; readonly bodyMarkdown: string }
  /** A person must look. `bodyMarkdown` is what the model wrote, in its frame; null when there is nothing to look at. */
  | { readonly kind: 'unfit'; readonly problem: string; readonly bodyMarkdown: string | null };

/**
 * Judges what a model wrote (D3, hardening 148). It is text from outside: whatever it says is either plain prose about what we gave it, or a
 * person reads it first. Nothing is repaired here: a model that puts its words into a fence may have done more.
 */
export function validateWords(written: string, task: WritingTask): Validated {
  const words = written.trim();
  if (words === '') return { kind: 'unfit', problem: 'the model wrote nothing', bodyMarkdown: null };
  const kept = [...words].slice(0, CHARACTERS_MAX).join('');
  const bodyMarkdown = filledBody(task.frame.bodyMarkdown, kept);
  const problem = wordsProblem(words, sourcesOf(task)) ?? lengthProblem(bodyMarkdown, task);
  return problem === null ? { kind: 'fit', bodyMarkdown } : { kind: 'unfit', problem, bodyMarkdown };
}

function sourcesOf(task: WritingTask): Parameters<typeof wordsProblem>[1] {
  const { briefing, campaign, voice, purpose, frame, previous } = task;
  return {
    ours: [briefing, campaign, voice, purpose, frame.bodyMarkdown, frame.subject, previous?.excerpt ?? null],
    instructions: [briefing, campaign, voice],
  };
}

function lengthProblem(bodyMarkdown: string, { length }: WritingTask): string | null {
  return bandProblem('the mail', { count: countWords(bodyMarkdown), ...WORDS_OF_LENGTH[length], length });
}
