import { expect, it } from 'vitest';

import { STORIES } from '../../src/commands/rehearsal/stories/catalogue.ts';
import { runCli } from '../helpers/cli.ts';

interface Told {
  readonly drafts: number;
  readonly sends: number;
  readonly max_per_run: number;
  readonly max_per_lead_per_day: number;
  readonly leads_hit_twice: number;
  readonly violations: readonly { readonly promise: string }[];
  readonly happenings: readonly { readonly at: string; readonly what: string }[];
  readonly items: readonly { readonly day: string; readonly drafts: number; readonly sends: number }[];
  readonly without: Readonly<
    Record<string, { drafts: number; sends: number; leads_hit_twice: number; promises: readonly string[] }>
  >;
}

/** The story as `simulate --story` tells programs; every one keeps every promise while the guards are on. */
async function told(name: string, ...flags: readonly string[]): Promise<Told> {
  const { json, code, stderr } = await runCli(['simulate', '--story', name, ...flags, '--json']);
  const document = json() as Told;
  expect(document.violations, stderr).toEqual([]);
  expect(code).toBe(0);
  return document;
}

it('A1 to A8: 18 February to the minute: 38 drafts, 14 leads hit and three mails without the guards; none, then five with them', async () => {
  const { stdout, code } = await runCli(['simulate', '--story', 'feb-18'], { env: { LANG: 'C.UTF-8' } });
  expect(code).toBe(0);
  expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
  expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
    '',
    ' 18 FEBRUARY  31 leads in flight; the machine comes back after 21 days',
    '',
    ' Without the guards',
    '   06:03  drip     38 drafts for 17 leads, 14 of them twice or more',
    '   06:15  send     3 mails sent',
    '   06:16  a person stops it',
    '',
    ' With them',
    '   06:03  drip     cold start: no draft, 5 in a plan; the calendar calls 38 due',
    '   06:06  nurture  cold start: no draft, 0 in a plan',
    '   09:00  confirm  5 drafts for 5 leads',
    '',
    ' ✓ No promise was broken.',
    '',
    '',
  ]);
});

it('A11: on a Sunday nobody is bumped; without the calendar and the cap all twenty are', async () => {
  const { items, without } = await told('sunday');
  expect(items.map(({ day, drafts }) => [day, drafts])).toEqual([
    ['2026-02-14', 0],
    ['2026-02-15', 0],
    ['2026-02-16', 10],
  ]);
  const [flood] = Object.values(without);
  expect(flood).toMatchObject({ drafts: 20 });
  expect(flood?.promises).toContain('A11');
});

it('A15: a restored backup sends nothing twice; without the wake guard all of it', async () => {
  const { sends, happenings, without } = await told('restored-backup');
  expect(sends).toBe(8);
  expect(happenings.map(({ what }) => what)).toContain('a person adopts the state');
  expect(without['wake']).toMatchObject({ sends: 16 });
  expect(without['wake']?.promises).toContain('D1');
});

it('A15: a cloned machine drafts nothing; without the wake guard it writes to everybody again', async () => {
  const { sends, without } = await told('cloned-vps');
  expect(sends).toBe(8);
  expect(without['wake']?.promises).toEqual(expect.arrayContaining(['A15', 'D1']));
});

it('A14: while the clock is a day behind nothing is drafted or sent', async () => {
  const { drafts, without } = await told('clock-back');
  expect(drafts).toBe(8);
  expect(without['wake']?.promises).toContain('A14');
});

it('A12: two timers that start every job twice do the work once', async () => {
  const { drafts, sends, happenings } = await told('double-timer');
  expect({ drafts, sends }).toEqual({ drafts: 8, sends: 8 });
  expect(happenings.map(({ what }) => what)).toContain('a second drip finds the first at work and ends (75)');
});

it('F5: the help names every story, and a slip of the hand is told which was meant', async () => {
  const { stdout } = await runCli(['simulate', '--help']);
  for (const { name } of STORIES) expect(stdout.replace(/\s+/g, ' ')).toContain(name);
  const { code, stderr } = await runCli(['simulate', '--story', 'feb18']);
  expect(code).toBe(64);
  expect(stderr).toContain('Did you mean feb-18?');
});
