import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createAirtableLeads } from '../../src/adapters/sources/airtable-leads.ts';
import { AIRTABLE_PENALTY_MS } from '../../src/adapters/sources/airtable-request.ts';
import { JsonApi } from '../../src/adapters/sources/json-api.ts';
import { HTTP_TIMEOUTS } from '../../src/adapters/http/http-peer.ts';
import type { CommandEntry } from '../../src/commands/registry.ts';
import { withState } from '../../src/commands/operator-state.ts';
import { readLeads, type LeadsRead } from '../../src/commands/sync/read-leads.ts';
import { OPEN_CONFIG } from '../commands/desk.ts';
import { importDesk, type ImportDesk } from '../commands/import-desk.ts';
import { sync, type SyncDocument } from '../helpers/sync.ts';
import { AirtableServer } from '../servers/airtable.ts';

/** A workspace whose one source is a table of Airtable, on the same clock. */
export interface AirtableDesk extends ImportDesk {
  readonly server: AirtableServer;
  sync(...flags: string[]): Promise<SyncDocument>;
  /** As `sync`, with waits that are over at once: the clock is put on instead. Returns what was waited for, in milliseconds. */
  readWaiting(): Promise<{ read: LeadsRead; waits: readonly number[] }>;
  /** All that a reading may have changed, for comparing two histories. */
  outcome(): unknown;
}

export async function airtableDesk(more = '', key = AirtableServer.TOKEN): Promise<AirtableDesk> {
  const server = await AirtableServer.start();
  const bench = importDesk({ config: configText(server, more) });
  writeFileSync(join(bench.directory, 'key'), `${key}\n`, { mode: 0o600 });
  server.now = () => bench.clock.now();
  return {
    ...bench,
    server,
    sync: (...flags) => sync(bench, ...flags),
    readWaiting: () => readWaiting(bench, server),
    outcome: () => outcomeOf(bench),
  };
}

function configText({ url }: AirtableServer, more: string): string {
  return `${OPEN_CONFIG}
[[source]]
id = "crm"
kind = "airtable"
base = "${AirtableServer.BASE}"
table = "${AirtableServer.TABLE}"
lead_source = "website"
key = { file = "key" }
base_url = "${url}"
requests_per_second = 1000
${more}
`;
}

/** As `sync` opens it. */
export function testApi(
  server: AirtableServer,
  { now, pause }: { now: () => number; pause: (ms: number) => Promise<void> },
): JsonApi {
  return new JsonApi({
    name: 'crm',
    baseUrl: server.url,
    authorization: `Bearer ${AirtableServer.TOKEN}`,
    requestsPerSecond: 1_000,
    limitedMs: AIRTABLE_PENALTY_MS,
    timeouts: HTTP_TIMEOUTS,
    now,
    pause,
    fraction: () => 0,
  });
}

const SHORTEST_WAIT_MS = 100;

async function readWaiting(
  bench: ImportDesk,
  server: AirtableServer,
): Promise<{ read: LeadsRead; waits: readonly number[] }> {
  const waits: number[] = [];
  const api = testApi(server, {
    now: () => bench.clock.now(),
    pause: (ms) => {
      // Between two requests there is next to nothing; what is left are the waits of the protocol.
      if (ms >= SHORTEST_WAIT_MS) {
        waits.push(ms);
        bench.clock.advance(ms);
      }
      return Promise.resolve();
    },
  });
  const place = { baseUrl: server.url, base: AirtableServer.BASE, table: AirtableServer.TABLE, view: null };
  const now = (): number => bench.clock.now();
  const config = { id: 'crm', place, renames: [], writeBack: [], defaultSource: 'website' };
  const feed = createAirtableLeads({ ...config, api, now });
  const results: LeadsRead[] = [];
  const entry: CommandEntry = {
    path: 'read-test',
    group: 'timers',
    summary: 'read a source of the test',
    schema: 'headgate.sync/1',
    examples: [],
    load: () =>
      Promise.resolve({
        run: (invocation) =>
          withState(invocation, 'write', async (state) => {
            const deadlineAt = state.now + 8 * 60_000;
            const reading = { state, sourceId: 'crm', runId: 'r-test', feed, deadlineAt, isPreview: false };
            results.push(await readLeads(reading));
            return { exit: 'OK', document: { items: [] }, human: '' };
          }),
      }),
  };
  const { stderr } = await bench.run(['read-test'], { entries: [entry] });
  await api.close();
  const [read] = results;
  if (read === undefined) throw new Error(stderr);
  return { read, waits };
}

function outcomeOf(bench: ImportDesk): unknown {
  const all = (sql: string): unknown => bench.database.prepare(sql).all();
  return {
    leads: bench
      .leads()
      .map((lead) => ({ ...lead, rowId: 0, id: '' }))
      .sort((one, other) => (one.emailKey < other.emailKey ? -1 : 1)),
    enrollments: all(
      `SELECT l.email_key, q.id, e.next_due_at - e.enrolled_at AS due FROM enrollments e
       JOIN leads l ON l.row_id = e.lead_row_id JOIN sequences q ON q.row_id = e.sequence_row_id
       WHERE e.status <> 'cancelled' ORDER BY l.email_key, q.id`,
    ),
  };
}
