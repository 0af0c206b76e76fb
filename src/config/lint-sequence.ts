import type { SendWindow } from '../core/model.ts';
import type { WorkingHours } from '../core/policy.ts';
import { customFieldName } from '../core/template-fields.ts';
import { WHERE_FIELD_NAMES } from '../core/lead-fields.ts';
import { validateWindow } from '../core/time/windows.ts';
import { parseMailbox } from './check-mail.ts';
import type { LoadedSequence } from './definitions.ts';
import { nearestWord } from '../core/nearest.ts';
import { problemAt, quoteValue, wholeFile } from './sequence-problem.ts';
import type { Complaint, DefinitionProblem } from './sequence-problem.ts';
import { placeInToml } from './sequence-set.ts';

/** What lint knows of the workspace beyond the definition files. */
export interface LintOptions {
  /** Names of further columns that stored leads have (as in the lead file); empty for none or no state. */
  readonly customFields: readonly string[];
  /** From brand.toml; null when it was not read. `domains` are those that mail may come from. */
  readonly brand: { readonly postalAddress: string | null; readonly domains: readonly string[] } | null;
  /** A11: the hours in which anything may be sent; null leaves out the check that a window ever meets them. */
  readonly hours: WorkingHours | null;
  /** Whether a model is set up that could write (`[ai]`). */
  readonly hasModel: boolean;
}

/** What is wrong or doubtful in one sequence's mechanics. */
export function lintMechanics(sequence: LoadedSequence, options: LintOptions): readonly DefinitionProblem[] {
  const { definition } = sequence;
  const problems: DefinitionProblem[] = [];
  const complain = (path: readonly string[], complaint: Complaint): void => {
    problems.push(problemAt(placeInToml(sequence, path), complaint));
  };
  if (definition.steps.length === 0) complain([], EMPTY_SEQUENCE);
  if (definition.gap === 'watermark' && !definition.steps.some((step) => step.timing.kind === 'day')) {
    complain(['gap'], GAP_WITHOUT_DAY);
  }
  if (definition.status === 'active' && definition.kind === 'drip' && !canMatch(sequence)) {
    complain(['trigger'], NO_TRIGGER_LINE);
  }
  lintSender(sequence, options, complain);
  lintWindows(sequence, options.hours, complain);
  lintWhere(sequence, options.customFields, complain);
  return problems;
}

/** A missing postal address is one problem of the workspace, not one of each sequence (D10). */
export function lintBrand(options: LintOptions): readonly DefinitionProblem[] {
  if (options.brand === null || (options.brand.postalAddress ?? '').trim() !== '') return [];
  return [
    problemAt(wholeFile('brand.toml'), {
      severity: 'warning',
      code: 'no_postal_address',
      message: 'no postal address: every mail must carry one',
      fix: 'set postal_address',
    }),
  ];
}

type Complain = (path: readonly string[], complaint: Complaint) => void;

const EMPTY_SEQUENCE: Complaint = {
  severity: 'warning',
  code: 'empty_sequence',
  message: 'no step: the sequence enrolls nobody',
  fix: 'add a [[step]] and its file',
};

const GAP_WITHOUT_DAY: Complaint = {
  severity: 'warning',
  code: 'gap_without_day',
  message: 'gap has no effect: only steps timed by day have a planned gap',
  fix: 'remove the line',
};

const NO_TRIGGER_LINE: Complaint = {
  severity: 'warning',
  code: 'no_trigger',
  message: 'active, but no line of [trigger] can match a lead',
  fix: 'add form, source, platform, notes_contain, tags, where or catch_all',
};

function canMatch({ definition: { trigger } }: LoadedSequence): boolean {
  const lines = [trigger.forms, trigger.sources, trigger.platforms, trigger.notesContain, trigger.tags];
  return trigger.catchAll || trigger.where.length > 0 || lines.some((line) => line.length > 0);
}

/** hardening 58: a sender outside the brand's domains would fail SPF and DKIM alignment. */
function lintSender(sequence: LoadedSequence, options: LintOptions, complain: Complain): void {
  const { from } = sequence.definition;
  if (from === null || options.brand === null) return;
  const address = parseMailbox(from)?.address ?? '';
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const { domains } = options.brand;
  if (domains.includes(domain)) return;
  complain(['send', 'from'], {
    code: 'from_domain',
    message: `mail may not come from ${quoteValue(domain)}`,
    fix: `use ${domains.join(' or ')}, or add the domain to brand.toml`,
  });
}

function lintWindows(sequence: LoadedSequence, hours: WorkingHours | null, complain: Complain): void {
  if (hours === null) return;
  const judge = (window: SendWindow | null, path: readonly string[]): void => {
    const problem = window === null ? null : validateWindow(window, hours);
    if (problem !== null) {
      complain(path, {
        code: 'window',
        message: problem,
        fix: 'widen the window, or hours in headgate.toml',
      });
    }
  };
  judge(sequence.definition.window, ['send', 'window']);
  sequence.definition.steps.forEach((step, index) => judge(step.window, ['step', String(index), 'window']));
}

function lintWhere(sequence: LoadedSequence, customFields: readonly string[], complain: Complain): void {
  const known = new Set([...WHERE_FIELD_NAMES, ...customFields, ...customFields.map(customFieldName)]);
  for (const { field } of sequence.definition.trigger.where) {
    if (known.has(field)) continue;
    const nearest = nearestWord(field, known);
    complain(['trigger', 'where', field], {
      severity: 'warning',
      code: 'unknown_where_field',
      message: `no stored lead has a field ${quoteValue(field)}`,
      fix: nearest === null ? 'check the column in the lead file' : `did you mean ${nearest}?`,
    });
  }
}
