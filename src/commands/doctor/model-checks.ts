import type { LoadedConfig } from '../../config/load.ts';
import { isSecretReference } from '../../config/value-reader.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import { judgeModel } from '../../core/doctor/model.ts';
import { attemptOnline, httpTimeouts, secretFix, seeSecret, withoutConfig, type Checkup } from './checkup.ts';

/** ai: the key is taken and the model is there. Asking for the list is free, and no word of any lead leaves. */
export async function modelChecks(checkup: Checkup): Promise<readonly Finding[]> {
  const { config } = checkup;
  if (config === null) return withoutConfig('ai', 'language model');
  const desk = checkDesk('ai', 'key');
  const provider = config.settings.all.get('ai.provider');
  if (provider !== 'openai' && provider !== 'anthropic')
    return [desk.skipped('language model', 'none is configured: all words come from files')];
  return attemptOnline(checkup, { group: 'ai', check: 'key', title: provider }, () =>
    keyCheck(checkup, config, provider),
  );
}

async function keyCheck(
  checkup: Checkup,
  { settings }: LoadedConfig,
  provider: 'openai' | 'anthropic',
): Promise<readonly Finding[]> {
  const desk = checkDesk('ai', 'key');
  const reference = settings.all.get('ai.key') ?? null;
  const baseUrl = textOrNull(settings.all.get('ai.base_url'));
  const { MODEL_ADDRESSES, probeModel } = await import('../../adapters/model/probe-model.ts');
  const { host } = new URL(baseUrl ?? MODEL_ADDRESSES[provider]);
  // A model on this machine takes any key, and often none is configured.
  if (!isSecretReference(reference)) return [desk.skipped(host, 'ai.key is not set')];
  const keyFix = secretFix(reference, checkup);
  const secret = await seeSecret(checkup, { key: 'ai.key', reference });
  if (secret.kind === 'hidden') return [desk.skipped(host, secret.why)];
  if (secret.kind === 'wrong') return [desk.problem('ai.key cannot be read', secret.words, keyFix)];
  const facts = await probeModel({ provider, baseUrl, key: secret.value, timeouts: httpTimeouts(checkup) });
  return [judgeModel(facts, { host, model: textOrNull(settings.all.get('ai.model')), keyFix })];
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
