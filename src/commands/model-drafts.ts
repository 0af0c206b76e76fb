import type { AiConfig } from '../config/ai.ts';
import type { RunPlan } from '../core/planner.ts';
import type { LanguageModel } from '../ports.ts';
import type { Invocation } from './cli-context.ts';
import { asksModel, type Applied, type ApplyOptions } from './engine/drafting.ts';
import type { Engine } from './engine/engine.ts';
import { stopReason, type RunSession } from './run-session.ts';
import { fetchSecret, type Workspace } from './workspace.ts';

/** Why no model writes here; null: one does. */
export function withoutModel({ ai }: Pick<Workspace, 'ai'>, isLeftOut: boolean): string | null {
  if (isLeftOut) return 'left out by --no-ai, its words wait';
  return ai === null ? 'no model is set up (ai.provider, ai.key, ai.model)' : null;
}

/**
 * The drafts of a plan about which a model is asked: who it is for, what it says. Whatever it needs, its client of half a megabyte, the
 * key and the briefs, is loaded here and by no other run. Throws what the model throws; what is made stays.
 */
export async function askForDrafts(
  session: RunSession,
  engine: Engine,
  of: { readonly plan: RunPlan; readonly options: ApplyOptions; readonly done: number },
): Promise<Applied> {
  const { invocation, workspace, runId } = session;
  if (workspace.ai === null || !of.plan.drafts.some(asksModel)) return { drafted: [], fellAway: [] };
  const [{ applyAsked }, { ModelDesk }, { createBriefs }] = await Promise.all([
    import('./engine/model-drafting.ts'),
    import('./engine/model-desk.ts'),
    import('../adapters/brief-files.ts'),
  ]);
  const model = await openModel(invocation, workspace, workspace.ai);
  const { clock } = invocation.context;
  const now = (): number => clock.now();
  return applyAsked(engine, of.plan, {
    ...of.options,
    done: of.done,
    desk: new ModelDesk({ model, config: workspace.ai, runId, now, isTimed: true }),
    briefs: createBriefs(workspace.paths),
    clock,
    mustStop: () => stopReason(workspace),
    progress: (line) => {
      invocation.progress(line);
    },
  });
}

/** The model of the configuration; throws as `fetchSecret` does when its key cannot be had. */
export async function openModel(
  invocation: Invocation,
  workspace: Workspace,
  config: AiConfig,
): Promise<LanguageModel> {
  const { clock, signal } = invocation.context;
  const { pauseFor } = await import('../adapters/pause.ts');
  const options = {
    baseUrl: config.baseUrl,
    key: await fetchSecret(invocation, { key: 'ai.key', reference: config.key, workspace }),
    model: config.model,
    timeoutMs: config.timeoutMs,
    now: () => clock.now(),
    pause: (ms: number) => pauseFor(ms, signal),
  };
  if (config.provider === 'anthropic')
    return (await import('../adapters/models/anthropic.ts')).createAnthropicModel(options);
  return (await import('../adapters/models/openai.ts')).createOpenAiModel(options);
}
