import type { ConfigValue, SecretReference } from './key-spec.ts';

/** Typed access to validated values. Asking for a key as something it is not is a mistake in the program. */
export interface ValueReader {
  flag(key: string): boolean;
  number(key: string): number;
  text(key: string): string;
  textOrNull(key: string): string | null;
  texts(key: string): readonly string[];
  numbers(key: string): readonly number[];
  secretOrNull(key: string): SecretReference | null;
}

/** Reads the values of one file after validation, defaults filled in. */
export function createValueReader(values: ReadonlyMap<string, ConfigValue>): ValueReader {
  const read = (key: string): ConfigValue => {
    const value = values.get(key);
    if (value === undefined) throw new Error(`${key} is no key of this schema`);
    return value;
  };
  const textOrNull = (key: string): string | null => {
    const value = read(key);
    return value === null || typeof value === 'string' ? value : mismatch(key, 'text');
  };
  return {
    flag: (key) => {
      const value = read(key);
      return typeof value === 'boolean' ? value : mismatch(key, 'true or false');
    },
    number: (key) => {
      const value = read(key);
      return typeof value === 'number' ? value : mismatch(key, 'a number');
    },
    text: (key) => textOrNull(key) ?? mismatch(key, 'text'),
    textOrNull,
    texts: (key) => elements(read(key)).filter((element) => typeof element === 'string'),
    numbers: (key) => elements(read(key)).filter((element) => typeof element === 'number'),
    secretOrNull: (key) => {
      const value = read(key);
      return isSecretReference(value) ? value : null;
    },
  };
}

/** True for a value that says where a secret is. */
export function isSecretReference(value: ConfigValue): value is SecretReference {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function elements(value: ConfigValue): readonly (string | number)[] {
  return isList(value) ? value : [];
}

function isList(value: ConfigValue): value is readonly string[] | readonly number[] {
  return Array.isArray(value);
}

function mismatch(key: string, wanted: string): never {
  throw new Error(`${key} does not hold ${wanted}`);
}
