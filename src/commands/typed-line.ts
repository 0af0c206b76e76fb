import type { Invocation } from './cli-context.ts';
import { kebabCase } from './options.ts';

/** The line that was typed, with `more` behind it, to be typed or copied into a shell as it stands. A `--no-…` switch is not told. */
export function typedAgain({ path, args, options }: Invocation, more: string): string {
  const given = Object.entries(options).flatMap(([name, value]) => {
    const option = `--${kebabCase(name)}`;
    if (value === true) return [option];
    const values = typeof value === 'string' ? [value] : typeof value === 'object' ? value : [];
    return values.flatMap((each) => [option, shellWord(each)]);
  });
  return ['headgate', path, ...args.map(shellWord), ...given, more].join(' ');
}

/** As one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w./~+@:=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
