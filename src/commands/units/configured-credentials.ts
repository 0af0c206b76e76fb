import type { Settings } from '../../config/settings.ts';
import { CREDENTIAL_JOBS, TIMER_JOBS } from './unit-files.ts';

/** Names of credentials, by the job whose unit loads them. */
export type CredentialsByJob = Readonly<Record<string, readonly string[]>>;

/** Who fetches the secrets of a section. What is in none of them, `--credential` names. */
const READERS: readonly { readonly keys: RegExp; readonly jobs: readonly string[] }[] = [
  { keys: /^(?:telegram|notices|watch)\./, jobs: [...TIMER_JOBS, 'listen', 'alert'] },
  // It signs links and return addresses (E4); what comes back to one of these is judged by `sync`.
  { keys: /^web\.token_secret$/, jobs: ['sync', 'send', 'unsub'] },
  { keys: /^web\./, jobs: ['unsub'] },
  // Those that hear a chat draft what is confirmed there (F2).
  { keys: /^ai\./, jobs: ['drip', 'nurture', 'confirm', 'sync', 'listen'] },
  { keys: /^(?:mail\.|source\[|sender\[)/, jobs: CREDENTIAL_JOBS },
];

/** The credentials that this configuration names, each for the jobs that fetch it, so that a unit is given what it uses and no more. */
export function configuredCredentials(settings: Settings): CredentialsByJob {
  const found = new Map<string, Set<string>>();
  for (const [key, value] of settings.all) {
    const names = credentialNames(value);
    const jobs = READERS.find(({ keys }) => keys.test(key))?.jobs ?? [];
    for (const job of jobs) for (const name of names) found.set(job, (found.get(job) ?? new Set()).add(name));
  }
  return Object.fromEntries([...found].map(([job, names]) => [job, [...names].sort()]));
}

function credentialNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(credentialNames);
  if (typeof value !== 'object' || value === null) return [];
  return 'kind' in value && value.kind === 'credential' && 'name' in value ? [String(value.name)] : [];
}
