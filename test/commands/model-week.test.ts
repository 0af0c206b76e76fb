import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { sequenceDefinition, stepDefinition } from '../helpers/definitions.ts';
import { GOOD_WORDS, OpenAiServer } from '../servers/models.ts';
import { desk, HOUR_MS, type Desk } from './desk.ts';

/** C4 over days of hourly ticks, counted where it costs: at the model's server, by the clock of each lead. */

const ZONES = [
  ...[
    'Pacific/Auckland',
    'Australia/Sydney',
    'Asia/Tokyo',
    'Asia/Shanghai',
    'Asia/Kolkata',
    'Asia/Kathmandu',
  ],
  ...['Asia/Dubai', 'Africa/Nairobi', 'Europe/Moscow', 'Europe/Athens', 'Europe/Rome', 'Europe/London'],
  ...['Atlantic/Azores', 'America/St_Johns', 'America/Sao_Paulo', 'America/New_York', 'America/Chicago'],
  ...['America/Denver', 'America/Los_Angeles', 'Pacific/Honolulu'],
];

const IS_WHOLE = process.env['HEADGATE_MODEL_WEEK'] === 'whole';
/** Thursday, 05:00 UTC, until the weekend is well under way everywhere; or the whole week. */
const START = Date.UTC(2026, 1, 19, 5);
const TICKS = IS_WHOLE ? 168 : 44;
const LEADS = IS_WHOLE ? 500 : 60;

interface Call {
  readonly lead: string;
  readonly at: number;
  readonly endedAt: number;
}

function bench(server: OpenAiServer): Desk {
  const of = desk({
    now: START,
    config: `timezone = "UTC"

[hours]
weekdays = [1, 2, 3, 4, 5]
start = "09:00"
end = "17:00"

[limits]
drafts_per_run_drip = 20
drafts_per_day = 200
blast_radius_floor = 1000

[web]
token_secret = { file = "secret" }

[ai]
provider = "openai"
base_url = "${server.url}/v1"
key = { file = "model-key" }
model = "${OpenAiServer.MODEL}"
`,
  });
  writeFileSync(join(of.directory, 'model-key'), OpenAiServer.KEY, { mode: 0o600 });
  return of;
}

function lateAt(timeZone: string): number {
  const there = { year: 2026, month: 2, day: 19, hour: 16, minute: 50, timeZone };
  return Temporal.ZonedDateTime.from(there).epochMilliseconds;
}

function zoneOf(index: number): string {
  return ZONES[index % ZONES.length] ?? 'UTC';
}

/** In these zones everybody is due minutes before the day ends, and only one of them can be written to in time. */
const LATE_ZONES = 10;

/** Else due all over the time that is looked at, so that every hour has somebody whose night it is. */
function enrollAll(of: Desk): void {
  const copy = {
    ...stepDefinition('x').copy,
    mode: 'ai' as const,
    length: 'short' as const,
    bodyMarkdown: 'Hi,\n\n{{ ai }}\n\nTom\n',
  };
  const sequence = of.apply(sequenceDefinition('website', [stepDefinition('hello', { copy })]));
  for (let index = 0; index < LEADS; index += 1) {
    const lead = of.lead(`lead${String(index)}x`, { timezone: zoneOf(index) });
    const spread = START + Math.floor((((index * 7) % LEADS) / LEADS) * (TICKS * 0.6)) * HOUR_MS;
    const dueAt = index % ZONES.length < LATE_ZONES ? lateAt(zoneOf(index)) : spread;
    of.enroll(lead, sequence, { enrolledAt: START, dueAt });
  }
}

test(`C4: ${String(LEADS)} leads in ${String(ZONES.length)} zones, ${String(TICKS)} hourly ticks of a model that is slow at times: no call outside a lead's hours`, async () => {
  const server = await OpenAiServer.start();
  const of = bench(server);
  enrollAll(of);
  const calls: Call[] = [];
  let isFirst = true;
  server.say = ({ user }) => {
    const at = of.clock.now();
    of.clock.advance(isFirst ? 110_000 : 5_000);
    isFirst = false;
    calls.push({ lead: /lead(\d+)x/.exec(user)?.[1] ?? '', at, endedAt: of.clock.now() });
    return { text: GOOD_WORDS };
  };
  for (let tick = 0; tick < TICKS; tick += 1) {
    // Shortly before the full hour, so that hours end while a run is under way.
    of.clock.set(Math.max(of.clock.now(), START + tick * HOUR_MS + 59 * 60_000));
    isFirst = true;
    await of.run(['drip', ...(tick === 0 ? ['--force'] : [])]);
  }
  const beginnings = calls.map(({ lead, at }) => localTime(lead, at));
  expect(beginnings.filter((there) => !isInHours(there)).map(String)).toEqual([]);
  const inTime = calls.filter(({ lead, endedAt }) => isInHours(localTime(lead, endedAt)));
  expect(calls.length - inTime.length, 'hours did end while a model wrote').toBeGreaterThan(2);
  expect(of.row('SELECT count(*) AS drafts, count(DISTINCT lead_row_id) AS leads FROM messages')).toEqual({
    drafts: inTime.length,
    leads: inTime.length,
  });
  expect(inTime.length, 'most of them were written for').toBeGreaterThan(LEADS * 0.6);
}, 120_000);

function isInHours({ dayOfWeek, hour }: Temporal.ZonedDateTime): boolean {
  return dayOfWeek <= 5 && hour >= 9 && hour < 17;
}

function localTime(lead: string, at: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zoneOf(Number(lead)));
}
