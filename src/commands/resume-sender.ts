import { nearestWord } from '../core/nearest.ts';
import { isSameAddress } from '../core/senders/sender.ts';
import { pausedSenders, resumeSender } from '../store/senders.ts';
import { agrees } from './ask.ts';
import { recordAct } from './audit/record.ts';
import type { Outcome } from './cli-context.ts';
import { writeAsPerson, type OperatorState } from './operator-state.ts';
import { usageError } from './options.ts';
import { escapeText } from './output/text.ts';
import { formatDateTime } from './output/time.ts';

/**
 * `resume --sender ADDRESS`: a person has looked at why a sender was paused (D6); it sends again, and what bounced or was complained
 * about before counts no more. Shows the reason first and asks, or `--yes`. Throws 64 for an address that is no sender.
 */
export async function resumeOneSender(state: OperatorState, typed: string): Promise<Outcome> {
  const { db, invocation, now, workspace } = state;
  const paused = pausedSenders(db);
  const known = [...workspace.senders.all.map((sender) => sender.address), ...paused.keys()];
  const address = known.find((each) => isSameAddress(each, typed.trim()));
  if (address === undefined) {
    const nearest = nearestWord(typed, known) ?? known[0] ?? '';
    throw usageError(`${JSON.stringify(typed)} is no sender`, `headgate resume --sender ${nearest}`);
  }
  const pause = paused.get(address.toLowerCase());
  if (pause === undefined) return notPaused(address);
  const since = formatDateTime(pause.at, workspace.policy.timezone);
  const lines = ['', ` ${escapeText(address)} is paused since ${since}: ${escapeText(pause.reason)}`];
  if (!(await agrees(invocation, { lines, question: ' Let it send again?' })))
    return outcomeOf(address, { isPaused: true, reason: pause.reason });
  writeAsPerson(state, () => {
    resumeSender(db, address, now);
    recordAct(state, { kind: 'sender_resumed' });
  });
  return outcomeOf(address, { isPaused: false, reason: pause.reason });
}

function notPaused(address: string): Outcome {
  return {
    exit: 'OK',
    document: { items: [] },
    human: ` ${escapeText(address)} is not paused.`,
    message: 'not_paused',
  };
}

function outcomeOf(address: string, { isPaused, reason }: { isPaused: boolean; reason: string }): Outcome {
  const next = isPaused ? [`headgate resume --sender ${address}`] : ['headgate status'];
  return {
    exit: 'OK',
    document: { items: [{ sender: address, paused: isPaused, reason }], next },
    human: isPaused
      ? ' Still paused.'
      : ` ${escapeText(address)} sends again; what came back before counts no more.`,
    ...(isPaused ? { message: 'declined' } : {}),
  };
}
