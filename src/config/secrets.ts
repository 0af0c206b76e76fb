import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { HeadgateError } from '../core/errors.ts';
import type { ExitName } from '../core/exits.ts';
import { credentialFiles, encryptedName } from './credential-store.ts';
import type { Environment } from './environment.ts';
import type { SecretReference } from './key-spec.ts';

export interface SecretContext {
  /** The key that names the secret, for messages. */
  readonly key: string;
  readonly environment: Environment;
  /** Relative paths start here; a command is started here. */
  readonly workspaceDir: string;
  /** True for a key in PEM, the one kind of secret that has lines. */
  readonly isPem?: boolean;
}

const SECRET_BYTES_MAX = 65_536;
const COMMAND_TIMEOUT_MS = 15_000;
const READABLE_BY_OTHERS = 0o004;

/**
 * Fetches a secret, only when it is needed: an idle run reads none. Line breaks at its end are trimmed; one inside,
 * or any other control character, is refused, since it would end up in a header (hardening 81). Throws
 * HeadgateError `secret_unreadable` (77), `secret_exposed` or `secret_unusable` (78). No message holds the secret.
 */
export async function resolveSecret(reference: SecretReference, context: SecretContext): Promise<string> {
  const check = checkSecretText(await readSecret(reference, context), context.isPem === true);
  if (check.kind === 'right') return check.text;
  throw unusable(context, check.problem);
}

export type SecretTextCheck =
  { readonly kind: 'right'; readonly text: string } | { readonly kind: 'wrong'; readonly problem: string };

/** Judges what is to be a secret, without the line breaks at its end; also before it is stored. */
export function checkSecretText(text: string, isPem: boolean): SecretTextCheck {
  const secret = text.replace(/[\r\n]+$/, '');
  if (secret === '') return { kind: 'wrong', problem: 'it is empty' };
  const line = isPem ? secret.replaceAll(/[\r\n]/g, ' ') : secret;
  if (!/[\p{Cc}\ufffd\u2028\u2029]/u.test(line)) return { kind: 'right', text: secret };
  return { kind: 'wrong', problem: isPem ? 'it is not text' : 'it is not one line of text' };
}

async function readSecret(reference: SecretReference, context: SecretContext): Promise<string> {
  switch (reference.kind) {
    case 'environment':
      return context.environment[reference.variable] ?? '';
    case 'credential':
      return readCredential(reference.name, context);
    case 'file':
      return readSecretFile(resolve(context.workspaceDir, reference.path), context);
    case 'command':
      return runCommand(reference.command, context);
  }
}

/**
 * systemd puts each credential of a unit into a folder that only the unit sees (systemd.exec(5), Credentials); a command typed by hand
 * finds what `secrets set` stored, if it may read it.
 */
async function readCredential(name: string, context: SecretContext): Promise<string> {
  const directory = context.environment['CREDENTIALS_DIRECTORY'] ?? '';
  if (directory === '') return readStored(name, context);
  const given = [name, encryptedName(name)].filter((file) => existsSync(join(directory, file)));
  if (given.length === 2)
    throw unusable(context, `the credential "${name}" is stored twice, in plain and encrypted`);
  return readSecretFile(join(directory, given[0] ?? name), context);
}

async function readStored(name: string, context: SecretContext): Promise<string> {
  const { plain, encrypted } = credentialFiles(name);
  if (existsSync(plain)) return readSecretFile(plain, context);
  if (existsSync(encrypted))
    return runCommand(['systemd-creds', 'decrypt', `--name=${encryptedName(name)}`, encrypted, '-'], context);
  throw secretError(context, {
    code: 'secret_unreadable',
    exit: 'NOPERM',
    what: `the credential "${name}" is not there, or not for this user`,
    fix: `sudo headgate secrets set ${name}; a command typed by hand is lent it as: sudo headgate …`,
  });
}

function readSecretFile(path: string, context: SecretContext): string {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > SECRET_BYTES_MAX)
      throw unusable(context, `${path} is not a small regular file`);
    if ((stat.mode & READABLE_BY_OTHERS) !== 0) throw exposed(path, context);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error instanceof HeadgateError) throw error;
    throw secretError(context, {
      code: 'secret_unreadable',
      exit: 'NOPERM',
      what: `${path} cannot be read (${String(error.code)})`,
      fix: `Put the secret there, readable by the user that runs headgate, or correct ${context.key}.`,
    });
  }
}

/** No shell: the words of the list reach the program as they are. Its stderr is the operator's to see. */
async function runCommand(command: readonly string[], context: SecretContext): Promise<string> {
  const { spawnSync } = await import('node:child_process');
  const [program = '', ...programArguments] = command;
  const result = spawnSync(program, programArguments, {
    cwd: context.workspaceDir,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: SECRET_BYTES_MAX,
  });
  if (result.error === undefined && result.status === 0) return result.stdout;
  const why = result.error?.message ?? `it ended with ${String(result.status ?? result.signal)}`;
  throw secretError(context, {
    code: 'secret_unreadable',
    exit: 'NOPERM',
    what: `the command ${program} gave no secret: ${why}`,
    fix: `Run it by hand in ${context.workspaceDir}; it has to print the secret and end with 0.`,
  });
}

function exposed(path: string, context: SecretContext): HeadgateError {
  return secretError(context, {
    code: 'secret_exposed',
    exit: 'CONFIG',
    what: `${path} is readable by everybody on this machine`,
    fix: `chmod 0600 ${path}`,
  });
}

function unusable(context: SecretContext, why: string): HeadgateError {
  return secretError(context, {
    code: 'secret_unusable',
    exit: 'CONFIG',
    what: why,
    fix: `Correct what ${context.key} points at.`,
  });
}

function secretError(
  context: SecretContext,
  problem: { readonly code: string; readonly exit: ExitName; readonly what: string; readonly fix: string },
): HeadgateError {
  return new HeadgateError(`the secret ${context.key} cannot be used: ${problem.what}`, {
    code: problem.code,
    exit: problem.exit,
    notDone: 'Nothing that needs it was done.',
    fix: problem.fix,
    permanent: true,
  });
}
