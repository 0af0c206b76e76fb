import { HeadgateError } from '../../core/errors.ts';
import { STATE_TEXTS, type Decision } from '../../core/review-rules.ts';
import { messageById, type StoredMessage } from '../../store/messages.ts';
import type { Terminal } from '../output/terminal.ts';
import { escapeText } from '../output/text.ts';
import { cardOf } from './card.ts';
import { NO_DETAILS, type DecisionDetails } from './changes.ts';
import { decide, type Decided } from './decide.ts';
import { deskNow, type Desk } from './desk.ts';
import { deskScreen } from './desk-screen.ts';
import { applyEdit, copyOf } from './edit.ts';
import { editInEditor } from './editor.ts';
import { holdEnd } from './hold-until.ts';
import { leavingText } from './leaving.ts';
import { KEYS_HELP, linesOfPane, nameOfPane, type PaneKind } from './panes.ts';
import { Screen } from './screen.ts';
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
/** The screen may hold anything now: it is drawn whole. */
const REDRAWS: ReadonlySet<string> = new Set(['resize', 'resume', 'ctrl-l']);
const PAGE_KEYS: ReadonlyMap<string, number> = new Map([
  ['space', 1],
  ['pagedown', 1],
  ['b', -1],
  ['pageup', -1],
]);

/** A person at the queue, one draft a screen, one key a decision (cli.md 2.4). */
export class ReviewSitting {
  readonly #desk: Desk;
  /** Asked at every screen: a terminal may get another width. */
  readonly #terminal: () => Terminal;
  readonly #queue: StoredMessage[];
  readonly #acts: Act[] = [];
  readonly #screen: Screen;
  readonly #stopped: Promise<null>;
  #index = 0;
  #status: readonly string[] = [];
  #pane: { readonly kind: PaneKind; readonly first: number } = { kind: 'mail', first: 0 };
  #pageLines = 1;

  constructor(desk: Desk, terminal: () => Terminal, queue: readonly StoredMessage[]) {
    this.#desk = desk;
    this.#terminal = terminal;
    this.#queue = [...queue];
    this.#screen = new Screen(this.#io);
    this.#stopped = aborted(desk.state.invocation.context.signal);
  }

  /** Until the person quits, the input ends or a signal comes. */
  async run(): Promise<SittingResult> {
    for (let keys = 0; keys < KEYS_MAX; keys += 1) {
      const message = this.#arrive();
      await this.#show(message);
      const key = await this.#readKey();
      if (key === null || QUITS.has(key)) break;
      if (REDRAWS.has(key)) {
        this.#screen.forget();
        continue;
      }
      this.#status = [];
      if (message !== null) await this.#press(key, message);
      else if (key === 'enter') break;
      else this.#pressAtEnd(key);
    }
    this.#io.stdin.releaseKeys();
    this.#screen.end();
    return this.#leave();
  }

  get #io() {
    return this.#desk.state.invocation.context.io;
  }

  #readKey = (): Promise<string | null> => Promise.race([this.#io.stdin.readKey(), this.#stopped]);

  /** The draft to be shown, as it is now; what somebody else decided meanwhile is named and passed over. */
  #arrive(): StoredMessage | null {
    for (;;) {
      const message = this.#queue[this.#index];
      // While only the page turns, the text stays the one that is being read.
      if (message === undefined || this.#pane.kind !== 'mail' || this.#pane.first > 0) return message ?? null;
      const fresh = messageById(this.#desk.engine.db, message.id);
      if (fresh !== null) this.#queue[this.#index] = fresh;
      if (fresh?.state === 'pending_approval') {
        if (fresh.textHash !== message.textHash) this.#say(`The text changed meanwhile: ${nameOf(message)}.`);
        return fresh;
      }
      this.#say(`${nameOf(message)} is decided: ${goneText(fresh)}.`);
      this.#index += 1;
    }
  }

  #say(line: string): void {
    this.#status = [...this.#status, line];
  }

  async #show(message: StoredMessage | null, prompt = '> '): Promise<void> {
    const terminal = this.#terminal();
    if (message === null) {
      const status = this.#status.map((line) => ` ${line}`);
      const last = ' That was the last one.   u takes the last thing back, q leaves.';
      this.#screen.draw(terminal, [...status, last, prompt]);
      return;
    }
    const desk = deskNow(this.#desk);
    const place = `${String(this.#index + 1)} of ${String(this.#queue.length)}`;
    const lines = await linesOfPane(this.#pane.kind, { desk, terminal, message });
    const view = {
      card: cardOf(desk, message, place),
      pane: { name: nameOfPane(this.#pane.kind), lines, first: this.#pane.first },
      leaving: leavingText(desk, message),
      status: this.#status,
      prompt,
    };
    const screen = deskScreen(terminal, view, this.#screen.rows);
    this.#pageLines = screen.pageLines;
    this.#screen.draw(terminal, screen.lines);
  }

  #pressAtEnd(key: string): void {
    if (key === 'u') this.#undo();
    else if (key === '?') this.#status = KEYS_HELP;
  }

  async #press(key: string, message: StoredMessage): Promise<void> {
    const pages = PAGE_KEYS.get(key);
    if (pages !== undefined) return this.#turn(message, pages);
    const pane: PaneKind = key === 'd' ? 'diff' : key === '?' ? 'help' : 'mail';
    const isBack = pane === this.#pane.kind;
    this.#pane = { kind: isBack ? 'mail' : pane, first: 0 };
    if (pane !== 'mail') return;
    await this.#act(key, message);
  }

  async #turn(message: StoredMessage, pages: number): Promise<void> {
    const of = { desk: deskNow(this.#desk), terminal: this.#terminal(), message };
    const { length } = await linesOfPane(this.#pane.kind, of);
    const last = Math.max(0, length - this.#pageLines - 1);
    const first = Math.min(last, Math.max(0, this.#pane.first + pages * this.#pageLines));
    this.#pane = { ...this.#pane, first };
  }

  async #act(key: string, message: StoredMessage): Promise<void> {
    switch (key) {
      case 'a':
        this.#approve([message]);
        return;
      case 'A':
        return this.#approveRest(message);
      case 'r':
        this.#reject(message);
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
      case 'u':
        this.#undo();
        return;
      default:
        this.#status = [`${JSON.stringify(escapeText(key))} is no key here; ? shows them all.`];
    }
  }

  /** D5: bound to the text that was on the screen, or, for the rest, to the one that this sitting began with. */
  #approve(messages: readonly StoredMessage[]): void {
    const decided = this.#decide({ kind: 'approve' }, messages, {});
    const done = decided.filter((each) => each.result === 'done').map((each) => each.message);
    const others = decided.filter((each) => each.result !== 'done');
    if (done.length > 0) this.#acts.push({ kind: 'approved', messages: done, at: this.#index });
    for (const { message } of decided) this.#replace(message);
    this.#status = [
      ...(done.length > 0 ? [`Approved ${done.map(nameOf).join(', ')}. u takes it back.`] : []),
      ...others.map((each) => `Not approved: ${nameOf(each.message)}: ${each.detail ?? ''}`),
    ];
    const [changed] = others.filter((each) => each.refusal?.reason === 'text_changed');
    if (messages.length === 1 && changed !== undefined) {
      this.#say('Here it is anew.');
      this.#showAnew(changed.message);
    } else this.#index += messages.length;
  }

  /** A key that was typed for the text before is not taken for this one. */
  #showAnew(message: StoredMessage): void {
    this.#replace(message);
    this.#io.stdin.releaseKeys();
  }

  /** Whether somebody else changed or decided it while it was on the screen: then the key does nothing but show that. */
  #isOutdated(message: StoredMessage): boolean {
    const fresh = messageById(this.#desk.engine.db, message.id);
    if (fresh?.state === message.state && fresh.textHash === message.textHash) return false;
    const isChanged = fresh?.state === message.state;
    this.#status = [
      `Nothing done: ${isChanged ? 'the text changed; here it is anew' : `somebody was faster: ${goneText(fresh)}`}.`,
    ];
    if (fresh !== null) this.#showAnew(fresh);
    return true;
  }

  #reject(message: StoredMessage): void {
    if (this.#isOutdated(message)) return;
    this.#acts.push({ kind: 'rejected', message, at: this.#index });
    this.#status = [`Rejected when you leave: ${nameOf(message)}. u takes it back.`];
    this.#index += 1;
  }

  async #approveRest(message: StoredMessage): Promise<void> {
    const rest = this.#queue.slice(this.#index);
    const count = String(rest.length);
    const typed = await this.#ask(message, ` ${count} remain. To approve them all, type how many: `);
    if (typed?.trim() === count) this.#approve(rest);
    else this.#status = ['Nothing was approved: the number did not match.'];
  }

  async #hold(message: StoredMessage): Promise<void> {
    const typed = await this.#ask(message, ' Hold until (2026-02-20, 6h, 3d; empty: until released): ');
    if (typed === null) {
      this.#status = ['Not held.'];
      return;
    }
    const until = typed.trim() === '' ? null : holdEnd(typed, deskNow(this.#desk).engine.now);
    if (until !== null && typeof until !== 'number') {
      this.#status = [`Not held: the time ${escapeText(until.problem)}.`];
      return;
    }
    if (this.#isOutdated(message)) return;
    const [decided] = this.#decide({ kind: 'hold' }, [message], { until });
    this.#tell('Held', decided, message);
    if (decided?.result === 'done')
      this.#acts.push({ kind: 'held', message: decided.message, at: this.#index });
    this.#index += 1;
  }

  #ask(message: StoredMessage, question: string): Promise<string | null> {
    return typeLine({
      readKey: this.#readKey,
      show: async (typed, isStale) => {
        if (isStale) this.#screen.forget();
        const room = this.#terminal().width - 1 - question.length;
        await this.#show(message, `${question}${[...typed].slice(-Math.max(1, room)).join('')}`);
      },
    });
  }

  #edit(message: StoredMessage): void {
    if (this.#isOutdated(message)) return;
    this.#io.stdin.releaseKeys();
    this.#screen.forget();
    try {
      const copy = editInEditor(this.#desk.state.invocation.context, message, copyOf(message));
      const decided = applyEdit(deskNow(this.#desk), message, { copy, reason: null });
      this.#tell('Edited', decided, message);
      this.#replace(decided.message);
      if (decided.result === 'done') this.#acts.push({ kind: 'edited', before: message, at: this.#index });
    } catch (error) {
      if (!(error instanceof HeadgateError)) throw error;
      const lines = [error.message, error.notDone ?? '', error.fix ?? ''];
      this.#status = lines.filter((line) => line !== '').map(escapeText);
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
    const isOfText = decision.kind === 'approve' || decision.kind === 'reject' || decision.kind === 'hold';
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

function nameOf(message: StoredMessage): string {
  return escapeText(message.leadName ?? message.leadEmail);
}

function goneText(message: StoredMessage | null): string {
  return message === null ? 'it is gone' : STATE_TEXTS[message.state];
}

/** Null as soon as a signal asks the program to end. */
function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve(null);
        },
        { once: true },
      );
  });
}
