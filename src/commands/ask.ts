import type { Invocation } from './cli-context.ts';
import { flagOption, usageError } from './options.ts';
import { typedAgain } from './typed-line.ts';

/**
 * Asks a person before something that cannot be taken back lightly: shows `lines`, then the question, on stderr. `--yes`
 * answers beforehand. False for anything but yes. Throws 64 where nobody can be asked and `--yes` was not given.
 */
export async function agrees(
  invocation: Invocation,
  asked: { readonly lines: readonly string[]; readonly question: string },
): Promise<boolean> {
  if (flagOption(invocation, 'yes')) return true;
  if (!invocation.global.input) {
    throw usageError(
      `${invocation.path} asks first, and nobody can be asked here`,
      typedAgain(invocation, '--yes'),
    );
  }
  const { stdin, stderr } = invocation.context.io;
  for (const line of asked.lines) stderr.write(`${line}\n`);
  stderr.write(`${asked.question} [y/N] `);
  const answer = await stdin.readLine();
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}
