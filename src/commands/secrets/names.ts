import { ENCRYPTED_STORE, encryptedName } from '../../config/credential-store.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { Invocation } from '../cli-context.ts';
import { usageError } from '../options.ts';
import type { RenderedFile } from '../units/render.ts';
import { placeUnits } from '../units/render.ts';
import { unitSettings } from '../units/settings.ts';

/** As a unit file and a file name take it. */
const NAME = /^(?!\.)[A-Za-z0-9_.-]{1,100}$/;

/** The names on the command line, each once. Throws 64 for what cannot be one. */
export function secretNames(invocation: Invocation): readonly string[] {
  for (const name of invocation.args) {
    if (NAME.test(name) && !name.endsWith(encryptedName(''))) continue;
    throw usageError(
      `"${name}" cannot be the name of a secret: it takes letters, digits, "-", "_" and "."`,
      'headgate secrets set smtp-password',
    );
  }
  return [...new Set(invocation.args)];
}

/** Throws 77 for anybody but root, whose the stored secrets are, unless it is about another system. */
export function requireRoot(invocation: Invocation, root: string): void {
  if (root !== '' || process.getuid?.() === 0) return;
  throw new HeadgateError(`only root may see or change what is stored in ${ENCRYPTED_STORE}`, {
    code: 'root_needed',
    exit: 'NOPERM',
    notDone: 'Nothing was read or changed.',
    fix: `sudo headgate ${invocation.path} ${invocation.args.join(' ')}`.trimEnd(),
  });
}

/** What loads each credential: `send` for headgate-send.service. Throws as `units install` does for what it cannot read. */
export function loaders(invocation: Invocation, root: string): (name: string) => readonly string[] {
  const files = placeUnits(invocation.context.installation, unitSettings(invocation, root), root);
  return (name) => files.filter((file) => loads(file, name)).map((file) => jobOf(file.name));
}

/** The credentials that headgate.toml names. */
export function configuredNames(invocation: Invocation, root: string): readonly string[] {
  return [...new Set(Object.values(unitSettings(invocation, root).configured).flat())].sort();
}

function loads({ text }: RenderedFile, name: string): boolean {
  return text.includes(`\nLoadCredential=${name}:`);
}

function jobOf(unit: string): string {
  return unit.replace(/^headgate-|@?\.service$/g, '');
}
