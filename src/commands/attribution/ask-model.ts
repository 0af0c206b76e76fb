import { isSameClaim } from '../../core/attribution/claim.ts';
import { attributionPrompt, readVerdict } from '../../core/attribution/question.ts';
import { worstCostMicros } from '../../core/writing/cost.ts';
import { claimOf, openLeads } from '../../store/attribution.ts';
import { leadByRowId } from '../../store/leads.ts';
import { agrees } from '../ask.ts';
import { ModelDesk } from '../engine/model-desk.ts';
import { openModel } from '../model-drafts.ts';
import { writeAsPerson, type OperatorState } from '../operator-state.ts';
import { engineOf } from '../outlook.ts';
import { countOf } from '../output/text.ts';
import { keepVerdict } from './keep-verdict.ts';

/** What became of the leads that only a model can judge. */
export interface AskedModel {
  readonly asked: number;
  /** How many are still open, not asked about. */
  readonly left: number;
  /** Why not all of them were asked about; null: all were. */
  readonly stopped: string | null;
}

const MICROS = 1_000_000;
const PROGRESS_EVERY_LEADS = 100;

/**
 * B8 (3): asks the model of the configuration about every lead that domains and other leads leave open, after a person has seen how many calls
 * that is and what it may cost. Each answer is kept before the next question, so that whoever stops goes on there. Throws what the model throws
 * (69, 78); nobody is asked in mode "domains".
 */
export async function askModel(state: OperatorState): Promise<AskedModel | null> {
  const { db, workspace, invocation } = state;
  const { ai, policy } = workspace;
  if (policy.attribution.mode !== 'model' || ai === null) return null;
  const rowIds = openLeads(db);
  const [first] = rowIds;
  if (first === undefined) return { asked: 0, left: 0, stopped: null };
  const claim = claimOf(db, first);
  const worst =
    ai.prices === null || claim === null
      ? null
      : worstCostMicros(attributionPrompt(claim), { maxOutputTokens: ai.maxOutputTokens, prices: ai.prices });
  const lines = [estimateText(rowIds.length, worst)];
  if (!(await agrees(invocation, { lines, question: 'Ask it?' })))
    return { asked: 0, left: rowIds.length, stopped: 'you said no' };
  const runId = invocation.context.random.publicId('r');
  const { clock } = invocation.context;
  const model = await openModel(invocation, workspace, ai);
  const desk = new ModelDesk({ model, config: ai, runId, now: () => clock.now(), isTimed: false });
  return askEach(state, desk, rowIds);
}

async function askEach(
  state: OperatorState,
  desk: ModelDesk,
  rowIds: readonly number[],
): Promise<AskedModel> {
  const { db, invocation } = state;
  const engine = engineOf(state);
  let asked = 0;
  for (const leadRowId of rowIds) {
    const claim = claimOf(db, leadRowId);
    if (claim === null) continue;
    const question = {
      prompt: attributionPrompt(claim),
      purpose: 'attribution',
      // Who asks what is held about them learns that a model was asked (Art. 15).
      leadId: leadByRowId(db, leadRowId)?.id ?? null,
      messageId: null,
    } as const;
    const reply = await desk.ask(engine, question, (text) => {
      const value = readVerdict(text);
      return { value, outcome: value.verdict === 'unknown' ? 'unfit' : 'words' };
    });
    if (reply.kind === 'budget' || reply.kind === 'down' || reply.kind === 'time')
      return { asked, left: rowIds.length - asked, stopped: reply.detail };
    asked += 1;
    if (reply.kind === 'read') {
      const attribution = reply.value;
      writeAsPerson(state, () => {
        // Whose address or company changed meanwhile was not the one who was judged.
        if (isSameClaim(claimOf(db, leadRowId), claim)) keepVerdict(state, { leadRowId, attribution });
      });
    }
    if (asked % PROGRESS_EVERY_LEADS === 0)
      invocation.progress(`${String(asked)} of ${String(rowIds.length)} asked about`);
  }
  return { asked, left: 0, stopped: null };
}

function estimateText(leads: number, worstMicros: number | null): string {
  const calls = `${countOf(leads, 'lead')} can only be judged by the model: one call each`;
  if (worstMicros === null)
    return `${calls}. What they cost is not known: set ai.input_price and ai.output_price.`;
  return `${calls}, at most ${((worstMicros * leads) / MICROS).toFixed(2)} in your currency altogether.`;
}
