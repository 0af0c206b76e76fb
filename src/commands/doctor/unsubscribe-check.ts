import { createUnsubscribeTokens } from '../../adapters/unsubscribe-token.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import { judgeUnsubscribePage } from '../../core/doctor/relay.ts';
import { isLoopbackHost } from '../../core/loopback.ts';
import { attemptOnline, httpTimeouts, secretFix, seeSecret, type Checkup } from './checkup.ts';

/** A lead that no state has: its link is genuine, and whoever opened it would stop nobody. */
const NOBODY = 'l-doctor';
const PLACE = { group: 'mail', check: 'unsubscribe', title: 'List-Unsubscribe URL' } as const;

/** D10: opens, and only opens, a link such as every mail carries. A GET changes nothing there. */
export async function unsubscribeCheck(checkup: Checkup, config: LoadedConfig): Promise<readonly Finding[]> {
  const { baseUrl, tokenSecret } = config.web;
  const desk = checkDesk(PLACE.group, PLACE.check);
  const isRehearsal = !config.policy.live && isLoopbackHost(new URL(baseUrl).hostname);
  if (isRehearsal)
    return [desk.skipped(PLACE.title, `while not live links point at this machine (${baseUrl})`)];
  if (tokenSecret === null)
    return [
      desk.problem(
        'unsubscribe links are not signed',
        'web.token_secret is not set',
        'headgate config explain web.token_secret',
      ),
    ];
  return attemptOnline(checkup, PLACE, async () => {
    const secret = await seeSecret(checkup, { key: 'web.token_secret', reference: tokenSecret });
    if (secret.kind === 'hidden') return [desk.skipped(PLACE.title, secret.why)];
    const fix = secretFix(tokenSecret, checkup);
    if (secret.kind === 'wrong') return [desk.problem('web.token_secret cannot be read', secret.words, fix)];
    const tokens = createUnsubscribeTokens({ current: secret.value, old: [] });
    const token = await tokens.sign({ leadId: NOBODY, purpose: 'unsubscribe', now: checkup.now });
    const { askPage } = await import('../../adapters/http/ask-page.ts');
    const answer = await askPage(`${baseUrl}/u/${token}`, httpTimeouts(checkup), { accept: 'text/html' });
    const outcome =
      answer.kind === 'silent'
        ? { words: answer.words }
        : { status: answer.status, isOurPage: /<button\b[^>]*\bvalue="stop"/.test(answer.text) };
    const isSecure = baseUrl.startsWith('https:');
    return [judgeUnsubscribePage({ shown: `${baseUrl}/u/…`, isSecure, outcome })];
  });
}
