const TYPED_CHARACTERS_MAX = 200;
const KEYS_MAX = 10_000;
const ENDS: ReadonlySet<string> = new Set(['escape', 'ctrl-c', 'ctrl-d']);
const REDRAWS: ReadonlySet<string> = new Set(['resize', 'resume']);

/** How a line is typed on a screen: keys in, what was typed so far out. */
export interface LineOnScreen {
  readonly readKey: () => Promise<string | null>;
  /** Shows what was typed so far; `isStale` when the rest of the screen must be drawn again too. */
  readonly show: (typed: string, isStale: boolean) => Promise<void>;
}

/**
 * One line, typed key by key with its echo: keys and lines cannot be read from one terminal by turns without losing some. Null
 * when the person backed out (Escape, Ctrl-C) or the input ended.
 */
export async function typeLine({ readKey, show }: LineOnScreen): Promise<string | null> {
  let typed = '';
  await show(typed, false);
  for (let keys = 0; keys < KEYS_MAX; keys += 1) {
    const key = await readKey();
    if (key === null || ENDS.has(key)) return null;
    if (key === 'enter') return typed;
    const character = key === 'space' ? ' ' : key;
    if (key === 'backspace') typed = [...typed].slice(0, -1).join('');
    else if ([...character].length === 1 && typed.length < TYPED_CHARACTERS_MAX) typed += character;
    await show(typed, REDRAWS.has(key));
  }
  return null;
}
