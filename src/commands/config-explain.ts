import { describeType } from '../config/describe-type.ts';
import { environmentNameOf } from '../config/key-spec.ts';
import type { Explanation } from '../config/reference.ts';
import { explainKey, findExplanations, formatDefault } from '../config/reference.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { argument, usageError } from './options.ts';

/** `config explain [KEY|SECTION]`: what the schema says, without any workspace. Ends 64 for a word it does not know. */
export function run(invocation: Invocation): Promise<Outcome> {
  const subject = argument(invocation, 0);
  const result = findExplanations(subject);
  if ('nearest' in result) throw unknownSubject(subject ?? '', result.nearest);
  return Promise.resolve({
    exit: 'OK',
    document: { items: result.found.flatMap(itemsOf) },
    human: (terminal) =>
      result.found.flatMap(({ file, section, keys }) => [
        terminal.bold(`${file}  ${section.title}`),
        section.summary,
        '',
        ...keys.flatMap((spec) => [...explainKey(spec), '']),
      ]),
  });
}

function unknownSubject(subject: string, nearest: string | null): Error {
  const fix = `headgate config explain${nearest === null || nearest === '' ? '' : ` ${nearest}`}`;
  return usageError(`there is no key or section "${subject}"`, fix);
}

function itemsOf({ file, keys }: Explanation): readonly Readonly<Record<string, unknown>>[] {
  return keys.map((spec) => ({
    file,
    key: spec.key.replace('[]', ''),
    accepts: describeType(spec.type),
    unit: spec.unit ?? null,
    default: spec.defaultValue,
    default_text: formatDefault(spec),
    required: spec.required === true,
    summary: spec.summary,
    environment: file === 'headgate.toml' && !spec.key.includes('[]') ? environmentNameOf(spec.key) : null,
    available: spec.later === undefined,
    later: spec.later ?? null,
  }));
}
