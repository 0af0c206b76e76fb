import type { CliIo } from '../cli-context.ts';

const TYPED_CHARACTERS_MAX = 200;
const KEYS_MAX = 10_000;
const ENDS: ReadonlySet<string> = new Set(['escape', 'ctrl-c', 'ctrl-d']);

/**
 * One line, typed key by key with its echo: keys and lines cannot be read from one terminal by turns without losing some. Null
 * when the person backed out (Escape, Ctrl-C) or the input ended.
 */
export async function typeLine({ stdin, stdout }: CliIo, question: string): Promise<string | null> {
  stdout.write(question);
  let typed = '';
  for (let keys = 0; keys < KEYS_MAX; keys += 1) {
    const key = await stdin.readKey();
    if (key === null || ENDS.has(key)) break;
    if (key === 'enter') {
      stdout.write('\n');
      return typed;
    }
    if (key === 'backspace') {
      if (typed !== '') stdout.write('\b \b');
      typed = [...typed].slice(0, -1).join('');
      continue;
    }
    const character = key === 'space' ? ' ' : key;
    if ([...character].length !== 1 || typed.length >= TYPED_CHARACTERS_MAX) continue;
    typed += character;
    stdout.write(character);
  }
  stdout.write('\n');
  return null;
}
