import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';

import type { Installation } from './installation.ts';
import { LEAD_COLUMNS, leadCells } from './lead-cells.ts';

export interface WorkspaceRequest {
  /** Folder name, and the key under which it is found again. */
  readonly name: string;
  readonly leads: number;
  /** From how many days ago the leads' sequence counts; its first step is due one day after. */
  readonly enrolledDaysAgo: number;
  /** More lines for headgate.toml, such as raised caps. */
  readonly config?: string;
  /** D9: went live, so that `send` hands mail to a server. */
  readonly isLive?: boolean;
  /** What is due is drafted, and approved by a person. */
  readonly isApproved?: boolean;
}

/** Real workspaces, made by the commands that an operator types. */
export interface Workspaces {
  /** The folder of a workspace that is only read, or only gets idle runs; made once. */
  readonly shared: (request: WorkspaceRequest) => Promise<string>;
  /** The same, made anew at each call. */
  readonly fresh: (request: WorkspaceRequest) => Promise<string>;
  /** A lead file; made once. */
  readonly leadFile: (leads: number) => Promise<string>;
}

const BODY = `Hello {{ first_name | default: "there" }},

${'line of body text, seventy characters or so, plain and simple.\n'.repeat(12)}`;

const SEQUENCE = `name = "Bench"
status = "active"
late = "ask"

[trigger]
catch_all = true

[[step]]
id = "first"
after = "1d"

[[step]]
id = "second"
after = "5d"
`;

const CONFIG = `timezone = "UTC"

[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"

[web]
token_secret = { file = "secrets/token-secret" }
`;

/** Keeps all workspaces of one bench in `folder`. */
export function createWorkspaces(installation: Installation, folder: string): Workspaces {
  const made = new Map<string, Promise<string>>();
  let freshCount = 0;
  const leadFile = (leads: number): Promise<string> =>
    remember(made, `leads-${String(leads)}.csv`, (name) => writeLeadFile(join(folder, name), leads));
  return {
    leadFile,
    shared: (request) => remember(made, request.name, (name) => make(join(folder, name), request)),
    fresh: (request) => make(join(folder, `${request.name}-${String((freshCount += 1))}`), request),
  };

  async function make(directory: string, request: WorkspaceRequest): Promise<string> {
    const headgate = (args: readonly string[], ends = [0]): void => {
      installation.run(installation.bin('headgate'), args, { cwd: directory, ends });
    };
    mkdirSync(directory, { recursive: true });
    headgate(['init', directory, '--no-input', ...ANSWERS]);
    const isLive = request.isLive === true;
    const config = `live = ${String(isLive)}\n${CONFIG}\n${request.config ?? ''}`;
    writeFileSync(join(directory, 'headgate.toml'), config);
    writeSequence(directory);
    headgate(['sequences', 'apply', '--yes']);
    if (isLive) headgate(['go-live', '--restart', '--yes']);
    // A checkpoint for each job, without which every run would be a cold start (A4).
    for (const job of ['drip', 'nurture', 'send']) headgate([job], [0, 30]);
    headgate(['confirm', '--yes']);
    if (request.leads > 0) {
      const from = new Date(Date.now() - request.enrolledDaysAgo * 86_400_000).toISOString();
      headgate(['leads', 'import', await leadFile(request.leads), '--yes', '--enroll-from', from]);
    }
    if (request.isApproved === true) {
      headgate(['drip']);
      headgate(['review', 'approve', '--all', '--count', String(request.leads)]);
    }
    return directory;
  }
}

const ANSWERS = [
  ...['--name', 'Bench', '--from', 'bench@bench.example', '--timezone', 'UTC'],
  ...['--postal-address', '1 Example Street, Leeds'],
];

function writeSequence(directory: string): void {
  const folder = join(directory, 'sequences/bench');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'sequence.toml'), SEQUENCE);
  for (const step of ['first', 'second']) {
    writeFileSync(
      join(folder, `${step}.md`),
      `Subject: A note for {{ company | default: "you" }}\n\n${BODY}`,
    );
  }
}

async function writeLeadFile(path: string, leads: number): Promise<string> {
  const stream = createWriteStream(path);
  stream.write(`${LEAD_COLUMNS.join(',')}\n`);
  for (let index = 0; index < leads; index += 1) {
    if (!stream.write(`${leadCells(index).join(',')}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
  return path;
}

function remember(
  made: Map<string, Promise<string>>,
  name: string,
  make: (name: string) => Promise<string>,
): Promise<string> {
  const known = made.get(name) ?? make(name);
  made.set(name, known);
  return known;
}
