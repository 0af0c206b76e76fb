import { nearestWord } from '../core/nearest.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import { completionTree, SHELLS, type CompletionNode, type Shell } from './completion/tree.ts';
import { zshScript } from './completion/zsh.ts';
import { argument, usageError } from './options.ts';

const SCRIPTS: Readonly<Record<Shell, (nodes: readonly CompletionNode[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `completion SHELL`: a script that completes commands, flags, files and sequences, made from the command tree (cli.md 1). */
export async function run(invocation: Invocation): Promise<Outcome> {
  const name = argument(invocation, 0) ?? '';
  const shell = SHELLS.find((each) => each === name);
  if (shell === undefined) {
    const nearest = nearestWord(name, SHELLS) ?? 'bash';
    throw usageError(`there is no completion for ${JSON.stringify(name)}`, `headgate completion ${nearest}`);
  }
  const script = SCRIPTS[shell](await completionTree());
  return { exit: 'OK', document: { items: [{ shell, script }] }, human: script };
}
