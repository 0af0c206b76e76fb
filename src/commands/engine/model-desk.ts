import type { AiConfig } from '../../config/ai.ts';
import type { HeadgateError } from '../../core/errors.ts';
import { costMicros, worstCostMicros } from '../../core/writing/cost.ts';
import type { Prompt } from '../../core/writing/prompt.ts';
import type { Instant } from '../../core/model.ts';
import type { LanguageModel, ModelAnswer, ModelRequest } from '../../ports.ts';
import {
  beginModelCall,
  endModelCall,
  modelCosts,
  type ModelOutcome,
  type ModelPurpose,
} from '../../store/model-calls.ts';
import type { Engine } from './engine.ts';

/** What a question is about, for the record. */
export interface Question {
  readonly prompt: Prompt;
  readonly purpose: ModelPurpose;
  readonly leadId: string | null;
  readonly messageId: string | null;
}

export type Reply<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'none'; readonly detail: string }
  | { readonly kind: 'down'; readonly detail: string }
  /** The call was not made: its worst case would not have fitted. */
  | { readonly kind: 'budget'; readonly detail: string }
  /** Nor was this one: the run has lasted long enough. */
  | { readonly kind: 'time'; readonly detail: string };

/**
 * So long a run may write, its last call included: a unit of systemd kills what runs for ten minutes (TimeoutStartSec), and what is killed
 * leaves no checkpoint (A9).
 */
const ASKING_MS_MAX = 8 * 60_000;
const OUT_OF_TIME = 'this run has written for long enough; the next one goes on';

/**
 * Where a run asks its model: one question at a time, each within the budgets of run and day, which are judged and taken in the transaction that
 * keeps the question, so that no two runs can spend the same money; and each kept with what it cost, whatever came of it.
 */
export class ModelDesk {
  readonly model: LanguageModel;
  private readonly config: AiConfig;
  private readonly runId: string;
  private readonly now: () => Instant;
  private readonly lastStartAt: Instant;
  private hasAsked = false;

  /** `isTimed`: a timer may have started it, and systemd waits. */
  constructor(of: {
    readonly model: LanguageModel;
    readonly config: AiConfig;
    readonly runId: string;
    readonly now: () => Instant;
    readonly isTimed: boolean;
  }) {
    this.model = of.model;
    this.config = of.config;
    this.runId = of.runId;
    this.now = of.now;
    this.lastStartAt = of.isTimed ? of.now() + ASKING_MS_MAX - of.config.timeoutMs : Number.MAX_SAFE_INTEGER;
  }

  /**
   * Asks, and has the answer read: `read` says what it is worth. Throws what the model throws (69, 78), the question kept as failed. `engine`
   * is the one of this moment.
   */
  async ask<T>(
    engine: Engine,
    question: Question,
    read: (text: string) => { readonly value: T; readonly outcome: ModelOutcome },
  ): Promise<Reply<T>> {
    if (this.hasAsked && this.isOutOfTime()) return { kind: 'time', detail: OUT_OF_TIME };
    const first = this.begin(engine, question);
    if (typeof first === 'string') return { kind: 'budget', detail: first };
    this.hasAsked = true;
    let begun = first;
    const { system, user } = question.prompt;
    const mayRepeat: ModelRequest['mayRepeat'] = ({ mayBePaid }) => {
      if (this.isOutOfTime()) return false;
      if (!mayBePaid) return true;
      // Each is a call of its own: its worst case is taken from the budgets, and the one before keeps its own.
      const again = this.begin(engine, question);
      if (typeof again === 'string') return false;
      this.end(engine, begun, { outcome: 'failed', usage: null });
      begun = again;
      return true;
    };
    let answer: ModelAnswer;
    try {
      const { maxOutputTokens } = this.config;
      answer = await this.model.ask({ system, user, maxOutputTokens, mayRepeat });
    } catch (error) {
      this.end(engine, begun, { outcome: 'failed', usage: null });
      throw error as HeadgateError;
    }
    if (answer.kind === 'down') {
      this.end(engine, begun, { outcome: 'failed', usage: null });
      return answer;
    }
    if (answer.kind === 'none') {
      this.end(engine, begun, { outcome: 'none', usage: answer.usage });
      return { kind: 'none', detail: answer.detail };
    }
    const { value, outcome } = read(answer.text);
    this.end(engine, begun, { outcome, usage: answer.usage });
    return { kind: 'read', value };
  }

  private isOutOfTime(): boolean {
    return this.now() > this.lastStartAt;
  }

  /** The row of the question, or why it is not asked. */
  private begin(engine: Engine, { prompt, purpose, leadId, messageId }: Question): number | string {
    const { db, now, operatorDay } = engine;
    const { prices, maxOutputTokens } = this.config;
    const worst = prices === null ? null : worstCostMicros(prompt, { maxOutputTokens, prices });
    return db.write(() => {
      const over = this.overBudget(engine, worst ?? 0);
      if (over !== null) return over;
      const common = { askedAt: now, operatorDay, runId: this.runId, model: this.model.name };
      return beginModelCall(db, { ...common, purpose, leadId, messageId, costMicros: worst });
    });
  }

  private overBudget({ db, operatorDay }: Engine, worst: number): string | null {
    const { budgetPerDayMicros: day, budgetPerRunMicros: run } = this.config;
    if (day === null && run === null) return null;
    const { dayMicros, runMicros } = modelCosts(db, { operatorDay, runId: this.runId });
    if (run !== null && runMicros + worst > run) return 'ai.budget_per_run is used up';
    if (day !== null && dayMicros + worst > day) return 'ai.budget_per_day is used up';
    return null;
  }

  private end(
    { db }: Engine,
    rowId: number,
    {
      outcome,
      usage,
    }: { readonly outcome: ModelOutcome; readonly usage: Parameters<typeof endModelCall>[2]['usage'] },
  ): void {
    const { prices } = this.config;
    const cost = usage === null || prices === null ? null : costMicros(usage, prices);
    db.write(() => {
      endModelCall(db, rowId, { usage, costMicros: cost, outcome });
    });
  }
}
