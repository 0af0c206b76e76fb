import { nearestWord } from '../../../core/nearest.ts';
import { usageError } from '../../options.ts';
import { FEB_18 } from './feb-18.ts';
import { CLOCK_BACK, CLONED_VPS, DOUBLE_TIMER, RESTORED_BACKUP, SUNDAY } from './mornings.ts';
import type { Story } from './story.ts';

export const STORIES: readonly Story[] = [
  FEB_18,
  SUNDAY,
  RESTORED_BACKUP,
  CLONED_VPS,
  CLOCK_BACK,
  DOUBLE_TIMER,
];

/** The story of this name; throws 64 with the names that there are. */
export function storyNamed(name: string): Story {
  const found = STORIES.find((story) => story.name === name);
  if (found !== undefined) return found;
  const names = STORIES.map((story) => story.name);
  const near = nearestWord(name, names);
  throw usageError(
    `--story ${name}: there is no such story`,
    near === null ? `One of: ${names.join(', ')}` : `Did you mean ${near}?`,
  );
}
