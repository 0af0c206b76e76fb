import type { AiConfig } from '../../config/ai.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import { judgeModel } from '../../core/doctor/model.ts';
import { attemptOnline, httpTimeouts, secretFix, seeSecret, withoutConfig, type Checkup } from './checkup.ts';

/** ai: the key is taken and the model is there. Asking for the list is free, and no word of any lead leaves. */
export async function modelChecks(checkup: Checkup): Promise<readonly Finding[]> {
  const { config } = checkup;
  if (config === null) return withoutConfig('ai', 'language model');
  const { ai } = config;
  const desk = checkDesk('ai', 'key');
  if (ai === null) return [desk.skipped('language model', 'none is configured: all words come from files')];
  return attemptOnline(checkup, { group: 'ai', check: 'key', title: ai.provider }, () =>
    keyCheck(checkup, ai),
  );
}

async function keyCheck(checkup: Checkup, ai: AiConfig): Promise<readonly Finding[]> {
  const { provider, baseUrl, model, key: reference } = ai;
  const desk = checkDesk('ai', 'key');
  const { MODEL_ADDRESSES, probeModel } = await import('../../adapters/models/probe-model.ts');
  const { host } = new URL(baseUrl ?? MODEL_ADDRESSES[provider]);
  const keyFix = secretFix(reference, checkup);
  const secret = await seeSecret(checkup, { key: 'ai.key', reference });
  if (secret.kind === 'hidden') return [desk.skipped(host, secret.why)];
  if (secret.kind === 'wrong') return [desk.problem('ai.key cannot be read', secret.words, keyFix)];
  const facts = await probeModel({ provider, baseUrl, key: secret.value, timeouts: httpTimeouts(checkup) });
  return [judgeModel(facts, { host, model, keyFix })];
}
