import { BRAND_SCHEMA } from './brand-schema.ts';
import { checkValue } from './check-value.ts';
import type { InitialAnswers } from './initial-files.ts';
import type { FileSchema, ValueType } from './key-spec.ts';
import { keysOf } from './key-spec.ts';
import { CONFIG_SCHEMA } from './schema.ts';

/** One of the four questions of `init`. */
export interface InitialQuestion {
  readonly answer: keyof InitialAnswers;
  /** The flag that answers it beforehand. */
  readonly flag: string;
  readonly question: string;
  /** The file that the answer goes into; a file that exists is not written, so its questions are not asked. */
  readonly file: 'headgate.toml' | 'brand.toml';
  readonly key: string;
}

export const INITIAL_QUESTIONS: readonly InitialQuestion[] = [
  {
    answer: 'name',
    flag: '--name',
    question: 'Name that recipients see, yours or that of your firm',
    file: 'brand.toml',
    key: 'name',
  },
  {
    answer: 'from',
    flag: '--from',
    question: 'Address that mail comes from',
    file: 'brand.toml',
    key: 'from',
  },
  {
    answer: 'timezone',
    flag: '--timezone',
    question: 'Your time zone',
    file: 'headgate.toml',
    key: 'timezone',
  },
  {
    answer: 'postalAddress',
    flag: '--postal-address',
    question: 'Postal address for the foot of every mail',
    file: 'brand.toml',
    key: 'postal_address',
  },
];

export type AnswerCheck =
  { readonly kind: 'right'; readonly text: string } | { readonly kind: 'wrong'; readonly problem: string };

/** Judges an answer by the schema of the key that it becomes, so that `init` never writes what no run would accept. */
export function checkAnswer(question: InitialQuestion, text: string): AnswerCheck {
  const result = checkValue(typeOf(question), text.trim(), () => null);
  if (result.kind === 'right' && typeof result.value === 'string')
    return { kind: 'right', text: result.value };
  if (result.kind !== 'wrong') throw new Error(`${question.key} takes no text`);
  const nearest = result.nearest === null ? '' : `; did you mean ${result.nearest}?`;
  return { kind: 'wrong', problem: `expected ${result.expected}${nearest}` };
}

function typeOf({ file, key }: InitialQuestion): ValueType {
  const schema: FileSchema = file === 'brand.toml' ? BRAND_SCHEMA : CONFIG_SCHEMA;
  const spec = keysOf(schema).find((candidate) => candidate.key === key);
  if (spec === undefined) throw new Error(`${key} is no key of ${file}`);
  return spec.type;
}
