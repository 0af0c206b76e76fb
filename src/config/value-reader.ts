import type { ConfigValue, SecretReference } from './key-spec.ts';

/** Typed access to validated values. Asking for a key as something it is not is a mistake in the program. */
export interface ValueReader {
  flag(key: string): boolean;
  number(key: string): number;
  numberOrNull(key: string): number | null;
  text(key: string): string;
  textOrNull(key: string): string | null;
  texts(key: string): readonly string[];
  /** One word that stands for a list, or the list. */
  wordOrTexts(key: string): string | readonly string[];
  numbers(key: string): readonly number[];
  secretOrNull(key: string): SecretReference | null;
  secrets(key: string): readonly SecretReference[];
  /** Whether there is a value, the default's included. */
  isSet(key: string): boolean;
  /** The blocks of an array of tables in the order of the file; their keys without its name: `address`. */
  blocks(name: string): readonly ValueReader[];
}

/** Reads the values of one file after validation, defaults filled in. `blockCounts`: how many blocks each array of tables has. */
export function createValueReader(
  values: ReadonlyMap<string, ConfigValue>,
  blockCounts: ReadonlyMap<string, number> = new Map(),
): ValueReader {
  return readerBelow({ values, blockCounts }, '');
}

interface Values {
  readonly values: ReadonlyMap<string, ConfigValue>;
  readonly blockCounts: ReadonlyMap<string, number>;
}

function readerBelow(all: Values, prefix: string): ValueReader {
  const read = (key: string): ConfigValue => {
    const value = all.values.get(`${prefix}${key}`);
    if (value === undefined) throw new Error(`${prefix}${key} is no key of this schema`);
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
    numberOrNull: (key) => {
      const value = read(key);
      return value === null || typeof value === 'number' ? value : mismatch(key, 'a number');
    },
    isSet: (key) => read(key) !== null,
    text: (key) => textOrNull(key) ?? mismatch(key, 'text'),
    textOrNull,
    wordOrTexts: (key) => {
      const value = read(key);
      return typeof value === 'string'
        ? value
        : elements(value).filter((element) => typeof element === 'string');
    },
    texts: (key) => elements(read(key)).filter((element) => typeof element === 'string'),
    numbers: (key) => elements(read(key)).filter((element) => typeof element === 'number'),
    secretOrNull: (key) => {
      const value = read(key);
      return isSecretReference(value) ? value : null;
    },
    secrets: (key) => secretsIn(read(key)),
    blocks: (name) =>
      Array.from({ length: all.blockCounts.get(name) ?? 0 }, (_, index) =>
        readerBelow(all, `${name}[${String(index)}].`),
      ),
  };
}

/** True for a value that says where a secret is. */
export function isSecretReference(value: ConfigValue): value is SecretReference {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** The secrets of a list; none for any other value. */
export function secretsIn(value: ConfigValue): readonly SecretReference[] {
  return elements(value).filter((element) => typeof element === 'object');
}

function elements(value: ConfigValue): readonly (string | number | SecretReference)[] {
  return isList(value) ? value : [];
}

function isList(value: ConfigValue): value is Extract<ConfigValue, readonly unknown[]> {
  return Array.isArray(value);
}

function mismatch(key: string, wanted: string): never {
  throw new Error(`${key} does not hold ${wanted}`);
}
