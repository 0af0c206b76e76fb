import { checkSecretText } from '../config/secrets.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { flagOption, usageError } from './options.ts';
import { loaders, requireRoot, secretNames } from './secrets/names.ts';
import { recordSecrets } from './secrets/record.ts';
import { storeSecret, type Storing } from './secrets/store.ts';
import { rootOf } from './units/settings.ts';

/**
 * `secrets set NAME…` (cli.md 4.1): asks for each secret without showing it, or takes it from stdin, and stores it for the units that load
 * it: encrypted for this machine, or in plain for root alone. A secret is never an argument, since everybody on a machine sees those.
 * Nothing is stored before all of them are there and right. Throws 64 for what cannot be a secret, 77 without root.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const names = secretNames(invocation);
  const root = rootOf(invocation);
  requireRoot(invocation, root);
  const loadersOf = loaders(invocation, root);
  const texts: string[] = [];
  for (const name of names) texts.push(checked(name, await readSecret(invocation, name, names.length)));
  const isPlain = flagOption(invocation, 'plain');
  const stored = names.map((name, index) => storeSecret(root, { name, text: texts[index] ?? '', isPlain }));
  const unrecorded = recordSecrets(invocation, root, { kind: 'secret_set', names });
  const outcome = outcomeOf(stored, loadersOf);
  return { ...outcome, notes: [...(outcome.notes ?? []), ...unrecorded] };
}

async function readSecret(invocation: Invocation, name: string, count: number): Promise<string> {
  const { stdin, stderr } = invocation.context.io;
  if (!stdin.isTty) return (count === 1 ? await stdin.readAll() : await stdin.readLine()) ?? '';
  if (!invocation.global.input)
    throw usageError('nobody can be asked here', `headgate secrets set ${name} < FILE`);
  stderr.write(`${name} (is not shown): `);
  const typed = await stdin.readHidden();
  stderr.write('\n');
  if (typed !== null) return typed;
  throw usageError('broken off', `headgate secrets set ${name}`);
}

/** A key in PEM has lines, and no password begins like one. */
function checked(name: string, text: string): string {
  const check = checkSecretText(text, text.startsWith('-----BEGIN '));
  if (check.kind === 'right') return check.text;
  throw usageError(
    `${name} cannot be stored: ${check.problem}`,
    `headgate secrets set ${name}   asks for it; < FILE takes the whole file, with several names one line each`,
  );
}

function outcomeOf(stored: readonly Storing[], loadersOf: (name: string) => readonly string[]): Outcome {
  return {
    exit: 'OK',
    document: { items: stored.map(({ secret }) => ({ ...secret, units: loadersOf(secret.name) })) },
    human: (terminal) =>
      stored.map(
        ({ secret: { name, form, path } }) =>
          `${terminal.green(terminal.symbols.ok)} ${name} is stored ${WORDS[form]}: ${path}`,
      ),
    notes: stored.flatMap((each) => notesOf(each, loadersOf)),
  };
}

const WORDS = { encrypted: 'encrypted for this machine', plain: 'in plain, for root alone' } as const;

function notesOf(
  { secret, why }: Storing,
  loadersOf: (name: string) => readonly string[],
): readonly string[] {
  const { name } = secret;
  const unread = `no unit loads ${name} yet: name it in headgate.toml as { credential = "${name}" }, then: headgate units install`;
  return [
    ...(why === null ? [] : [`${name} is not encrypted: ${why}`]),
    ...(loadersOf(name).length === 0 ? [unread] : []),
  ];
}
