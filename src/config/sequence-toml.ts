import { parse, TomlError } from 'smol-toml';

import type { SendWindow, SequenceDefinition, SequenceKind } from '../core/model.ts';
import { parseMailbox } from './check-mail.ts';
import { nearestWord } from '../core/nearest.ts';
import { hasErrors, problemAt, quoteValue, wholeFile } from './sequence-problem.ts';
import type { DefinitionProblem } from './sequence-problem.ts';
import { readDuration, readId, readSteps } from './sequence-steps.ts';
import type { StepMechanics } from './sequence-steps.ts';
import { isTable, readTable } from './sequence-table.ts';
import type { TableReader } from './sequence-table.ts';
import { NO_TRIGGER, readTrigger } from './sequence-trigger.ts';
import { readWindow } from './sequence-window.ts';
import { createTomlLocator } from './toml-locator.ts';
import type { TomlLocator } from './toml-locator.ts';

export type SequenceMechanics = Omit<SequenceDefinition, 'steps'>;

export interface ParsedSequence {
  /** Null when the file has an error. */
  readonly mechanics: SequenceMechanics | null;
  /** Every step whose id could be read, also when the file has errors elsewhere. */
  readonly steps: readonly StepMechanics[];
  readonly problems: readonly DefinitionProblem[];
}

export interface SequenceText {
  /** Name of the folder: the sequence's permanent name. */
  readonly id: string;
  /** How messages name the file. */
  readonly file: string;
  /** Line breaks as `\n`. */
  readonly text: string;
}

const TITLE_CHARACTERS_MAX = 200;
const DESCRIPTION_CHARACTERS_MAX = 2_000;
const MAILBOX_CHARACTERS_MAX = 320;

/**
 * Reads `sequence.toml` (cli.md 2.7, B1, C2, C3). `campaigns` are the names under `campaigns/`. Complains about
 * everything at once, with file, line and column; unknown keys are refused with the nearest right one.
 */
export function parseSequenceToml(source: SequenceText, campaigns: ReadonlySet<string>): ParsedSequence {
  const parsed = parseToml(source);
  if (!('table' in parsed)) return { mechanics: null, steps: [], problems: [parsed] };
  const problems: DefinitionProblem[] = [];
  const locate = lazyLocator(source.text);
  const reader = readTable(parsed.table, [], { file: source.file, locate, problems });
  const head = readHead(reader, source.id);
  const campaign = readCampaign(reader, campaigns);
  const triggerTable = reader.table('trigger');
  const trigger = triggerTable === null ? NO_TRIGGER : readTrigger(triggerTable, head.kind);
  const send = readSend(reader.table('send'));
  const steps = readSteps(reader, head.kind);
  reader.finish();
  const mechanics = { id: source.id, ...head, campaign, trigger, ...send };
  return { mechanics: hasErrors(problems) ? null : mechanics, steps, problems };
}

/** Builds the index of a TOML text when it is first asked for. */
export function lazyLocator(text: string): TomlLocator {
  let locator: TomlLocator | null = null;
  return (path) => {
    locator ??= createTomlLocator(text);
    return locator(path);
  };
}

function parseToml(
  source: SequenceText,
): { readonly table: Readonly<Record<string, unknown>> } | DefinitionProblem {
  try {
    const table: unknown = parse(source.text, { integersAsBigInt: true });
    // The parser's own type is an object already; this only makes the compiler see it without a cast.
    return { table: isTable(table) ? table : {} };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = (error.message.split('\n')[0] ?? '').replace('Invalid TOML document: ', '');
    const place = { ...wholeFile(source.file), line: error.line, column: error.column };
    return problemAt(place, { code: 'syntax', message: `this is not TOML: ${message}` });
  }
}

function readHead(reader: TableReader, id: string) {
  const kind: SequenceKind = reader.choice('kind', ['drip', 'nurture'], 'drip');
  return {
    title: reader.text('name', { maximumLength: TITLE_CHARACTERS_MAX }) ?? id,
    description: reader.text('description', { maximumLength: DESCRIPTION_CHARACTERS_MAX, multiLine: true }),
    status: reader.choice('status', ['draft', 'active', 'paused', 'archived'], 'draft'),
    kind,
    approve: reader.choice('approve', ['ask', 'auto'], 'ask'),
    gap: reader.choice('gap', ['planned', 'watermark'], 'planned'),
    late: reader.choice('late', ['ask', 'skip', 'restart'], 'ask'),
    maxLateMs: readDuration(reader, 'max_late'),
    renamedFrom: reader.has('renamed_from') ? readId(reader, 'renamed_from') : null,
  };
}

function readCampaign(reader: TableReader, campaigns: ReadonlySet<string>): string | null {
  if (!reader.has('campaign')) return null;
  const campaign = readId(reader, 'campaign');
  if (campaign === null || campaigns.has(campaign)) return campaign;
  const nearest = nearestWord(campaign, campaigns);
  reader.complain('campaign', {
    code: 'unknown_campaign',
    message: `there is no campaigns/${campaign}.md`,
    fix: nearest === null ? 'write the file or remove the line' : `did you mean "${nearest}"?`,
  });
  return campaign;
}

function readSend(send: TableReader | null): {
  readonly from: string | null;
  readonly replyTo: string | null;
  readonly window: SendWindow | null;
} {
  if (send === null) return { from: null, replyTo: null, window: null };
  const window = send.table('window');
  const result = {
    from: readMailbox(send, 'from'),
    replyTo: readMailbox(send, 'reply_to'),
    window: window === null ? null : readWindow(window),
  };
  send.finish();
  return result;
}

function readMailbox(send: TableReader, key: string): string | null {
  const text = send.text(key, { maximumLength: MAILBOX_CHARACTERS_MAX });
  if (text === null || parseMailbox(text) !== null) return text;
  send.complain(key, {
    code: 'mailbox',
    message: `${key} is ${quoteValue(text)}, expected one address, such as "Tom at Ledd <tom@example.com>"`,
  });
  return null;
}
