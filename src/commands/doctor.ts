import { createDns } from '../adapters/dns.ts';
import { systemName } from '../adapters/file-modes.ts';
import { countVerdicts, GROUPS, type Finding, type Group } from '../core/doctor/finding.ts';
import { nearestWord } from '../core/nearest.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import type { Check, Checkup } from './doctor/checkup.ts';
import { clockChecks } from './doctor/clock-checks.ts';
import { configChecks, inspect } from './doctor/config-checks.ts';
import { doctorLines, type Surroundings } from './doctor/doctor-text.ts';
import { mailChecks } from './doctor/mail-checks.ts';
import { modelChecks } from './doctor/model-checks.ts';
import { peopleChecks } from './doctor/people-checks.ts';
import { sourceChecks } from './doctor/source-checks.ts';
import { openForCheckup, stateChecks } from './doctor/state-checks.ts';
import { systemdChecks } from './doctor/systemd-checks.ts';
import { flagOption, listOption, textOption, usageError } from './options.ts';

/**
 * `doctor`: configuration, state, clock, the way out, what `sync` reads, the way to people, model and units, each judged with one line that mends it (F7).
 * Sends nothing, tells nobody anything of a lead, and changes nothing; `--fix` only takes away rights of files. One check that fails or
 * hangs hides no other. Ends 78 when it found a problem.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const groups = chosenGroups(invocation);
  const inspection = inspect(invocation);
  const paths = 'paths' in inspection ? inspection.paths : null;
  const timeoutMs = timeoutOption(invocation);
  const checkup: Checkup = {
    invocation,
    paths,
    config: inspection.kind === 'valid' ? inspection.config : null,
    now: invocation.context.clock.now(),
    isOffline: flagOption(invocation, 'offline'),
    timeoutMs,
    dns: openDns(invocation, timeoutMs),
  };
  const state = openForCheckup(checkup);
  try {
    const checks: Readonly<Record<Group, Check>> = {
      config: () => configChecks(checkup, inspection, state),
      state: () => stateChecks(checkup, state, { mends: flagOption(invocation, 'fix') }),
      clock: () => clockChecks(checkup, state),
      mail: () => mailChecks(checkup),
      sources: () => sourceChecks(checkup, state),
      people: () => peopleChecks(checkup),
      ai: () => modelChecks(checkup),
      systemd: () => systemdChecks(checkup),
    };
    const findings = await runChecks(checks, groups);
    return outcomeOf(findings, {
      version: invocation.context.version,
      node: process.versions.node,
      sqlite: state.kind === 'open' ? state.description.sqliteVersion : null,
      system: systemName(),
      configFile: paths?.configFile ?? null,
    });
  } finally {
    if (state.kind === 'open') state.db.close();
  }
}

/** What only looks at this machine's own disk: it holds up everything else while it reads. */
const LOCAL: readonly Group[] = ['config', 'state'];

/** First what is here, which a large state makes slow; then all questions to others at once, whose time then runs only for them. */
async function runChecks(
  checks: Readonly<Record<Group, Check>>,
  groups: readonly Group[],
): Promise<readonly Finding[]> {
  const found = new Map<Group, readonly Finding[]>();
  for (const group of groups.filter((each) => LOCAL.includes(each))) found.set(group, await checks[group]());
  const others = groups.filter((each) => !LOCAL.includes(each));
  await Promise.all(others.map(async (group) => found.set(group, await checks[group]())));
  return groups.flatMap((group) => found.get(group) ?? []);
}

function outcomeOf(items: readonly Finding[], surroundings: Surroundings): Outcome {
  const counts = countVerdicts(items);
  const { version, node, sqlite, system, configFile } = surroundings;
  const worst = items.find(({ verdict }) => verdict === 'problem');
  return {
    exit: counts.problem > 0 ? 'CONFIG' : 'OK',
    document: {
      config_file: configFile,
      versions: { headgate: version, node, sqlite, system },
      items,
      counts,
    },
    human: (terminal) => doctorLines(terminal, items, surroundings),
    message: worst === undefined ? null : `${worst.title}: ${worst.detail}`,
    fix: worst?.fix ?? null,
  };
}

function chosenGroups(invocation: Invocation): readonly Group[] {
  const words = listOption(invocation, 'only');
  if (words.length === 0) return GROUPS;
  for (const word of words) {
    if (GROUPS.some((group) => group === word)) continue;
    const nearest = nearestWord(word, GROUPS);
    const fix = nearest === null ? `One of: ${GROUPS.join(', ')}` : `headgate doctor --only ${nearest}`;
    throw usageError(`doctor has no group ${JSON.stringify(word)}`, fix);
  }
  return GROUPS.filter((group) => words.includes(group));
}

const TIMEOUT_SECONDS = 10;
const TIMEOUT_SECONDS_MAX = 120;

function timeoutOption(invocation: Invocation): number {
  const text = textOption(invocation, 'timeout');
  const seconds = Number(text ?? TIMEOUT_SECONDS);
  if (seconds > 0 && seconds <= TIMEOUT_SECONDS_MAX) return seconds * 1_000;
  throw usageError(`--timeout takes seconds, up to ${String(TIMEOUT_SECONDS_MAX)}, not "${text ?? ''}"`);
}

function openDns(invocation: Invocation, timeoutMs: number): Checkup['dns'] {
  const server = textOption(invocation, 'dns');
  if (server !== null && !isNameServer(server))
    throw usageError(`--dns takes the address of a name server, such as 9.9.9.9, not "${server}"`);
  return createDns({ servers: server === null ? [] : [server], timeoutMs });
}

/** `9.9.9.9`, `127.0.0.1:5353`, `2620:fe::fe`, `[::1]:53`. */
function isNameServer(text: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|[\da-f:.]+|\[[\da-f:.]+\](?::\d{1,5})?)$/i.test(text);
}
