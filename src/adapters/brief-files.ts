import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { HeadgateError } from '../core/errors.ts';

/** Ten times a long brief; all of it is paid for with every draft. */
const CHARACTERS_MAX = 20_000;

/** What people wrote for whoever writes: the voice of the brand, and the briefs of campaigns. Read when a model is about to write. */
export interface Briefs {
  /** `brand.md`; null when there is none. */
  voice(): string | null;
  /** `campaigns/NAME.md`. Throws HeadgateError `brief_missing` (65) when a sequence names one that is not there. */
  campaign(name: string): string;
}

/** Each file is read once. */
export function createBriefs(paths: {
  readonly brandVoiceFile: string;
  readonly campaignsDir: string;
}): Briefs {
  const campaigns = new Map<string, string>();
  let voice: string | null | undefined;
  return {
    voice: () => (voice ??= textOf(paths.brandVoiceFile)),
    campaign: (name) => {
      const file = join(paths.campaignsDir, `${name}.md`);
      const text = campaigns.get(name) ?? textOf(file);
      if (text === null) throw missing(file);
      campaigns.set(name, text);
      return text;
    },
  };
}

function textOf(path: string): string | null {
  try {
    return [...readFileSync(path, 'utf8')].slice(0, CHARACTERS_MAX).join('');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return null;
    throw new HeadgateError(`${path} cannot be read (${code})`, {
      code: 'brief_unreadable',
      exit: 'NOPERM',
      notDone: 'No words were asked for.',
      fix: 'Give the file back to its owner.',
    });
  }
}

function missing(path: string): HeadgateError {
  return new HeadgateError(`${path} is not there, and a sequence names it`, {
    code: 'brief_missing',
    exit: 'DATAERR',
    notDone: 'No words were asked for.',
    fix: 'headgate sequences lint',
  });
}
