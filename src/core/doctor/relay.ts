import { checkDesk, type Finding } from './finding.ts';

/** What a log-in that sends nothing came to. */
export type RelayFacts = { readonly host: string; readonly port: number } & (
  | {
      readonly kind: 'ready';
      readonly security: 'STARTTLS' | 'TLS' | 'no TLS';
      readonly hasLogin: boolean;
      readonly tookMs: number;
    }
  | { readonly kind: 'refused'; readonly stage: 'connect' | 'login'; readonly words: string }
);

/** D8: the relay answers, over TLS, and takes our log-in. */
export function judgeRelay(facts: RelayFacts, loginFix: string): Finding {
  const desk = checkDesk('mail', 'relay');
  const title = `SMTP ${facts.host}:${String(facts.port)}`;
  if (facts.kind === 'ready') {
    const login = facts.hasLogin ? 'AUTH ok' : 'no log-in';
    return desk.pass(title, `${facts.security}, ${login}, ${facts.tookMs.toFixed(0)} ms, nothing sent`);
  }
  const { host, port, words } = facts;
  if (facts.stage === 'login') return desk.problem(`${title} refuses the log-in`, words, loginFix);
  const tls = port === 465 ? '' : ' -starttls smtp';
  return desk.problem(
    `${title} cannot be used`,
    words,
    `openssl s_client -connect ${host}:${String(port)}${tls} </dev/null`,
  );
}

/** What a provider said to its own key, asked for nothing but to look. */
export type KeyFacts =
  | { readonly kind: 'good'; readonly detail: string }
  /** The key works; what it was asked about does not, such as a domain that is not verified. */
  | { readonly kind: 'incomplete'; readonly words: string; readonly fix: string }
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'silent'; readonly words: string };

/** A2, A3, A4: the key of the provider is valid; `keyFix` says where the key is. */
export function judgeProviderKey(
  facts: KeyFacts,
  about: { readonly name: string; readonly keyFix: string },
): Finding {
  const desk = checkDesk('mail', 'provider');
  const title = `${about.name} key`;
  switch (facts.kind) {
    case 'good':
      return desk.pass(title, facts.detail);
    case 'incomplete':
      return desk.problem(`${about.name} is not ready`, facts.words, facts.fix);
    case 'refused':
      return desk.problem(`${about.name} refuses the key`, facts.words, about.keyFix);
    case 'silent':
      return desk.problem(
        `${about.name} did not answer`,
        facts.words,
        'headgate doctor --only mail   again in a minute',
      );
  }
}

export interface PageFacts {
  /** The address that was asked, its token shortened. */
  readonly shown: string;
  readonly isSecure: boolean;
  readonly outcome: { readonly status: number; readonly isOurPage: boolean } | { readonly words: string };
}

/** D10: the address in List-Unsubscribe answers a link that we signed with 200, over https, and with our page. */
export function judgeUnsubscribePage({ shown, isSecure, outcome }: PageFacts): Finding {
  const desk = checkDesk('mail', 'unsubscribe');
  const start = 'sudo systemctl enable --now headgate-unsub.socket';
  const asks = 'Gmail and Yahoo ask for it';
  if ('words' in outcome)
    return desk.problem(
      'List-Unsubscribe URL is not reachable',
      `${shown}: ${outcome.words}; ${asks}`,
      start,
    );
  if (outcome.status === 404)
    return desk.problem(
      'List-Unsubscribe URL refuses our links',
      `${shown} → 404: no page of ours, or one with another web.token_secret`,
      'headgate config explain web.base_url',
    );
  if (outcome.status !== 200)
    return desk.problem(
      'List-Unsubscribe URL is not reachable',
      `${shown} → ${String(outcome.status)}; ${asks}`,
      start,
    );
  if (!outcome.isOurPage)
    return desk.problem(
      'List-Unsubscribe URL shows another page',
      `${shown} → 200, without our button`,
      'headgate config explain web.base_url',
    );
  if (!isSecure)
    return desk.warn(
      'List-Unsubscribe URL is of this machine',
      `${shown} → 200; readers cannot open it, which only a rehearsal may`,
      'headgate config explain web.base_url',
    );
  return desk.pass('List-Unsubscribe URL answers', `${shown} → 200`);
}
