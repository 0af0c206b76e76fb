import { strongestExit, type ExitName } from '../core/exits.ts';
import type { DeliveryResult } from '../ports.ts';
import type { Outcome } from './cli-context.ts';
import { stoppedBy } from './engine/send-settling.ts';
import type { OperatorState } from './operator-state.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';
import type { SentTest } from './send-test.ts';
import type { UnwrittenStep } from './sequences-test.ts';

interface TestReport {
  readonly sequence: string;
  readonly to: string;
  readonly sent: readonly SentTest[];
  readonly unwritten: readonly UnwrittenStep[];
}

/** What became of each step's test, for a person and for programs. */
export function testOutcome({ workspace }: OperatorState, report: TestReport): Outcome {
  const { sequence, sent, unwritten } = report;
  const isLive = workspace.policy.live;
  const accepted = sent.filter(({ result }) => result.kind === 'accepted');
  const next = isLive || accepted.length === 0 ? [] : accepted.map(({ id }) => `headgate outbox open ${id}`);
  return {
    exit: strongestExit([
      ...sent.map(({ result }) => exitOf(result)),
      ...unwritten.map(() => 'PARTIAL' as const),
    ]),
    document: {
      items: [
        ...sent.map(({ id, step, subject, result }) => ({
          sequence,
          step,
          id,
          to: report.to,
          subject,
          outcome: result.kind,
          detail: detailOf(result),
        })),
        ...unwritten.map(({ step, problem }) => ({
          sequence,
          step,
          id: null,
          to: report.to,
          subject: null,
          outcome: 'not_written',
          detail: problem,
        })),
      ],
      live: isLive,
      next,
    },
    human: (terminal) => lines(terminal, { report, isLive, next }),
    message: accepted.length === sent.length ? null : 'not every test was sent',
  };
}

/** D4 for a test: no log-in and no quota are 69, a network that is down 75; what befell one mail is 32. */
function exitOf(result: DeliveryResult): ExitName {
  if (result.kind === 'accepted') return 'OK';
  if (result.kind === 'withdrawn') return 'PAUSED';
  const stopped = stoppedBy([{ result }]);
  if (stopped === null) return 'PARTIAL';
  return stopped.isFatal ? 'UNAVAILABLE' : 'TEMPFAIL';
}

function detailOf(result: DeliveryResult): string {
  if (result.kind === 'accepted' || result.kind === 'refused') return result.response;
  return result.kind === 'unknown' ? result.detail : 'called back: everything that sends was paused';
}

function lines(
  terminal: Terminal,
  { report, isLive, next }: { report: TestReport; isLive: boolean; next: readonly string[] },
): readonly string[] {
  const { ok, problem, warning, arrow } = terminal.symbols;
  const name = (step: string): string => `${escapeText(report.sequence)} ${arrow} ${escapeText(step)}`;
  const sent = report.sent.map(({ step, subject, result }) => {
    if (result.kind === 'accepted') return ` ${ok} ${name(step)}  ${escapeText(subject)}`;
    return ` ${problem} ${name(step)}  ${result.kind}: ${escapeText(detailOf(result))}`;
  });
  const unwritten = report.unwritten.map(
    ({ step, problem: why }) => ` ${warning} ${name(step)}  not written: ${escapeText(why)}`,
  );
  const accepted = report.sent.filter(({ result }) => result.kind === 'accepted').length;
  const where = isLive ? `to ${escapeText(report.to)}` : 'into the outbox: no mail leaves this machine';
  return [
    ...sent,
    ...unwritten,
    '',
    ` ${countOf(accepted, 'test')} sent ${where}. No lead and no counter was touched.`,
    ...next.slice(0, 1).map((command) => ` Next    ${command}`),
  ];
}
