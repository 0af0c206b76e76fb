import type { SectionSpec } from './key-spec.ts';

/** What the places of `watch.ping` may be. */
const PING_PLACES = ['unit', 'ping_key'] as const;

/** How the operator hears of things (F1). */
export const TELEGRAM: SectionSpec = {
  section: 'telegram',
  title: 'Telegram',
  summary: 'Where digests and alerts go. `token` and `chat` together switch it on.',
  keys: [
    {
      key: 'telegram.api_base',
      type: { kind: 'web_address' },
      defaultValue: 'https://api.telegram.org',
      summary: 'Another server of the bot API.',
    },
    {
      key: 'telegram.token',
      type: { kind: 'secret' },
      defaultValue: null,
      summary: 'Where the token of the bot is. Never the token itself.',
    },
    {
      key: 'telegram.chat',
      type: { kind: 'chat' },
      defaultValue: null,
      summary: 'The one chat that is written to. The bot must be in it.',
    },
    {
      key: 'telegram.approvers',
      type: { kind: 'user_ids' },
      defaultValue: null,
      summary:
        'The only people whose taps and words count in `telegram.chat`, by number; at least one. Left out: nobody decides in Telegram.',
    },
  ],
};

export const NOTICES: SectionSpec = {
  section: 'notices',
  title: 'Notices',
  summary: 'How alerts are told. Each goes to the first channel that takes it: Telegram, then the webhook.',
  keys: [
    {
      key: 'notices.quiet_start',
      type: { kind: 'time', role: 'start' },
      defaultValue: null,
      summary:
        'From then to `notices.quiet_end`, in `timezone`, Telegram shows messages without a sound. Nothing is kept back. Needs `notices.quiet_end`.',
    },
    {
      key: 'notices.quiet_end',
      type: { kind: 'time', role: 'end' },
      defaultValue: null,
      summary: 'When messages make a sound again. Before `notices.quiet_start`: quiet through the night.',
    },
    {
      key: 'notices.webhook_url',
      type: { kind: 'web_address' },
      defaultValue: null,
      summary:
        'An address of yours that gets each notice as JSON, by POST, when there is no Telegram or it does not take it. Needs `notices.webhook_secret`.',
    },
    {
      key: 'notices.webhook_secret',
      type: { kind: 'secret' },
      defaultValue: null,
      summary:
        'Signs what goes to `notices.webhook_url`: the header `Headgate-Signature` has `t=` and `v1=`, the HMAC-SHA256 of `<t>.<body>` in hex.',
    },
  ],
};

export const WATCH: SectionSpec = {
  section: 'watch',
  title: 'Watch',
  summary: 'A dead-man service that notices when runs stop.',
  keys: [
    {
      key: 'watch.ping',
      type: { kind: 'web_pattern', names: PING_PLACES },
      defaultValue: null,
      summary:
        'Where every run reports, without a word about leads: this address with `/start`, then as it is for success, `/fail` for failure, `/log` for a run that found the lock busy. `{{unit}}` is the job; `{{ping_key}}` is `watch.ping_key`.',
    },
    {
      key: 'watch.ping_key',
      type: { kind: 'secret' },
      defaultValue: null,
      summary: 'Where the key in `watch.ping` is, when it has `{{ping_key}}`.',
    },
  ],
};

export const HOOKS: SectionSpec = {
  section: 'hooks',
  title: 'Hooks',
  summary:
    'Programs that are started when something happens, without a shell and for at most 30 seconds. They find HEADGATE_EVENT, HEADGATE_JOB, HEADGATE_EXIT_CODE and HEADGATE_EXIT_NAME in their environment. One that fails is told like any other failure.',
  keys: [
    {
      key: 'hooks.on_held',
      type: { kind: 'command' },
      defaultValue: null,
      summary: 'Started when a batch is held (exit 31).',
    },
    {
      key: 'hooks.on_failed',
      type: { kind: 'command' },
      defaultValue: null,
      summary: 'Started when a run fails: exit 65, 69, 70, 77 or 78.',
    },
  ],
};
