import { countGaps } from '../core/writing/gap.ts';
import { customFieldName, KNOWN_FIELD_NAMES } from '../core/template-fields.ts';
import type { LoadedDefinitions, LoadedSequence } from './definitions.ts';
import { lintBody, lintSubjects } from './lint-copy.ts';
import type { LintedStep } from './lint-copy.ts';
import { lintBrand, lintMechanics } from './lint-sequence.ts';
import type { LintOptions } from './lint-sequence.ts';
import { createTemplateLinter } from './lint-template.ts';
import type { TemplateLinter } from './lint-template.ts';
import { lintTies } from './lint-ties.ts';
import { problemAt, sortProblems } from './sequence-problem.ts';
import type { DefinitionProblem } from './sequence-problem.ts';
import type { PlacedText } from './step-file.ts';

export type { LintOptions } from './lint-sequence.ts';

/** Fields that every lead and every brand has. */
const NEVER_EMPTY: ReadonlySet<string> = new Set([
  'email',
  'brand_name',
  'sender_name',
  'sender_email',
  'signature',
  'postal_address',
]);

/**
 * Everything that is wrong or doubtful in the definitions: the problems of loading, and for each sequence that is not
 * archived its templates, words and mechanics (cli.md 3.6, hardening 47 to 55, B2, C3). Errors must be gone before
 * the definitions are applied; warnings are advice. In reading order.
 */
export async function lintDefinitions(
  definitions: LoadedDefinitions,
  options: LintOptions,
): Promise<readonly DefinitionProblem[]> {
  const sequences = definitions.loaded.filter(({ definition }) => definition.status !== 'archived');
  const lintTemplate = await createTemplateLinter();
  const custom = options.customFields.map(customFieldName);
  const fields = new Set([...KNOWN_FIELD_NAMES, ...custom]);
  return sortProblems([
    ...definitions.problems,
    ...lintBrand(options),
    ...lintTies(sequences),
    ...sequences.flatMap((sequence) => [
      ...lintMechanics(sequence, options),
      ...lintWords(sequence, { lintTemplate, fields, hasModel: options.hasModel }),
    ]),
  ]);
}

interface Tools {
  readonly lintTemplate: TemplateLinter;
  readonly fields: ReadonlySet<string>;
  readonly hasModel: boolean;
}

function lintWords(sequence: LoadedSequence, tools: Tools): readonly DefinitionProblem[] {
  const steps: readonly LintedStep[] = sequence.definition.steps.flatMap((step) => {
    const places = sequence.places.get(step.id);
    return places === undefined ? [] : [{ step, places }];
  });
  return [
    ...lintSubjects(steps),
    ...steps.flatMap((step) => [
      ...lintMode(sequence, step, tools),
      ...lintTemplates(step, tools),
      ...lintBody(step),
    ]),
  ];
}

/** D3: a model fills one gap, and there must be a model. A step that waits for one is no mistake: `[ai]` may come later. */
function lintMode(
  sequence: LoadedSequence,
  { step, places }: LintedStep,
  { hasModel }: Tools,
): readonly DefinitionProblem[] {
  const { mode } = step.copy;
  if (mode === 'fixed') return [];
  const { file } = places;
  const gaps = countGaps(places.body.text);
  const missing =
    hasModel || sequence.definition.status !== 'active'
      ? []
      : [
          problemAt(
            { file, line: places.mode?.line ?? places.body.line, column: places.mode?.column ?? 1 },
            {
              severity: 'warning',
              code: 'no_model',
              message: `Mode: ${mode}, and no model is set up: this step waits`,
              fix: 'set [ai] in headgate.toml, or write the whole text and set Mode: fixed',
            },
          ),
        ];
  if (gaps === 1) return missing;
  const place = { file, line: places.body.line, column: 1 };
  const message = gaps === 0 ? `Mode: ${mode}, and no {{ ai }}` : `${String(gaps)} gaps for one model`;
  const fix = 'write {{ ai }} once, where its words go';
  return [...missing, problemAt(place, { severity: 'error', code: 'one_gap', message, fix })];
}

function lintTemplates({ step, places }: LintedStep, tools: Tools): readonly DefinitionProblem[] {
  const maybeEmpty = new Set([...tools.fields].filter((field) => !NEVER_EMPTY.has(field)));
  const lintPart = (part: PlacedText | null, hasModel: boolean, seen: ReadonlySet<string>) =>
    part === null
      ? []
      : tools.lintTemplate(
          { ...part, file: places.file },
          { fields: tools.fields, maybeEmpty: seen, hasModel },
        );
  return [
    ...lintPart(places.subject, false, maybeEmpty),
    ...lintPart(places.preheader, false, maybeEmpty),
    // Only the writer reads the briefing, and it can do without a field.
    ...lintPart(places.briefing, false, new Set()),
    ...lintPart(places.body, step.copy.mode !== 'fixed', maybeEmpty),
  ];
}
