import type { Invocation, Outcome } from './cli-context.ts';
import { usageError } from './options.ts';
import { placeUnits, type RenderedFile } from './units/render.ts';
import { unitSettings } from './units/settings.ts';

/**
 * `units print [NAME…]`: the files as `units install` would write them, and nothing else (F7). One alone is printed bare, so that it can
 * be piped into systemd-analyze. Throws 64 for a name that is none of them.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const files = placeUnits(invocation.context.installation, unitSettings(invocation, ''), '');
  const { args } = invocation;
  const shown = args.length === 0 ? files : args.map((name) => named(files, name));
  return Promise.resolve({
    exit: 'OK',
    document: {
      items: shown.map(({ name, target, mode, text }) => ({ name, path: target, mode: octal(mode), text })),
    },
    human: shown.map((file) => (args.length === 1 ? file.text : `# ${file.target}\n${file.text}`)).join('\n'),
  });
}

function named(files: readonly RenderedFile[], wanted: string): RenderedFile {
  const file = files.find(({ name, target }) => name === wanted || target === wanted);
  if (file !== undefined) return file;
  throw usageError(`there is no unit ${wanted}; there are ${files.map(({ name }) => name).join(', ')}`);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
