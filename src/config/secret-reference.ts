import type { SecretReference } from './key-spec.ts';

export type SecretCheck =
  | { readonly kind: 'right'; readonly reference: SecretReference }
  /** The secret itself stands in the file. */
  | { readonly kind: 'literal' }
  | { readonly kind: 'wrong'; readonly expected: string };

/**
 * Judges the value of a key that takes a secret: exactly one of the three forms. A literal is told apart, because
 * it needs other advice and because no message may repeat it.
 */
export function checkSecret(value: unknown): SecretCheck {
  if (typeof value === 'string') return { kind: 'literal' };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return WRONG;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const [entry] = entries;
  return entry !== undefined && entries.length === 1 ? checkForm(entry[0], entry[1]) : WRONG;
}

const WRONG: SecretCheck = {
  kind: 'wrong',
  expected:
    'exactly one of { credential = "name" }, { file = "path" } and { command = ["program", "argument"] }',
};

function checkForm(form: string, content: unknown): SecretCheck {
  if (form === 'credential' && typeof content === 'string') return checkCredential(content);
  if (form === 'file' && typeof content === 'string' && isLine(content)) {
    return { kind: 'right', reference: { kind: 'file', path: content } };
  }
  if (form === 'command' && Array.isArray(content)) return checkCommand(content);
  return WRONG;
}

/** A credential is a file in one folder (systemd.exec(5)): its name must not lead out of there. */
function checkCredential(name: string): SecretCheck {
  if (/^(?!\.)[A-Za-z0-9_.-]{1,255}$/.test(name))
    return { kind: 'right', reference: { kind: 'credential', name } };
  return { kind: 'wrong', expected: 'a credential name of letters, digits, "-", "_" and "."' };
}

function checkCommand(command: readonly unknown[]): SecretCheck {
  const words = command.filter((word): word is string => typeof word === 'string' && !word.includes('\0'));
  if (words.length !== command.length || words.length === 0 || words[0] === '') {
    return { kind: 'wrong', expected: 'a command as a list of texts, the program first; no shell reads it' };
  }
  return { kind: 'right', reference: { kind: 'command', command: words } };
}

function isLine(text: string): boolean {
  return text.trim() !== '' && !/\p{Cc}/u.test(text);
}
