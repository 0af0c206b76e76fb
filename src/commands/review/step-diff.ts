import { templateFields } from '../../core/template-fields.ts';
import { leadByRowId } from '../../store/leads.ts';
import type { StoredMessage } from '../../store/messages.ts';
import type { Terminal } from '../output/terminal.ts';
import { senderFields } from '../workspace.ts';
import { paneLines, type PaneLine } from './card-text.ts';
import type { Desk } from './desk.ts';
import { diffLines, type DiffLine } from './line-diff.ts';

/** `d`: how a draft differs from what its step would say to this lead now, as applied: somebody edited one of the two. */
export async function stepDiffLines(
  terminal: Terminal,
  desk: Desk,
  message: StoredMessage,
): Promise<readonly PaneLine[]> {
  const lead = leadByRowId(desk.engine.db, message.leadRowId);
  const step = [...desk.engine.sequences.values()]
    .find((sequence) => sequence.id === message.sequenceId)
    ?.steps.find((each) => each.rowId === message.stepRowId);
  if (lead === null || step === undefined) return says('Its step is gone.');
  if (step.copy.mode !== 'fixed')
    return says('Its words were written by a model: there is no copy to compare them with.');
  const { createLiquidRenderer } = await import('../../adapters/liquid-renderer.ts');
  const renderer = await createLiquidRenderer();
  const sender = senderFields(desk.state.workspace);
  const result = renderer.render(step.copy, templateFields(lead, sender));
  if (result.kind === 'problem') return says(`The step cannot be written now: ${result.detail}`);
  const { subject, bodyMarkdown } = result.copy;
  const lines = diffLines(
    `Subject: ${subject}\n\n${bodyMarkdown.trimEnd()}`,
    `Subject: ${message.subject ?? ''}\n\n${(message.bodyMarkdown ?? '').trimEnd()}`,
  );
  if (lines === null) return says('The texts are too long to be compared here.');
  if (lines.every(({ mark }) => mark === ' ')) return says('The draft is exactly the copy of its step.');
  return lines.flatMap((line) => painted(terminal, line));

  function says(text: string): readonly PaneLine[] {
    return paneLines(terminal, text);
  }
}

/** A line of the comparison; what did not change is plain. */
function painted(terminal: Terminal, { mark, text }: DiffLine): readonly PaneLine[] {
  const lines = paneLines(terminal, `${mark} ${text}`);
  if (mark === ' ') return lines;
  const paint = (line: string): string => (mark === '-' ? terminal.red(line) : terminal.green(line));
  return lines.map((line) => ({ ...line, paint }));
}
