import { HeadgateError } from '../../core/errors.ts';
import type { Decision } from '../../core/review-rules.ts';
import type { StoredMessage } from '../../store/messages.ts';
import type { Terminal } from '../output/terminal.ts';
import { escapeText } from '../output/text.ts';
import { formatClock, formatDateTime, zoneLabel } from '../output/time.ts';
import { cardOf } from './card.ts';
import { cardLines } from './card-text.ts';
import { NO_DETAILS, type DecisionDetails } from './changes.ts';
import { decide, type Decided } from './decide.ts';
import { deskNow, type Desk } from './desk.ts';
import { applyEdit, copyOf } from './edit.ts';
import { editInEditor } from './editor.ts';
import { holdEnd } from './hold-until.ts';
import { stepDiffLines } from './step-diff.ts';
import { typeLine } from './typing.ts';

/** One thing done at the desk, with the place it was done at; the last one can be undone, then the one before. */
type Act =
  | { readonly kind: 'approved'; readonly messages: readonly StoredMessage[]; readonly at: number }
  /** Written when the person leaves: until then undoing it costs nothing, and a crash leaves the draft waiting. */
  | { readonly kind: 'rejected'; readonly message: StoredMessage; readonly at: number }
  | { readonly kind: 'held'; readonly message: StoredMessage; readonly at: number }
  | { readonly kind: 'edited'; readonly before: StoredMessage; readonly at: number }
  | { readonly kind: 'skipped'; readonly at: number };

/** What a sitting came to. */
export interface SittingResult {
  readonly approved: number;
  readonly held: number;
  readonly edited: number;
  /** The rejections, as they were written at the end. */
  readonly rejected: readonly Decided[];
  readonly left: number;
}

const KEYS_MAX = 1_000_000;
const QUITS: ReadonlySet<string> = new Set(['q', 'escape', 'ctrl-c', 'ctrl-d']);

const KEYS = [
  'a approve',
  'r reject',
  'e edit',
  'h hold',
  's skip',
  'u undo',
  'd diff to step copy',
  '? help',
  'q quit',
];

const HELP = [
  '   a  approve this text, go on      r  reject it; written when you leave',
  '   e  edit it in $EDITOR            h  hold it, until a time or a release',
  '   s  leave it for later            u  take back the last thing you did',
  '   d  compare it with its step      A  approve all that remain, by number',
  '   q  leave                         nothing leaves before its undo is over',
];

/** A person at the queue, one draft a screen, one key a decision (cli.md 2.4). */
export class ReviewSitting {
  readonly #desk: Desk;
  readonly #terminal: Terminal;
  readonly #queue: StoredMessage[];
  readonly #acts: Act[] = [];
  #index = 0;
  #status: readonly string[] = [];

  constructor(desk: Desk, terminal: Terminal, queue: readonly StoredMessage[]) {
    this.#desk = desk;
    this.#terminal = terminal;
    this.#queue = [...queue];
  }

  /** Until the person quits or the input ends. */
  async run(): Promise<SittingResult> {
    for (let keys = 0; keys < KEYS_MAX; keys += 1) {
      const message = this.#queue[this.#index] ?? null;
      this.#show(message);
      const key = await this.#io.stdin.readKey();
      if (key === null || QUITS.has(key)) break;
      this.#status = [];
      if (message !== null) await this.#press(key, message);
      else if (key === 'enter') break;
      else this.#pressAtEnd(key);
    }
    return this.#leave();
  }

  get #io() {
    return this.#desk.state.invocation.context.io;
  }

  #show(message: StoredMessage | null): void {
    const lines = message === null ? this.#lastLines() : this.#screenLines(message);
    const status = this.#status.map((line) => (line === '' ? '' : ` ${line}`));
    this.#io.stdout.write(`${['', ...status, ...lines].join('\n')}\n> `);
  }

  #screenLines(message: StoredMessage): readonly string[] {
    const desk = deskNow(this.#desk);
    const place = `${String(this.#index + 1)} of ${String(this.#queue.length)}`;
    return [
      ...cardLines(this.#terminal, cardOf(desk, message, place)),
      leavingLine(desk, message),
      '',
      ...keyLines(this.#terminal.width),
    ];
  }

  #lastLines(): readonly string[] {
    return [' That was the last one.   u takes the last thing back, q leaves.'];
  }

  #pressAtEnd(key: string): void {
    if (key === 'u') this.#undo();
    else if (key === '?') this.#status = HELP;
  }

  async #press(key: string, message: StoredMessage): Promise<void> {
    switch (key) {
      case 'a':
        this.#approve([message]);
        return;
      case 'A':
        return this.#approveRest();
      case 'r':
        this.#acts.push({ kind: 'rejected', message, at: this.#index });
        this.#status = [`Rejected when you leave: ${nameOf(message)}. u takes it back.`];
        this.#index += 1;
        return;
      case 's':
        this.#acts.push({ kind: 'skipped', at: this.#index });
        this.#index += 1;
        return;
      case 'e':
        this.#edit(message);
        return;
      case 'h':
        return this.#hold(message);
      case 'd':
        this.#status = await stepDiffLines(this.#terminal, deskNow(this.#desk), message);
        return;
      case 'u':
        this.#undo();
        return;
      case '?':
        this.#status = HELP;
        return;
      default:
        this.#status = [`${JSON.stringify(key)} is no key here; ? shows them all.`];
    }
  }

  /** D5: bound to the text that was on the screen, or, for the rest, to the one that this sitting began with. */
  #approve(messages: readonly StoredMessage[]): void {
    const decided = this.#decide({ kind: 'approve' }, messages, {});
    const done = decided.filter((each) => each.result === 'done').map((each) => each.message);
    const others = decided.filter((each) => each.result !== 'done');
    if (done.length > 0) this.#acts.push({ kind: 'approved', messages: done, at: this.#index });
    this.#status = [
      ...(done.length > 0 ? [`Approved ${done.map(nameOf).join(', ')}. u takes it back.`] : []),
      ...others.map((each) => `Not approved: ${nameOf(each.message)}: ${each.detail ?? ''}`),
    ];
    const [changed] = others.filter((each) => each.refusal?.reason === 'text_changed');
    if (messages.length === 1 && changed !== undefined) this.#queue[this.#index] = changed.message;
    else this.#index += messages.length;
  }

  async #approveRest(): Promise<void> {
    const rest = this.#queue.slice(this.#index);
    const count = String(rest.length);
    const typed = await typeLine(this.#io, ` ${count} remain. To approve them all, type how many: `);
    if (typed?.trim() === count) this.#approve(rest);
    else this.#status = ['Nothing was approved: the number did not match.'];
  }

  async #hold(message: StoredMessage): Promise<void> {
    const typed = await typeLine(this.#io, ' Hold until (2026-02-20, 6h, 3d; empty: until released): ');
    if (typed === null) {
      this.#status = ['Not held.'];
      return;
    }
    const until = typed.trim() === '' ? null : holdEnd(typed, deskNow(this.#desk).engine.now);
    if (until !== null && typeof until !== 'number') {
      this.#status = [`Not held: the time ${until.problem}.`];
      return;
    }
    const [decided] = this.#decide({ kind: 'hold' }, [message], { until });
    this.#tell('Held', decided, message);
    if (decided?.result === 'done')
      this.#acts.push({ kind: 'held', message: decided.message, at: this.#index });
    this.#index += 1;
  }

  #edit(message: StoredMessage): void {
    try {
      const copy = editInEditor(this.#desk.state.invocation.context, message, copyOf(message));
      const decided = applyEdit(deskNow(this.#desk), message, { copy, reason: null });
      this.#tell('Edited', decided, message);
      this.#queue[this.#index] = decided.message;
      if (decided.result === 'done') this.#acts.push({ kind: 'edited', before: message, at: this.#index });
    } catch (error) {
      if (!(error instanceof HeadgateError)) throw error;
      this.#status = [error.message, error.notDone ?? '', error.fix ?? ''].filter((line) => line !== '');
    }
  }

  #undo(): void {
    const act = this.#acts.pop();
    if (act === undefined) {
      this.#status = ['There is nothing to take back.'];
      return;
    }
    this.#index = act.at;
    switch (act.kind) {
      case 'skipped':
        return;
      case 'rejected':
        this.#status = [`Not rejected after all: ${nameOf(act.message)}.`];
        return;
      case 'approved':
        this.#putBack(this.#decide({ kind: 'take_back' }, act.messages, {}));
        return;
      case 'held':
        this.#putBack(this.#decide({ kind: 'release' }, [act.message], {}));
        return;
      case 'edited':
        this.#putBackWords(act.before);
        return;
    }
  }

  #putBack(decided: readonly Decided[]): void {
    for (const { message } of decided) this.#replace(message);
    this.#status = decided.map((each) =>
      each.result === 'refused'
        ? `Too late for ${nameOf(each.message)}: ${each.detail ?? ''}.`
        : `Waits for approval again: ${nameOf(each.message)}.`,
    );
  }

  #putBackWords(before: StoredMessage): void {
    const edited = this.#queue[this.#index] ?? before;
    const decided = applyEdit(deskNow(this.#desk), edited, { copy: copyOf(before), reason: 'undone' });
    this.#replace(decided.message);
    this.#tell('As before', decided, before);
  }

  /** The queue shows each message as it is now, so that a later decision is not taken for a stale one. */
  #replace(message: StoredMessage): void {
    const index = this.#queue.findIndex((each) => each.id === message.id);
    if (index !== -1) this.#queue[index] = message;
  }

  #decide(
    decision: Decision,
    messages: readonly StoredMessage[],
    details: Partial<DecisionDetails>,
  ): readonly Decided[] {
    const isOfText = decision.kind === 'approve' || decision.kind === 'reject';
    const seen = messages.map((message) => ({ message, expectHash: isOfText ? message.textHash : null }));
    return decide(deskNow(this.#desk), decision, { seen, details: { ...NO_DETAILS, ...details } });
  }

  #tell(word: string, decided: Decided | undefined, message: StoredMessage): void {
    const why = decided?.result === 'done' ? '' : `: ${decided?.detail ?? ''}`;
    const what = decided?.result === 'done' ? word : `Not ${word.toLowerCase()}`;
    this.#status = [`${what} ${nameOf(message)}${why}.`];
  }

  #leave(): SittingResult {
    const rejects = this.#acts.filter((act) => act.kind === 'rejected').map((act) => act.message);
    const rejected = rejects.length === 0 ? [] : this.#decide({ kind: 'reject', then: 'skip' }, rejects, {});
    const approved = this.#acts.reduce(
      (count, act) => count + (act.kind === 'approved' ? act.messages.length : 0),
      0,
    );
    const held = this.#acts.filter((act) => act.kind === 'held').length;
    const done = rejected.filter((each) => each.result !== 'refused').length;
    return {
      approved,
      held,
      edited: this.#acts.filter((act) => act.kind === 'edited').length,
      rejected,
      left: Math.max(0, this.#queue.length - approved - held - done),
    };
  }
}

/** The keys in as many lines as the terminal needs. */
function keyLines(width: number): readonly string[] {
  const lines: string[] = [];
  for (const key of KEYS) {
    const line = lines.at(-1);
    const longer = `${line ?? ''}   ${key}`;
    if (line === undefined || longer.length > width) lines.push(` ${key}`);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function nameOf(message: StoredMessage): string {
  return escapeText(message.leadName ?? message.leadEmail);
}

/** D7, in the operator's zone and the lead's. */
function leavingLine({ engine }: Desk, { leadZone }: StoredMessage): string {
  const { policy, now } = engine;
  if (!policy.live) return '   If you approve now: it goes to the outbox with the next send. Not live.';
  const at = now + policy.limits.undoMs;
  const there = `${formatClock(at, leadZone)} in ${zoneLabel(leadZone)}`;
  return `   If you approve now: leaves at ${formatDateTime(at, policy.timezone)} (${there}) at the earliest. Until then u takes it back.`;
}
