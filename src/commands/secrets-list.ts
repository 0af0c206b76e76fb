import type { Invocation, Outcome } from './cli-context.ts';
import { NEVER_CUT, renderTable } from './output/table.ts';
import { configuredNames, loaders, requireRoot } from './secrets/names.ts';
import { storedSecrets } from './secrets/store.ts';
import { rootOf } from './units/settings.ts';

/**
 * `secrets list`: the names of what is stored, how, and which units load it, with those that headgate.toml names and nobody stored. Never a
 * secret. Throws 77 without root.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const root = rootOf(invocation);
  requireRoot(invocation, root);
  const loadersOf = loaders(invocation, root);
  const stored = storedSecrets(root);
  const missing = configuredNames(invocation, root)
    .filter((name) => !stored.some((secret) => secret.name === name))
    .map((name) => ({ name, form: 'missing' as const, path: null }));
  const items = [...stored, ...missing].map((secret) => ({ ...secret, units: loadersOf(secret.name) }));
  return Promise.resolve({
    exit: 'OK',
    document: { items },
    human: (terminal) =>
      items.length === 0
        ? [' Nothing is stored. headgate secrets set NAME']
        : renderTable(terminal, items, [
            { header: 'name', cell: ({ name }) => name, minWidth: NEVER_CUT },
            { header: 'stored', cell: ({ form }) => form, minWidth: NEVER_CUT },
            { header: 'loaded by', cell: ({ units }) => units.join(' ') },
          ]),
    notes: missing.map(
      ({ name }) => `headgate.toml names ${name}, and it is not stored: headgate secrets set ${name}`,
    ),
  });
}
