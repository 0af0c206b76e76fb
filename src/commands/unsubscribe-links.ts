import type { Instant } from '../core/model.ts';
import type { Invocation } from './cli-context.ts';
import { fetchSecret, type Workspace } from './workspace.ts';

/** The address that opts one lead out; `now` is the date of the mail, so that every attempt carries the same one (D1). */
export type UnsubscribeLink = (leadId: string, now: Instant) => Promise<string>;

/** The path below `web.base_url`; `src/web/public` answers there. */
const PATH = 'u';

/**
 * Makes the links of one run (D10); the secret is fetched at the first one and kept. Null where `web.token_secret` is not set, which
 * the configuration allows only while nothing leaves for real. Throws as `fetchSecret` and `createUnsubscribeTokens` do.
 */
export function unsubscribeLinks(invocation: Invocation, workspace: Workspace): UnsubscribeLink | null {
  const { baseUrl, tokenSecret } = workspace.web;
  if (tokenSecret === null) return null;
  const openTokens = async () => {
    const secret = { key: 'web.token_secret', reference: tokenSecret, workspace };
    const current = await fetchSecret(invocation, secret);
    const { createUnsubscribeTokens } = await import('../adapters/unsubscribe-token.ts');
    return createUnsubscribeTokens({ current, old: [] });
  };
  let tokens: ReturnType<typeof openTokens> | null = null;
  return async (leadId, now) => {
    const token = await (await (tokens ??= openTokens())).sign({ leadId, purpose: 'unsubscribe', now });
    return `${baseUrl}/${PATH}/${token}`;
  };
}
