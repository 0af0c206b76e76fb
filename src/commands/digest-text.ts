import { shortHash } from '../core/audit/entry.ts';
import { sparkline, type Attention, type Digest, type WaitingDraft } from '../core/digest/digest.ts';
import { comingTexts } from './forecast-text.ts';
import { modelDayTexts } from './output/model-cost.ts';
import { countOf, displayWidth, escapeText, padEnd, truncate } from './output/text.ts';
import type { TerminalSymbols } from './output/terminal.ts';
import { formatClock, formatDateTime, zoneLabel } from './output/time.ts';

/** How wide, and with which signs. */
export interface DigestLayout {
  /** Columns; null for a chat, which breaks lines itself. */
  readonly width: number | null;
  readonly ascii: boolean;
  readonly symbols: TerminalSymbols;
  readonly host: string;
  readonly timezone: string;
}

/** Room for a digest within one message of a chat (cli.md 2.5). */
const CHAT_TEXT_MAX = 3_500;
const CHAT_LINE_MAX = 160;
const LABEL_WIDTH = 11;

/** The digest as lines: what needs a person first, then what happened, then what comes. */
export function digestLines(digest: Digest, layout: DigestLayout): readonly string[] {
  const lines = [
    ...headLines(digest, layout),
    ...attentionLines(digest, layout),
    ...waitingLines(digest, layout),
    '',
    ...sectionOf('Yesterday', yesterdayParts(digest), layout),
    ...volumeLines(digest, layout),
    ...sectionOf('Today', todayParts(digest, layout), layout),
    ...aheadLines(digest, layout),
    ...auditLines(digest, layout),
    ...nextLines(digest, layout),
  ];
  return layout.width === null ? withinChat(lines) : lines;
}

/** A13: for whoever compares it later with `audit verify`. */
function auditLines({ facts: { audit } }: Digest, layout: DigestLayout): readonly string[] {
  return audit === undefined
    ? []
    : sectionOf('Audit', [`entry ${String(audit.number)}, ${shortHash(audit)}`], layout);
}

/** What a chat has no room for is counted, not cut in the middle. */
function withinChat(lines: readonly string[]): readonly string[] {
  let length = 0;
  const fitting = lines.filter((line) => (length += line.length + 1) <= CHAT_TEXT_MAX);
  const rest = lines.length - fitting.length;
  return rest === 0 ? lines : [...fitting, `and ${countOf(rest, 'more line')}: headgate digest --to stdout`];
}

function headLines({ facts, attention }: Digest, layout: DigestLayout): readonly string[] {
  const at = formatDateTime(facts.at, layout.timezone);
  const mood =
    attention.length === 0 ? 'all timers on time' : `${countOf(attention.length, 'thing')} to look at`;
  const live = facts.isLive ? '' : ', not live';
  const left = layout.width === null ? `Digest ${at}` : `HEADGATE  ${escapeText(layout.host)}  ${at}`;
  return [...row({ left, right: `${mood}${live}`, indent: 0 }, layout), ''];
}

function attentionLines({ attention }: Digest, layout: DigestLayout): readonly string[] {
  if (attention.length === 0) return [];
  const { symbols } = layout;
  const lines = attention.flatMap((each) => {
    const [what, how] = attentionText(each, layout);
    return [
      ...folded(`${symbols.warning} ${what}`, { layout, indent: 2 }),
      ...(how === null ? [] : folded(how, { layout, indent: 4 })),
    ];
  });
  return [indented('Needs you', 0, layout), ...lines, ''];
}

/** What is the matter, and what to type. */
function attentionText(
  attention: Attention,
  { symbols, timezone }: DigestLayout,
): readonly [string, string | null] {
  switch (attention.kind) {
    case 'paused':
      return [
        `everything is paused${attention.reason === '' ? '' : `: ${attention.reason}`}`,
        'headgate resume',
      ];
    case 'doubt':
      return [`${attention.jobs.join(', ')} in doubt: ${attention.detail}`, 'headgate status'];
    case 'hold': {
      const batch = attention.jobs.length === 0 ? '' : `, a whole batch of ${attention.jobs.join(' and ')}`;
      return [`${countOf(attention.held, 'message')} held${batch}`, 'headgate review list --state held'];
    }
    case 'uncertain':
      return [
        `${countOf(attention.count, 'send')} uncertain: perhaps delivered, never repeated`,
        'headgate review list --state uncertain',
      ];
    case 'vetoed':
      return [`${attention.jobs.join(', ')} vetoed: previews only until you confirm`, 'headgate confirm'];
    case 'late':
      return [
        `${attention.job} is late ${symbols.dash} its last success was ${formatDateTime(attention.lastSuccessAt, timezone)}`,
        'headgate status',
      ];
    case 'stuck':
      return [`${attention.job} ended 75 three times in a row`, `headgate runs list`];
    case 'sender':
      return attention.isPaused
        ? [
            `${attention.address} is paused: ${attention.detail}`,
            `headgate resume --sender ${attention.address}`,
          ]
        : [`${attention.address}: ${attention.detail}`, null];
    case 'lost_sender':
      return [
        `${attention.address} is in no [[sender]] block: ${countOf(attention.leads, 'lead')} wait until one takes_over it`,
        null,
      ];
    case 'untold':
      return [`${countOf(attention.count, 'alert')} that no channel took yet`, 'headgate status'];
  }
}

function waitingLines({ facts }: Digest, layout: DigestLayout): readonly string[] {
  const { waiting, approved } = facts;
  const leaves =
    approved.nextLeavesAt === null
      ? ''
      : approved.nextLeavesAt <= facts.at
        ? ', the first leaves with the next send'
        : `, the first leaves ${formatClock(approved.nextLeavesAt, layout.timezone)} ${zoneLabel(layout.timezone)}`;
  const head =
    waiting.total === 0
      ? 'No draft waits for you'
      : `${countOf(waiting.total, 'draft')} ${waiting.total === 1 ? 'waits' : 'wait'} for you`;
  const more = waiting.total - waiting.first.length;
  return [
    indented(head, 0, layout),
    ...(waiting.first.length === 0 ? [] : ['']),
    ...waiting.first.flatMap((draft, index) => draftLines(draft, index + 1, layout)),
    ...(more > 0 ? [indented(`and ${String(more)} more`, 2, layout)] : []),
    ...(approved.count > 0 ? [indented(`${String(approved.count)} approved${leaves}`, 0, layout)] : []),
  ];
}

/** One draft that waits: who, which step, the subject and how it begins. */
export function draftLines(draft: WaitingDraft, number: number, layout: DigestLayout): readonly string[] {
  const { symbols } = layout;
  const who = [draft.leadName, ...(draft.company === null ? [] : [draft.company])].map(escapeText).join(', ');
  const step = `${draft.sequenceId} ${symbols.arrow} ${draft.stepId}`;
  const opening = escapeText(draft.opening.replaceAll(/\s+/g, ' ').trim());
  const quote = layout.ascii ? ['"', '"'] : ['“', '”'];
  const room = (layout.width ?? CHAT_LINE_MAX) - 8;
  return [
    ...row({ left: `${String(number)}  ${who}`, right: step, indent: 2 }, layout),
    indented(truncate(escapeText(draft.subject), room, symbols.ellipsis), 5, layout),
    ...(opening === ''
      ? []
      : [
          indented(
            `${quote[0] ?? ''}${truncate(opening, room - 2, symbols.ellipsis)}${quote[1] ?? ''}`,
            5,
            layout,
          ),
        ]),
  ];
}

const REPLIES_NAMED_MAX = 3;

function yesterdayParts({ facts }: Digest): readonly string[] {
  const { drafted, sent, failed, replies, bounced, complained, unsubscribed, model } = facts.yesterday;
  const named = replies.slice(0, REPLIES_NAMED_MAX).map(escapeText).join('; ');
  const more = replies.length > REPLIES_NAMED_MAX ? '; …' : '';
  return [
    `${String(drafted)} drafted`,
    `${String(sent)} sent`,
    `${countOf(replies.length, 'reply', 'replies')}${named === '' ? '' : ` (${named}${more})`}`,
    `${String(bounced)} bounced`,
    `${String(unsubscribed)} unsubscribed`,
    ...(complained > 0 ? [`${String(complained)} complained`] : []),
    ...(failed > 0 ? [`${String(failed)} failed`] : []),
    ...modelDayTexts(model),
  ];
}

/** Each job that ever made anything, against its hold line (A8). */
function volumeLines({ facts }: Digest, layout: DigestLayout): readonly string[] {
  const shown = facts.volume.filter(({ job, days }) => job === 'drip' || days.some((count) => count > 0));
  return shown.flatMap(({ job, days, mean, line }, index) => {
    const today = days.at(-1) ?? 0;
    const bars = sparkline(days, { ascii: layout.ascii });
    const text = `${bars}  ${job} ${String(today)} today against ${mean.toFixed(1)} a day, hold line ${line.toFixed(1)}`;
    return sectionOf(index === 0 ? 'Volume' : '', [text], layout);
  });
}

function todayParts({ facts, draftsAhead }: Digest, { symbols }: DigestLayout): readonly string[] {
  const busy = facts.forecast.filter(({ restsFor, drafts }) => restsFor === null && drafts > 0);
  const resting = facts.forecast.flatMap(({ job, restsFor }) =>
    restsFor === null ? [] : [`${job} rests: ${restsFor.replaceAll('_', ' ')}`],
  );
  const by = busy.map(({ job, drafts }) => `${job} ${String(drafts)}`).join(', ');
  const ahead =
    draftsAhead === 0 ? 'nothing more is due now' : `up to ${String(draftsAhead)} more now (${by})`;
  const rest =
    facts.restInDays === null || facts.restInDays === 0
      ? []
      : [`rest in ${countOf(facts.restInDays, 'day')}`];
  return [
    ...(busy.length > 0 || resting.length < facts.forecast.length ? [ahead] : []),
    ...resting,
    ...rest,
  ].map((part) => part.replaceAll('…', symbols.ellipsis));
}

/** Emails of the coming days; in doubt or paused there is nothing to foretell. */
function aheadLines({ facts }: Digest, layout: DigestLayout): readonly string[] {
  const isKept = facts.pausedReason !== null || facts.doubts.some(({ job }) => job === 'drip');
  const texts = isKept ? [] : comingTexts(facts.coming);
  return texts.length === 0 ? [] : sectionOf('Ahead', texts, layout);
}

function nextLines({ facts }: Digest, layout: DigestLayout): readonly string[] {
  return facts.waiting.total === 0 ? [] : ['', ...sectionOf('Next', ['headgate review'], layout)];
}

/** A label and its parts, broken between parts. */
function sectionOf(label: string, parts: readonly string[], layout: DigestLayout): readonly string[] {
  const dot = ` ${layout.symbols.dot} `;
  if (layout.width === null) return [[label, parts.join(dot)].filter((part) => part !== '').join(': ')];
  const room = layout.width - LABEL_WIDTH - 2;
  const lines: string[] = [];
  for (const part of parts.map((each) => truncate(each, room, layout.symbols.ellipsis))) {
    const last = lines.at(-1);
    const longer = last === undefined ? part : `${last}${dot}${part}`;
    if (last !== undefined && displayWidth(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.map((line, index) => ` ${padEnd(index === 0 ? label : '', LABEL_WIDTH)}${line}`);
}

/** Two ends of one line; in a chat one after the other. */
function row(
  { left, right, indent }: { readonly left: string; readonly right: string; readonly indent: number },
  layout: DigestLayout,
): readonly string[] {
  const { width, symbols } = layout;
  if (width === null) return [truncate(`${left} ${symbols.dot} ${right}`, CHAT_LINE_MAX, symbols.ellipsis)];
  const room = width - indent - 2;
  const shownRight = truncate(right, Math.floor(room / 2), symbols.ellipsis);
  const shownLeft = truncate(left, room - displayWidth(shownRight) - 2, symbols.ellipsis);
  const gap = room - displayWidth(shownLeft) - displayWidth(shownRight);
  return [`${' '.repeat(indent + 1)}${shownLeft}${' '.repeat(Math.max(2, gap))}${shownRight}`];
}

/** A sentence that may take several lines, broken at spaces. */
function folded(
  text: string,
  { layout, indent }: { readonly layout: DigestLayout; readonly indent: number },
): readonly string[] {
  const safe = escapeText(text);
  if (layout.width === null) return [`${' '.repeat(Math.max(0, indent - 2))}${safe}`];
  const room = layout.width - indent - 2;
  const lines: string[] = [];
  for (const word of safe.split(' ')) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || displayWidth(longer) > room)
      lines.push(truncate(word, room, layout.symbols.ellipsis));
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line, index) => `${' '.repeat(index === 0 ? indent + 1 : indent + 3)}${line}`);
}

function indented(text: string, indent: number, { width }: DigestLayout): string {
  return `${' '.repeat(width === null ? Math.max(0, indent - 2) : indent + 1)}${text}`;
}

/** For the journal: one line. */
export function digestSummary({ facts, attention }: Digest): string {
  const took = facts.waiting.total;
  return `digest: ${countOf(took, 'draft')} waiting, ${countOf(attention.length, 'thing')} to look at`;
}
