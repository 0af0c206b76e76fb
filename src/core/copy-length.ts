import type { CopyLength } from './model.ts';

/** D3: how many words a step of each length has. */
export const WORDS_OF_LENGTH: Readonly<
  Record<CopyLength, { readonly least: number; readonly most: number }>
> = {
  short: { least: 40, most: 100 },
  medium: { least: 120, most: 220 },
  long: { least: 280, most: 450 },
};
