import { shortHash } from '../../core/audit/entry.ts';
import type { AuditBreak, AuditFault, CutOff, TrailVerdict, Verification } from '../../core/audit/verify.ts';
import type { Terminal } from '../output/terminal.ts';
import { countOf, escapeText } from '../output/text.ts';
import { formatDateTime } from '../output/time.ts';

/** What stood outside of the state to hold the trail against. */
export interface OutsideCount {
  readonly stamp: number;
  readonly journal: number;
}

const SHOWN_MAX = 10;

/** `audit verify` for a person: the verdict first, then every place that one must know of. */
export function verificationLines(
  terminal: Terminal,
  of: {
    readonly verification: Verification;
    readonly verdict: TrailVerdict;
    readonly counted: OutsideCount;
    readonly timezone: string;
  },
): readonly string[] {
  const { verification, verdict, counted, timezone } = of;
  const { head, breaks, cutOff } = verification;
  return [
    '',
    ` ${terminal.bold('AUDIT')}  ${verdictText(terminal, verification, verdict)}`,
    ...(head === null ? [] : [`   Head      entry ${String(head.number)}, ${shortHash(head)}`]),
    `   Outside   ${outsideText(counted)}`,
    ...breaks.slice(-SHOWN_MAX).flatMap((each, index) => breakLines(terminal, each, { index, timezone })),
    ...(breaks.length > SHOWN_MAX
      ? [`             and ${String(breaks.length - SHOWN_MAX)} before them`]
      : []),
    ...(verdict === 'restored' && cutOff !== null ? pendingLines(cutOff, head?.number ?? 0) : []),
    ...(verdict === 'tampered' ? faultLines(terminal, verification) : []),
    '',
  ];
}

function verdictText(
  terminal: Terminal,
  { entries, faultCount }: Verification,
  verdict: TrailVerdict,
): string {
  const counts = countOf(entries, 'entry', 'entries');
  const { symbols } = terminal;
  if (verdict === 'restored')
    return `${terminal.yellow(`${symbols.warning} RESTORED, adopt pending`)}: ${counts} are whole`;
  if (verdict === 'tampered')
    return `${terminal.red(`${symbols.problem} NOT WHOLE`)}: ${countOf(faultCount, 'fault')} in ${counts}`;
  return `${symbols.ok} whole, ${counts}`;
}

function pendingLines({ last, sources }: CutOff, end: number): readonly string[] {
  const gone = last - end;
  return [
    `   Gone      ${countOf(gone, 'entry', 'entries')} ${gone === 1 ? 'is' : 'are'} gone, up to ${String(last)}`,
    `   Known by  ${sources.join(', ')}`,
    '',
    ' An older copy took the place of this state. Nothing leaves until a person',
    ' accepts it.',
    ' Do      headgate adopt   records the break',
    '         if nobody restored one: copy the state folder away first, and find',
    '         out who could write to it',
  ];
}

function faultLines(terminal: Terminal, { faults, faultCount }: Verification): readonly string[] {
  return [
    '',
    ...faults.slice(0, SHOWN_MAX).map((fault) => faultLine(terminal, fault)),
    ...(faultCount > SHOWN_MAX ? [`   and ${String(faultCount - SHOWN_MAX)} more: --json`] : []),
    ...FAULT_ADVICE,
  ];
}

const FAULT_ADVICE = [
  '',
  ' Somebody wrote into the state by another way than this program.',
  ' Do      copy the whole state folder away as it is, before anything else',
  '         find out who could write to it',
  '         headgate restore FILE   a copy from before; the break is recorded',
];

function outsideText({ stamp, journal }: OutsideCount): string {
  const known = [
    ...(stamp > 0 ? ['stamp.json'] : []),
    ...(journal > 0 ? [`${countOf(journal, 'line')} of the send journal`] : []),
  ];
  return known.length === 0 ? 'nobody else knows where it ended' : `held against ${known.join(' and ')}`;
}

function breakLines(
  terminal: Terminal,
  { number, kind, at, actor, missing, outsideNumber }: AuditBreak,
  { index, timezone }: { readonly index: number; readonly timezone: string },
): readonly string[] {
  const label = index === 0 ? '   Breaks    ' : '             ';
  const when = `${formatDateTime(at, timezone)} by ${escapeText(actor)}`;
  const gone =
    missing > 0
      ? [
          `               ${countOf(missing, 'entry', 'entries')} before it are gone, up to ${String(outsideNumber)}`,
        ]
      : [];
  return [
    `${label}${terminal.yellow(`${terminal.symbols.warning} ${kind}`)}, entry ${String(number)}`,
    `               ${when}`,
    ...gone,
  ];
}

function faultLine(terminal: Terminal, { number, fault, detail }: AuditFault): string {
  return `   ${terminal.red(`entry ${String(number)}`)}  ${fault.replace('_', ' ')}: ${escapeText(detail)}`;
}
