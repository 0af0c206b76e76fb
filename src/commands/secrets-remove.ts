import { agrees } from './ask.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { usageError } from './options.ts';
import { countOf } from './output/text.ts';
import { loaders, requireRoot, secretNames } from './secrets/names.ts';
import { recordSecrets } from './secrets/record.ts';
import { removeSecret, storedSecrets } from './secrets/store.ts';
import { rootOf } from './units/settings.ts';

/** `secrets remove NAME…`: takes stored secrets away, in every form. Throws 64 for one that is not stored, 77 without root. */
export async function run(invocation: Invocation): Promise<Outcome> {
  const names = secretNames(invocation);
  const root = rootOf(invocation);
  requireRoot(invocation, root);
  const loadersOf = loaders(invocation, root);
  const stored = storedSecrets(root);
  const unknown = names.filter((name) => !stored.some((secret) => secret.name === name));
  if (unknown.length > 0) throw usageError(`${unknown.join(', ')}: not stored`, 'headgate secrets list');
  const secrets = stored.filter(({ name }) => names.includes(name));
  const isDone = await agrees(invocation, {
    lines: secrets.map(({ name, path }) => ` ${path}, loaded by ${loadersOf(name).join(', ') || 'nothing'}`),
    question: `Remove ${countOf(secrets.length, 'secret')}?`,
  });
  if (isDone) removeSecret(secrets);
  const notes = isDone ? recordSecrets(invocation, root, { kind: 'secret_removed', names }) : [];
  return {
    exit: 'OK',
    document: { items: isDone ? secrets : [], removed: isDone },
    human: isDone ? `${countOf(secrets.length, 'secret')} removed.` : 'Nothing was changed.',
    notes,
  };
}
