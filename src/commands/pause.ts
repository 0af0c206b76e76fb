import { existsSync } from 'node:fs';

import { readStop, writeStop, type Stop } from '../adapters/stop-file.ts';
import { findWorkspace } from '../config/paths.ts';
import { cleanLine } from '../core/clean-text.ts';
import { formatInstant } from '../core/time/instants.ts';
import { missingState } from '../store/state-faults.ts';
import { recordBeside } from './audit/record-beside.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { textOption } from './options.ts';
import type { Terminal } from './output/terminal.ts';
import { escapeText } from './output/text.ts';
import { workspaceQuestion } from './workspace.ts';

const REASON_CHARACTERS_MAX = 500;

/**
 * `pause`: stops drip, nurture, send and confirm at once, approved drafts included (A10). It only makes the file STOP:
 * neither a damaged state nor a wrong configuration may stand in its way. Paused twice is paused; the first reason stays
 * unless a new one is given. Throws `state_missing` (30) when there is no state folder, 77 when it cannot be written.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const { stateDir, stampFile, databaseFile, stopFile } = findWorkspace(workspaceQuestion(invocation));
  if (!existsSync(stateDir)) throw missingState(databaseFile);
  const before = readStop(stopFile);
  const typed = textOption(invocation, 'reason');
  const reason = typed === null ? null : cleanLine(typed, REASON_CHARACTERS_MAX).text;
  if (before === null || (reason !== null && reason !== before.reason)) writeStop(stopFile, reason ?? '');
  const unrecorded = recordBeside(invocation, { databaseFile, stampFile }, { kind: 'paused' });
  const stop = readStop(stopFile) ?? { reason: reason ?? '', sinceAt: invocation.context.clock.now() };
  return Promise.resolve({
    exit: 'OK',
    document: {
      items: [
        {
          paused: true,
          reason: stop.reason === '' ? null : stop.reason,
          since_at: formatInstant(stop.sinceAt),
          was_paused: before !== null,
          file: stopFile,
          recorded: unrecorded === null,
        },
      ],
      next: ['headgate resume'],
    },
    human: (terminal) => pausedLines(terminal, stop, before !== null),
    notes: unrecorded === null ? [] : [unrecorded],
  });
}

function pausedLines(terminal: Terminal, stop: Stop, wasPaused: boolean): readonly string[] {
  const reason = stop.reason === '' ? '' : `  ${escapeText(stop.reason)}`;
  return [
    '',
    ` ${terminal.bold(wasPaused ? 'STILL PAUSED' : 'PAUSED')}${reason}`,
    '   drip, nurture, send and confirm refuse from now on, approved drafts included.',
    '',
    ' Next    headgate resume      shows first what is due',
    '',
  ];
}
