import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

import { HeadgateError } from '../core/errors.ts';
import { readSuppressionList, type SuppressionList } from '../core/suppression-list.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { recordAct } from './audit/record.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { argument, flagOption } from './options.ts';
import { countOf, escapeText } from './output/text.ts';
import { suppress, type Suppressed } from './suppressions/suppress.ts';

const FILE_BYTES_MAX = 67_108_864;
/** Of one transaction: a run that waits for the state waits no longer than that. */
const ADDRESSES_PER_BATCH = 1_000;
const REFUSED_SHOWN_MAX = 20;

/**
 * `suppressions import FILE|-`: addresses that must never receive anything, as another system exports them. What is on the list stays as
 * it is; importing twice changes nothing (E7). Ends 32 when rows held no address, the others being stored; 65 when none did.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const list = readSuppressionList(await textOf(invocation));
  const isPreview = flagOption(invocation, 'preview');
  if (isPreview) return outcomeOf(list, { done: [], isPreview });
  return withState(invocation, 'write', (state) => {
    const done: Suppressed[] = [];
    const { length } = list.addresses;
    for (let start = 0; start < length; start += ADDRESSES_PER_BATCH) {
      const batch = list.addresses.slice(start, start + ADDRESSES_PER_BATCH);
      writeAsPerson(state, () => {
        done.push(...batch.map((address) => suppress(state, address)));
        if (start + ADDRESSES_PER_BATCH >= length) recordImport(state, list, done);
      });
    }
    return outcomeOf(list, { done, isPreview });
  });
}

/** A13: one entry for the whole list, with its last batch. */
function recordImport(state: OperatorState, { refused }: SuppressionList, done: readonly Suppressed[]): void {
  const added = done.filter(({ isNew }) => isNew).length;
  const cancelled = done.reduce((sum, each) => sum + each.cancelled, 0);
  const detail = { addresses: done.length, added, cancelled, refused: refused.length };
  recordAct(state, { kind: 'suppressions_imported', detail });
}

function outcomeOf(
  { addresses, refused }: SuppressionList,
  { done, isPreview }: { done: readonly Suppressed[]; isPreview: boolean },
): Outcome {
  const added = done.filter(({ isNew }) => isNew).length;
  const cancelled = done.reduce((sum, each) => sum + each.cancelled, 0);
  const counts = {
    addresses: addresses.length,
    added,
    already_there: done.length - added,
    cancelled,
    refused: refused.length,
  };
  const exit = refused.length === 0 ? 'OK' : addresses.length === 0 ? 'DATAERR' : 'PARTIAL';
  const shown = refused.slice(0, REFUSED_SHOWN_MAX);
  const lines = isPreview
    ? [` ${countOf(addresses.length, 'address', 'addresses')} would be suppressed.`]
    : [
        ` ${countOf(added, 'address', 'addresses')} suppressed, ${String(counts.already_there)} on the list already; ${countOf(cancelled, 'enrollment')} cancelled.`,
      ];
  return {
    exit,
    document: { counts, items: shown.map(({ line, problem }) => ({ line, problem })) },
    human: [
      ...lines,
      ...shown.map(({ line, problem }) => `   line ${String(line)}: ${escapeText(problem)}`),
    ].join('\n'),
    message: refused.length === 0 ? null : `${countOf(refused.length, 'row')} without an address`,
  };
}

async function textOf(invocation: Invocation): Promise<string> {
  const typed = argument(invocation, 0) ?? '-';
  const { io, cwd } = invocation.context;
  if (typed === '-') return io.stdin.readAll();
  const path = resolve(cwd, typed);
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > FILE_BYTES_MAX)
      throw unreadable(path, 'it is not a regular file of up to 64 MB');
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof HeadgateError || !(error instanceof Error) || !('code' in error)) throw error;
    throw unreadable(path, String(error.code));
  }
}

function unreadable(path: string, why: string): HeadgateError {
  return new HeadgateError(`${path} cannot be read: ${why}`, {
    code: 'list_unreadable',
    exit: 'DATAERR',
    notDone: 'Nobody was suppressed.',
    fix: 'headgate suppressions import FILE   with one address to a line, or a CSV with the column email',
  });
}
