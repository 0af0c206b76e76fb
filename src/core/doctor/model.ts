import { checkDesk, type Finding } from './finding.ts';

/** What a provider of models said when it was asked for the list of them, which costs nothing. */
export type ModelFacts =
  | { readonly kind: 'listed'; readonly models: readonly string[] }
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'silent'; readonly words: string };

/** A6: the key is valid, and the model is one of those that it may use. */
export function judgeModel(
  facts: ModelFacts,
  about: { readonly host: string; readonly model: string; readonly keyFix: string },
): Finding {
  const { host, model, keyFix } = about;
  const desk = checkDesk('ai', 'key');
  if (facts.kind === 'refused') return desk.problem(`${host} refuses the key`, facts.words, keyFix);
  if (facts.kind === 'silent')
    return desk.problem(
      `${host} did not answer`,
      facts.words,
      'headgate doctor --only ai   again in a minute',
    );
  if (facts.models.length > 0 && !facts.models.includes(model))
    return desk.problem(
      `${host} has no model ${model}`,
      'it is not in the list',
      'headgate config explain ai.model',
    );
  return desk.pass(`${host} takes the key`, `${model}, no word paid for`);
}
