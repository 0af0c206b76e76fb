import { createHash } from 'node:crypto';

import type { Answer } from '../http/answer.ts';
import style from './assets/page.css';
import script from './assets/page.js';

interface Asset {
  readonly path: string;
  readonly answer: Answer;
}

/** Named by what is in it, so that a browser keeps it until it changes. */
function asset(name: string, ending: 'css' | 'js' | 'svg', text: string): Asset {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return {
    path: `/assets/${name}-${hash}.${ending}`,
    answer: {
      status: 200,
      body: Buffer.from(text),
      type: TYPES[ending],
      headers: { 'Cache-Control': 'private, max-age=31536000, immutable' },
    },
  };
}

const TYPES = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

/** A gate, half open, over water. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f5e6b"/><path d="M8 6v20M24 6v20" stroke="#fff" stroke-width="3" stroke-linecap="round"/><path d="M10.500 9h11v8h-11z" fill="#9fd4dc"/><path d="M11 22c2-2 3-2 5 0s3 2 5 0" fill="none" stroke="#fff" stroke-width="2.500" stroke-linecap="round"/></svg>`;

export const STYLE = asset('page', 'css', style);
export const SCRIPT = asset('page', 'js', script);
export const FAVICON = asset('gate', 'svg', ICON);

const ASSETS: ReadonlyMap<string, Answer> = new Map(
  [STYLE, SCRIPT, FAVICON].map(({ path, answer }) => [path, answer]),
);

/** The file at this path; null where there is none. The same for everybody, signed in or not. */
export function assetAt(path: string): Answer | null {
  return ASSETS.get(path) ?? null;
}
