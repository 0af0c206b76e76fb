import type { AiConfig } from '../config/ai.ts';
import { HeadgateError } from '../core/errors.ts';
import type { RunPlan } from '../core/planner.ts';
import type { LanguageModel } from '../ports.ts';
import type { Invocation } from './cli-context.ts';
import { asksModel, type Applied, type ApplyOptions } from './engine/drafting.ts';
import type { Engine } from './engine/engine.ts';
import type { AskingOptions } from './engine/model-asking.ts';
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
  if (session.workspace.ai === null || !of.plan.drafts.some(asksModel)) return { drafted: [], fellAway: [] };
  const rehearsal = session.invocation.context.rehearsalSeat;
  if (rehearsal !== undefined) return rehearsal.standIn(engine, of);
  const { applyAsked } = await import('./engine/model-drafting.ts');
  const asking = await askingOptions(session, { isTimed: true });
  return applyAsked(engine, of.plan, { ...of.options, ...asking, done: of.done });
}

/** The desk, the briefs and the rest that a run needs to ask. `isTimed`: systemd may wait for it. Throws as `openModel` does. */
export async function askingOptions(
  { invocation, workspace, runId }: RunSession,
  { isTimed }: { readonly isTimed: boolean },
): Promise<AskingOptions> {
  const config = workspace.ai;
  if (config === null) throw noModel('Nothing was asked.');
  const [{ ModelDesk }, { createBriefs }] = await Promise.all([
    import('./engine/model-desk.ts'),
    import('../adapters/brief-files.ts'),
  ]);
  const model = await openModel(invocation, workspace, config);
  const { clock, random } = invocation.context;
  return {
    desk: new ModelDesk({ model, config, runId, now: () => clock.now(), isTimed }),
    briefs: createBriefs(workspace.paths),
    clock,
    random,
    mustStop: () => stopReason(workspace),
    progress: (line) => {
      invocation.progress(line);
    },
  };
}

/** 78, for what makes no sense without a model. */
export function noModel(notDone: string): HeadgateError {
  return new HeadgateError('no model is set up', {
    code: 'no_model',
    exit: 'CONFIG',
    notDone,
    fix: 'Set ai.provider, ai.key and ai.model in headgate.toml: headgate config explain ai',
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
