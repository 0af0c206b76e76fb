import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { LeadFields } from '../../src/core/model.ts';
import { sequenceDefinition, stepDefinition } from '../helpers/definitions.ts';
import { OpenAiServer } from '../servers/models.ts';
import { desk, type Desk } from './desk.ts';

/** A workspace whose steps are written by the model of a loopback server. */

export const BODY = 'Hi {{ first_name }},\n\n{{ ai }}\n\nTom\n';
export const BRIEFING =
  'One case study from the same industry, one number, one question at the end, and no links.';

/** `more` goes on in `[ai]`. */
export function modelBench(server: OpenAiServer, more = ''): Desk {
  const of = desk({
    config: `timezone = "UTC"

[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"

[web]
token_secret = { file = "secret" }

[ai]
provider = "openai"
base_url = "${server.url}/v1"
key = { file = "model-key" }
model = "${OpenAiServer.MODEL}"
${more}`,
  });
  writeFileSync(join(of.directory, 'model-key'), OpenAiServer.KEY, { mode: 0o600 });
  return of;
}

/** Enrolls these people in a sequence whose first step a model writes. */
export function enroll(
  of: Desk,
  names: readonly string[],
  fields: Partial<LeadFields> = {},
  mode: 'ai' | 'assist' = 'ai',
): void {
  const copy = {
    ...stepDefinition('x').copy,
    subject: 'Quick case study for {{ first_name }}',
    mode,
    length: 'short' as const,
    briefing: BRIEFING,
    bodyMarkdown: BODY,
  };
  const sequence = of.apply(sequenceDefinition('website', [stepDefinition('hello', { copy }), 'fixed']));
  for (const name of names) of.enroll(of.lead(name, fields), sequence);
}

export interface Draft {
  readonly name: string;
  readonly state: string;
  readonly cause: string | null;
  readonly note: string | null;
  readonly subject: string;
  readonly body: string;
  readonly ask: string | null;
}

/** What is drafted, in the order in which it was made. */
export function drafts(of: Desk): readonly Draft[] {
  return of.database
    .prepare<[], Draft>(
      `SELECT l.first_name AS name, m.state, m.hold_cause AS cause, m.note, m.subject, m.body_markdown AS body,
         m.ask_reason AS ask
       FROM messages m JOIN leads l ON l.row_id = m.lead_row_id ORDER BY m.row_id`,
    )
    .all();
}
