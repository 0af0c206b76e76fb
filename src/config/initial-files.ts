import { formatDefault, formatValue } from './reference.ts';
import brandVoice from './sample/brand.md';
import { CONFIG_SCHEMA } from './schema.ts';
import { keysOf } from './key-spec.ts';

/** What `init` asks for. All four have passed their check. */
export interface InitialAnswers {
  readonly name: string;
  /** A mailbox. */
  readonly from: string;
  readonly timezone: string;
  readonly postalAddress: string;
}

export interface InitialFile {
  /** Path inside the workspace. */
  readonly path: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

export const TOKEN_SECRET_FILE = 'secrets/token-secret';

/** Not readable by others: what stands there is nobody's business, but the service's own group may read it. */
const SHARED_MODE = 0o640;
const SECRET_MODE = 0o600;

/**
 * The files of a new workspace. headgate.toml holds only what differs from the defaults and, as comments, the keys that
 * are changed most; both come from the schema, so they cannot go stale. `tokenSecret` signs unsubscribe links.
 */
export function initialFiles(
  answers: InitialAnswers,
  options: { readonly isSample: boolean; readonly tokenSecret: string },
): readonly InitialFile[] {
  return [
    { path: 'headgate.toml', text: renderConfig(answers.timezone, options.isSample), mode: SHARED_MODE },
    { path: 'brand.toml', text: renderBrand(answers), mode: SHARED_MODE },
    { path: 'brand.md', text: brandVoice, mode: SHARED_MODE },
    { path: TOKEN_SECRET_FILE, text: `${options.tokenSecret}\n`, mode: SECRET_MODE },
    { path: '.gitignore', text: GITIGNORE, mode: SHARED_MODE },
  ];
}

/** Names the files that hold people's data or secrets: a workspace may be kept in git, these never. */
const GITIGNORE = `# What the program keeps and what nobody else may read. Configuration and sequences belong in git.
/headgate.db*
/STOP
/listen
/backup/
/locks/
/outbox/
/rejects/
/report/
/secrets/
/unsub.d/
/hooks.d/
/digest.txt
/*.json
/*.html
*.csv
*.eml
*.jsonl
*.new
`;

function renderConfig(timezone: string, isSample: boolean): string {
  const open = { weekdays: '[1, 2, 3, 4, 5, 6, 7]', start: '"00:00"', end: '"24:00"' };
  const hours = (name: keyof typeof open): string =>
    isSample ? `${name} = ${open[name]}` : hint(`hours.${name}`);
  return [
    '# The machine and its limits. What is not here has its default: headgate config explain',
    '# After an edit: headgate config validate',
    '',
    'live = false  # false: every mail lands in outbox/ as a file',
    `timezone = ${JSON.stringify(timezone)}`,
    hint('holidays'),
    '',
    isSample
      ? '[hours]  # open at any time, for the sample; leave the section out for weekdays 09:00 to 17:00'
      : "[hours]  # in the zone of each lead; weekdays in the operator's zone too",
    hours('weekdays'),
    hours('start'),
    hours('end'),
    '',
    '[limits]  # hard caps; 0 means none, nothing means unlimited',
    hint('limits.drafts_per_run_drip'),
    hint('limits.drafts_per_run_nurture'),
    hint('limits.drafts_per_day'),
    hint('limits.sends_per_day'),
    '',
    '[mail]',
    hint('mail.transport'),
    hint('mail.allowlist'),
    '',
    '[web]  # what unsubscribe links point at, and what signs them',
    hint('web.base_url'),
    `token_secret = { file = ${JSON.stringify(TOKEN_SECRET_FILE)} }`,
    '',
  ].join('\n');
}

/** A default as a comment, ready to be uncommented. */
function hint(key: string): string {
  const spec = keysOf(CONFIG_SCHEMA).find((candidate) => candidate.key === key);
  if (spec === undefined) throw new Error(`${key} is no key of headgate.toml`);
  return `# ${key.split('.').at(-1) ?? key} = ${formatDefault(spec)}`;
}

function renderBrand({ name, from, postalAddress }: InitialAnswers): string {
  return [
    '# Who writes. Every key: headgate config explain brand',
    '',
    `name = ${formatValue(name)}`,
    `from = ${formatValue(from)}`,
    `postal_address = ${formatValue(postalAddress)}`,
    '# reply_to = "someone@example.com"',
    '# signature = "…"  (what step files write as {{ signature }})',
    '',
  ].join('\n');
}
