import type { IncomingFact } from '../../../src/core/facts/fact.ts';
import { createArrivalContext } from '../../../src/commands/arrivals/arrival-context.ts';
import type { CommandEntry } from '../../../src/commands/registry.ts';
import type { FactCounts } from '../../../src/commands/sync/apply-facts.ts';
import { readFacts } from '../../../src/commands/sync/read-facts.ts';
import { optOutBy } from '../../../src/commands/sync/sync-run.ts';
import { openEngine } from '../../../src/commands/engine/engine.ts';
import { withState } from '../../../src/commands/operator-state.ts';
import { zonesOfCountry } from '../../../src/adapters/country-zones.ts';
import type { FactPage, FactSource } from '../../../src/ports.ts';
import type { SendDesk } from '../send/send-desk.ts';

/** A source whose pages stand ready, as a provider would hand them over; the cursor is the number of the next page. */
export function readyPages(pages: readonly (readonly IncomingFact[])[], readsReplies = true): FactSource {
  return {
    readsReplies,
    // eslint-disable-next-line @typescript-eslint/require-await -- as a port that waits
    async *pages({ cursor }) {
      for (let index = Number(cursor ?? 0); index < pages.length; index += 1) {
        const page: FactPage = {
          facts: pages[index] ?? [],
          cursor: String(index + 1),
          isEnd: index === pages.length - 1,
        };
        yield page;
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Reads a source into the state of a desk, through the real harness, lock and transaction of each page. */
export async function read(bench: SendDesk, source: FactSource): Promise<FactCounts> {
  const counts: FactCounts[] = [];
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
            const { db, workspace, now } = state;
            const { policy } = workspace;
            const { random } = invocation.context;
            const context = {
              engine: openEngine({ db, policy, now, without: new Set<string>() }),
              optOut: optOutBy(createArrivalContext({ db, policy, random, zonesOfCountry, now })),
              sourceId: 'inbox',
              runId: 'r-test',
            };
            const reading = { state, context, source, sourceId: 'inbox', since: null, isPreview: false };
            counts.push((await readFacts({ ...reading, deadlineAt: now + 60_000 })).counts);
            return { exit: 'OK', document: { items: [] }, human: '' };
          }),
      }),
  };
  const result = await bench.run(['read-test'], { entries: [entry] });
  const [first] = counts;
  if (first === undefined) throw new Error(result.stderr);
  return first;
}

/** A fact about a message of the desk. */
export function about(
  bench: SendDesk,
  messageId: string,
  changes: Partial<IncomingFact> & Pick<IncomingFact, 'kind'>,
): IncomingFact {
  return {
    key: `${changes.kind} ${messageId}`,
    at: bench.clock.now(),
    about: {
      messageId,
      messageIdHeaders: [],
      providerId: null,
      conversationId: null,
      emailKey: null,
    },
    trust: 'verified',
    detail: changes.kind,
    text: null,
    until: null,
    isMachine: false,
    ...changes,
  };
}
